//! The documents hold together: their links lead somewhere, and they end as files do.

use std::path::{Path, PathBuf};

use crate::layers::collect;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn documents() -> Vec<PathBuf> {
    let names = ["README.md", "CHANGELOG.md", "ARCHITECTURE.md", "CONTRIBUTING.md"];
    let mut paths: Vec<PathBuf> = names.iter().map(|name| root().join(name)).collect();
    collect(&root().join("docs"), "md", &mut paths);
    paths
}

/// The places in a document that a link can name, as GitHub makes them of its headings.
fn anchors(text: &str) -> Vec<String> {
    let headings = text.lines().filter_map(|line| line.strip_prefix('#'));
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    headings
        .map(|heading| {
            let words = heading.trim_start_matches('#').trim().to_lowercase();
            words.chars().filter(kept).map(|c| if c == ' ' { '-' } else { c }).collect()
        })
        .collect()
}

/// The targets of a document's links.
fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("](").skip(1).filter_map(|rest| rest.split(')').next())
}

/// The links of the document at `path` that lead to no heading and no file.
fn dead(path: &Path, text: &str) -> Vec<String> {
    let leads = |link: &&str| {
        let (file, anchor) = link.split_once('#').map_or((*link, None), |(f, a)| (f, Some(a)));
        let target = if file.is_empty() { path.to_owned() } else { path.with_file_name(file) };
        let Some(anchor) = anchor else { return target.exists() };
        let text =
            if file.is_empty() { Ok(text.to_owned()) } else { std::fs::read_to_string(target) };
        text.is_ok_and(|text| anchors(&text).iter().any(|known| known == anchor))
    };
    let ours = links(text).filter(|link| !link.contains("://"));
    ours.filter(|link| !leads(link)).map(|link| format!("{}: {link}", path.display())).collect()
}

#[test]
fn every_link_leads_to_a_heading_or_a_file() {
    let mut found = vec![];
    for path in documents() {
        found.extend(dead(&path, &std::fs::read_to_string(&path).unwrap()));
    }
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
    // This test sees what it looks for.
    let path = root().join("docs/guide.md");
    let text = "# A *first* thing\n[a](#a-first-thing) [b](reference.md) [c](https://a.example/#x)";
    assert_eq!(dead(&path, text), [""; 0]);
    let text = "[a](#first) [b](refrence.md) [c](reference.md#nowhere)";
    assert_eq!(dead(&path, text).len(), 3);
}

#[test]
fn every_document_ends_with_the_end_of_a_line() {
    for path in documents() {
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{}", path.display());
    }
}
