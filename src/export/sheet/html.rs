//! The cue sheet as a page to print, A4 or Letter: boxes to tick, the table's head on every sheet
//! of paper, the title at its foot.
//!
//! Owns the page's order. Must never write a free text but through `escape` or `foot`, nor take a
//! word that the sheet does not have.

use super::{CueLine, DepartmentRow, SegmentBlock, Sheet};
use crate::export::markup::{escape, foot, page};
use crate::show::Colour;

const STYLE: &str = include_str!("../css/sheet.css");

/// A box to tick, which a reader that cannot see is spared.
const TICK: &str = "<span class=\"tick\" aria-hidden=\"true\">&nbsp;</span>";

/// Colours on paper for the sixteen of a terminal.
const ANSI: [&str; 16] = [
    "#000000", "#c01218", "#1c7c4c", "#d39e00", "#1458b8", "#a02a9a", "#0f8f9c", "#d0d0d0",
    "#6b7683", "#e5534b", "#35a56b", "#f0c33c", "#4c8ff0", "#cf62c8", "#3cb6c4", "#ffffff",
];

/// Writes the sheet as one page.
pub fn write(sheet: &Sheet) -> String {
    let what = if sheet.public { "Running order" } else { "Cue sheet" };
    let facts = sheet
        .facts
        .iter()
        .map(|(label, words)| format!("<dt>{label}</dt><dd>{}</dd>\n", escape(words)));
    let head = format!(
        "<header>\n<h1>{}</h1>\n<p>{what}</p>\n<dl>\n{}</dl>\n</header>\n",
        escape(&sheet.title),
        facts.collect::<String>()
    );
    let segments: String = sheet.segments.iter().map(|segment| body(sheet, segment)).collect();
    let table = format!(
        "<div class=\"wide\">\n<table class=\"sheet\">\n{}{segments}</table>\n</div>\n",
        heads(sheet)
    );
    let content = format!("<main>\n{head}{table}{}{}</main>\n", legend(sheet), people(sheet));
    page(
        &format!("{}: {}", sheet.title, what.to_lowercase()),
        &[STYLE, &foot(&sheet.title)].concat(),
        &content,
    )
}

fn heads(sheet: &Sheet) -> String {
    let inside: &[(&str, &str)] = &[
        ("needs", "Ready"),
        ("source", "Src"),
        ("length", "Length"),
        ("trigger", "Trigger"),
        ("sends", "Sends to"),
    ];
    let outside: &[(&str, &str)] = &[("source", "Src"), ("length", "Length")];
    let first = [
        ("tick-cell", "Done"),
        ("time", "Planned"),
        ("number", "Cue"),
        ("words", "Title and call"),
    ];
    let first = first.map(|(class, words)| {
        (class, if sheet.public { words.trim_end_matches(" and call") } else { words })
    });
    let rest = if sheet.public { outside } else { inside };
    let cells = first
        .iter()
        .chain(rest)
        .map(|(class, words)| format!("<th class=\"{class}\" scope=\"col\">{words}</th>"));
    format!("<thead>\n<tr>{}</tr>\n</thead>\n", cells.collect::<String>())
}

fn body(sheet: &Sheet, segment: &SegmentBlock) -> String {
    let hard = if segment.hard_start { " <span class=\"hard\">◆ hard start</span>" } else { "" };
    let notes = segment
        .notes
        .as_ref()
        .map_or(String::new(), |notes| format!("<p class=\"notes\">{}</p>", escape(notes)));
    // Without departments, triggers and sends there are three columns less.
    let (before, after) = if sheet.public { (1, "") } else { (2, "<td colspan=\"2\"></td>") };
    let act = segment.act.as_ref().map_or(String::new(), |act| {
        let width = if sheet.public { 6 } else { 9 };
        format!(
            "<tr class=\"act\"><th scope=\"rowgroup\" colspan=\"{width}\">{}, {}</th></tr>\n",
            escape(act),
            escape(&segment.act_length)
        )
    });
    let cues: String = segment.cues.iter().map(|cue| row(sheet, cue)).collect();
    format!(
        "<tbody>\n{act}<tr class=\"segment\"><td></td><td class=\"time\">{}</td><th scope=\"rowgroup\" colspan=\"2\">{}{hard}\
         {notes}</th><td colspan=\"{before}\"></td><td class=\"length\">{}</td>{after}</tr>\n{cues}</tbody>\n",
        escape(&segment.planned),
        escape(&segment.title),
        escape(&segment.length)
    )
}

