//! PNG: chunks with their checksums; pixels are unpacked to be counted, never kept (W3C PNG, third edition).

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::exif;
use super::reason::{Reason, byte, unfit};
use super::rules::{self, PROFILE_BYTES_MAX};
use super::source::{Out, Source};
use crate::kernel::Result;

pub const SIGNATURE: &[u8; 8] = b"\x89PNG\r\n\x1a\n";
/// Chunks that change what is seen. All others are left out: texts, times, Exif.
const KEPT: &[&[u8; 4]] = &[
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"cICP", b"sBIT", b"bKGD", b"hIST",
    b"pHYs", b"sPLT", b"acTL", b"fcTL", b"fdAT", b"mDCV", b"cLLI",
];
const EXIF_BYTES_MAX: u32 = 1024 * 1024;
const UNPACKED_BYTES: usize = 32 * 1024;

/// Copies the picture without its metadata but for the orientation. Returns its size and the number of its frames.
pub fn strip(source: &mut Source, out: &mut Out) -> Result<((u32, u32), u32)> {
    source.skip(SIGNATURE.len() as u64)?;
    out.put(SIGNATURE)?;
    let header = Header::read(source, out)?;
    let mut pixels = Pixels { unpack: Decompress::new(true), left: header.bytes(), ended: false };
    let (mut frames, mut turned) = (0, false);
    loop {
        let start = source.at;
        let length = u32::from_be_bytes(source.take()?);
        let kind: [u8; 4] = source.take()?;
        match &kind {
            b"IEND" => {
                chunk(source, Some(out), (length, &kind), |_| Ok(()))?;
                pixels.check(start)?;
                return Ok((header.size, frames.max(1)));
            }
            b"IDAT" => chunk(source, Some(out), (length, &kind), |piece| pixels.count(piece, start))?,
            b"iCCP" => profile(source, out, length)?,
            b"eXIf" if length <= EXIF_BYTES_MAX && !turned => turned = keep_turn(source, out, length)?,
            b"IHDR" => return Err(source.broken("a second header")),
            _ => {
                if &kind == b"fcTL" {
                    frames += 1;
                    rules::check_frames(header.size, frames)?;
                }
                if !kind.iter().all(u8::is_ascii_alphabetic) {
                    return Err(source.broken("a chunk without a name"));
                }
                let kept = KEPT.contains(&&kind).then_some(&mut *out);
                chunk(source, kept, (length, &kind), |_| Ok(()))?;
            }
        }
    }
}

struct Header {
    size: (u32, u32),
    bits_per_pixel: u64,
    interlaced: bool,
}

impl Header {
    fn read(source: &mut Source, out: &mut Out) -> Result<Self> {
        let (length, kind) = (u32::from_be_bytes(source.take()?), source.take::<4>()?);
        if (length, &kind) != (13, b"IHDR") {
            return Err(source.broken("the header does not come first"));
        }
        let mut body = Vec::new();
        chunk(source, Some(out), (length, &kind), |piece| {
            body.extend_from_slice(piece);
            Ok(())
        })?;
        let side = |at: usize| body[at..at + 4].iter().fold(0u32, |side, byte| side << 8 | u32::from(*byte));
        let size = (side(0), side(4));
        rules::check_pixels(size)?;
        let depth = u64::from(body[8]);
        let samples = match (body[9], depth) {
            (0, 1 | 2 | 4 | 8 | 16) | (3, 1 | 2 | 4 | 8) => 1,
            (2, 8 | 16) => 3,
            (4, 8 | 16) => 2,
            (6, 8 | 16) => 4,
            _ => return Err(source.broken("no such kind of colours")),
        };
        if body[10] != 0 || body[11] != 0 || body[12] > 1 {
            return Err(source.broken("no such kind of packing"));
        }
        Ok(Header { size, bits_per_pixel: samples * depth, interlaced: body[12] == 1 })
    }

    /// What the pixels take unpacked: each line with one byte before it.
    fn bytes(&self) -> u64 {
        let (width, height) = (u64::from(self.size.0), u64::from(self.size.1));
        let part = |width: u64, height: u64| {
            if width == 0 { 0 } else { height * ((width * self.bits_per_pixel).div_ceil(8) + 1) }
        };
        if !self.interlaced {
            return part(width, height);
        }
        // Adam7: first column, first line, distance of columns, of lines.
        const PASSES: [(u64, u64, u64, u64); 7] =
            [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];
        let along = |side: u64, first: u64, step: u64| side.saturating_sub(first).div_ceil(step);
        PASSES.iter().map(|(x, y, dx, dy)| part(along(width, *x, *dx), along(height, *y, *dy))).sum()
    }
}

