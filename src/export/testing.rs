//! A strict reader of markup, for tests: what it takes, every browser and every XML reader takes
//! the same way.
//!
//! Knows only what the pages use, and gives up at the first thing that they should not have.
//! Believes nothing that the writers say: it has its own list of elements, and decodes references
//! itself.

/// A piece of markup.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum MarkupPiece {
    /// An element begins: its name and its attributes.
    Open(String, Vec<(String, String)>),
    /// An element ends.
    Close(String),
    /// Text, references resolved.
    Text(String),
}

/// All elements that a page or a picture may have. None of them loads or runs anything.
const ELEMENTS: &str = " b body br dd defs desc div dl dt footer g h1 h2 head header html i main meta p path pattern rect \
    section span style svg table tbody td text th thead time title tr ";

/// All attributes. None of them names anything elsewhere, and none is a handler.
const ATTRIBUTES: &str = " aria-describedby aria-hidden charset class colspan content d datetime height http-equiv id lang \
    name patternUnits role scope style title viewBox width x xmlns y ";

const VOID: [&str; 2] = ["meta", "br"];

/// Reads markup whole.
pub(super) fn read(markup: &str) -> Vec<MarkupPiece> {
    for c in markup.chars() {
        assert!(c == '\n' || !c.is_control(), "a control character: {c:?}");
        assert!(
            !matches!(u32::from(c), 0xfdd0..=0xfdef) && u32::from(c) & 0xfffe != 0xfffe,
            "no character: {c:?}"
        );
    }
    let mut rest = markup;
    for head in ["<!DOCTYPE html>\n", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"] {
        rest = rest.strip_prefix(head).unwrap_or(rest);
    }
    let (mut pieces, mut open) = (vec![], Vec::<String>::new());
    while !rest.is_empty() {
        let at = rest.find('<').unwrap_or(rest.len());
        let (text, tag) = rest.split_at(at);
        if !text.trim().is_empty() {
            assert!(!open.is_empty(), "text outside of everything: {text:?}");
            let is_style = open.last().is_some_and(|name| name == "style");
            pieces.push(MarkupPiece::Text(if is_style { text.to_owned() } else { decode(text) }));
        }
        let Some(tag) = tag.strip_prefix('<') else { break };
        let end = tag.find('>').unwrap_or_else(|| panic!("a tag without an end: {tag:.80}"));
        let (inside, behind) = tag.split_at(end);
        rest = &behind[1..];
        if let Some(name) = inside.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "crossed elements at {rest:.80}");
            pieces.push(MarkupPiece::Close(name.to_owned()));
            continue;
        }
        let (inside, is_empty) =
            inside.strip_suffix('/').map_or((inside, false), |inside| (inside, true));
        let (name, attributes) = inside.split_once(' ').unwrap_or((inside, ""));
        assert!(ELEMENTS.contains(&format!(" {name} ")), "no element of ours: <{inside}>");
        pieces.push(MarkupPiece::Open(name.to_owned(), attributes_of(attributes)));
        if is_empty || VOID.contains(&name) {
            pieces.push(MarkupPiece::Close(name.to_owned()));
        } else {
            open.push(name.to_owned());
        }
    }
    assert!(open.is_empty(), "left open: {open:?}");
    pieces
}

fn attributes_of(mut rest: &str) -> Vec<(String, String)> {
    let mut attributes: Vec<(String, String)> = vec![];
    while !rest.is_empty() {
        let (name, behind) =
            rest.split_once("=\"").unwrap_or_else(|| panic!("no attribute: {rest:?}"));
        let (value, behind) =
            behind.split_once('"').unwrap_or_else(|| panic!("no end of a value: {behind:?}"));
        assert!(ATTRIBUTES.contains(&format!(" {name} ")), "no attribute of ours: {name:?}");
        assert!(attributes.iter().all(|(other, _)| other != name), "twice: {name}");
        assert!(!value.contains("url("), "an address: {value}");
        attributes.push((name.to_owned(), decode(value)));
        assert!(
            behind.is_empty() || behind.starts_with(' '),
            "attributes without a blank between: {behind:?}"
        );
        rest = behind.trim_start_matches(' ');
    }
    attributes
}

/// Resolves references; what is no reference of ours, or has to be one and is not, is a fault.
fn decode(text: &str) -> String {
    assert!(!text.contains(['<', '>', '"']), "not escaped: {text:?}");
    let mut parts = text.split('&');
    let mut decoded = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, behind) = part.split_once(';').unwrap_or_else(|| panic!("a bare &: {part:?}"));
        decoded.push(match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "#39" => '\'',
            "nbsp" => '\u{a0}',
            other => panic!("no reference of ours: &{other};"),
        });
        decoded.push_str(behind);
    }
    decoded
}

/// The content of every element of this name and class, its text joined.
pub(super) fn texts(pieces: &[MarkupPiece], name: &str, class: Option<&str>) -> Vec<String> {
    let is_wanted = |piece: &MarkupPiece| match piece {
        MarkupPiece::Open(found, attributes) => {
            let has = |class: &str| {
                attributes.iter().any(|(name, value)| name == "class" && value == class)
            };
            found == name && class.is_none_or(has)
        }
        _ => false,
    };
    let starts = pieces.iter().enumerate().filter(|(_, piece)| is_wanted(piece));
    starts.map(|(at, _)| inside(&pieces[at..])).collect()
}

/// The text from an element's beginning to its end.
fn inside(pieces: &[MarkupPiece]) -> String {
    let (mut depth, mut text) = (0, String::new());
    for piece in pieces {
        match piece {
            MarkupPiece::Open(..) => depth += 1,
            MarkupPiece::Close(_) => depth -= 1,
            MarkupPiece::Text(words) => text.push_str(words),
        }
        if depth == 0 {
            break;
        }
    }
    text
}

/// The values of this attribute, in order, of elements of this name.
pub(super) fn values(pieces: &[MarkupPiece], element: &str, attribute: &str) -> Vec<String> {
    let value = |piece: &MarkupPiece| match piece {
        MarkupPiece::Open(name, attributes) if name == element => {
            attributes.iter().find(|(name, _)| name == attribute).map(|(_, value)| value.clone())
        }
        _ => None,
    };
    pieces.iter().filter_map(value).collect()
}

#[test]
fn the_reader_sees_what_a_page_must_not_have() {
    let is_refused = |markup: &str| {
        let markup = markup.to_owned();
        std::panic::catch_unwind(move || read(&markup)).is_err()
    };
    for markup in [
        "<p>a",
        "<p><b></p></b>",
        "<p>a & b</p>",
        "<p>a > b</p>",
        "<p>&#60;</p>",
        "<script></script>",
        "<p onclick=\"x\">a</p>",
        "<p class=\"a\" class=\"b\">a</p>",
        "<p class=a>a</p>",
        "<p>\u{7}</p>",
        "a<p></p>",
    ] {
        assert!(is_refused(markup), "{markup:?}");
    }
    assert_eq!(texts(&read("<p class=\"a\">x &lt;<b>y</b></p>\n"), "p", Some("a")), ["x <y"]);
}
