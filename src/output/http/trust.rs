//! Certificate authorities for a web server: the public ones, or the venue's own, from a file
//! beside the show.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use ureq::tls::{Certificate, PemItem, RootCerts, parse_pem};

use crate::output::OutputFault;
use crate::output::peer::words;

/// Maximum size of a certificate file that is read, bytes. A venue has a handful of two thousand
/// bytes each.
const BYTES_MAX: u64 = 1 << 20;

/// The certificates of the file `ca`, relative to `folder`; the public authorities where there is
/// none.
///
/// # Errors
/// A file that cannot be read, or holds no certificate in PEM form.
pub(in crate::output) fn roots(
    ca: Option<&str>,
    folder: &Path,
) -> Result<RootCerts, Vec<OutputFault>> {
    let Some(file) = ca else { return Ok(RootCerts::WebPki) };
    let certificates = read(&folder.join(file))
        .map_err(|why| vec![OutputFault::Certificates { file: file.into(), why }])?;
    Ok(RootCerts::new_with_certs(&certificates))
}

fn read(path: &Path) -> Result<Vec<Certificate<'static>>, String> {
    let mut bytes = vec![];
    // A device or a pipe may have no end, and reading one would hold up the start of the show.
    let is_file = path.metadata().map_err(|error| words(&error))?.is_file();
    if !is_file {
        return Err("it is not a file".into());
    }
    let read = File::open(path).and_then(|file| file.take(BYTES_MAX).read_to_end(&mut bytes));
    read.map_err(|error| words(&error))?;
    let mut certificates = vec![];
    for item in parse_pem(&bytes) {
        // A private key among them is not kept.
        if let PemItem::Certificate(certificate) =
            item.map_err(|error| format!("it is not PEM: {error}"))?
        {
            certificates.push(certificate);
        }
    }
    if certificates.is_empty() {
        Err("it holds no certificate in PEM form".into())
    } else {
        Ok(certificates)
    }
}
