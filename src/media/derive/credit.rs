//! The one thing of a picture's metadata that stays: who made it and whose it is. Pure.
//!
//! EXIF is a TIFF without pixels: a header that says the order of bytes, then directories of entries of twelve bytes
//! (tag, kind, count, value or where it stands). Only the first directory is read.

const ARTIST: u16 = 0x013b;
const COPYRIGHT: u16 = 0x8298;
const TEXT: u16 = 2;
const ENTRY_BYTES: usize = 12;
/// Longer ones are no names.
const TEXT_BYTES_MAX: usize = 512;

/// The texts of a picture's maker and owner, as they stand in its EXIF.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Credit {
    pub artist: Vec<u8>,
    pub copyright: Vec<u8>,
}

impl Credit {
    /// Reads an EXIF chunk; empty when it names nobody or cannot be read.
    pub fn read(exif: &[u8]) -> Credit {
        let number = Numbers { bytes: exif, big: exif.starts_with(b"MM") };
        let text = |tag| number.text_of(tag).unwrap_or_default();
        Credit { artist: text(ARTIST), copyright: text(COPYRIGHT) }
    }

    /// An EXIF chunk that says this and nothing else; `None` when there is nothing to say.
    pub fn write(&self) -> Option<Vec<u8>> {
        let texts: Vec<(u16, &[u8])> = [(ARTIST, &self.artist), (COPYRIGHT, &self.copyright)]
            .into_iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(tag, text)| (tag, text.as_slice()))
            .collect();
        if texts.is_empty() {
            return None;
        }
        let mut chunk = b"MM\0\x2a\0\0\0\x08".to_vec();
        chunk.extend((texts.len() as u16).to_be_bytes());
        let mut place = chunk.len() + texts.len() * ENTRY_BYTES + 4;
        let mut behind = Vec::new();
        for (tag, text) in texts {
            let ended: Vec<u8> = text.iter().copied().chain([0]).collect();
            chunk.extend(tag.to_be_bytes());
            chunk.extend(TEXT.to_be_bytes());
            chunk.extend((ended.len() as u32).to_be_bytes());
            if ended.len() <= 4 {
                chunk.extend(ended.iter().copied().chain([0; 4]).take(4));
            } else {
                chunk.extend((place as u32).to_be_bytes());
                place += ended.len();
                behind.extend(ended);
            }
        }
        chunk.extend([0; 4]);
        chunk.extend(behind);
        Some(chunk)
    }
}

struct Numbers<'e> {
    bytes: &'e [u8],
    big: bool,
}

impl Numbers<'_> {
    fn short(&self, at: usize) -> Option<u16> {
        let bytes = self.bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if self.big { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    fn long(&self, at: usize) -> Option<usize> {
        let bytes = self.bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        usize::try_from(if self.big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }).ok()
    }

    fn text_of(&self, tag: u16) -> Option<Vec<u8>> {
        let directory = self.long(4)?;
        let entries = usize::from(self.short(directory)?);
        let places = (0..entries).map(|entry| directory + 2 + entry * ENTRY_BYTES);
        let mut places = places.take_while(|place| place + ENTRY_BYTES <= self.bytes.len());
        let at = places.find(|place| self.short(*place) == Some(tag) && self.short(place + 2) == Some(TEXT))?;
        let length = self.long(at + 4)?;
        let from = if length <= 4 { at + 8 } else { self.long(at + 8)? };
        let text = self.bytes.get(from..from.checked_add(length)?)?;
        let text = text.split(|byte| *byte == 0).next()?.trim_ascii();
        (text.len() <= TEXT_BYTES_MAX).then(|| text.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maker_and_owner_stay_and_nothing_else_does() {
        let credit = Credit { artist: b"Ani".to_vec(), copyright: b"Pemerintah Provinsi Damar".to_vec() };
        let chunk = credit.write().unwrap();
        assert_eq!(Credit::read(&chunk), credit);
        assert_eq!(Credit::default().write(), None);
    }

    #[test]
    fn what_a_damaged_chunk_says_is_nothing() {
        let chunk = Credit { artist: b"Budi Santoso".to_vec(), copyright: Vec::new() }.write().unwrap();
        for length in 0..chunk.len() - 1 {
            assert_eq!(Credit::read(&chunk[..length]), Credit::default(), "{length}");
        }
        let mut far = chunk.clone();
        far[4..8].copy_from_slice(&[0xff; 4]);
        assert_eq!(Credit::read(&far), Credit::default());
    }
}
