//! The word that was probably meant.

use strsim::osa_distance;

/// The longest word that is compared, in characters; a longer one is not a typing error.
const LONGEST: usize = 40;

/// Returns the known word closest to `word`, if it is close: at most one typing error in three
/// characters.
///
/// A typing error is a letter added, left out, changed or swapped with its neighbour. Upper and
/// lower case are the same.
pub fn closest<'w>(word: &str, known: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let chars = |text: &str| text.chars().take(LONGEST + 1).count();
    let len = chars(word);
    if len > LONGEST {
        return None;
    }
    let word = word.to_lowercase();
    let allowed = (len / 3).max(1);
    let near = known.into_iter().filter_map(|candidate| {
        let other = chars(candidate);
        let comparable = other <= LONGEST && len.abs_diff(other) <= allowed;
        comparable.then(|| (osa_distance(&word, &candidate.to_lowercase()), candidate))
    });
    // A word of one letter is not close to another word of one letter: nothing of it is left.
    near.filter(|(errors, _)| *errors <= allowed && *errors < len)
        .min_by_key(|(errors, _)| *errors)
        .map(|(_, c)| c)
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
