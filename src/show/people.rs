//! Index of the people in the show: which cues name which people.
//!
//! A cue names a person where a title, a call, notes or a step of it has the whole name. "Cruise"
//! alone names nobody, for a show may have two; nor does "Ann Lee" stand in "Ann Leeds". Looked up
//! once, when the show has been read, because a frame has no time to read ten thousand cues.

use std::collections::{BTreeSet, HashMap};

use super::{Cue, CueIx, IndexLists, Person, PersonIx, Rundown, Show};

impl Rundown {
    /// The person at `ix`.
    pub fn person(&self, ix: PersonIx) -> &Person {
        &self.people[ix]
    }

    /// All person indices, in the order of the file.
    pub fn person_indices(
        &self,
    ) -> impl DoubleEndedIterator<Item = PersonIx> + ExactSizeIterator + use<> {
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
}

impl Show {
    /// The cues whose words name a person, in running order.
    pub fn cues_naming(&self, person: PersonIx) -> &[CueIx] {
        self.index.named.cues.get(person)
    }

    /// The people whom the words of `cue` name, in the order of the file.
    pub fn people_in(&self, cue: CueIx) -> impl Iterator<Item = PersonIx> {
        self.index.named.people.get(cue).iter().copied()
    }

    /// The cues whose words name anybody, in running order.
    pub fn cues_naming_anybody(&self) -> &[CueIx] {
        &self.index.named.naming
    }
}

/// Names of people in cues.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct NamedPeople {
    /// For each person, the cues whose words name them, in running order.
    cues: IndexLists<PersonIx, CueIx>,
    /// For each cue, the people whom its words name, in the order of the file.
    people: IndexLists<CueIx, PersonIx>,
    /// The cues whose words name anybody, in running order.
    naming: Vec<CueIx>,
}

/// Looks up who is named where.
pub(super) fn named(rundown: &Rundown) -> NamedPeople {
    let names = PeopleIndex::of(rundown.people.iter().map(|person| person.name.as_str()));
    let mut pairs: Vec<(CueIx, PersonIx)> = vec![];
    for (ix, cue) in rundown.listed() {
        pairs.extend(names.in_cue(cue).into_iter().map(|person| (ix, person)));
    }
    let mut naming: Vec<CueIx> = pairs.iter().map(|(cue, _)| *cue).collect();
    naming.dedup();
    let by_person = pairs.iter().map(|&(cue, person)| (person, cue));
    NamedPeople {
        cues: IndexLists::of(rundown.people.len(), by_person),
        people: IndexLists::of(rundown.cues.len(), pairs.iter().copied()),
        naming,
    }
}

/// Everybody's names, found by how they begin and how long they are: ten thousand cues are not read
/// once for each of three hundred people.
struct PeopleIndex<'a> {
    people: HashMap<&'a str, Vec<PersonIx>>,
    /// By their first characters, how many bytes they have.
    lengths: HashMap<char, BTreeSet<usize>>,
}

impl<'a> PeopleIndex<'a> {
    fn of(names: impl Iterator<Item = &'a str>) -> Self {
        let (mut people, mut lengths) =
            (HashMap::<_, Vec<_>>::new(), HashMap::<_, BTreeSet<_>>::new());
        for (at, name) in (0..).zip(names) {
            let Some(first) = name.chars().next() else { continue };
            people.entry(name).or_default().push(PersonIx(at));
            lengths.entry(first).or_default().insert(name.len());
        }
        PeopleIndex { people, lengths }
    }

    /// The people whom the words of `cue` name, in the order of the file.
    fn in_cue(&self, cue: &Cue) -> Vec<PersonIx> {
        if self.people.is_empty() {
            return vec![];
        }
        let words = [Some(cue.title.as_str()), cue.notes.as_deref(), cue.call.as_deref()];
        let steps = cue.steps.iter().map(|step| step.title.as_str());
        let mut found: Vec<PersonIx> = words
            .into_iter()
            .flatten()
            .chain(steps)
            .flat_map(|words| self.in_words(words))
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Everybody whose name stands in `words` and is not a part of a longer name, as often as it
    /// does.
    fn in_words(&self, words: &str) -> impl Iterator<Item = PersonIx> {
        let mut before = None;
        let begins = words.char_indices().filter_map(move |(at, c)| {
            let joins = before.replace(c).is_some_and(|before| joins(before, c));
            if joins { None } else { Some((at, self.lengths.get(&c)?)) }
        });
        begins.flat_map(move |(at, lengths)| {
            let named = lengths.iter().filter_map(move |length| {
                let (name, behind) = words.get(at..)?.split_at_checked(*length)?;
                let goes_on = name
                    .chars()
                    .next_back()
                    .zip(behind.chars().next())
                    .is_some_and(|(a, b)| joins(a, b));
                if goes_on { None } else { self.people.get(name) }
            });
            named.flatten().copied()
        })
    }
}

/// Returns `true` if two neighbouring characters belong to one word.
fn joins(a: char, b: char) -> bool {
    is_cased(a) && is_cased(b)
}

/// Returns `true` if a character belongs to a script that keeps words apart by blanks, as far as
/// case tells: names in Japanese or Arabic stand close to what follows them.
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
            let is_found = PeopleIndex::of([name].into_iter()).in_words(words).next().is_some();
            assert_eq!(is_found, found, "{name:?} in {words:?}");
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
        let ids: Vec<&str> =
            show.people_in(roof).map(|person| show.person(person).id.as_str()).collect();
        assert_eq!(ids, ["bass", "biles"]);
        let numbers: Vec<&str> =
            show.cues_naming_anybody().iter().map(|&cue| show.cue(cue).number.as_str()).collect();
        assert_eq!(
            numbers.iter().filter(|number| **number == "26").count(),
            1,
            "named by two, told once"
        );
        let one_by_one = show.cue_indices().filter(|&cue| show.people_in(cue).next().is_some());
        assert!(one_by_one.eq(show.cues_naming_anybody().iter().copied()), "{numbers:?}");
    }

    #[test]
    fn a_cue_that_names_somebody_in_several_places_names_them_once() {
        let text = "title = \"x\"\n[person.a]\nname = \"Ann\"\n[person.b]\nname = \"Anna\"\n[person.c]\nname = \"Ann\"\n\
                    [[segment]]\ntitle = \"s\"\nduration = \"1m\"\n\
                    cue = [{ number = \"1\", title = \"Ann, Ann\", call = \"Ann\", steps = [{ title = \"Ann\" }] },\n\
                    { number = \"2\", title = \"Anna\" }, { number = \"3\", title = \"-\", notes = \"ask Ann\" }]\n";
        let show = file::parse(text, "UTC").unwrap();
        let cues =
            |person| show.cues_naming(PersonIx(person)).iter().map(|cue| cue.0).collect::<Vec<_>>();
        assert_eq!([cues(0), cues(1), cues(2)], [vec![0, 2], vec![1], vec![0, 2]]);
    }
}
