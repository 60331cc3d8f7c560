//! The screen of a terminal with a poor font: the finished picture, cell by cell, in the characters
//! that it has.
//!
//! Every region draws as if there were no such terminal, and this goes over the cells after them
//! all, so that no region can forget it. Signs have characters of their own, so that the rundown
//! reads the same; letters lose their accents; what is two cells wide becomes two characters, and
//! so no column moves. Pictures made of dots know the characters of their pens and come through
//! untouched. Must never change a colour or a weight, but one: where there are no blocks, the
//! ground of a whole block takes the colour of its ink, so that big digits, bars and pictures are
//! as solid as elsewhere, and the text of the screen still has a character there.
//!
//! What the Linux console can draw is what both its usual fonts have: the kernel's own
//! (`drivers/tty/vt/cp437.uni`) and those that Debian's console-setup sets (`Lat15-Fixed16` and its
//! kin, read from their Unicode tables). These have lines, whole blocks and some signs, but no
//! parts of blocks, no check mark, no diamond and no braille.

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

use super::{Glyphs, signs};

/// Replacements of the signs on the Linux console, and in ASCII: all different, because they stand
/// in one column.
const SIGNS: &[(&str, char, char)] = &[
    (signs::ON_AIR, '▶', '>'),
    (signs::PLAYHEAD, '»', '*'),
    (signs::DONE, 'v', 'v'),
    (signs::FOLLOWS, '→', '\\'),
    (signs::CLOCK, '@', '@'),
    (signs::INTO, '+', '+'),
    (signs::MISSED, '!', '!'),
    (signs::SKIPPED, 'x', 'x'),
    (signs::STOPPED, '■', '#'),
    (signs::ASIDE, '«', '<'),
    (signs::INTERLOCK, '°', '-'),
    (signs::CLEAR, '♦', '='),
    (signs::SEND_TROUBLE, '▲', 'E'),
    (signs::EMBARGO, '/', '/'),
    (signs::ASKED, '~', '~'),
    (signs::NOT_YET, '·', '.'),
    (signs::TO_COME, 'o', 'o'),
    (signs::OPEN, '▼', 'V'),
    (signs::PASSED_OVER, '^', '^'),
];

/// Characters that the console draws as they are, besides letters.
const CONSOLE: &str = "─│┌┐└┘├┤┬┴┼═║█▒░▶▼▲■♦→←↑↓«»°·±";

/// Characters whose replacement on the console is not that in ASCII.
const CONSOLE_MARKS: &[(&str, char)] = &[
    ("━╸╺", '═'),
    ("┃", '║'),
    ("┊┆┇╎", '│'),
    ("▆▇▓▅", '█'),
    ("┏╔", '┌'),
    ("┓╗", '┐'),
    ("┗╚", '└'),
    ("┛╝", '┘'),
    ("▪▮◼", '■'),
    ("▴", '▲'),
    ("▸►", '▶'),
    ("▾", '▼'),
    ("◂◄", '←'),
];

/// Replacements of lines, blocks, arrows and marks of text.
const MARKS: &[(&str, char)] = &[
    (signs::LINE_END, '|'),
    ("─–—−╌┄‐‑", '-'),
    ("━╸╺═", '='),
    ("│┃║┊┆┇╎▏▎▍▌▋▊▉▐▕", '|'),
    ("┌┐└┘├┤┬┴┼╭╮╰╯╞╡╪┠┨┝┥┳┻╋╔╗╚╝┏┓┗┛", '+'),
    ("█▓▇▆▅▘▝▖▗▞▚▛▜▙▟", '#'),
    ("▒", '='),
    ("░", ':'),
    ("▀▔", '"'),
    ("▄▂▃▁", '_'),
    ("▪▮◼■♦", '#'),
    ("▫□▯", '.'),
    ("→▸▶⇢►⟶↷", '>'),
    ("←◂⇠◄⟵", '<'),
    ("↑▴▲", '^'),
    ("↓▾▼⇣", 'v'),
    ("“”„«»″", '"'),
    ("‘’‚‹›′", '\''),
    ("•∙◦", '.'),
    ("×✗✖", 'x'),
    ("✔", 'v'),
    ("◉◎", '@'),
    ("◐◑", 'O'),
    ("°º", 'o'),
    ("±", '+'),
    ("≈", '~'),
    ("÷", '/'),
    ("¹", '1'),
    ("²", '2'),
    ("³", '3'),
    ("ªÀÁÂÃÄÅĀĂĄǍ", 'A'),
    ("àáâãäåāăąǎ", 'a'),
    ("ÆŒÈÉÊËĒĔĖĘĚ", 'E'),
    ("æœèéêëēĕėęě", 'e'),
    ("ÇĆĈĊČ", 'C'),
    ("çćĉċč", 'c'),
    ("ÐĎĐ", 'D'),
    ("ðďđ", 'd'),
    ("ĜĞĠĢ", 'G'),
    ("ĝğġģ", 'g'),
    ("ĤĦ", 'H'),
    ("ĥħ", 'h'),
    ("ÌÍÎÏĨĪĬĮİ", 'I'),
    ("ìíîïĩīĭįı", 'i'),
    ("Ĵ", 'J'),
    ("ĵ", 'j'),
    ("Ķ", 'K'),
    ("ķ", 'k'),
    ("ĹĻĽĿŁ", 'L'),
    ("ĺļľŀł", 'l'),
    ("ÑŃŅŇ", 'N'),
    ("ñńņň", 'n'),
    ("ÒÓÔÕÖØŌŎŐ", 'O'),
    ("òóôõöøōŏő", 'o'),
    ("ŔŖŘ", 'R'),
    ("ŕŗř", 'r'),
    ("ŚŜŞŠȘẞ", 'S'),
    ("śŝşšșß", 's'),
    ("ŢŤŦȚÞ", 'T'),
    ("ţťŧțþ", 't'),
    ("ÙÚÛÜŨŪŬŮŰŲ", 'U'),
    ("ùúûüũūŭůűų", 'u'),
    ("Ŵ", 'W'),
    ("ŵ", 'w'),
    ("ÝŶŸ", 'Y'),
    ("ýÿŷ", 'y'),
    ("ŹŻŽ", 'Z'),
    ("źżž", 'z'),
    ("\u{a0}\u{2007}\u{202f}\u{2800}", ' '),
];

