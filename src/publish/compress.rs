//! Compressed copies beside the text files of the live release: derived, so not in its manifest.
//!
//! Made after the swap, because compressing 10,000 pages well takes longer than making them. Copies of
//! files that a later release takes over go with them (see `draft`).
#![expect(clippy::disallowed_methods, reason = "the home of published files")]

use std::fs;
use std::io::Write;
use std::path::Path;

use super::draft::{COPIES, listing_of};
use super::listing::Listed;
use super::swap::Place;
use crate::kernel::{Context, Result};

/// Below it, headers weigh more than compression saves.
const BYTES_MIN: u64 = 1024;
const BROTLI_QUALITY: i32 = 7;
const BROTLI_WINDOW_BITS: i32 = 22;
const GZIP_LEVEL: u32 = 7;
const TEXTS: &[&str] = &["html", "xml", "css", "js", "json", "svg", "txt", "bin"];

/// Compresses what the live release holds. Stops quietly when another release goes live meanwhile.
/// The lock for tidying must be held: it guards the one name under which a copy is made.
pub fn live_release(place: &Place) -> Result<()> {
    let Some(number) = place.live() else { return Ok(()) };
    let folder = place.release(number);
    let files = listing_of(&folder)?;
    for (at, file) in files.iter().filter(|file| is_worth_it(file)).enumerate() {
        const LOOK_EVERY: usize = 64;
        if at % LOOK_EVERY == 0 && place.live() != Some(number) {
            return Ok(());
        }
        copies(place, &folder, &file.path)?;
    }
    Ok(())
}

fn is_worth_it(file: &Listed) -> bool {
    let extension = file.path.rsplit_once('.').map_or("", |(_, extension)| extension);
    file.size >= BYTES_MIN && TEXTS.contains(&extension) && !file.path.starts_with("media/")
}

/// Both copies of one file. Each appears whole: written outside the release, then renamed into it.
fn copies(place: &Place, folder: &Path, path: &str) -> Result<()> {
    let mut original = None;
    for ending in COPIES {
        let target = folder.join(format!("{path}{ending}"));
        if target.exists() {
            continue;
        }
        let doing = || format!("compress {path}");
        if original.is_none() {
            original = Some(fs::read(folder.join(path)).with_context(doing)?);
        }
        let bytes = original.as_deref().unwrap_or_default();
        let packed = if ending == ".br" { brotli(bytes) } else { gzip(bytes) }.with_context(doing)?;
        let draft = place.copy_draft();
        fs::write(&draft, packed).and_then(|()| fs::rename(&draft, &target)).with_context(doing)?;
    }
    Ok(())
}

pub fn brotli(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut packed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: BROTLI_QUALITY,
        lgwin: BROTLI_WINDOW_BITS,
        size_hint: bytes.len(),
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &bytes[..], &mut packed, &parameters)?;
    Ok(packed)
}

pub fn gzip(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(GZIP_LEVEL));
    encoder.write_all(bytes)?;
    encoder.finish()
}
