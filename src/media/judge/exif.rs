//! The one thing that is kept of a picture's Exif: how it is to be turned.

const ORIENTATION: u16 = 0x0112;
const SHORT: u16 = 3;
/// Cameras write some dozens.
const ENTRIES_MAX: usize = 1_000;

/// 2 to 8 when the picture is to be turned or mirrored (TIFF 6.0, tag 274). `None` for upright and for what cannot be read.
pub fn orientation(tiff: &[u8]) -> Option<u16> {
    let big = match tiff.get(..4)? {
        b"MM\0*" => true,
        b"II*\0" => false,
        _ => return None,
    };
    let short = |at: usize| -> Option<u16> {
        let bytes: [u8; 2] = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if big { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    };
    let offset: [u8; 4] = tiff.get(4..8)?.try_into().ok()?;
    let start = if big { u32::from_be_bytes(offset) } else { u32::from_le_bytes(offset) } as usize;
    let entries = usize::from(short(start)?).min(ENTRIES_MAX);
    let entry = (0..entries)
        .map_while(|number| start.checked_add(2 + number * 12))
        .find(|at| short(*at) == Some(ORIENTATION) && short(at + 2) == Some(SHORT))?;
    short(entry + 8).filter(|turned| (2..=8).contains(turned))
}

/// A TIFF block that says nothing else.
pub fn only(orientation: u16) -> Vec<u8> {
    let mut tiff = b"MM\0*\0\0\0\x08\0\x01".to_vec();
    tiff.extend_from_slice(&ORIENTATION.to_be_bytes());
    tiff.extend_from_slice(&SHORT.to_be_bytes());
    tiff.extend_from_slice(&1u32.to_be_bytes());
    tiff.extend_from_slice(&orientation.to_be_bytes());
    tiff.extend_from_slice(&[0; 6]);
    tiff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_what_is_broken_is_nothing() {
        assert_eq!(orientation(&only(6)), Some(6));
        assert_eq!(orientation(&only(1)), None);
        assert_eq!(orientation(&only(9)), None);
        assert_eq!(orientation(b"II*\0\xff\xff\xff\xff"), None);
        let whole = only(8);
        for cut in 0..19 {
            assert_eq!(orientation(&whole[..cut]), None, "cut at {cut}");
        }
    }
}
