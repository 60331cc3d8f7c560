//! This machine, as a check of a show asks about it: its environment, its player, its clips, what it lacks.
//!
//! Must never send anything, and never be used while a show runs: it waits for players.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::mpv::{flags_fault, try_out};
use super::permits::{ClipFolders, OUTSIDE, how_to_permit};
use super::{Fault, Surroundings, http, midi};
use crate::show::file::machine::{Clip, Finding, Machine, Secret};
use crate::show::{Output, OutputKind};

/// What shows to be seen needs, in the environment and among the devices.
const DISPLAYS: [&str; 2] = ["DISPLAY", "WAYLAND_DISPLAY"];

/// What a machine with a sound server has in its environment.
const SOUND_SERVERS: [&str; 2] = ["PULSE_SERVER", "PIPEWIRE_REMOTE"];

/// The sockets of sound servers, below `$XDG_RUNTIME_DIR`.
const SOUND_SOCKETS: [&str; 2] = ["pulse/native", "pipewire-0"];

/// This machine, for a show whose file lies in the folder of the surroundings.
pub struct ThisMachine<'a> {
    surroundings: Surroundings<'a>,
    /// Every clip that was tried; each is tried once.
    tried: RefCell<HashMap<String, Clip>>,
}

impl<'a> ThisMachine<'a> {
    /// The machine with these surroundings.
    pub fn new(surroundings: Surroundings<'a>) -> Self {
        ThisMachine { surroundings, tried: RefCell::default() }
    }

    fn variable(&self, name: &str) -> Option<String> {
        (self.surroundings.env)(name).filter(|value| !value.is_empty())
    }

    fn try_clip(&self, clip: &str) -> Clip {
        let Surroundings { env, folder, permits } = &self.surroundings;
        let file = folder.join(clip);
        // What lies elsewhere is not even opened.
        if file.exists() && !ClipFolders::of(folder, permits).have(&file) {
            return Clip { fault: Some(format!("{clip}: {OUTSIDE}")), length_ns: None };
        }
        try_out(folder, clip, *env)
    }

    fn player(&self, flags: &[String]) -> Vec<Finding> {
        let named = self.variable("HANDOVER_MPV");
        let finding = |what: String, fix: &str| Finding { what, fix: fix.to_owned() };
        if !self.is_installed(named.as_deref().unwrap_or("mpv")) {
            return vec![finding("there is no mpv, which plays the clips".into(), "install it: `apt-get install mpv`")];
        }
        let mut findings = vec![];
        if let Some(why) = flags_fault(flags, named) {
            findings.push(finding(
                format!("mpv does not take these `flags`: {why}"),
                "write them as mpv's manual has them",
            ));
        }
        let sets = |names: &[&str]| flags.iter().any(|flag| names.iter().any(|name| flag.starts_with(name)));
        if !sets(&["--vo=null", "--vo=drm", "--no-video", "--video=no", "--vid=no"]) && !self.has_display() {
            let fix = "start from a desktop, or write `flags = [\"--vo=drm\"]` for a screen without one";
            findings.push(finding(
                "this machine has no display for clips: DISPLAY and WAYLAND_DISPLAY are not set".into(),
                fix,
            ));
        }
        if !sets(&["--ao=null", "--no-audio", "--audio=no", "--aid=no", "--mute=yes", "--mute"]) && !self.has_sound() {
            let fix =
                "connect a sound card or a sound server, or write `flags = [\"--ao=null\"]` for clips without sound";
            findings.push(finding("this machine has no sound for clips: no card and no sound server".into(), fix));
        }
        findings
    }

    fn is_installed(&self, program: &str) -> bool {
        let path = self.variable("PATH").unwrap_or_default();
        std::env::split_paths(&path).map(|folder| folder.join(program)).any(|file| file.is_file())
    }

    fn has_display(&self) -> bool {
        cfg!(not(target_os = "linux")) || DISPLAYS.iter().any(|name| self.variable(name).is_some())
    }

