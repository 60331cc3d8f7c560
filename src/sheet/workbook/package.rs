//! A zip file, unpacked no further than a run sheet can be long.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::damaged;
use crate::sheet::Refusal;

/// The most bytes of XML in a workbook: a sheet of 10,000 rows and 20 columns has 15 MiB.
const UNPACKED_MAX: u64 = 64 << 20;
/// The most bytes of everything else in it, pictures for example, which hardly get smaller in a zip
/// file. A workbook may name any of its files as a sheet.
const OTHERS_MAX: u64 = 256 << 20;
/// The most files in it.
const FILES_MAX: usize = 10_000;

/// A zip file whose XML is not too long.
pub(super) struct Package<'b> {
    zip: ZipArchive<Cursor<&'b [u8]>>,
}

impl<'b> Package<'b> {
    /// Opens it, and counts what its XML unpacks to: what the file says of that may be wrong.
    pub(super) fn open(bytes: &'b [u8]) -> Result<Self, Refusal> {
        let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(&error))?;
        if zip.len() > FILES_MAX {
            return Err(Refusal::Unpacked);
        }
        let (mut xml_left, mut others_left) = (UNPACKED_MAX, OTHERS_MAX);
        for at in 0..zip.len() {
            let file = zip.by_index(at).map_err(|error| damaged(&error))?;
            let name = file.name().map_err(|error| damaged(&error))?.to_ascii_lowercase();
            let is_xml = name.ends_with(".xml") || name.ends_with(".rels");
            let left = if is_xml { &mut xml_left } else { &mut others_left };
            let mut counted = file.take(*left + 1);
            let count = std::io::copy(&mut counted, &mut std::io::sink())
                .map_err(|error| damaged(&error))?;
            *left = left.checked_sub(count).ok_or(Refusal::Unpacked)?;
        }
        Ok(Package { zip })
    }

    /// Returns `true` if there is a file in it whose name begins so.
    pub(super) fn has_any(&self, begin: &str) -> bool {
        self.zip.file_names().any(|name| name.is_ok_and(|name| name.starts_with(begin)))
    }

    /// Returns `true` if there is such a file in it.
    pub(super) fn has(&self, name: &str) -> bool {
        self.zip.index_for_name(name).is_some()
    }

    /// The text of a file.
    pub(super) fn text(&mut self, name: &str) -> Result<String, Refusal> {
        let file = self.zip.by_name(name).map_err(|error| damaged(&error))?;
        let mut text = String::new();
        file.take(UNPACKED_MAX).read_to_string(&mut text).map_err(|error| damaged(&error))?;
        Ok(text)
    }
}
