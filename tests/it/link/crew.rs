//! Departments at a station that follows: what they say on their pages counts at the holder.

use super::pair::Pair;
use super::{NatsServer, Proxy, is_missing};
use crate::harness::{Wire, in_time};
use crate::web::Browser;

fn show(wire: &Wire, _: &Wire) -> String {
    let cue = |number: &str| {
        format!(
            "[[segment.cue]]\nnumber = \"{number}\"\ntitle = \"Flight {number}\"\n\
             needs = [\"stunts\"]\ndo = [{{ output = \"lights\", osc = \"/{number}\" }}]\n"
        )
    };
    format!(
        "title = \"Two venues\"\n[output.lights]\n{}\n[department.stunts]\nname = \"Stunts\"\n\
         [[segment]]\ntitle = \"Act\"\nduration = \"30m\"\n{}{}",
        wire.output(),
        cue("1"),
        cue("2")
    )
}

#[test]
fn departments_at_a_follower_answer_and_warn_as_at_the_holder() {
    if is_missing() {
        return;
    }
    in_time(|| {
        let (server, browser) = (NatsServer::start(), Browser::new());
        let proxy = Proxy::to(server.port());
        let (near, far) = (server.url(), proxy.url());
        let urls = [near.as_str(), far.as_str()];
        let mut pair = Pair::of(show, urls, server, &["--web", &browser.at()]);
        let mut page = browser.open("crew=stunts");
        page.until("the next call", |state| state["cue"]["number"] == "1");
        let (status, why) = browser.ready("stunts", "1", true);
        assert!(
            status == 409 && why.contains("standby was not called for cue 1"),
            "{status} {why}"
        );
        pair.paris.keys("s");
        page.until("a standby", |state| state["moment"] == "standby");
        assert_eq!(browser.ready("stunts", "2", true).0, 409, "it is not the next call");
        assert_eq!(browser.ready("stunts", "1", true).0, 200);
        page.until("a ready", |state| state["moment"] == "ready");
        assert_eq!(browser.ready("stunts", "1", false).0, 200);
        page.until("no ready", |state| state["moment"] == "standby");
        // The caller at LA answers by their keys, and takes it back.
        for kind in ["department_ready", "department_unready"] {
            let count = pair.paris.await_event(kind, 1).of_kind(kind).len();
            pair.la.let_go();
            pair.la.keys("1");
            pair.paris.await_event(kind, count + 1);
            page.until(kind, |state| (state["moment"] == "ready") == (kind == "department_ready"));
        }
        let warning = r#"{"department":"stunts"}"#;
        assert_eq!(browser.ask("POST", "/api/warn", warning).0, 200);
        pair.paris.await_words(&["STUNTS: SOMETHING IS WRONG"]);
        page.until("a warning", |state| state["warning"] == true);
        // Behind a line that is cut, a department must not believe that the caller has its answer.
        proxy.cut();
        pair.la.await_words(&["NO LINE TO THE LOG"]);
        let (status, why) = browser.ready("stunts", "1", true);
        assert!(status == 409 && why.contains("paris is not heard"), "{status} {why}");
        pair.la.press_to_see("1", &["this waits for the line: paris is not heard"]);
        pair.paris.keys("n");
        pair.paris.await_event("playhead_moved", 1);
        pair.paris.keys("s");
        pair.paris.await_event("cue_stood_by", 2);
        proxy.repair();
        pair.la.await_words(&["cue 1 is not the next call any more"]);
        let journal = pair.await_same_journal();
        let answers = ["department_ready", "department_unready"].map(|kind| {
            let lines = journal.of_kind(kind);
            let words = lines.iter().map(|line| {
                (line["cue"].clone(), line["wish_of"].clone(), line["from_browser"] == true)
            });
            words.collect::<Vec<_>>()
        });
        let expected = vec![("1".into(), "la".into(), true), ("1".into(), "la".into(), false)];
        assert_eq!(answers, [expected.clone(), expected]);
        assert_eq!(journal.of_kind("department_warned")[0]["wish_of"], "la");
        pair.wire.expect_silence();
    });
}
