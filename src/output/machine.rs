//! This machine, as a check of a show asks about it: its environment, its player, its clips, what
//! it lacks.
//!
//! Must never send anything, and never be used while a show runs: it waits for players.

use std::cell::RefCell;
use std::collections::HashMap;

use super::mpv::try_out;
use super::permits::{ClipFolders, OUTSIDE, how_to_permit};
use super::{Surroundings, driver};
use crate::show::Output;
use crate::show::file::machine::{Finding, Machine, Secret, TriedClip};

/// This machine, for a show whose file lies in the folder of the surroundings.
pub struct ThisMachine<'a> {
    surroundings: Surroundings<'a>,
    /// Every clip that was tried; each is tried once.
    tried: RefCell<HashMap<String, TriedClip>>,
}

impl<'a> ThisMachine<'a> {
    /// The machine with these surroundings.
    pub fn new(surroundings: Surroundings<'a>) -> Self {
        ThisMachine { surroundings, tried: RefCell::default() }
    }

    fn variable(&self, name: &str) -> Option<String> {
        (self.surroundings.env)(name).filter(|value| !value.is_empty())
    }

    fn try_clip(&self, clip: &str) -> TriedClip {
        let Surroundings { env, folder, permits, clock } = &self.surroundings;
        let file = folder.join(clip);
        // What lies elsewhere is not even opened.
        if file.exists() && !ClipFolders::of(folder, permits).have(&file) {
            return TriedClip { fault: Some(format!("{clip}: {OUTSIDE}")), length_ns: None };
        }
        try_out(folder, clip, *env, *clock)
    }
}

impl Machine for ThisMachine<'_> {
    fn clip(&self, clip: &str) -> TriedClip {
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

    fn output(&self, output: &Output, is_seen: bool) -> Vec<Finding> {
        driver(output).lacks(is_seen, &self.surroundings)
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
        let said = |secret| {
            machine
                .secret(secret)
                .map(|finding| format!("{}; {}", finding.what, finding.fix))
                .unwrap()
        };
        let unset = said(Secret::Header("HANDOVER_TOKEN"));
        assert_eq!(
            unset,
            "the environment variable HANDOVER_TOKEN is not set; set it before the show is started"
        );
        for secret in [Secret::Header("HOME"), Secret::Passcode("HOME")] {
            let refused = said(secret);
            assert!(
                refused.contains("may not read") && refused.contains("--env HOME"),
                "{refused}"
            );
        }
        assert!(said(Secret::Header("HANDOVER_PASSCODE")).contains("may not read"));
        assert!(said(Secret::Passcode("HANDOVER_PASSCODE")).contains("not set"));
    }
}
