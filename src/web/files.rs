//! The pages' own files, which are in the program: one page, its style and its script.

/// A file and its kind.
pub(super) struct WebFile {
    /// Its bytes.
    pub text: &'static [u8],
    /// Its media type.
    pub kind: &'static str,
}

/// The page, whichever it is: its script fills it by its address.
pub(super) const PAGE: WebFile = WebFile {
    text: include_bytes!("../../assets/web/page.html"),
    kind: "text/html; charset=utf-8",
};

/// The file at this path, if there is one.
pub(super) fn file(path: &str) -> Option<WebFile> {
    Some(match path {
        "/page.css" => WebFile {
            text: include_bytes!("../../assets/web/page.css"),
            kind: "text/css; charset=utf-8",
        },
        "/page.js" => WebFile {
            text: include_bytes!("../../assets/web/page.js"),
            kind: "text/javascript; charset=utf-8",
        },
        "/icon.svg" | "/favicon.ico" => {
            WebFile { text: include_bytes!("../../assets/web/icon.svg"), kind: "image/svg+xml" }
        }
        _ => return None,
    })
}
