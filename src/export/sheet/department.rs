//! The call sheet of one department: the cues that need it, and of each call the words for it.

use super::{DepartmentRow, Sheet};
use crate::plain::counted;

impl Sheet {
    /// The sheet for one department, by its place in the legend: the cues that need it, in the
    /// segments that have any. Of a call that names several departments it has what is said to this
    /// one and to all, and of notes the lines that do not begin with another one's name.
    pub fn of_department(mut self, department: usize) -> Sheet {
        let name = self.departments.get(department).map_or(String::new(), |row| row.name.clone());
        let all: usize = self.segments.iter().map(|segment| segment.cues.len()).sum();
        for segment in &mut self.segments {
            segment.cues.retain(|cue| cue.needs.contains(&department));
            for cue in &mut segment.cues {
                let call = cue.call.take();
                cue.call = call.and_then(|call| said_to(&name, &call, &self.departments));
                let notes = cue.notes.take();
                cue.notes = notes.and_then(|notes| noted_for(&name, &notes, &self.departments));
            }
        }
        self.segments.retain(|segment| !segment.cues.is_empty());
        let own: usize = self.segments.iter().map(|segment| segment.cues.len()).sum();
        self.facts.retain(|(label, _)| *label != "Has");
        self.facts.push(("For", format!("{name}: {own} of {}", counted(all, "cue"))));
        self
    }
}

/// Words of a call to the department `name` and to all: a part that begins with the name of a
/// department and a colon is for that one. `None` if nothing is left.
fn said_to(name: &str, call: &str, departments: &[DepartmentRow]) -> Option<String> {
    let mut starts: Vec<(usize, bool)> = vec![];
    for row in departments {
        let label = format!("{}:", row.name);
        let found = call.char_indices().map(|(at, _)| at).filter(|at| {
            call.get(*at..at + label.len()).is_some_and(|part| is_named(part, &label))
        });
        let is_begun = |at: &usize| !call[..*at].ends_with(char::is_alphanumeric);
        starts.extend(found.filter(is_begun).map(|at| (at, row.name == name)));
    }
    starts.sort_unstable();
    let ends = starts.iter().skip(1).map(|(at, _)| *at).chain([call.len()]);
    let first = starts.first().map_or(call.len(), |(at, _)| *at);
    let parts = starts.iter().zip(ends).filter(|((_, is_own), _)| *is_own);
    let parts = parts.map(|((at, _), end)| &call[*at..end]);
    let is_gap = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '/' | '|');
    let parts = [&call[..first]].into_iter().chain(parts).map(|part| part.trim_matches(is_gap));
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// The lines of notes but those for another department than `name`, such as "Sound: mic 3": an
/// imported sheet has one for each. `None` if nothing is left.
fn noted_for(name: &str, notes: &str, departments: &[DepartmentRow]) -> Option<String> {
    let is_others = |line: &&str| {
        let label = line.split_once(':').map(|(label, _)| label.trim());
        let named = departments.iter().find(|row| label.is_some_and(|it| is_named(it, &row.name)));
        named.is_some_and(|row| row.name != name)
    };
    let lines: Vec<&str> = notes.lines().filter(|line| !is_others(line)).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// Returns `true` if two names differ in the case of letters at most.
fn is_named(name: &str, other: &str) -> bool {
    name.to_lowercase() == other.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_notes_a_department_does_not_get_the_lines_for_others() {
        let rows = ["LX", "SND"].map(|name| DepartmentRow {
            id: name.to_lowercase(),
            name: name.into(),
            colour: None,
        });
        let noted = |name: &str, notes: &str| noted_for(name, notes, &rows);
        let notes = "Slow.\nLX: 3\nSND: mic 2\nWho: Jo";
        assert_eq!(noted("LX", notes).unwrap(), "Slow.\nLX: 3\nWho: Jo");
        assert_eq!(noted("SND", notes).unwrap(), "Slow.\nSND: mic 2\nWho: Jo");
        assert_eq!(noted("SND", "LX: 3"), None);
        assert_eq!(noted("SND", "Lx : 3"), None);
        // Without a colon it is about a department, and for everybody.
        assert_eq!(noted("SND", "LX late").unwrap(), "LX late");
    }

    #[test]
    fn of_a_call_a_department_gets_its_own_words_and_those_for_all() {
        let rows = ["Lights", "Sound", "Light board"].map(|name| DepartmentRow {
            id: name.to_lowercase(),
            name: name.into(),
            colour: None,
        });
        let said = |name: &str, call: &str| said_to(name, call, &rows);
        let call = "Stand by. Lights: 12, then 13; Sound: fade, GO";
        assert_eq!(said("Lights", call).unwrap(), "Stand by. Lights: 12, then 13");
        assert_eq!(said("Sound", call).unwrap(), "Stand by. Sound: fade, GO");
        assert_eq!(said("Light board", call).unwrap(), "Stand by.");
        assert_eq!(said("Sound", "Lights: GO"), None);
        assert_eq!(said("Sound", "LIGHTS: GO"), None);
        assert_eq!(said("Sound", "Everybody: GO").unwrap(), "Everybody: GO");
        assert_eq!(
            said("Sound", "Moving Lights: 3 / Sound: 4 / Sound: 5").unwrap(),
            "Moving Sound: 4 Sound: 5"
        );
    }
}
