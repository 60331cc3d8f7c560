//! The stage manager's report as one HTML page, for the screen and for paper.

use super::{CellKind, ReportTable, ShowReport};
use crate::export::asrun::AsRun;
use crate::export::markup::{escape, foot, page};

const STYLE: &str = include_str!("../css/report.css");

/// Writes the report as one page.
pub fn write(report: &AsRun) -> String {
    let ShowReport { title, run, facts, tables } = ShowReport::of(report);
    let facts = facts.iter().map(|(label, words)| {
        format!("<dt>{}</dt><dd class=\"plain\">{}</dd>\n", escape(label), escape(words))
    });
    let head = format!(
        "<header>\n<h1>{}</h1>\n<p>{}</p>\n<dl>\n{}</dl>\n</header>\n",
        escape(&title),
        escape(&run),
        facts.collect::<String>()
    );
    let tables = tables.iter().map(section).collect::<String>();
    let style = [STYLE, &foot(&format!("{title}: show report"))].concat();
    page(&format!("{title}: show report"), &style, &format!("<main>\n{head}{tables}</main>\n"))
}

fn section(table: &ReportTable) -> String {
    let class = |at: usize| match table.columns[at].kind {
        CellKind::Time => "time",
        CellKind::Word => "number",
        CellKind::Words => "words",
    };
    let heads = table.columns.iter().enumerate().map(|(at, column)| {
        format!("<th class=\"{}\" scope=\"col\">{}</th>", class(at), escape(column.head))
    });
    let row = |cells: &Vec<String>| {
        let cells = cells
            .iter()
            .enumerate()
            .map(|(at, cell)| format!("<td class=\"{}\">{}</td>", class(at), escape(cell)));
        format!("<tr>{}</tr>\n", cells.collect::<String>())
    };
    format!(
        "<section>\n<h2>{}</h2>\n<div class=\"wide\">\n<table>\n<thead>\n<tr>{}</tr>\n</thead>\n\
         <tbody>\n{}</tbody>\n</table>\n</div>\n</section>\n",
        escape(&table.title),
        heads.collect::<String>(),
        table.rows.iter().map(row).collect::<String>()
    )
}
