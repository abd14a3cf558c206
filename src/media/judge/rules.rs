//! Limits of files, and what their first bytes say.

use super::reason::{Reason, beyond, unfit};
use crate::kernel::Result;
use crate::media::Kind;

const MIB: u64 = 1024 * 1024;

/// A picture of more pixels would take more memory to show than a phone has.
pub const PIXELS_MAX: u64 = 50_000_000;
/// Of an animation.
pub const FRAMES_MAX: u32 = 2_000;
/// Of all frames of an animation together.
pub const FRAME_PIXELS_MAX: u64 = 1_000_000_000;
/// Of a progressive JPEG. Encoders write about ten; each costs a decoder a walk over the whole picture.
pub const SCANS_MAX: u32 = 100;
/// Of a document.
pub const PAGES_MAX: u32 = 10_000;
/// A colour profile, unpacked.
pub const PROFILE_BYTES_MAX: u64 = 4 * MIB;
/// Parts of a WebP or an MP4 file that lie beside one another.
pub const CHUNKS_MAX: usize = 100_000;
/// Files within an office document.
pub const ENTRIES_MAX: u64 = 10_000;
/// All files within an office document together, unpacked.
pub const OFFICE_EXPANDED_BYTES_MAX: u64 = 256 * MIB;
/// All object streams of a PDF together, unpacked.
pub const PDF_EXPANDED_BYTES_MAX: u64 = 64 * MIB;
/// A vector picture: it is read whole.
pub const SVG_BYTES_MAX: u64 = 2 * MIB;

/// How many bytes a file of a kind may have; the settings may say less.
pub fn bytes_max(kind: Kind) -> u64 {
    match kind {
        Kind::Picture => 64 * MIB,
        Kind::Document => 256 * MIB,
        Kind::Video => 4096 * MIB,
        Kind::Text => 64 * MIB,
    }
}

pub fn check_bytes(len: u64, max: u64) -> Result<()> {
    if len > max { Err(beyond("limit_bytes", max, format!("{len} bytes; at most {max}"))) } else { Ok(()) }
}

/// Nothing is decoded before this was asked.
pub fn check_pixels((width, height): (u32, u32)) -> Result<()> {
    if width == 0 || height == 0 {
        return Err(unfit(Reason::Broken, "header", "a picture without pixels"));
    }
    if u64::from(width) * u64::from(height) > PIXELS_MAX {
        let detail = format!("{width} × {height} pixels; at most {PIXELS_MAX} together");
        return Err(beyond("limit_pixels", PIXELS_MAX, detail));
    }
    Ok(())
}

pub fn check_frames((width, height): (u32, u32), frames: u32) -> Result<()> {
    let pixels = u64::from(width) * u64::from(height) * u64::from(frames);
    if frames > FRAMES_MAX {
        return Err(beyond("limit_frames", FRAMES_MAX.into(), format!("more than {FRAMES_MAX} frames")));
    }
    // A picture that stands still has its own limit.
    if frames > 1 && pixels > FRAME_PIXELS_MAX {
        let detail = format!("{frames} frames of {width} × {height} pixels; at most {FRAME_PIXELS_MAX} together");
        return Err(beyond("limit_frame_pixels", FRAME_PIXELS_MAX, detail));
    }
    Ok(())
}

/// What a file seems to be; whether it is that, its own judge says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seems {
    Jpeg,
    Png,
    Gif,
    WebP,
    Mp4,
    Pdf,
    Zip,
    Markup,
    Text,
    /// Never taken.
    Never(Reason),
}

