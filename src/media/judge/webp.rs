//! WebP: chunks of a RIFF file; Exif and XMP are left out (RFC 9649).

use super::exif;
use super::rules::{self, CHUNKS_MAX};
use super::source::{Out, Source};
use crate::kernel::Result;

const HEAD_BYTES: u64 = 12;
const EXIF_BYTES_MAX: u64 = 1024 * 1024;
const HAS_EXIF: u8 = 0x08;
const HAS_XMP: u8 = 0x04;
const KEPT: &[&[u8; 4]] = &[b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"];

struct Chunk {
    name: [u8; 4],
    at: u64,
    length: u64,
}

/// Copies the picture without its metadata but for the orientation. Returns its size and the number of its frames.
pub fn strip(source: &mut Source, out: &mut Out) -> Result<((u32, u32), u32)> {
    let head: [u8; 12] = source.take()?;
    let end = u64::from(u32::from_le_bytes([head[4], head[5], head[6], head[7]])) + 8;
    if end > source.len {
        return Err(source.truncated());
    }
    let (mut chunks, mut turned) = (Vec::new(), None);
    let (mut size, mut frames) = (None, 0);
    while source.at + 8 <= end {
        let (name, length): ([u8; 4], _) = (source.take()?, u64::from(u32::from_le_bytes(source.take()?)));
        let chunk = Chunk { name, at: source.at, length };
        if chunk.at + length > end {
            return Err(source.truncated());
        }
        match &name {
            b"EXIF" if length <= EXIF_BYTES_MAX => {
                let body = source.vec(length as usize)?;
                turned = exif::orientation(body.strip_prefix(b"Exif\0\0").unwrap_or(&body));
            }
            b"ANMF" => frames += 1,
            _ => {}
        }
        if size.is_none() {
            source.seek(chunk.at)?;
            size = size_of(source, &chunk)?;
            rules::check_pixels(size.unwrap_or((1, 1)))?;
        }
        rules::check_frames(size.unwrap_or((1, 1)), frames)?;
        source.seek(chunk.at + length)?;
        if length % 2 == 1 && source.at < end {
            source.skip(1)?;
        }
        if KEPT.contains(&&name) {
            chunks.push(chunk);
        }
        if chunks.len() > CHUNKS_MAX {
            return Err(source.broken("too many chunks"));
        }
    }
    let Some(size) = size else { return Err(source.broken("a WebP without a picture")) };
    write(source, out, &chunks, turned)?;
    Ok((size, frames.max(1)))
}

fn size_of(source: &mut Source, chunk: &Chunk) -> Result<Option<(u32, u32)>> {
    let three = |bytes: &[u8]| u32::from_le_bytes([bytes[0], bytes[1], bytes[2], 0]);
    Ok(match &chunk.name {
        b"VP8X" => {
            let body: [u8; 10] = source.take()?;
            Some((three(&body[4..]) + 1, three(&body[7..]) + 1))
        }
        b"VP8L" => {
            let body: [u8; 5] = source.take()?;
            let bits = u32::from_le_bytes([body[1], body[2], body[3], body[4]]);
            if body[0] != 0x2F {
                return Err(source.broken("no picture where one must stand"));
            }
            Some(((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1))
        }
        b"VP8 " => {
            let body: [u8; 10] = source.take()?;
            if body[3..6] != [0x9D, 0x01, 0x2A] {
                return Err(source.broken("no picture where one must stand"));
            }
            let side = |at: usize| u32::from(u16::from_le_bytes([body[at], body[at + 1]]) & 0x3FFF);
            Some((side(6), side(8)))
        }
        _ => None,
    })
}

fn write(source: &mut Source, out: &mut Out, chunks: &[Chunk], turned: Option<u16>) -> Result<()> {
    // Only the extended form has a place for Exif.
    let tiff = turned.filter(|_| chunks.iter().any(|chunk| &chunk.name == b"VP8X")).map(exif::only);
    let padded = |length: u64| 8 + length + length % 2;
    let body: u64 = chunks.iter().map(|chunk| padded(chunk.length)).sum::<u64>()
        + tiff.as_ref().map_or(0, |tiff| padded(tiff.len() as u64));
    let length = u32::try_from(body + HEAD_BYTES - 8).map_err(|_| source.broken("larger than a WebP can be"))?;
    out.put(b"RIFF")?;
    out.put(&length.to_le_bytes())?;
    out.put(b"WEBP")?;
    for chunk in chunks {
        out.put(&chunk.name)?;
        out.put(&(chunk.length as u32).to_le_bytes())?;
        source.seek(chunk.at)?;
        let mut left = chunk.length;
        if &chunk.name == b"VP8X" && left > 0 {
            let [flags] = source.take::<1>()?;
            let exif = if tiff.is_some() { HAS_EXIF } else { 0 };
            out.put(&[flags & !(HAS_EXIF | HAS_XMP) | exif])?;
            left -= 1;
        }
        source.copy(left, out)?;
        pad(out, chunk.length)?;
    }
    if let Some(tiff) = tiff {
        out.put(b"EXIF")?;
        out.put(&(tiff.len() as u32).to_le_bytes())?;
        out.put(&tiff)?;
        pad(out, tiff.len() as u64)?;
    }
    Ok(())
}

fn pad(out: &mut Out, length: u64) -> Result<()> {
    if length % 2 == 1 { out.put(&[0]) } else { Ok(()) }
}
