//! The pages in a real Chromium, on a phone held upright and on a projector.
//!
//! It is driven over a pair of named pipes by its own protocol
//! (<https://chromedevtools.github.io/devtools-protocol/>), so that nothing else is needed.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::fs::{CWD, FileType, Mode, mknodat};
use serde_json::{Value, json};

use super::{Browser, SHOW, open, open_show};
use crate::harness::{House, PATIENCE, await_some, is_equipped};

/// Time within which a page says that its connection is lost, with a second for a busy machine.
pub(super) const LOST: Duration = Duration::from_secs(4);

/// A Chromium with one page.
pub(super) struct Chromium {
    process: Child,
    to: File,
    from: File,
    read: Vec<u8>,
    asked: u64,
    session: String,
    /// Everything that the page has complained of.
    complaints: Vec<String>,
}

impl Chromium {
    /// Looks at `url` in a window of this size.
    pub(super) fn open(house: &House, url: &str, size: (u32, u32)) -> Self {
        let (to, from) = (house.path("chromium-in"), house.path("chromium-out"));
        for pipe in [&to, &from] {
            mknodat(CWD, pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        }
        // The shell opens the pipes as the descriptors that the protocol uses.
        let command = "exec chromium --headless=new --no-sandbox --disable-gpu --no-first-run \
             --remote-debugging-pipe --user-data-dir=\"$3\" about:blank 3<\"$1\" 4>\"$2\"";
        let process = Command::new("sh")
            .args(["-c", command, "sh"])
            .args([&to, &from, &house.path("chromium-profile")])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let to = OpenOptions::new().write(true).open(to).unwrap();
        let from = File::open(from).unwrap();
        let (read, complaints) = (vec![], vec![]);
        let mut chromium =
            Chromium { process, to, from, read, asked: 0, session: String::new(), complaints };
        chromium.session = chromium.tab("about:blank");
        chromium.resize(size);
        chromium.ask("Page.navigate", &json!({ "url": url }));
        chromium
    }

    /// Opens another page; gives what [`Self::turn_to`] takes.
    pub(super) fn tab(&mut self, url: &str) -> String {
        let before = std::mem::take(&mut self.session);
        let target =
            self.ask("Target.createTarget", &json!({ "url": "about:blank", "newWindow": true }));
        let target = json!({ "targetId": target["targetId"], "flatten": true });
        let session = self.ask("Target.attachToTarget", &target)["sessionId"].clone();
        self.session = session.as_str().unwrap().to_owned();
        for domain in ["Log.enable", "Runtime.enable", "Page.enable", "Accessibility.enable"] {
            self.ask(domain, &json!({}));
        }
        self.ask("Page.navigate", &json!({ "url": url }));
        std::mem::replace(&mut self.session, before)
    }

    /// Looks at another page from now on.
    pub(super) fn turn_to(&mut self, tab: &str) {
        tab.clone_into(&mut self.session);
        self.ask("Page.bringToFront", &json!({}));
    }

    /// Gives the page a window of this size.
    pub(super) fn resize(&mut self, (width, height): (u32, u32)) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.ask("Emulation.setDeviceMetricsOverride", &size);
    }

