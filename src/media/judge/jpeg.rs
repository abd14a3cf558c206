//! JPEG: its segments are walked, and those that show the picture are kept (ITU-T T.81, annex B).

use super::exif;
use super::reason::{Reason, beyond, byte, unfit};
use super::rules::{self, SCANS_MAX};
use super::source::{Out, Source};
use crate::kernel::Result;

const SOI: u8 = 0xD8;
const EOI: u8 = 0xD9;
const SOS: u8 = 0xDA;
const APP0: u8 = 0xE0;
const APP1: u8 = 0xE1;
const APP2: u8 = 0xE2;
const APP14: u8 = 0xEE;

const ICC: &[u8] = b"ICC_PROFILE\0";
const EXIF: &[u8] = b"Exif\0\0";
/// `JFIF`, version, density: what stands before its thumbnail.
const JFIF_BYTES: usize = 12;

/// Copies the picture without comments, Exif but for its orientation, XMP, IPTC and whatever follows its end.
pub fn strip(source: &mut Source, out: &mut Out) -> Result<(u32, u32)> {
    source.skip(2)?;
    out.put(&[0xFF, SOI])?;
    let mut walk = Walk { source, out, size: None, scans: 0, turned: false };
    loop {
        let marker = walk.marker()?;
        if marker == EOI {
            walk.out.put(&[0xFF, EOI])?;
            let shown = walk.size.filter(|_| walk.scans > 0);
            return shown.ok_or_else(|| walk.source.broken("a JPEG without a picture"));
        }
        walk.segment(marker)?;
    }
}

struct Walk<'a, 'b> {
    source: &'a mut Source<'b>,
    out: &'a mut Out,
    size: Option<(u32, u32)>,
    scans: u32,
    turned: bool,
}

impl Walk<'_, '_> {
    fn marker(&mut self) -> Result<u8> {
        if self.source.take::<1>()? != [0xFF] {
            return Err(self.source.broken("no marker where one must stand"));
        }
        loop {
            let [marker] = self.source.take::<1>()?;
            if marker != 0xFF {
                return Ok(marker);
            }
        }
    }

    fn segment(&mut self, marker: u8) -> Result<()> {
        if matches!(marker, 0x00..=0x01 | 0xD0..=SOI) {
            return Err(self.source.broken("a marker out of its place"));
        }
        let length = u16::from_be_bytes(self.source.take()?);
        let Some(length) = length.checked_sub(2).map(usize::from) else {
            return Err(self.source.broken("a segment without a length"));
        };
        let body = self.source.vec(length)?;
        match marker {
            // Frames: all of 0xC0 to 0xCF but tables and the extension.
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                self.frame(&body)?;
                self.keep(marker, &body)
            }
            0xC4 | 0xCC | 0xDB..=0xDF => self.keep(marker, &body),
            SOS => self.scan(&body),
            APP0 if body.starts_with(b"JFIF\0") && body.len() >= JFIF_BYTES => {
                let mut bare = body[..JFIF_BYTES].to_vec();
                bare.extend_from_slice(&[0, 0]);
                self.keep(APP0, &bare)
            }
            APP1 if body.starts_with(EXIF) && !self.turned => match exif::orientation(&body[EXIF.len()..]) {
                Some(orientation) => {
                    self.turned = true;
                    self.keep(APP1, &[EXIF, &exif::only(orientation)].concat())
                }
                None => Ok(()),
            },
            APP2 if body.starts_with(ICC) => self.keep(APP2, &body),
            // Says how colours are stored; without it a CMYK picture is shown wrong.
            APP14 if body.starts_with(b"Adobe") => self.keep(APP14, &body),
            _ => Ok(()),
        }
    }

    fn keep(&mut self, marker: u8, body: &[u8]) -> Result<()> {
        let length = u16::try_from(body.len() + 2).map_err(|_| self.source.broken("a segment too long"))?;
        self.out.put(&[0xFF, marker])?;
        self.out.put(&length.to_be_bytes())?;
        self.out.put(body)
    }

    fn frame(&mut self, body: &[u8]) -> Result<()> {
        let [_, h1, h0, w1, w0, components, ..] = *body else {
            return Err(self.source.broken("a frame without a size"));
        };
        let size = (u32::from(u16::from_be_bytes([w1, w0])), u32::from(u16::from_be_bytes([h1, h0])));
        rules::check_pixels(size)?;
        if self.size.replace(size).is_some() || !(1..=4).contains(&components) {
            return Err(self.source.broken("not one frame of one to four colours"));
        }
        Ok(())
    }

    /// Compressed data goes on until a marker that is neither a stuffed byte nor a restart.
    fn scan(&mut self, header: &[u8]) -> Result<()> {
        self.scans += 1;
        if self.size.is_none() {
            return Err(self.source.broken("a scan before its frame"));
        }
        if self.scans > SCANS_MAX {
            return Err(beyond("limit_scans", SCANS_MAX.into(), format!("more than {SCANS_MAX} scans")));
        }
        self.keep(SOS, header)?;
        loop {
            let seen = self.source.peek()?;
            if seen.is_empty() {
                return Err(unfit(Reason::Truncated, byte(self.source.at), "the picture ends in the middle"));
            }
            let data = memchr::memchr(0xFF, seen).unwrap_or(seen.len());
            self.out.put(&seen[..data])?;
            let all = data == seen.len();
            self.source.consume(data);
            if all {
                continue;
            }
            let start = self.source.at;
            let [_, next] = self.source.take::<2>()?;
            match next {
                0x00 | 0xD0..=0xD7 => self.out.put(&[0xFF, next])?,
                _ => return self.source.seek(start),
            }
        }
    }
}
