//! Text in HTML and SVG: the one way by which a word of a show or a run comes into a page.
//!
//! Owns the escaping and the frame of a page. Must never let a text through as anything but text: a
//! show's title, a note and an error of a foreign server may hold whatever they like. A page has no
//! scripts and takes nothing from elsewhere, and says so to the browser.

use std::fmt::Write;

use super::layout::plain;

/// Style of both pages.
const STYLE: &str = include_str!("css/page.css");

/// `text` on one line, as the content of an element or the value of a quoted attribute. Control
/// characters, which XML 1.0 (section 2.2) forbids even as references, and Unicode's noncharacters,
/// which HTML calls an error, fall away.
pub(super) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in written(text).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

/// `text` as a string of a style sheet, quotes included: whatever is no letter, digit or blank of
/// ASCII is written as its number (CSS Syntax 3, section 4.3.7), so that it ends neither the string
/// nor the element around it.
fn css_string(text: &str) -> String {
    let mut safe = String::from("\"");
    for c in written(text).chars() {
        if c.is_ascii_alphanumeric() || c == ' ' {
            safe.push(c);
        } else {
            // Writing into a text cannot fail. The blank ends the number.
            let _ = write!(safe, "\\{:x} ", u32::from(c));
        }
    }
    safe.push('"');
    safe
}

/// Cleans a text: one line of characters.
fn written(text: &str) -> String {
    plain(&text.chars().filter(|&c| !is_noncharacter(c)).collect::<String>())
}

/// Footer of every printed page: `title`, which is text, and the page's number.
pub(super) fn foot(title: &str) -> String {
    format!(
        "@page {{ margin: 13mm 11mm 15mm;\n  @bottom-left {{ content: {}; font: 8pt sans-serif }}\n  @bottom-right {{ \
         content: \"page \" counter(page) \" of \" counter(pages); font: 8pt sans-serif }} }}\n",
        css_string(title)
    )
}

/// The 66 code points that Unicode keeps out of every text (section 23.7).
fn is_noncharacter(c: char) -> bool {
    let point = u32::from(c);
    (0xfdd0..=0xfdef).contains(&point) || point & 0xfffe == 0xfffe
}

/// A whole page: `title` is text, `style` and `body` are markup.
pub(super) fn page(title: &str, style: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n\
         <html lang=\"en\">\n\
         <head>\n\
         <meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
         img-src data:\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{}</title>\n\
         <style>\n{STYLE}{style}</style>\n\
         </head>\n\
         <body>\n{body}</body>\n\
         </html>\n",
        escape(title)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_stays_a_text() {
        assert_eq!(escape("<script>alert(1)</script>"), "&lt;script&gt;alert(1)&lt;/script&gt;");
        assert_eq!(escape("\"a\" & 'b'"), "&quot;a&quot; &amp; &#39;b&#39;");
        assert_eq!(escape("a\u{0}b\u{7}c\nd\u{202e}e\u{fffe}f\u{fdd0}g\u{1ffff}h"), "a b c defgh");
        assert_eq!(escape("引き継ぎ é"), "引き継ぎ é");
    }

    #[test]
    fn a_style_sheets_string_ends_where_it_is_meant_to() {
        assert_eq!(css_string("a \"b\\</style>"), r#""a \22 b\5c \3c \2f style\3e ""#);
        assert_eq!(css_string("→\n2"), r#""\2192  2""#);
    }
}
