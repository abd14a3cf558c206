//! MP4: boxes from the first to the last byte (ISO/IEC 14496-12).

use super::rules::CHUNKS_MAX;
use super::source::Source;
use crate::kernel::Result;

/// Kinds of video that browsers play; others of the same container are pictures or sound.
const BRANDS: [&[u8; 4]; 15] = [
    b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"mp71", b"avc1", b"dash", b"MSNV",
    b"M4V ", b"M4VH", b"F4V ",
];
const KNOWN: [&[u8; 4]; 16] = [
    b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"moof", b"mfra", b"sidx", b"styp", b"pdin", b"uuid",
    b"meta", b"emsg", b"prft", b"ssix",
];

pub fn is_video(head: &[u8]) -> bool {
    head.get(4..8) == Some(b"ftyp") && BRANDS.iter().any(|brand| head.get(8..12) == Some(brand.as_slice()))
}

/// Whole, with an index and with data, and nothing else.
pub fn check(source: &mut Source) -> Result<()> {
    let (mut index, mut data) = (false, false);
    for _ in 0..CHUNKS_MAX {
        if source.left() == 0 {
            return if index && data { Ok(()) } else { Err(source.truncated()) };
        }
        let start = source.at;
        let (short, name) = (u32::from_be_bytes(source.take()?), source.take::<4>()?);
        let length = match short {
            0 => source.len - start,
            1 => u64::from_be_bytes(source.take()?),
            length => length.into(),
        };
        if !KNOWN.contains(&&name) {
            return Err(source.broken("no box where one must stand"));
        }
        let Some(rest) = length.checked_sub(source.at - start) else {
            return Err(source.broken("a box shorter than its head"));
        };
        index |= &name == b"moov";
        data |= &name == b"mdat";
        source.skip(rest)?;
    }
    Err(source.broken("too many boxes"))
}
