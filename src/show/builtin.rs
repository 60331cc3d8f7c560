//! The shows that are built into the program.

/// A show that is always there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Builtin {
    /// The name by which the command line knows it.
    pub name: &'static str,
    /// A description in a sentence without a full stop.
    pub about: &'static str,
    /// The show file.
    pub text: &'static str,
}

/// The name of the show that opens when none is named.
pub const FIRST: &str = "paris-2024";

/// All of them.
pub const ALL: [Builtin; 3] = [
    Builtin {
        name: FIRST,
        about: "the night Paris handed the Olympic flag to Los Angeles: every feature at work",
        text: include_str!("../../assets/shows/paris-2024.toml"),
    },
    Builtin {
        name: "torch-relay-2004",
        about: "the torch relay around the world that ended in Athens: routes from city to city",
        text: include_str!("../../assets/shows/torch-relay-2004.toml"),
    },
    Builtin {
        name: "conference",
        about: "a day of eight sessions that are one template: a starting point of your own",
        text: include_str!("../../assets/shows/conference.toml"),
    },
];

/// The show that `handover new` writes: a small commented one.
pub const TEMPLATE: &str = include_str!("../../assets/shows/template.toml");

/// The show of this name.
pub fn find(name: &str) -> Option<Builtin> {
    ALL.into_iter().find(|show| show.name == name)
}