/// Signatures of what is never taken: where, what, why.
const NEVER: &[(usize, &[u8], Reason)] = &[
    (0, b"\x7fELF", Reason::Executable),
    (0, b"\xfe\xed\xfa\xce", Reason::Executable),
    (0, b"\xfe\xed\xfa\xcf", Reason::Executable),
    (0, b"\xce\xfa\xed\xfe", Reason::Executable),
    (0, b"\xcf\xfa\xed\xfe", Reason::Executable),
    // Java classes and fat programs of macOS.
    (0, b"\xca\xfe\xba\xbe", Reason::Executable),
    (0, b"\0asm", Reason::Executable),
    (0, b"dex\n", Reason::Executable),
    (0, b"#!", Reason::Executable),
    (0, b"L\0\0\0\x01\x14\x02\0", Reason::Executable),
    (0, b"ITSF", Reason::Executable),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Reason::OldOffice),
    (0, b"{\\rtf", Reason::OldOffice),
    (0, b"PK\x05\x06", Reason::Archive),
    (0, b"PK\x07\x08", Reason::Archive),
    (0, b"Rar!\x1a\x07", Reason::Archive),
    (0, b"7z\xbc\xaf\x27\x1c", Reason::Archive),
    (0, b"\x1f\x8b", Reason::Archive),
    (0, b"\x1f\x9d", Reason::Archive),
    (0, b"BZh", Reason::Archive),
    (0, b"\xfd7zXZ\0", Reason::Archive),
    (0, b"\x28\xb5\x2f\xfd", Reason::Archive),
    (0, b"\x04\x22\x4d\x18", Reason::Archive),
    (0, b"MSCF", Reason::Archive),
    (0, b"xar!", Reason::Archive),
    (0, b"!<arch>\n", Reason::Archive),
    (0, b"\xed\xab\xee\xdb", Reason::Archive),
    (257, b"ustar", Reason::Archive),
    (0x8001, b"CD001", Reason::Archive),
    (0, b"SQLite format 3\0", Reason::UnknownKind),
];

/// How much of the beginning `seems` looks at.
pub const HEAD_BYTES: usize = 0x8006;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

pub fn seems(head: &[u8]) -> Seems {
    let is = |signature: &[u8]| head.starts_with(signature);
    if let Some((.., reason)) =
        NEVER.iter().find(|(at, bytes, _)| head.get(*at..).is_some_and(|h| h.starts_with(bytes)))
    {
        return Seems::Never(*reason);
    }
    if is(b"\xff\xd8\xff") {
        return Seems::Jpeg;
    } else if is(b"\x89PNG") {
        return Seems::Png;
    } else if is(b"GIF87a") || is(b"GIF89a") {
        return Seems::Gif;
    } else if is(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
        return Seems::WebP;
    } else if super::mp4::is_video(head) {
        return Seems::Mp4;
    } else if is(b"%PDF-") {
        return Seems::Pdf;
    } else if is(b"PK\x03\x04") {
        return Seems::Zip;
    }
    let text = head.strip_prefix(BYTE_ORDER_MARK).unwrap_or(head);
    match text.iter().find(|byte| !byte.is_ascii_whitespace()) {
        _ if is(b"MZ") && head.contains(&0) => Seems::Never(Reason::Executable),
        None => Seems::Never(Reason::UnknownKind),
        Some(b'<') => Seems::Markup,
        _ if head.contains(&0) => Seems::Never(Reason::UnknownKind),
        Some(_) => Seems::Text,
    }
}

