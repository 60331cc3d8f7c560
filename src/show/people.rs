//! Who is where in the show: which cues name which people.
//!
//! A cue names a person where a title, a call, notes or a step of it has the whole name. "Cruise" alone names nobody,
//! for a show may have two; nor does "Ann Lee" stand in "Ann Leeds". Looked up once, when the show is tied together,
//! because a frame has no time to read ten thousand cues.

use std::collections::HashMap;

use super::{Cue, CueIx, Person, PersonIx, Show};

impl Show {
    /// The person at `ix`.
    pub fn person(&self, ix: PersonIx) -> &Person {
        &self.people[ix.0 as usize]
    }

    /// All person indices, in the order of the file.
    pub fn person_indices(&self) -> impl DoubleEndedIterator<Item = PersonIx> + ExactSizeIterator + use<> {
        (0..self.people.len() as u32).map(PersonIx)
    }

    /// The person with this id.
    pub fn find_person(&self, id: &str) -> Option<PersonIx> {
        self.person_indices().find(|&ix| self.person(ix).id == id)
    }

    /// The people of exactly this name: a step whose title is a name marks them all.
    pub fn people_called(&self, name: &str) -> impl Iterator<Item = PersonIx> {
        self.person_indices().filter(move |&ix| self.person(ix).name == name)
    }

    /// The cues whose words name a person, in running order.
    pub fn cues_naming(&self, person: PersonIx) -> &[CueIx] {
        self.named.get(person.0 as usize).map_or(&[], Vec::as_slice)
    }

    /// The people whom the words of `cue` name, in the order of the file.
    pub fn people_in(&self, cue: CueIx) -> impl Iterator<Item = PersonIx> {
        self.person_indices().filter(move |&person| self.cues_naming(person).binary_search(&cue).is_ok())
    }
}

/// For each person of `show`, the cues that name them. Goes through the words once, for a show may have thousands of
/// either.
pub(super) fn named(show: &Show) -> Vec<Vec<CueIx>> {
    let mut by_first: HashMap<char, Vec<PersonIx>> = HashMap::new();
    for person in show.person_indices() {
        if let Some(first) = show.person(person).name.chars().next() {
            by_first.entry(first).or_default().push(person);
        }
    }
    let mut named: Vec<Vec<CueIx>> = vec![vec![]; show.people.len()];
    for cue in show.cue_indices() {
        for words in words_of(show.cue(cue)) {
            for (at, first) in words.char_indices() {
                for &person in by_first.get(&first).into_iter().flatten() {
                    let Some(cues) = named.get_mut(person.0 as usize) else { continue };
                    if cues.last() != Some(&cue) && has_name_at(words, at, &show.person(person).name) {
                        cues.push(cue);
                    }
                }
            }
        }
    }
    named
}

fn words_of(cue: &Cue) -> impl Iterator<Item = &str> {
    let words = [Some(cue.title.as_str()), cue.notes.as_deref(), cue.call.as_deref()];
    words.into_iter().flatten().chain(cue.steps.iter().map(|step| step.title.as_str()))
}

/// Whether `name` stands in `words` at this byte and is not a part of a longer name.
fn has_name_at(words: &str, at: usize, name: &str) -> bool {
    let (before, from) = words.split_at(at);
    let Some(behind) = from.strip_prefix(name) else { return false };
    let joins = |a: Option<char>, b: Option<char>| a.zip(b).is_some_and(|(a, b)| is_cased(a) && is_cased(b));
    !joins(before.chars().next_back(), name.chars().next()) && !joins(name.chars().next_back(), behind.chars().next())
}

/// Whether a character belongs to a script that keeps words apart by blanks, as far as case tells: names in Japanese or
/// Arabic stand close to what follows them.
fn is_cased(c: char) -> bool {
    c.is_lowercase() || c.is_uppercase() || c.is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::{builtin, file};

    #[test]
    fn a_name_is_found_whole_and_only_whole() {
        for (words, name, found) in [
            ("Tom Cruise: off the roof", "Tom Cruise", true),
            ("and Tom Cruise's feet", "Tom Cruise", true),
            ("Cruise control", "Tom Cruise", false),
            ("Ann Leeds sings", "Ann Lee", false),
            ("Ann Leeds and Ann Lee", "Ann Lee", true),
            ("MacAnn Lee", "Ann Lee", false),
            ("小池百合子が旗を渡す", "小池百合子", true),
        ] {
            let has_name = words.char_indices().any(|(at, _)| has_name_at(words, at, name));
            assert_eq!(has_name, found, "{name:?} in {words:?}");
        }
    }

    #[test]
    fn the_people_of_the_night_stand_on_their_cues() {
        let show = file::parse(builtin::find("paris-2024").unwrap().text, "UTC").unwrap();
        let cues = |id: &str| -> Vec<&str> {
            let person = show.find_person(id).unwrap();
            show.cues_naming(person).iter().map(|&cue| show.cue(cue).number.as_str()).collect()
        };
        // Read off the show file by hand.
        assert_eq!(cues("cruise"), ["14.5", "24"]);
        assert_eq!(cues("bass"), ["26"]);
        assert_eq!(cues("biles"), ["26"]);
        assert_eq!(cues("gaga"), ["4", "13"]);
        assert_eq!(cues("dion"), ["7", "7A"]);
        assert_eq!(cues("jonas"), ["13"]);
        let roof = show.find(&crate::show::CueNumber::new("26").unwrap()).unwrap();
        let ids: Vec<&str> = show.people_in(roof).map(|person| show.person(person).id.as_str()).collect();
        assert_eq!(ids, ["bass", "biles"]);
    }

    #[test]
    fn a_cue_that_names_somebody_in_several_places_names_them_once() {
        let text = "title = \"x\"\n[person.a]\nname = \"Ann\"\n[person.b]\nname = \"Anna\"\n[person.c]\nname = \"Ann\"\n\
                    [[segment]]\ntitle = \"s\"\nduration = \"1m\"\n\
                    cue = [{ number = \"1\", title = \"Ann, Ann\", call = \"Ann\", steps = [{ title = \"Ann\" }] },\n\
                    { number = \"2\", title = \"Anna\" }, { number = \"3\", title = \"-\", notes = \"ask Ann\" }]\n";
        let show = file::parse(text, "UTC").unwrap();
        let cues = |person| show.cues_naming(PersonIx(person)).iter().map(|cue| cue.0).collect::<Vec<_>>();
        assert_eq!([cues(0), cues(1), cues(2)], [vec![0, 2], vec![1], vec![0, 2]]);
    }
}
