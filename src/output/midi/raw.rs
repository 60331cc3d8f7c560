//! The MIDI ports of a Linux machine as its kernel has them, for builds without ALSA's library: one
//! file a port.
//!
//! `/dev/snd/midiCxDy` is the port y of card x ("ALSA raw MIDI",
//! Documentation/sound/designs/midi-2.0.rst of the kernel, and its snd-rawmidi driver): what is
//! written there leaves the port. The name is the first line of `/proc/asound/cardx/midiy`. Ports
//! of other programs, which only ALSA's sequencer has, are not among them.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use super::{MidiConnection, MidiPorts, Port};
use crate::output::peer::words;

/// The ports of this machine.
pub(super) struct Raw {
    /// Folder of the ports' files.
    devices: PathBuf,
    /// Folder in which the kernel names them.
    names: PathBuf,
}

impl Default for Raw {
    fn default() -> Self {
        Raw { devices: "/dev/snd".into(), names: "/proc/asound".into() }
    }
}

impl Raw {
    /// Name of a port: from its driver, or else from its file.
    fn name(&self, file: &str) -> String {
        let (card, device) = file.trim_start_matches("midiC").split_once('D').unwrap_or_default();
        let said = std::fs::read_to_string(
            self.names.join(format!("card{card}")).join(format!("midi{device}")),
        );
        let line =
            said.ok().and_then(|said| said.lines().next().map(|line| line.trim().to_owned()));
        line.filter(|line| !line.is_empty()).unwrap_or_else(|| file.to_owned())
    }
}

impl MidiPorts for Raw {
    fn list(&mut self) -> Result<Vec<Port>, String> {
        let entries = match std::fs::read_dir(&self.devices) {
            Ok(entries) => entries,
            // A machine without sound cards has no such folder.
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(vec![]),
            Err(error) => return Err(format!("{}: {}", self.devices.display(), words(&error))),
        };
        let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
        let mut files: Vec<String> = names.filter(|name| is_port(name)).collect();
        files.sort();
        Ok(files.into_iter().map(|file| Port { name: self.name(&file), id: file }).collect())
    }

    fn connect(&mut self, port: &Port) -> Result<Box<dyn MidiConnection>, String> {
        open(&self.devices.join(&port.id))
            .map(|file| Box::new(OpenRaw(file)) as Box<dyn MidiConnection>)
    }
}

/// Returns `true` for `midiC0D0` and the like.
fn is_port(file: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let numbers = file.strip_prefix("midiC").and_then(|numbers| numbers.split_once('D'));
    numbers.is_some_and(|(card, device)| is_number(card) && is_number(device))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the kinds of errors are std's")]
fn open(path: &Path) -> Result<File, String> {
    // A port that takes nothing must not hold up the cues after it.
    let flags = OFlags::NONBLOCK.bits().cast_signed();
    OpenOptions::new().write(true).custom_flags(flags).open(path).map_err(|error| {
        match error.kind() {
            ErrorKind::PermissionDenied => {
                format!("{}; this user has to be in the group `audio`", words(&error))
            }
            ErrorKind::ResourceBusy => "another program has it".to_owned(),
            _ => words(&error),
        }
    })
}

struct OpenRaw(File);

impl MidiConnection for OpenRaw {
    fn send(&mut self, bytes: &[u8]) -> Result<(), String> {
        match self.0.write(bytes) {
            Ok(taken) if taken == bytes.len() => Ok(()),
            Ok(taken) => Err(format!("it took {taken} of {} bytes", bytes.len())),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                Err("it takes nothing any more".to_owned())
            }
            Err(error) => Err(words(&error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_listed_by_the_names_of_their_drivers_and_take_whole_messages() {
        let house = tempfile::tempdir().unwrap();
        let (devices, names) = (house.path().join("snd"), house.path().join("asound"));
        std::fs::create_dir_all(&devices).unwrap();
        std::fs::create_dir_all(names.join("card1")).unwrap();
        for file in ["midiC1D0", "midiC2D10", "pcmC0D0p", "midiC1", "seq"] {
            std::fs::write(devices.join(file), b"").unwrap();
        }
        std::fs::write(
            names.join("card1/midi0"),
            "USB MIDI Interface\n\nOutput 0\n  Tx bytes     : 0\n",
        )
        .unwrap();
        let mut raw = Raw { devices: devices.clone(), names };
        let ports = raw.list().unwrap();
        let said: Vec<_> =
            ports.iter().map(|port| (port.id.as_str(), port.name.as_str())).collect();
        assert_eq!(said, [("midiC1D0", "USB MIDI Interface"), ("midiC2D10", "midiC2D10")]);
        raw.connect(&ports[0]).unwrap().send(&[0x90, 60, 100]).unwrap();
        assert_eq!(std::fs::read(devices.join("midiC1D0")).unwrap(), [0x90, 60, 100]);
        std::fs::remove_file(devices.join("midiC1D0")).unwrap();
        assert!(raw.connect(&ports[0]).is_err());
        assert_eq!(Raw { devices: house.path().join("none"), ..raw }.list(), Ok(vec![]));
    }
}
