//! The MIDI ports of this machine, by ALSA's sequencer, CoreMIDI or WinMM.
//!
//! Must never let ALSA fail by itself: its library writes to the terminal what went wrong.

use midir::{MidiOutput, MidiOutputConnection};

use super::{MidiConnection, MidiPorts, Port};

/// Name of this program for the machine's other programs.
const CLIENT: &str = "handover";

/// Device file by which ALSA's sequencer is opened.
#[cfg(target_os = "linux")]
const SEQUENCER: &str = "/dev/snd/seq";

/// The ports of this machine.
#[derive(Default)]
pub(super) struct System {
    /// Kept for listing, so that this does not cost a new client each time.
    lister: Option<MidiOutput>,
}

impl MidiPorts for System {
    fn list(&mut self) -> Result<Vec<Port>, String> {
        let lister = match self.lister.take() {
            Some(lister) => lister,
            None => client()?,
        };
        let ports = lister.ports().into_iter().filter_map(|port| {
            // A port that goes while it is asked for its name has none, and is as good as gone.
            lister.port_name(&port).ok().map(|name| Port { id: port.id(), name })
        });
        let ports = ports.collect();
        self.lister = Some(lister);
        Ok(ports)
    }

    fn connect(&mut self, port: &Port) -> Result<Box<dyn MidiConnection>, String> {
        let client = client()?;
        let target = client.find_port_by_id(&port.id).ok_or("it has just gone")?;
        let connection = client.connect(&target, "cues").map_err(|error| error.to_string())?;
        Ok(Box::new(OpenSystem(connection)))
    }
}

struct OpenSystem(MidiOutputConnection);

impl MidiConnection for OpenSystem {
    fn send(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.0.send(bytes).map_err(|error| error.to_string())
    }
}

#[cfg_attr(
    target_os = "linux",
    expect(clippy::wildcard_enum_match_arm, reason = "the kinds of errors are std's")
)]
fn client() -> Result<MidiOutput, String> {
    #[cfg(target_os = "linux")]
    if let Err(error) = std::fs::File::options().read(true).write(true).open(SEQUENCER) {
        let fix = match error.kind() {
            std::io::ErrorKind::NotFound => "; load it with `modprobe snd-seq`",
            std::io::ErrorKind::PermissionDenied => "; this user has to be in the group `audio`",
            _ => "",
        };
        return Err(format!("{SEQUENCER}: {}{fix}", crate::output::peer::words(&error)));
    }
    MidiOutput::new(CLIENT).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_with_or_without_midi_says_what_there_is() {
        let mut system = System::default();
        match system.list() {
            Ok(ports) => {
                assert!(ports.iter().all(|port| !port.id.is_empty() && !port.name.is_empty()))
            }
            Err(why) => assert!(!why.is_empty()),
        }
        let nobody = Port { id: "no such port".into(), name: "Nobody".into() };
        assert!(system.connect(&nobody).is_err());
    }
}
