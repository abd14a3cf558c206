//! Bodies of answers as they were before they were packed, never longer than allowed: a bomb fills its room and ends there.

use std::io::{Result, Write};

use flate2::write::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

pub struct Unpacker(Coding);

enum Coding {
    Plain(Room),
    Gzip(MultiGzDecoder<Room>),
    /// `deflate` is meant to have zlib's frame, and often has none: its first byte tells.
    Deflate(Room),
    Zlib(ZlibDecoder<Room>),
    Raw(DeflateDecoder<Room>),
    Brotli(Box<brotli::DecompressorWriter<Room>>),
}

/// Takes bytes until it is full, and then swallows them.
struct Room {
    bytes: Vec<u8>,
    bytes_max: usize,
    full: bool,
}

impl Write for Room {
    fn write(&mut self, piece: &[u8]) -> Result<usize> {
        let taken = piece.len().min(self.bytes_max - self.bytes.len());
        self.bytes.extend_from_slice(&piece[..taken]);
        if taken < piece.len() {
            self.full = true;
            // Ends whoever unpacks: a bomb would go on for hours.
            return Err(std::io::ErrorKind::StorageFull.into());
        }
        Ok(taken)
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

const BROTLI_BUFFER_BYTES: usize = 16 * 1024;

impl Unpacker {
    /// For a `Content-Encoding`; `None` when it is none that was asked for.
    pub fn of(coding: &str, bytes_max: usize) -> Option<Self> {
        let room = Room { bytes: Vec::new(), bytes_max, full: false };
        Some(Unpacker(match coding.trim().to_ascii_lowercase().as_str() {
            "" | "identity" => Coding::Plain(room),
            "gzip" | "x-gzip" => Coding::Gzip(MultiGzDecoder::new(room)),
            "deflate" => Coding::Deflate(room),
            "br" => Coding::Brotli(Box::new(brotli::DecompressorWriter::new(room, BROTLI_BUFFER_BYTES))),
            _ => return None,
        }))
    }

    /// Takes what came. An error when it cannot be unpacked; being full is none.
    pub fn take(&mut self, piece: &[u8]) -> Result<()> {
        if let (Coding::Deflate(room), Some(first)) = (&mut self.0, piece.first()) {
            let room = Room { bytes: Vec::new(), bytes_max: room.bytes_max, full: false };
            // The lower half of zlib's first byte is 8, for deflate.
            self.0 = match first & 0x0f == 8 {
                true => Coding::Zlib(ZlibDecoder::new(room)),
                false => Coding::Raw(DeflateDecoder::new(room)),
            };
        }
        let taken = match &mut self.0 {
            Coding::Plain(room) | Coding::Deflate(room) => room.write_all(piece),
            Coding::Gzip(unpacks) => unpacks.write_all(piece),
            Coding::Zlib(unpacks) => unpacks.write_all(piece),
            Coding::Raw(unpacks) => unpacks.write_all(piece),
            Coding::Brotli(unpacks) => unpacks.write_all(piece),
        };
        if self.is_full() { Ok(()) } else { taken }
    }

    pub fn is_full(&self) -> bool {
        self.room().full
    }

    fn room(&self) -> &Room {
        match &self.0 {
            Coding::Plain(room) | Coding::Deflate(room) => room,
            Coding::Gzip(unpacks) => unpacks.get_ref(),
            Coding::Zlib(unpacks) => unpacks.get_ref(),
            Coding::Raw(unpacks) => unpacks.get_ref(),
            Coding::Brotli(unpacks) => unpacks.get_ref(),
        }
    }

    fn room_mut(&mut self) -> &mut Room {
        match &mut self.0 {
            Coding::Plain(room) | Coding::Deflate(room) => room,
            Coding::Gzip(unpacks) => unpacks.get_mut(),
            Coding::Zlib(unpacks) => unpacks.get_mut(),
            Coding::Raw(unpacks) => unpacks.get_mut(),
            Coding::Brotli(unpacks) => unpacks.get_mut(),
        }
    }

    /// What there is, and whether that is all of it: a packed body may have broken off. `deflate` does not tell its end
    /// on every library below; there the length that the host told has to.
    pub fn end(mut self) -> (Vec<u8>, bool) {
        let ended = match &mut self.0 {
            Coding::Plain(_) | Coding::Deflate(_) => Ok(()),
            Coding::Gzip(unpacks) => unpacks.try_finish(),
            Coding::Zlib(unpacks) => unpacks.try_finish(),
            Coding::Raw(unpacks) => unpacks.try_finish(),
            Coding::Brotli(unpacks) => unpacks.close(),
        };
        (std::mem::take(&mut self.room_mut().bytes), ended.is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(text: &[u8], level: u32) -> [(&'static str, Vec<u8>); 4] {
        let level = flate2::Compression::new(level);
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), level);
        gzip.write_all(text).unwrap();
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), level);
        zlib.write_all(text).unwrap();
        let mut raw = flate2::write::DeflateEncoder::new(Vec::new(), level);
        raw.write_all(text).unwrap();
        let mut brotli = Vec::new();
        brotli::BrotliCompress(&mut &text[..], &mut brotli, &Default::default()).unwrap();
        [
            ("gzip", gzip.finish().unwrap()),
            ("deflate", zlib.finish().unwrap()),
            ("deflate", raw.finish().unwrap()),
            ("br", brotli),
        ]
    }

    #[test]
    fn each_coding_unpacks_piece_by_piece() {
        let text = "Pemerintah Kota Contoh ".repeat(400);
        for (coding, bytes) in packed(text.as_bytes(), 6) {
            let mut unpacker = Unpacker::of(coding, 1 << 20).unwrap();
            bytes.chunks(7).for_each(|piece| unpacker.take(piece).unwrap());
            assert!(!unpacker.is_full());
            assert!(unpacker.end() == (text.clone().into_bytes(), true), "{coding}");
            let mut broken = Unpacker::of(coding, 1 << 20).unwrap();
            broken.take(&bytes[..bytes.len() / 2]).unwrap();
            assert!(coding == "deflate" || !broken.end().1, "{coding}");
        }
    }

    #[test]
    fn a_bomb_fills_its_room_and_ends_there() {
        let zeros = vec![0; 50 << 20];
        for (coding, bytes) in packed(&zeros, 9) {
            let mut unpacker = Unpacker::of(coding, 1000).unwrap();
            for piece in bytes.chunks(4096) {
                unpacker.take(piece).unwrap();
                if unpacker.is_full() {
                    break;
                }
            }
            assert!(unpacker.is_full(), "{coding}");
            assert_eq!(unpacker.end().0.len(), 1000);
        }
    }

    #[test]
    fn what_cannot_be_unpacked_is_an_error_and_an_unknown_coding_is_not_taken() {
        assert!(Unpacker::of("gzip", 100).unwrap().take(b"<html>no gzip at all</html>").is_err());
        assert!(Unpacker::of("compress", 100).is_none());
    }
}
