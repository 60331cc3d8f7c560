//! Looking for a MIDI port.
//!
//! Only asks for the names of the ports: must never open one, since on some systems nobody else
//! could then.

use super::super::probe::{ProbeAnswer, ProbeSentence};
use super::{self as midi, MidiPorts};

/// Looks for a port whose name is, or contains, `wanted`.
pub(super) fn look_for(wanted: &str) -> ProbeSentence {
    match midi::system() {
        Some(ports) => look_among(ports, wanted),
        None => (ProbeAnswer::Down, format!("this build has no MIDI; {}", midi::BUILD_IN)),
    }
}

fn look_among(mut ports: Box<dyn MidiPorts>, wanted: &str) -> ProbeSentence {
    match ports.list() {
        Ok(there) => match midi::found(&there, wanted) {
            Some(port) => (ProbeAnswer::Up, format!("port {:?} is there", port.name)),
            None => (ProbeAnswer::Down, midi::missing(&there, wanted)),
        },
        Err(why) => {
            (ProbeAnswer::Down, format!("the machine's MIDI ports cannot be listed: {why}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::midi::{MidiConnection, Port};

    struct Told(Result<Vec<Port>, String>);

    impl MidiPorts for Told {
        fn list(&mut self) -> Result<Vec<Port>, String> {
            self.0.clone()
        }

        fn connect(&mut self, _port: &Port) -> Result<Box<dyn MidiConnection>, String> {
            panic!("a probe opens no port")
        }
    }

    fn asked(ports: Result<&[&str], &str>) -> ProbeSentence {
        let port = |name: &&str| Port { id: (*name).into(), name: (*name).into() };
        let ports = ports.map(|names| names.iter().map(port).collect()).map_err(str::to_owned);
        look_among(Box::new(Told(ports)), "Pyro")
    }

    #[test]
    fn a_port_is_found_by_part_of_its_name_and_never_opened() {
        assert_eq!(
            asked(Ok(&["Desk", "USB Pyro 1"])),
            (ProbeAnswer::Up, "port \"USB Pyro 1\" is there".into())
        );
        let (answer, words) = asked(Ok(&["Desk"]));
        assert!(
            answer == ProbeAnswer::Down && words.contains("Pyro") && words.contains("Desk"),
            "{words}"
        );
        let (answer, words) = asked(Err("no sequencer"));
        assert!(answer == ProbeAnswer::Down && words.ends_with("no sequencer"), "{words}");
    }
}