/// Characters that fill their cell, or most of it.
const SOLID: &str = "█▇▆";

/// Replacement of every character without one of its own.
const UNKNOWN: char = '?';

/// Takes everything off the screen that the font does not have.
pub(super) fn pass(buf: &mut Buffer, glyphs: Glyphs) {
    let of = match glyphs {
        Glyphs::All => return,
        Glyphs::Console => console,
        Glyphs::Ascii => ascii,
    };
    let columns = usize::from(buf.area.width);
    for at in 0..buf.content.len() {
        let Some(cell) = buf.content.get_mut(at) else { return };
        let symbol = cell.symbol();
        if symbol.is_ascii() {
            continue;
        }
        let is_wide = symbol.width() > 1;
        let is_solid = SOLID.contains(symbol);
        let plain = of(symbol);
        cell.set_char(plain);
        if is_solid && plain.is_ascii() {
            fill(cell);
        }
        // The cell after a wide character belongs to it, unless that one stands at the end of its
        // row.
        if is_wide
            && (at + 1) % columns != 0
            && let Some(next) = buf.content.get_mut(at + 1)
        {
            next.set_char(UNKNOWN);
        }
    }
}

/// Makes a block of a cell: its ground in the colour of its ink, or, where it has none, the other
/// way round.
fn fill(cell: &mut Cell) {
    if cell.fg == Color::Reset {
        cell.modifier.insert(Modifier::REVERSED);
    } else {
        cell.bg = cell.fg;
    }
}

/// `text` in ASCII: for what stands outside the picture, such as the terminal's title.
pub(super) fn text(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        let mut bytes = [0; 4];
        let symbol = c.encode_utf8(&mut bytes);
        match symbol.width() {
            _ if c.is_ascii() => plain.push(c),
            0 => {}
            cells => plain.extend(std::iter::repeat_n(ascii(symbol), cells)),
        }
    }
    plain
}

/// Replacement of one cluster on the Linux console.
fn console(symbol: &str) -> char {
    if let Some((_, plain, _)) = SIGNS.iter().find(|(sign, ..)| *sign == symbol) {
        return *plain;
    }
    let Some(first) = symbol.chars().next() else { return ' ' };
    if let Some((_, plain)) = CONSOLE_MARKS.iter().find(|(all, _)| all.contains(first)) {
        return *plain;
    }
    // The letters that code page 437 and the fonts for both halves of Europe have.
    let is_letter = "ÇüéâäàçêëèîÄÉôöÖÜáíóúñÑß".contains(first);
    let is_alone = symbol.chars().count() == 1;
    if is_alone && (is_letter || CONSOLE.contains(first)) { first } else { ascii(symbol) }
}