    /// Asks for something, and waits for the answer.
    #[track_caller]
    fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.asked += 1;
        let mut message = json!({ "id": self.asked, "method": method, "params": params });
        if !self.session.is_empty() {
            message["sessionId"] = json!(self.session);
        }
        self.to.write_all(format!("{message}\0").as_bytes()).unwrap();
        loop {
            let message = self.hear();
            if message["id"] == self.asked {
                assert!(message["error"].is_null(), "{method}: {message}");
                return message["result"].clone();
            }
            let entry = &message["params"]["entry"];
            let is_error = entry["level"] == "error" || entry["source"] == "security";
            let is_of_network = entry["source"] == "network";
            if message["method"] == "Runtime.exceptionThrown" || (is_error && !is_of_network) {
                self.complaints.push(message.to_string());
            }
        }
    }

    fn hear(&mut self) -> Value {
        let mut bytes = [0; 64 * 1024];
        loop {
            if let Some(end) = self.read.iter().position(|&byte| byte == 0) {
                let message: Vec<u8> = self.read.drain(..=end).collect();
                return serde_json::from_slice(&message[..end]).unwrap();
            }
            let count = self.from.read(&mut bytes).unwrap();
            assert!(count > 0, "Chromium has gone");
            self.read.extend_from_slice(&bytes[..count]);
        }
    }

    /// The value of an expression in the page.
    #[track_caller]
    pub(super) fn value(&mut self, expression: &str) -> Value {
        let asked = json!({ "expression": expression, "returnByValue": true });
        self.ask("Runtime.evaluate", &asked)["result"]["value"].clone()
    }

    /// What a promise of the page comes to.
    #[track_caller]
    pub(super) fn promised(&mut self, expression: &str) -> Value {
        let asked =
            json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let answer = self.ask("Runtime.evaluate", &asked);
        assert!(answer["exceptionDetails"].is_null(), "{expression}: {answer}");
        answer["result"]["value"].clone()
    }

    /// Waits until an expression is true.
    #[track_caller]
    pub(super) fn until(&mut self, expression: &str, at_most: Duration) {
        let seen = await_some(at_most, || (self.value(expression) == true).then_some(()));
        let text = self.value("document.body.innerText");
        assert!(seen.is_some(), "{expression} is not so: {text}");
    }

    /// Waits until these words can be read.
    #[track_caller]
    pub(super) fn reads(&mut self, words: &str) {
        self.until(&format!("document.body.innerText.includes({})", json!(words)), PATIENCE);
    }

    /// The names of what has this role for a screen reader.
    fn named(&mut self, role: &str) -> Vec<String> {
        let tree = self.ask("Accessibility.getFullAXTree", &json!({}));
        let nodes = tree["nodes"].as_array().unwrap().clone();
        let has_role = |node: &&Value| node["role"]["value"] == role && node["ignored"] != true;
        let name = |node: &Value| node["name"]["value"].as_str().unwrap_or_default().to_owned();
        nodes.iter().filter(has_role).map(name).collect()
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Returns `true` if there is a Chromium here.
pub(super) fn has_chromium() -> bool {
    let found = Command::new("chromium").arg("--version").output().is_ok();
    is_equipped((!found).then_some("chromium"))
}

#[test]
fn a_phone_answers_a_standby_and_comes_back_after_a_crash() {
    if !has_chromium() {
        return;
    }
    let (house, browser) = (House::new(), Browser::new());
    let mut caller = open(&house, browser);
    let url = format!("http://{}/crew/sound", browser.at());
    let mut phone = Chromium::open(&house, &url, (390, 844));
    phone.reads("You are the next call");
    caller.press_for("s", "cue_stood_by");
    phone.reads("STANDBY");
    assert!(
        phone.named("button").iter().any(|name| name == "✓ Ready"),
        "{:?}",
        phone.named("button")
    );
    phone.value("document.querySelector('[data-do=ready]').click()");
    let journal = caller.await_event("department_ready", 1);
    assert_eq!(journal.of_kind("department_ready")[0]["from_browser"], true);
    phone.reads("READY");
    phone.reads("Not ready after all");
    caller.press_for(" ", "cue_fired");
    phone.reads("GO");
    phone.value("document.querySelector('[data-do=warn]').click()");
    phone.reads("Press again");
    phone.value("document.querySelector('[data-do=warn]').click()");
    caller.await_event("department_warned", 1);
    caller.await_words(&["SOUND: SOMETHING IS WRONG"]);
    caller.kill();
    phone.until("!document.getElementById('lost').hidden", LOST);
    phone.reads("Connection lost");
    let again = ["--rehearse", "--resume", "--web", &browser.at(), &house.show(SHOW)];
    let mut caller = house.open(&again);
    caller.await_open();
    phone.until("document.getElementById('lost').hidden", PATIENCE);
    phone.reads("The caller has been told");
    assert_eq!(phone.complaints, [""; 0]);
}

#[test]
fn every_page_fits_a_phone_and_a_projector_and_names_what_it_has() {
    if !has_chromium() {
        return;
    }
    let (house, browser) = (House::new(), Browser::new());
    let mut caller = open(&house, browser);
    caller.press_for("Mplease wrap up now\r", "message_shown");
    let mut glass = Chromium::open(&house, "about:blank", (390, 844));
    for (width, height) in [(390, 844), (1920, 1080)] {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        glass.ask("Emulation.setDeviceMetricsOverride", &size);
        for (path, words) in [
            ("/", "House lights"),
            ("/timer", "NOT BEGUN"),
            ("/crew/sound", "House lights"),
            ("/crew", "Lights"),
            ("/sheet", "Call sheet"),
        ] {
            let url = format!("http://{}{path}", browser.at());
            glass.ask("Page.navigate", &json!({ "url": url }));
            glass.reads(words);
            let wide = glass.value("document.documentElement.scrollWidth - innerWidth");
            assert!(wide.as_f64().unwrap() <= 0.0, "{path} at {width}: {wide} pixels too wide");
            if path != "/crew" {
                glass.reads("please wrap up now");
                let low = glass.value(
                    "document.querySelector('#message p').getBoundingClientRect().bottom - innerHeight",
                );
                let is_seen = path == "/sheet" || low.as_f64().unwrap() <= 0.0;
                assert!(is_seen, "{path} at {width}: the message is out of sight");
            }
            for role in ["button", "link", "textbox"] {
                let names = glass.named(role);
                assert!(names.iter().all(|name| !name.trim().is_empty()), "{path}: {names:?}");
            }
            assert_eq!(glass.named("main").len(), 1, "{path}");
            assert_eq!(glass.value("document.querySelectorAll('h1').length"), 1, "{path}");
            assert_eq!(glass.value("document.documentElement.lang"), "en");
            let title = glass.value("document.title");
            assert!(title.as_str().unwrap().contains("An evening"), "{path}: {title}");
        }
    }
    assert_eq!(glass.complaints, [""; 0]);
}

#[test]
fn a_page_without_a_cue_to_come_does_not_go_on_saying_go() {
    if !has_chromium() {
        return;
    }
    let (house, browser) = (House::new(), Browser::new());
    let show = "title = \"An evening\"\n[department.sound]\n[[segment]]\ntitle = \"S\"\n\
                duration = \"10m\"\ncue = [{ number = \"1\", title = \"Horns\", needs = [\"sound\"] }]\n";
    let mut caller = open_show(&house, browser, show);
    let url = format!("http://{}/crew/sound", browser.at());
    let mut phone = Chromium::open(&house, &url, (390, 844));
    phone.reads("You are the next call");
    caller.press_for("s", "cue_stood_by");
    caller.press_for("1", "department_ready");
    caller.press_for(" ", "cue_fired");
    phone.reads("Go, cue 1.");
    phone.reads("DONE");
    assert_eq!(phone.value("document.getElementById('said').textContent"), "");
    assert_eq!(phone.complaints, [""; 0]);
}