    fn has_sound(&self) -> bool {
        let card = || Path::new("/proc/asound/cards").exists() && Path::new("/dev/snd/timer").exists();
        let server = || SOUND_SERVERS.iter().any(|name| self.variable(name).is_some());
        let folder = self.variable("XDG_RUNTIME_DIR").map(PathBuf::from);
        let socket = || folder.is_some_and(|folder| SOUND_SOCKETS.iter().any(|name| folder.join(name).exists()));
        cfg!(not(target_os = "linux")) || card() || server() || socket()
    }
}

impl Machine for ThisMachine<'_> {
    fn clip(&self, clip: &str) -> Clip {
        if let Some(known) = self.tried.borrow().get(clip) {
            return known.clone();
        }
        let tried = self.try_clip(clip);
        self.tried.borrow_mut().insert(clip.to_owned(), tried.clone());
        tried
    }

    fn secret(&self, secret: Secret<'_>) -> Option<Finding> {
        let permits = self.surroundings.permits;
        let (name, is_permitted) = match secret {
            Secret::Header(name) => (name, permits.may_send(name)),
            Secret::Passcode(name) => (name, permits.may_be_passcode(name)),
        };
        if !is_permitted {
            let what = format!("shows may not read the environment variable {name}");
            return Some(Finding { what, fix: how_to_permit(name) });
        }
        let what = || format!("the environment variable {name} is not set");
        let finding = || Finding { what: what(), fix: "set it before the show is started".into() };
        self.variable(name).is_none().then(finding)
    }

    fn output(&self, output: &Output) -> Vec<Finding> {
        match &output.kind {
            OutputKind::OscUdp { .. } | OutputKind::OscTcp { .. } => vec![],
            OutputKind::Http { ca, .. } => {
                let faults = http::roots(ca.as_deref(), self.surroundings.folder).err().unwrap_or_default();
                let finding = |fault: Fault| Finding { what: fault.to_string(), fix: "put the file there".into() };
                faults.into_iter().map(finding).collect()
            }
            OutputKind::Midi { port } => midi_port(port).into_iter().collect(),
            OutputKind::Mpv { flags } => self.player(flags),
        }
    }
}

/// What keeps a MIDI output from the port whose name is, or contains, `wanted`.
fn midi_port(wanted: &str) -> Option<Finding> {
    let finding = |what: String, fix: &str| Some(Finding { what, fix: fix.to_owned() });
    let Some(mut ports) = midi::system() else {
        return finding("this build has no MIDI: the output will be down".to_owned(), midi::BUILD_IN);
    };
    match ports.list() {
        Ok(there) if midi::found(&there, wanted).is_some() => None,
        Ok(there) => {
            finding(midi::missing(&there, wanted), "connect it, or write a part of the name of one that is there")
        }
        Err(why) => {
            finding(format!("the MIDI ports of this machine cannot be listed: {why}"), "look at its sound system")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::surroundings;
    use super::*;

    #[test]
    fn secrets_are_looked_for_and_need_a_permit() {
        let env = |name: &str| (name == "X_TOKEN").then(|| "value".to_owned());
        let machine = ThisMachine::new(surroundings(&env));
        assert_eq!(machine.secret(Secret::Header("X_TOKEN")), None);
        let said = |secret| machine.secret(secret).map(|finding| format!("{}; {}", finding.what, finding.fix)).unwrap();
        let unset = said(Secret::Header("HANDOVER_TOKEN"));
        assert_eq!(unset, "the environment variable HANDOVER_TOKEN is not set; set it before the show is started");
        for secret in [Secret::Header("HOME"), Secret::Passcode("HOME")] {
            let refused = said(secret);
            assert!(refused.contains("may not read") && refused.contains("--env HOME"), "{refused}");
        }
        assert!(said(Secret::Header("HANDOVER_PASSCODE")).contains("may not read"));
        assert!(said(Secret::Passcode("HANDOVER_PASSCODE")).contains("not set"));
    }
}
