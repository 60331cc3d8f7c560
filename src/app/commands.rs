//! The commands that a few typed letters may mean: what the palette offers, the best first.
//!
//! A name that the letters begin stands before one that only has them in this order somewhere, and
//! that before a help text with these words. How well letters fit is scored by nucleo-matcher, the
//! matcher of the editor Helix.

use std::cmp::Reverse;

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::keys::{Act, BINDINGS, Binding};

/// A command that may be meant, and why.
#[derive(Clone, Debug)]
pub struct FoundCommand {
    /// The command.
    pub binding: &'static Binding,
    /// Typed characters of its name, by place, counted from 0.
    pub name: Vec<usize>,
    /// Typed characters of its help, if the name does not have all of the words.
    pub help: Vec<usize>,
}

impl FoundCommand {
    /// Returns `true` if Enter may run it: GO and panic take their whole name as `text`, so that a
    /// slip fires and stops nothing.
    pub fn may_run(&self, text: &str) -> bool {
        !self.binding.act.needs_whole_name() || text.trim().eq_ignore_ascii_case(self.binding.name)
    }
}

/// Quality of a command's match, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum MatchQuality {
    Exact,
    Prefix,
    Name(Reverse<u32>),
    Help,
}

/// The commands that `text` may mean; all of them, in the table's order, where it is empty. Who is
/// ready is asked by number, which only the keys 1 to 9 say, and so that is not among them.
pub fn commands(text: &str) -> Vec<FoundCommand> {
    let text = text.trim().to_lowercase();
    let mut config = Config::DEFAULT;
    config.prefer_prefix = true;
    let mut matcher = Matcher::new(config);
    let pattern = Pattern::new(&text, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy);
    let mut found: Vec<(MatchQuality, FoundCommand)> =
        offered().filter_map(|binding| fit(binding, &text, &pattern, &mut matcher)).collect();
    // A stable sort: what fits equally well keeps the table's order.
    found.sort_by_key(|(fit, _)| *fit);
    found.into_iter().map(|(_, found)| found).collect()
}

/// Commands that take no argument.
fn offered() -> impl Iterator<Item = &'static Binding> {
    BINDINGS.iter().filter(|binding| !matches!(binding.act, Act::Ready(_)))
}

/// Number of these commands.
pub fn count() -> usize {
    offered().count()
}

fn fit(
    binding: &'static Binding,
    text: &str,
    pattern: &Pattern,
    matcher: &mut Matcher,
) -> Option<(MatchQuality, FoundCommand)> {
    let name = binding.name.to_lowercase();
    let found = |name: Vec<usize>, help: Vec<usize>| FoundCommand { binding, name, help };
    if name.starts_with(text) {
        let fit = if name == text { MatchQuality::Exact } else { MatchQuality::Prefix };
        return Some((fit, found((0..text.chars().count()).collect(), vec![])));
    }
    let (mut letters, mut places) = (vec![], vec![]);
    if let Some(score) = pattern.indices(Utf32Str::new(&name, &mut letters), matcher, &mut places) {
        let mut places: Vec<usize> = places.into_iter().map(|place| place as usize).collect();
        places.sort_unstable();
        places.dedup();
        return Some((MatchQuality::Name(Reverse(score)), found(places, vec![])));
    }
    words(binding.help, text).map(|places| (MatchQuality::Help, found(vec![], places)))
}

/// Places in `help` of the words of `text`, if it has them all.
fn words(help: &str, text: &str) -> Option<Vec<usize>> {
    let help: Vec<char> = help.chars().map(|c| c.to_lowercase().next().unwrap_or(c)).collect();
    let mut places = vec![];
    for word in text.split_whitespace() {
        let word: Vec<char> = word.chars().collect();
        let at = help.windows(word.len()).position(|window| window == word.as_slice())?;
        places.extend(at..at + word.len());
    }
    places.sort_unstable();
    places.dedup();
    Some(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<&'static str> {
        commands(text).iter().map(|found| found.binding.name).collect()
    }

    #[test]
    fn an_empty_line_offers_everything_in_the_tables_order() {
        let all: Vec<_> =
            BINDINGS.iter().map(|binding| binding.name).filter(|name| *name != "ready").collect();
        assert_eq!((names(" "), count()), (all.clone(), all.len()));
    }

    #[test]
    fn beginnings_come_first_then_letters_in_order_then_helps() {
        assert_eq!(names("GO")[0], "GO");
        assert_eq!(names("page log")[0], "page log");
        // `p` begins panic, and stands in the middle of step.
        let all = names("p");
        assert!(
            all.iter().position(|name| *name == "panic")
                < all.iter().position(|name| *name == "mark step")
        );
        // Letters from the beginnings of two words.
        assert_eq!(names("ms")[0], "mark step");
        assert_eq!(names("pgtl")[0], "page timeline");
        assert_eq!(names("time page")[0], "page timeline");
        // Only a help speaks of the shell.
        assert_eq!(names("shell"), ["suspend"]);
        assert_eq!(names("xyzzy"), [""; 0]);
    }

    #[test]
    fn says_which_letters_were_meant() {
        let found = &commands("ms")[0];
        assert_eq!(found.name, [0, 5]);
        let found = &commands("shell")[0];
        assert_eq!(&found.binding.help[found.help[0]..=found.help[4]], "shell");
        assert!(commands(&"x".repeat(1000)).is_empty());
    }
}
