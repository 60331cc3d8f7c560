//! Things that this machine lacks for a player: the player itself, a display, sound.
//!
//! Must never be used while a show runs: it waits for the player.

use std::path::{Path, PathBuf};

use super::super::Surroundings;
use super::process::{find, program_or_mpv};
use super::tryout::flags_fault;
use crate::show::file::machine::Finding;

/// Environment variables of a display, which a picture needs.
const DISPLAYS: [&str; 2] = ["DISPLAY", "WAYLAND_DISPLAY"];

/// Environment variables of a sound server.
const SOUND_SERVERS: [&str; 2] = ["PULSE_SERVER", "PIPEWIRE_REMOTE"];

/// The sockets of sound servers, below `$XDG_RUNTIME_DIR`.
const SOUND_SOCKETS: [&str; 2] = ["pulse/native", "pipewire-0"];

/// The environment of the program, in which an empty variable is none.
pub(super) struct Lacks<'a>(pub(super) &'a Surroundings<'a>);

impl Lacks<'_> {
    fn variable(&self, name: &str) -> Option<String> {
        (self.0.env)(name).filter(|value| !value.is_empty())
    }

    /// All that a player with these flags would miss; it needs a display if anything `is_seen`.
    pub(super) fn of(&self, flags: &[String], is_seen: bool) -> Vec<Finding> {
        let named = self.variable("HANDOVER_MPV");
        let finding = |what: String, fix: &str| Finding { what, fix: fix.to_owned() };
        let path = self.variable("PATH").unwrap_or_default();
        if find(&program_or_mpv(named.clone()), path.as_ref()).is_err() {
            return vec![finding(
                "there is no mpv, which plays the clips".into(),
                "install it: `apt-get install mpv`",
            )];
        }
        let mut findings = vec![];
        if let Some(why) = flags_fault(flags, named, self.0.clock) {
            findings.push(finding(
                format!("mpv does not take these `flags`: {why}"),
                "write them as mpv's manual has them",
            ));
        }
        let sets = |names: &[&str]| {
            flags.iter().any(|flag| names.iter().any(|name| flag.starts_with(name)))
        };
        if is_seen
            && !sets(&["--vo=null", "--vo=drm", "--no-video", "--video=no", "--vid=no"])
            && !self.has_display()
        {
            let fix =
                "start from a desktop, or write `flags = [\"--vo=drm\"]` for a screen without one";
            findings.push(finding(
                "this machine has no display for clips: DISPLAY and WAYLAND_DISPLAY are not set"
                    .into(),
                fix,
            ));
        }
        if !sets(&["--ao=null", "--no-audio", "--audio=no", "--aid=no", "--mute=yes", "--mute"])
            && !self.has_sound()
        {
            let fix = "connect a sound card or a sound server, or write `flags = [\"--ao=null\"]` for clips without sound";
            findings.push(finding(
                "this machine has no sound for clips: no card and no sound server".into(),
                fix,
            ));
        }
        findings
    }

    fn has_display(&self) -> bool {
        cfg!(not(target_os = "linux")) || DISPLAYS.iter().any(|name| self.variable(name).is_some())
    }

    fn has_sound(&self) -> bool {
        let card =
            || Path::new("/proc/asound/cards").exists() && Path::new("/dev/snd/timer").exists();
        let server = || SOUND_SERVERS.iter().any(|name| self.variable(name).is_some());
        let folder = self.variable("XDG_RUNTIME_DIR").map(PathBuf::from);
        let socket = || {
            folder.is_some_and(|folder| SOUND_SOCKETS.iter().any(|name| folder.join(name).exists()))
        };
        cfg!(not(target_os = "linux")) || card() || server() || socket()
    }
}