/// The character that stands for one cluster of others in ASCII.
fn ascii(symbol: &str) -> char {
    if let Some((.., plain)) = SIGNS.iter().find(|(sign, ..)| *sign == symbol) {
        return *plain;
    }
    let Some(first) = symbol.chars().next() else { return ' ' };
    // What is put on a letter goes; a letter that has it inside is in the table.
    if first.is_ascii() && !first.is_control() {
        return first;
    }
    MARKS.iter().find(|(all, _)| all.contains(first)).map_or(UNKNOWN, |(_, plain)| *plain)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    #[test]
    fn every_sign_has_a_character_of_its_own() {
        let console: BTreeSet<char> = SIGNS.iter().map(|(_, console, _)| *console).collect();
        let ascii: BTreeSet<char> = SIGNS.iter().map(|(.., ascii)| *ascii).collect();
        assert_eq!((console.len(), ascii.len()), (SIGNS.len(), SIGNS.len()));
        assert!(ascii.iter().all(|c| c.is_ascii_graphic() && *c != UNKNOWN));
        assert!(console.iter().all(|c| c.is_ascii_graphic() || CONSOLE.contains(*c)));
        for (sign, _, words) in signs::LEGEND.iter().filter(|(sign, ..)| !sign.is_ascii()) {
            assert!(text(sign).chars().all(|c| c != UNKNOWN), "{sign}: {words}");
        }
    }

    /// Characters beyond ASCII in both the kernel's font (code page 437) and Debian's console
    /// fonts. The second from the Unicode tables of Lat15-Fixed16, Lat15-VGA16, Lat2-Fixed16,
    /// Uni2-Fixed16 and Lat15-Terminus16 of console-setup 1.221.
    const FONTS: &str = "─│┌┐└┘├┤┬┴┼═║█▒░▶▼▲■♦→←↑↓«»°·±\u{a0}ÇüéâäàçêëèîÄÉôöÖÜáíóúñÑß";

    #[test]
    fn the_console_draws_only_what_its_fonts_have() {
        let symbols = (0xa0..0x3000_u32).filter_map(char::from_u32).map(String::from);
        let signs = SIGNS.iter().map(|(sign, ..)| (*sign).to_owned());
        for symbol in symbols.chain(signs) {
            let drawn = console(&symbol);
            assert!(drawn.is_ascii() || FONTS.contains(drawn), "{symbol} becomes {drawn}");
        }
        for (given, drawn) in [
            ("▆", '█'),
            ("━", '═'),
            ("┃", '║'),
            ("é", 'é'),
            ("Ł", 'L'),
            ("e\u{301}", 'e'),
            ("✓", 'v'),
        ] {
            assert_eq!(console(given), drawn, "{given}");
        }
    }

    /// The characters of `source`'s code, without its comments and its tests.
    fn drawn_by(source: &str) -> impl Iterator<Item = char> {
        let code = source.split("#[cfg(test)]").next().unwrap_or_default().lines();
        let lines = code.filter(|line| !line.trim_start().starts_with("//"));
        lines.flat_map(str::chars).filter(|c| !c.is_ascii())
    }

    #[test]
    fn every_character_of_the_screens_code_is_known() {
        let mut folders = vec![std::path::PathBuf::from("src/ui")];
        let mut seen = BTreeSet::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.file_name().is_some_and(|name| name != "tests.rs") {
                    seen.extend(drawn_by(&std::fs::read_to_string(path).unwrap()));
                }
            }
        }
        assert!(seen.len() > 80, "{seen:?}");
        let unknown = |&c: &char| ascii(&c.to_string()) == UNKNOWN;
        assert_eq!(seen.into_iter().filter(unknown).collect::<String>(), "");
    }

    #[test]
    fn a_block_is_solid_where_there_are_none() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 3, 1));
        buf.set_string(0, 0, "█", Style::new().fg(Color::Red));
        buf.set_string(1, 0, "█▄", Style::new());
        let mut console = buf.clone();
        pass(&mut console, Glyphs::Console);
        assert_eq!((console[(0, 0)].symbol(), console[(0, 0)].bg), ("█", Color::Reset));
        pass(&mut buf, Glyphs::Ascii);
        assert_eq!((buf[(0, 0)].symbol(), buf[(0, 0)].bg), ("#", Color::Red));
        assert!(buf[(1, 0)].modifier.contains(Modifier::REVERSED));
        assert!(!buf[(2, 0)].modifier.contains(Modifier::REVERSED));
    }

    #[test]
    fn every_mark_is_known_once() {
        let mut seen = BTreeSet::new();
        for c in MARKS.iter().flat_map(|(all, _)| all.chars()) {
            assert!(!c.is_ascii(), "{c:?}");
            assert!(
                seen.insert(c) || SIGNS.iter().any(|(sign, ..)| sign.starts_with(c)),
                "{c:?} twice"
            );
        }
    }

    #[test]
    fn words_keep_their_letters_and_their_columns() {
        for (given, plain) in [
            ("Opéra, Pont d’Iéna → “Sieg”…", "Opera, Pont d'Iena > \"Sieg\"~"),
            ("e\u{301}a\u{308}", "ea"),
            ("東京 −0:42", "???? -0:42"),
            ("Straße œuvre Łódź", "Strase euvre Lodz"),
            ("Київ", "????"),
        ] {
            assert_eq!(text(given), plain);
            let mut buf = Buffer::empty(Rect::new(0, 0, 40, 1));
            buf.set_string(0, 0, given, Style::new());
            buf.set_string(38, 0, "京", Style::new());
            pass(&mut buf, Glyphs::Ascii);
            let drawn: String = buf.content().iter().map(ratatui::buffer::Cell::symbol).collect();
            assert_eq!(drawn, format!("{plain:<38}??"));
        }
    }
}
