//! GIF: blocks are walked; frames are counted, comments and foreign extensions left out (GIF89a).

use super::rules;
use super::source::{Out, Source};
use crate::kernel::Result;

const IMAGE: u8 = 0x2C;
const EXTENSION: u8 = 0x21;
const TRAILER: u8 = 0x3B;
const CONTROL: u8 = 0xF9;
const APPLICATION: u8 = 0xFF;
/// They say how often an animation repeats.
const REPEATING: [&[u8; 11]; 2] = [b"NETSCAPE2.0", b"ANIMEXTS1.0"];

/// Copies the picture without comments and metadata. Returns its size and the number of its frames.
pub fn strip(source: &mut Source, out: &mut Out) -> Result<((u32, u32), u32)> {
    let head: [u8; 13] = source.take()?;
    let side = |at: usize| u32::from(u16::from_le_bytes([head[at], head[at + 1]]));
    let size = (side(6), side(8));
    rules::check_pixels(size)?;
    out.put(&head)?;
    colours(source, out, head[10])?;
    let mut frames = 0;
    loop {
        match source.take::<1>()? {
            [TRAILER] if frames > 0 => {
                out.put(&[TRAILER])?;
                return Ok((size, frames));
            }
            [IMAGE] => {
                frames += 1;
                rules::check_frames(size, frames)?;
                let place: [u8; 9] = source.take()?;
                out.put(&[IMAGE])?;
                out.put(&place)?;
                colours(source, out, place[8])?;
                source.copy(1, out)?;
                blocks(source, Some(out))?;
            }
            [EXTENSION] => extension(source, out)?,
            _ => return Err(source.broken("no block where one must stand")),
        }
    }
}

fn colours(source: &mut Source, out: &mut Out, flags: u8) -> Result<()> {
    if flags & 0x80 == 0 { Ok(()) } else { source.copy(3 << ((flags & 7) + 1), out) }
}

fn extension(source: &mut Source, out: &mut Out) -> Result<()> {
    let [label] = source.take::<1>()?;
    if label == CONTROL {
        out.put(&[EXTENSION, label])?;
        return blocks(source, Some(out));
    }
    if label != APPLICATION {
        return blocks(source, None);
    }
    let [length] = source.take::<1>()?;
    let name = source.vec(length.into())?;
    if !REPEATING.iter().any(|known| name == known.as_slice()) {
        return blocks(source, None);
    }
    out.put(&[EXTENSION, label, length])?;
    out.put(&name)?;
    blocks(source, Some(out))
}

/// Up to and with the block of length 0.
fn blocks(source: &mut Source, mut out: Option<&mut Out>) -> Result<()> {
    loop {
        let [length] = source.take::<1>()?;
        match &mut out {
            Some(out) => {
                out.put(&[length])?;
                source.copy(length.into(), out)?;
            }
            None => source.skip(length.into())?,
        }
        if length == 0 {
            return Ok(());
        }
    }
}