/// A pattern in small letters, and why it is refused.
pub type Needle = (&'static [u8], Reason);

/// What must not stand anywhere in a file that is no text: pages and scripts, then archives and programs.
pub const HIDDEN: &[Needle] = &[
    (b"<?php", Reason::Polyglot),
    (b"<?=$_", Reason::Polyglot),
    (b"<script", Reason::Polyglot),
    (b"<html", Reason::Polyglot),
    (b"<!doctype html", Reason::Polyglot),
    (b"<iframe", Reason::Polyglot),
    (b"<svg/onload", Reason::Polyglot),
    (b"<svg onload", Reason::Polyglot),
    (b"rar!\x1a\x07", Reason::Polyglot),
    (b"7z\xbc\xaf\x27\x1c", Reason::Polyglot),
    (b"this program cannot be run in dos mode", Reason::Polyglot),
    (b"this program must be run under win32", Reason::Polyglot),
    (b"\x7felf\x02\x01\x01\0", Reason::Polyglot),
    (b"\x7felf\x01\x01\x01\0", Reason::Polyglot),
];

/// The same for PDF, whose texts may tell of web pages: what browsers and servers look at is checked by its own judge.
pub const HIDDEN_IN_PDF: &[Needle] = HIDDEN.split_at(PAGES_AND_SCRIPTS).1;
/// So many of what is hidden are pages and scripts.
const PAGES_AND_SCRIPTS: usize = 8;

/// What the beginning of a text must not hold, because programs guess a kind by it.
pub const HIDDEN_IN_TEXT: &[Needle] = &[
    (b"<?php", Reason::Markup),
    (b"<script", Reason::Markup),
    (b"<html", Reason::Markup),
    (b"<!doctype", Reason::Markup),
];

/// Looks for patterns in a file that comes in pieces, whatever the case of its letters.
pub struct Search {
    needles: &'static [Needle],
    /// The end of what came before, in small letters: a pattern may lie across two pieces.
    window: Vec<u8>,
    at: u64,
}

impl Search {
    pub fn new(needles: &'static [Needle]) -> Self {
        Search { needles, window: Vec::new(), at: 0 }
    }

    /// The first pattern within the pieces so far: why, where, what.
    pub fn feed(&mut self, piece: &[u8]) -> Option<(Reason, u64, &'static [u8])> {
        let overlap = self.needles.iter().map(|(needle, _)| needle.len()).max().unwrap_or(1) - 1;
        let keep = self.window.len().saturating_sub(overlap);
        self.at += keep as u64;
        self.window.drain(..keep);
        self.window.extend(piece.iter().map(u8::to_ascii_lowercase));
        let found = |(needle, reason): &Needle| {
            memchr::memmem::find(&self.window, needle).map(|at| (*reason, self.at + at as u64, *needle))
        };
        self.needles.iter().find_map(found)
    }

    pub fn check(&mut self, piece: &[u8]) -> Result<()> {
        match self.feed(piece) {
            None => Ok(()),
            Some((reason, at, needle)) => {
                let detail = format!("{:?} where it must not stand", String::from_utf8_lossy(needle));
                Err(unfit(reason, super::reason::byte(at), &detail))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_found_across_pieces_and_in_any_case() {
        let mut search = Search::new(HIDDEN);
        assert_eq!(search.feed(b"....<?P"), None);
        assert_eq!(search.feed(b"H"), None);
        assert_eq!(search.feed(b"p echo"), Some((Reason::Polyglot, 4, b"<?php".as_slice())));
    }

    #[test]
    fn a_pdf_may_tell_of_pages_and_scripts_and_of_nothing_else() {
        let (told, refused) = HIDDEN.split_at(PAGES_AND_SCRIPTS);
        assert!(told.iter().all(|(needle, _)| needle.starts_with(b"<")));
        assert!(refused == HIDDEN_IN_PDF && refused.iter().all(|(needle, _)| !needle.starts_with(b"<")));
    }

    #[test]
    fn the_first_bytes_say_what_a_file_seems_to_be() {
        assert_eq!(seems(b"%PDF-1.7\n"), Seems::Pdf);
        assert_eq!(seems(b"\xef\xbb\xbf  <svg/>"), Seems::Markup);
        assert_eq!(seems(b"MZ adalah singkatan"), Seems::Text);
        assert_eq!(seems(b"MZ\x90\0\x03"), Seems::Never(Reason::Executable));
        assert_eq!(seems(b""), Seems::Never(Reason::UnknownKind));
        assert_eq!(seems(b"\0\0\0\x1cftypheic"), Seems::Never(Reason::UnknownKind));
    }

    #[test]
    fn an_animation_is_measured_as_a_whole() {
        assert!(check_pixels((10_000, 5_000)).is_ok());
        assert!(check_pixels((10_001, 5_000)).is_err());
        assert!(check_frames((1_000, 1_000), 1_000).is_ok());
        assert!(check_frames((1_000, 1_000), 1_001).is_err());
        assert!(check_frames((1, 1), FRAMES_MAX + 1).is_err());
    }
}
