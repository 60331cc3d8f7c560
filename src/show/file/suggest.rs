//! The word that was probably meant.

/// The longest word that is compared: what is longer is no slip of the finger.
const LONGEST: usize = 40;

/// The known word closest to `word`, if it is close: at most one slip in three characters.
pub fn closest<'w>(word: &str, known: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let word: Vec<char> = word.chars().take(LONGEST + 1).collect();
    let allowed = (word.len() / 3).max(1);
    let near = known.into_iter().filter_map(|candidate| {
        let letters: Vec<char> = candidate.chars().take(LONGEST + 1).collect();
        let comparable = word.len().max(letters.len()) <= LONGEST && word.len().abs_diff(letters.len()) <= allowed;
        comparable.then(|| (distance(&word, &letters), candidate))
    });
    // A word of one letter is not "close" to another one of one letter: nothing of it would be left.
    near.filter(|(slips, _)| *slips <= allowed && *slips < word.len()).min_by_key(|(slips, _)| *slips).map(|(_, c)| c)
}

/// How many letters have to be added, left out, changed or swapped with their neighbour (optimal string alignment).
/// Upper and lower case are the same letter.
fn distance(a: &[char], b: &[char]) -> usize {
    let same = |x: char, y: char| x.to_lowercase().eq(y.to_lowercase());
    let mut before: Vec<usize> = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let change = last[j - 1] + usize::from(!same(a[i - 1], b[j - 1]));
            row[j] = change.min(last[j] + 1).min(row[j - 1] + 1);
            let swapped = i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]);
            if swapped {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_meant() {
        let known = ["title", "duration", "start", "notes", "cue"];
        for (word, meant) in [
            ("titel", Some("title")),
            ("Title", Some("title")),
            ("durration", Some("duration")),
            ("dur", None),
            ("note", Some("notes")),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(closest(word, known), meant, "{word:?}");
        }
        assert_eq!(closest(&"x".repeat(100_000), known), None);
    }
}
