//! The judge: one function that accepts a file or refuses it, whatever door it comes through.
//!
//! A file lies in the spool, a folder below the data. It is read piece by piece, its kind is told by its content,
//! limits are compared before anything is unpacked, and whatever belongs to another kind of file is refused with a
//! reason and a place. Pictures are written anew without what nobody needs to see them.

mod exif;
mod gif;
mod jpeg;
mod mp4;
mod office;
mod pdf;
mod png;
pub mod reason;
pub mod rules;
mod source;
mod svg;
mod text;
mod webp;
mod zip;

use std::path::Path;

use tempfile::NamedTempFile;

pub use reason::Reason;
use reason::{byte, unfit};
use rules::{HEAD_BYTES, HIDDEN, HIDDEN_IN_PDF, SVG_BYTES_MAX, Search, Seems};
use source::{Out, Source};

use super::model::{Accepted, Document, Kind};
use super::rules::safe_name;
use crate::kernel::{Error, Refusal, Result};

/// What a judge of one kind found out.
struct Found {
    kind: Kind,
    media_type: &'static str,
    extension: &'static str,
    size_pixels: Option<(u32, u32)>,
    document: Option<Document>,
    /// The file that is kept instead of the one that came.
    out: Option<Out>,
}

impl Found {
    fn new(kind: Kind, media_type: &'static str, extension: &'static str) -> Self {
        Found { kind, media_type, extension, size_pixels: None, document: None, out: None }
    }

    fn picture(media_type: &'static str, extension: &'static str, size: (u32, u32), out: Out) -> Self {
        Found { size_pixels: Some(size), out: Some(out), ..Found::new(Kind::Picture, media_type, extension) }
    }
}

/// Judges a file of the spool. `name` is the sender's: it decides only between plain text and CSV, which nothing in
/// the bytes tells apart.
///
/// Refusals: `unsupported_media` with `reason`, `place` and `explanation`; `too_large` with the limit.
pub fn judge(file: NamedTempFile, name: &str) -> Result<Accepted> {
    let judged = judge_spooled(file, name);
    judged.map_err(|error| match error {
        Error::Refused(refusal) => {
            let detail = format!("{name:?}: {}", refusal.detail_text());
            Refusal::detail(*refusal, detail).into()
        }
        broken @ Error::Broken { .. } => broken,
    })
}

fn judge_spooled(file: NamedTempFile, name: &str) -> Result<Accepted> {
    let spool = file.path().parent().unwrap_or(Path::new(".")).to_owned();
    let mut source = Source::new(file.as_file())?;
    let found = look(&mut source, name, &spool)?;
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let (kind, size_pixels, document) = (found.kind, found.size_pixels, found.document);
    let name = safe_name(&format!("{stem}.{}", found.extension));
    let media_type = found.media_type.to_owned();
    let (file, digest, size_bytes) = match found.out {
        Some(out) => out.finish()?,
        None => {
            let (digest, len) = (digest(&mut source)?, source.len);
            (file, digest, len)
        }
    };
    Ok(Accepted { digest, name, kind, media_type, size_pixels, document, size_bytes, file })
}

/// How much an archive that was accepted holds when it is unpacked, in bytes.
pub fn expanded_bytes(file: &std::fs::File) -> Result<u64> {
    let mut source = Source::new(file)?;
    Ok(zip::entries(&mut source)?.iter().map(|entry| entry.size).sum())
}

fn look(source: &mut Source, name: &str, spool: &Path) -> Result<Found> {
    let head = source.vec(source.len.min(HEAD_BYTES as u64) as usize)?;
    source.seek(0)?;
    match rules::seems(&head) {
        Seems::Never(reason) => Err(unfit(reason, byte(0), "told by its first bytes")),
        Seems::Jpeg => picture(source, spool, ("image/jpeg", "jpg"), jpeg::strip),
        Seems::Png => picture(source, spool, ("image/png", "png"), |source, out| Ok(png::strip(source, out)?.0)),
        Seems::Gif => picture(source, spool, ("image/gif", "gif"), |source, out| Ok(gif::strip(source, out)?.0)),
        Seems::WebP => picture(source, spool, ("image/webp", "webp"), |source, out| Ok(webp::strip(source, out)?.0)),
        Seems::Mp4 => {
            prepare(source, Kind::Video, HIDDEN)?;
            mp4::check(source)?;
            Ok(Found::new(Kind::Video, "video/mp4", "mp4"))
        }
        Seems::Pdf => {
            prepare(source, Kind::Document, HIDDEN_IN_PDF)?;
            let document = Some(pdf::check(source)?);
            Ok(Found { document, ..Found::new(Kind::Document, "application/pdf", "pdf") })
        }
        Seems::Zip => {
            rules::check_bytes(source.len, rules::bytes_max(Kind::Document))?;
            office::check(source, spool)
        }
        Seems::Markup => vector(source, spool),
        Seems::Text => {
            rules::check_bytes(source.len, rules::bytes_max(Kind::Text))?;
            text::check(source)?;
            let csv = name.to_ascii_lowercase().ends_with(".csv");
            let (media_type, extension) = if csv { ("text/csv", "csv") } else { ("text/plain", "txt") };
            Ok(Found::new(Kind::Text, media_type, extension))
        }
    }
}

type Strip = fn(&mut Source, &mut Out) -> Result<(u32, u32)>;

fn picture(source: &mut Source, spool: &Path, kind: (&'static str, &'static str), strip: Strip) -> Result<Found> {
    prepare(source, Kind::Picture, HIDDEN)?;
    let mut out = Out::new(spool)?;
    let size = strip(source, &mut out)?;
    Ok(Found::picture(kind.0, kind.1, size, out))
}

fn vector(source: &mut Source, spool: &Path) -> Result<Found> {
    rules::check_bytes(source.len, SVG_BYTES_MAX)?;
    let bytes = source.vec(source.len as usize)?;
    let text = String::from_utf8(bytes).map_err(|_| unfit(Reason::Markup, byte(0), "markup that is not UTF-8"))?;
    let reduced = svg::reduce(text.trim_start_matches('\u{feff}'))?;
    let mut out = Out::new(spool)?;
    out.put(reduced.text.as_bytes())?;
    Ok(Found::picture("image/svg+xml", "svg", reduced.size, out))
}

/// What comes before every judge of a kind: the size, and other kinds of file that may be hidden.
fn prepare(source: &mut Source, kind: Kind, hidden: &'static [rules::Needle]) -> Result<()> {
    rules::check_bytes(source.len, rules::bytes_max(kind))?;
    zip::refuse_tail(source)?;
    source.seek(0)?;
    let mut search = Search::new(hidden);
    source.pieces(source.len, |piece| search.check(piece))?;
    source.seek(0)
}

fn digest(source: &mut Source) -> Result<crate::kernel::Digest> {
    use sha2::Digest as _;
    let mut hash = sha2::Sha256::new();
    source.seek(0)?;
    source.pieces(source.len, |piece| {
        hash.update(piece);
        Ok(())
    })?;
    Ok(crate::kernel::Digest::from_bytes(hash.finalize().into()))
}