/// The compressed pixels, unpacked to be counted.
struct Pixels {
    unpack: Decompress,
    left: u64,
    ended: bool,
}

impl Pixels {
    fn count(&mut self, mut packed: &[u8], at: u64) -> Result<()> {
        let mut room = vec![0; UNPACKED_BYTES];
        // What was read may wait within until there is room for it, so an empty piece is no end.
        while !self.ended {
            let (read, written) = (self.unpack.total_in(), self.unpack.total_out());
            let status = self
                .unpack
                .decompress(packed, &mut room, FlushDecompress::None)
                .map_err(|_| unfit(Reason::Broken, byte(at), "pixels that cannot be unpacked"))?;
            let (read, written) = (self.unpack.total_in() - read, self.unpack.total_out() - written);
            self.left = self
                .left
                .checked_sub(written)
                .ok_or_else(|| unfit(Reason::Expands, byte(at), "more pixels than the header says"))?;
            packed = &packed[usize::try_from(read).unwrap_or(packed.len())..];
            self.ended = status == Status::StreamEnd;
            if read == 0 && written == 0 {
                break;
            }
        }
        Ok(())
    }

    fn check(&self, at: u64) -> Result<()> {
        if self.left > 0 {
            return Err(unfit(Reason::Truncated, byte(at), "fewer pixels than the header says"));
        }
        Ok(())
    }
}

/// Reads the rest of a chunk and compares its checksum; copies it where `out` is given.
fn chunk(
    source: &mut Source,
    mut out: Option<&mut Out>,
    (length, kind): (u32, &[u8; 4]),
    mut each: impl FnMut(&[u8]) -> Result<()>,
) -> Result<()> {
    let mut crc = Crc::new();
    crc.update(kind);
    if let Some(out) = &mut out {
        out.put(&length.to_be_bytes())?;
        out.put(kind)?;
    }
    source.pieces(length.into(), |piece| {
        crc.update(piece);
        each(piece)?;
        out.as_mut().map_or(Ok(()), |out| out.put(piece))
    })?;
    let told: [u8; 4] = source.take()?;
    if u32::from_be_bytes(told) != crc.sum() {
        return Err(source.broken("a chunk with a wrong checksum"));
    }
    out.map_or(Ok(()), |out| out.put(&told))
}

/// A colour profile is packed: it is unpacked once, within a limit.
fn profile(source: &mut Source, out: &mut Out, length: u32) -> Result<()> {
    let at = source.at;
    if u64::from(length) > PROFILE_BYTES_MAX {
        return Err(unfit(Reason::Expands, byte(at), "a colour profile beyond the limit"));
    }
    let mut body = Vec::new();
    chunk(source, Some(out), (length, b"iCCP"), |piece| {
        body.extend_from_slice(piece);
        Ok(())
    })?;
    let packed = memchr::memchr(0, &body).and_then(|name| body.get(name + 2..)).unwrap_or_default();
    let mut unpacked = std::io::Read::take(flate2::read::ZlibDecoder::new(packed), PROFILE_BYTES_MAX + 1);
    match std::io::copy(&mut unpacked, &mut std::io::sink()) {
        Ok(bytes) if bytes <= PROFILE_BYTES_MAX => Ok(()),
        Ok(_) => Err(unfit(Reason::Expands, byte(at), "a colour profile that expands beyond the limit")),
        Err(_) => Err(unfit(Reason::Broken, byte(at), "a colour profile that cannot be unpacked")),
    }
}

fn keep_turn(source: &mut Source, out: &mut Out, length: u32) -> Result<bool> {
    let mut body = Vec::new();
    chunk(source, None, (length, b"eXIf"), |piece| {
        body.extend_from_slice(piece);
        Ok(())
    })?;
    let Some(orientation) = exif::orientation(&body) else { return Ok(false) };
    let tiff = exif::only(orientation);
    let mut crc = Crc::new();
    crc.update(b"eXIf");
    crc.update(&tiff);
    out.put(&(tiff.len() as u32).to_be_bytes())?;
    out.put(b"eXIf")?;
    out.put(&tiff)?;
    out.put(&crc.sum().to_be_bytes())?;
    Ok(true)
}