fn row(sheet: &Sheet, cue: &CueLine) -> String {
    let source = match cue.source {
        "VT" => "<span class=\"vt\">VT</span>",
        "live" => "<span class=\"live\">live</span>",
        _ => "",
    };
    let first = format!(
        "<td class=\"tick-cell\">{TICK}</td><td class=\"time\">{}</td><th class=\"number\" scope=\"row\">{}</th>\
         <td class=\"words\">{}</td>",
        escape(&cue.planned),
        escape(&cue.number),
        what(cue)
    );
    let length = escape(cue.length.as_deref().unwrap_or_default());
    let middle = format!("<td class=\"source\">{source}</td><td class=\"length\">{length}</td>");
    if sheet.public {
        return format!("<tr>{first}{middle}</tr>\n");
    }
    let needs: Vec<_> = sheet.needed(cue).into_iter().map(department).collect();
    let class = if cue.trigger == "GO" { "trigger go" } else { "trigger" };
    let (needs, sends) = (needs.join("<br>"), escape(&cue.sends.join(", ")));
    let trigger = escape(&cue.trigger);
    format!(
        "<tr>{first}<td class=\"needs\">{needs}</td>{middle}<td class=\"{class}\">{trigger}</td>\
         <td class=\"sends\">{sends}</td></tr>\n"
    )
}

/// The title and what stands below it.
fn what(cue: &CueLine) -> String {
    let embargo = if cue.embargo { "<span class=\"embargo\">⊘ embargo</span> " } else { "" };
    let steps: Vec<_> = cue
        .steps
        .iter()
        .map(|step| format!("<span class=\"step\">{TICK} {}</span>", escape(step)))
        .collect();
    let below = [
        cue.call.as_ref().map(|call| format!("<p class=\"call\">“{}”</p>", escape(call))),
        cue.backup_for.as_ref().map(|main| format!("<p>backup for {}</p>", escape(main))),
        (!cue.backups.is_empty())
            .then(|| format!("<p>backup: {}</p>", escape(&cue.backups.join(", ")))),
        (!steps.is_empty()).then(|| format!("<p>{}</p>", steps.join(" "))),
        cue.notes.as_ref().map(|notes| format!("<p class=\"notes\">{}</p>", escape(notes))),
    ];
    let does = cue.does.iter().map(|deed| format!("<p class=\"sends\">{}</p>", escape(deed)));
    let below: String = below.into_iter().flatten().chain(does).collect();
    format!("<p class=\"title\">{embargo}{}</p>{below}", escape(&cue.title))
}

/// A department: its colour and, since a colour alone says nothing, its name.
fn department(row: &DepartmentRow) -> String {
    let chip = row.colour.map_or(String::new(), |colour| {
        format!("<i style=\"background:{}\">&nbsp;</i>", hex(colour))
    });
    format!("<span class=\"department\">{chip}{}</span>", escape(&row.name))
}

/// A colour on paper: `#rrggbb`.
pub(in crate::export) fn hex(colour: Colour) -> String {
    match colour {
        Colour::Ansi(at) => ANSI[usize::from(at) % ANSI.len()].to_owned(),
        Colour::Rgb(r, g, b) => format!("#{r:02x}{g:02x}{b:02x}"),
    }
}

fn legend(sheet: &Sheet) -> String {
    if sheet.departments.is_empty() {
        return String::new();
    }
    let all: Vec<_> = sheet.departments.iter().map(department).collect();
    format!("<section>\n<h2>Departments</h2>\n<p>{}</p>\n</section>\n", all.join(" &nbsp; "))
}

fn people(sheet: &Sheet) -> String {
    if sheet.people.is_empty() {
        return String::new();
    }
    let rows = sheet.people.iter().map(|(name, role, notes)| {
        let (role, notes) = (role.as_deref().unwrap_or_default(), notes.as_deref().unwrap_or_default());
        format!(
            "<tr><td class=\"tick-cell\">{TICK}</td><th class=\"name\" scope=\"row\">{}</th><td>{}</td><td class=\"words\">{}</td></tr>\n",
            escape(name),
            escape(role),
            escape(notes)
        )
    });
    let heads = ["Seen", "Name", "Role", "Notes"]
        .map(|words| format!("<th scope=\"col\">{words}</th>"))
        .concat();
    format!(
        "<section>\n<h2>People</h2>\n<div class=\"wide\">\n<table>\n<thead>\n<tr>{heads}</tr>\n</thead>\n<tbody>\n{}\
         </tbody>\n</table>\n</div>\n</section>\n",
        rows.collect::<String>()
    )
}
