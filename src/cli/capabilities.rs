//! Capabilities of the terminal, from the environment: its number of colours, and the characters of
//! its font.
//!
//! It asks the terminal nothing: answers would arrive among the keys.

use std::io::IsTerminal;

use crate::ui::{Capabilities, Depth, Glyphs};

/// Terminals whose names say nothing of colours and that all have 256: the names that they put into
/// TERM.
const COLOURFUL: [&str; 8] =
    ["kitty", "alacritty", "foot", "wezterm", "ghostty", "contour", "rio", "iterm"];
/// Terminals, and what stands for them, of which nothing more than ASCII is known.
const BARE: [&str; 9] = ["dumb", "vt1", "vt2", "vt3", "vt4", "vt5", "ansi", "unknown", "cons25"];

/// Capabilities of the terminal, and a message for the caller if they are less than usual, for a
/// reason that they may not know.
pub(super) fn capabilities(asks_for_ascii: bool) -> (Capabilities, Option<String>) {
    let env = |name: &str| {
        std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()).unwrap_or_default()
    };
    let depth = if std::io::stdout().is_terminal() { depth(env) } else { Depth::Mono };
    let (glyphs, word) = if asks_for_ascii { (Glyphs::Ascii, None) } else { glyphs(env) };
    (Capabilities { depth, glyphs }, word)
}

/// Number of colours: NO_COLOR (no-color.org), GNU screen's STY, COLORTERM, TERM.
fn depth(env: impl Fn(&str) -> String) -> Depth {
    let term = env("TERM");
    if !env("NO_COLOR").is_empty() || term == "dumb" {
        return Depth::Mono;
    }
    // GNU screen hands on the COLORTERM and the TERM of the terminal that it was started in, and
    // does not know the colours that these promise. A tmux inside it sets its own.
    if !env("STY").is_empty() && env("TMUX").is_empty() {
        return Depth::Ansi;
    }
    if ["truecolor", "24bit"].contains(&env("COLORTERM").as_str()) || term.contains("direct") {
        return Depth::Rgb;
    }
    let has_256 = term.contains("256color") || COLOURFUL.iter().any(|name| term.contains(name));
    if has_256 { Depth::Indexed } else { Depth::Ansi }
}

/// Usable characters: the locale says what the terminal is sent, TERM whose font draws it.
fn glyphs(env: impl Fn(&str) -> String) -> (Glyphs, Option<String>) {
    let term = env("TERM");
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find(|name| !env(name).is_empty());
    if let Some(name) = locale {
        let value = env(name);
        let is_utf8 = value.to_ascii_lowercase().replace('-', "").contains("utf8");
        if !is_utf8 {
            return (
                Glyphs::Ascii,
                Some(format!("plain ASCII signs: the locale is not UTF-8 ({name}={value})")),
            );
        }
    }
    if term == "linux" {
        let word = "signs of the console's own font: TERM is linux".to_owned();
        return (Glyphs::Console, Some(word));
    }
    if BARE.iter().any(|bare| term.starts_with(bare)) {
        return (Glyphs::Ascii, Some(format!("plain ASCII signs: TERM is {term}")));
    }
    (Glyphs::All, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An environment: `NAME=value NAME=value`.
    fn env(text: &str) -> impl Fn(&str) -> String {
        move |name| {
            let mut pairs = text.split(' ').filter_map(|pair| pair.split_once('='));
            pairs
                .find(|(known, _)| *known == name)
                .map_or(String::new(), |(_, value)| value.to_owned())
        }
    }

    #[test]
    fn the_colours_are_those_that_the_terminal_names() {
        for (text, expected) in [
            ("TERM=xterm-256color COLORTERM=truecolor", Depth::Rgb),
            ("TERM=xterm-direct", Depth::Rgb),
            ("TERM=xterm-256color", Depth::Indexed),
            ("TERM=tmux-256color", Depth::Indexed),
            ("TERM=xterm-kitty", Depth::Indexed),
            ("TERM=xterm", Depth::Ansi),
            ("TERM=linux", Depth::Ansi),
            ("TERM=screen-256color COLORTERM=truecolor STY=1.pts", Depth::Ansi),
            ("TERM=tmux-256color COLORTERM=truecolor STY=1.pts TMUX=/tmp/x", Depth::Rgb),
            ("TERM=dumb COLORTERM=truecolor", Depth::Mono),
            ("TERM=xterm-256color COLORTERM=truecolor NO_COLOR=1", Depth::Mono),
        ] {
            assert_eq!(depth(env(text)), expected, "{text}");
        }
    }

    #[test]
    fn the_signs_are_those_that_the_font_has_and_a_word_says_so() {
        for (text, expected) in [
            ("TERM=xterm-256color LANG=de_DE.UTF-8", Glyphs::All),
            ("TERM=xterm-256color LANG=C.utf8", Glyphs::All),
            ("TERM=xterm-256color", Glyphs::All),
            ("TERM=linux LANG=de_DE.UTF-8", Glyphs::Console),
            ("TERM=linux", Glyphs::Console),
            ("TERM=linux LANG=de_DE.ISO-8859-1", Glyphs::Ascii),
            ("TERM=xterm LC_ALL=C LANG=de_DE.UTF-8", Glyphs::Ascii),
            ("TERM=xterm LC_CTYPE=POSIX LANG=de_DE.UTF-8", Glyphs::Ascii),
            ("TERM=dumb LANG=C.UTF-8", Glyphs::Ascii),
            ("TERM=vt220 LANG=C.UTF-8", Glyphs::Ascii),
        ] {
            let (glyphs, word) = glyphs(env(text));
            assert_eq!(
                (glyphs, word.is_some()),
                (expected, expected != Glyphs::All),
                "{text}: {word:?}"
            );
        }
    }
}
