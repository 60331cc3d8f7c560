//! Values that no text may show.
//!
//! Has no `Debug`, so that nothing that holds it can print it by mistake.

/// Values from the environment, each with the words that stand in for it.
#[derive(Clone, Default)]
pub(super) struct Secrets {
    /// The longest first, so that no part of a value is hidden before the whole.
    known: Vec<(String, String)>,
}

/// Words of a value that are shorter than this are no secrets by themselves: hiding "Bearer" would
/// only make a server's words hard to read.
const WORD_BYTES_MIN: usize = 8;

impl Secrets {
    /// Makes `value`, and each long word of it, unspeakable.
    pub(super) fn add(&mut self, variable: &str, value: &str) {
        let words = value.split_whitespace().filter(|word| word.len() >= WORD_BYTES_MIN);
        for secret in std::iter::once(value.trim()).chain(words).filter(|secret| !secret.is_empty())
        {
            self.known.push((secret.to_owned(), format!("env:{variable}")));
        }
        self.known.sort_by_key(|(secret, _)| std::cmp::Reverse(secret.len()));
    }

    /// `text` with every secret in it replaced by `env:NAME`.
    pub(super) fn hide(&self, text: &str) -> String {
        self.known.iter().fold(text.to_owned(), |text, (secret, name)| text.replace(secret, name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hides_the_value_and_its_long_words() {
        let mut secrets = Secrets::default();
        secrets.add("TOKEN", "Bearer abcdefgh12345");
        let said = "got Bearer abcdefgh12345, token abcdefgh12345 is not a Bearer token";
        assert_eq!(secrets.hide(said), "got env:TOKEN, token env:TOKEN is not a Bearer token");
    }
}
