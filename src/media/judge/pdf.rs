//! PDF: every name that stands anywhere in it, also in packed object streams (ISO 32000-1, 7.3 and 7.5.7).
//!
//! A reader finds objects by a table of places, wherever these lie: within what looks like a text, a comment or
//! another object's data. So names are looked for everywhere, and not along the structure that a file shows.

use flate2::bufread::ZlibDecoder;
use std::io::{BufRead, BufReader, Read};

use super::reason::{Reason, beyond, byte, unfit};
use super::rules::{HIDDEN, PAGES_MAX, PDF_EXPANDED_BYTES_MAX, Search};
use super::source::Source;
use crate::kernel::Result;
use crate::media::model::Document;

/// A name has at most 127 bytes; longer ones are none of ours.
const NAME_BYTES_MAX: usize = 127;
/// `endstream` is the longest word that is looked for.
const WORD_BYTES_MAX: usize = 9;
/// The end of a file: `startxref`, a place, `%%EOF`.
const TAIL_BYTES: u64 = 2 * 1024;
/// Where browsers and servers look for markup.
const HEAD_BYTES: u64 = 1024;

/// Names that no file needs to be read.
const REFUSED: &[(&[u8], Reason)] = &[
    (b"JavaScript", Reason::Script),
    (b"Launch", Reason::Action),
    (b"ImportData", Reason::Action),
    (b"GoToE", Reason::Action),
    (b"EmbeddedFile", Reason::Embedded),
    (b"EmbeddedFiles", Reason::Embedded),
    (b"FileAttachment", Reason::Embedded),
    (b"RichMedia", Reason::Embedded),
    (b"Encrypt", Reason::Encrypted),
];
/// The same, but so short that compressed data may hold them by chance.
const REFUSED_OUTSIDE_STREAMS: &[(&[u8], Reason)] =
    &[(b"JS", Reason::Script), (b"EF", Reason::Embedded), (b"XFA", Reason::Script)];

/// Refuses scripts, actions, embedded files, encryption and what is hidden. Returns what the document is for readers.
pub fn check(source: &mut Source) -> Result<Document> {
    check_ends(source)?;
    source.seek(0)?;
    let mut lexer = Lexer { names: Names::default(), in_stream: false, closed: false, expanded: 0 };
    lexer.file(source)?;
    Ok(lexer.names.document)
}

fn check_ends(source: &mut Source) -> Result<()> {
    source.seek(0)?;
    let mut search = Search::new(HIDDEN);
    source.pieces(source.len.min(HEAD_BYTES), |piece| search.check(piece))?;
    let start = source.len.saturating_sub(TAIL_BYTES);
    source.seek(start)?;
    let tail = source.vec((source.len - start) as usize)?;
    let end = memchr::memmem::rfind(&tail, b"%%EOF");
    let (Some(end), Some(place)) = (end, memchr::memmem::rfind(&tail, b"startxref")) else {
        return Err(unfit(Reason::Truncated, byte(source.len), "the table at the end is missing"));
    };
    let digits = tail[place + 9..].trim_ascii_start();
    let digits = digits.iter().take_while(|byte| byte.is_ascii_digit()).take(12);
    let table = digits.fold(0u64, |number, digit| number * 10 + u64::from(digit - b'0'));
    if table >= source.len {
        return Err(unfit(Reason::Truncated, byte(source.len), "the table lies beyond the end"));
    }
    let after = &tail[end + 5..];
    match after.iter().position(|byte| !byte.is_ascii_whitespace() && *byte != 0) {
        None => Ok(()),
        Some(at) => Err(unfit(Reason::Polyglot, byte(start + (end + 5 + at) as u64), "something follows the end")),
    }
}

/// What the names of the object that is being read say.
#[derive(Default)]
struct Names {
    last: Vec<u8>,
    document: Document,
    objects: bool,
    filters: u32,
    inflates: bool,
    predicts: bool,
}

impl Names {
    fn see(&mut self, name: &[u8], in_stream: bool, at: u64) -> Result<()> {
        let refused = |list: &[(&[u8], Reason)]| list.iter().find(|(known, _)| *known == name).map(|(_, why)| *why);
        let short = || if in_stream { None } else { refused(REFUSED_OUTSIDE_STREAMS) };
        if let Some(reason) = refused(REFUSED).or_else(short) {
            return Err(unfit(reason, byte(at), &format!("/{}", String::from_utf8_lossy(name))));
        }
        match name {
            b"ObjStm" if in_stream => {
                return Err(unfit(Reason::Polyglot, byte(at), "objects hidden in other data"));
            }
            b"ObjStm" => self.objects = true,
            b"FlateDecode" => (self.inflates, self.filters) = (true, self.filters + 1),
            b"LZWDecode" | b"ASCIIHexDecode" | b"ASCII85Decode" | b"RunLengthDecode" | b"Crypt" | b"LZW" | b"AHx"
            | b"A85" | b"RL" | b"Fl" => self.filters += 2,
            // Its value may stand elsewhere; then none of the above follows.
            b"Filter" => self.filters += 10,
            b"Predictor" | b"DecodeParms" | b"DP" => self.predicts = true,
            b"Page" if self.last == b"Type" && !in_stream => {
                self.document.pages += 1;
                if self.document.pages > PAGES_MAX {
                    let detail = format!("more than {PAGES_MAX} pages");
                    return Err(beyond("limit_pages", PAGES_MAX.into(), detail));
                }
            }
            b"StructTreeRoot" if !in_stream => self.document.is_tagged = true,
            b"Lang" if !in_stream => self.document.names_language = true,
            _ => {}
        }
        self.last.clear();
        self.last.extend_from_slice(name);
        Ok(())
    }

    /// Another object begins.
    fn next_object(&mut self) {
        *self = Names { document: self.document, ..Names::default() };
    }
}

struct Lexer {
    names: Names,
    in_stream: bool,
    /// The last thing was the end of a dictionary: what a stream follows.
    closed: bool,
    expanded: u64,
}

impl Lexer {
    fn file(&mut self, source: &mut Source) -> Result<()> {
        let (mut word, mut before) = (Word::default(), 0);
        while let Some(next) = next(source)? {
            if is_regular(next) {
                word.push(next);
            } else {
                self.word(&word, source)?;
                word = Word::default();
                match next {
                    b'/' => {
                        let (at, name) = (source.at, name(source)?);
                        self.names.see(&name, self.in_stream, at)?;
                        self.closed = false;
                    }
                    b'>' => self.closed = before == b'>',
                    b'%' if !self.in_stream => remark(source)?,
                    _ if next.is_ascii_whitespace() || next == 0 => {}
                    _ => self.closed = false,
                }
            }
            before = next;
        }
        Ok(())
    }

    fn word(&mut self, word: &Word, source: &mut Source) -> Result<()> {
        if word.is_empty() {
            return Ok(());
        }
        if word.ends_with(b"endstream") {
            self.in_stream = false;
            self.names.next_object();
        } else if word.ends_with(b"obj") && !self.in_stream {
            self.names.next_object();
        } else if word.is(b"stream") && !self.in_stream && self.closed {
            self.in_stream = true;
            if self.names.objects {
                self.objects(source)?;
            }
        }
        self.closed = false;
        Ok(())
    }

    /// Reads the objects that are packed in a stream.
    fn objects(&mut self, source: &mut Source) -> Result<()> {
        let start = source.at;
        let Names { filters, inflates, predicts, .. } = self.names;
        if filters == 0 {
            self.in_stream = false;
            return Ok(());
        }
        if predicts || !inflates || filters != 11 {
            return Err(unfit(Reason::Polyglot, byte(start), "objects packed in an unusual way"));
        }
        // The line's end after the word may have two bytes, of which one is read.
        if source.peek()?.first() == Some(&b'\n') {
            source.consume(1);
        }
        let left = PDF_EXPANDED_BYTES_MAX - self.expanded;
        let mut unpacked = BufReader::new(ZlibDecoder::new(&mut *source).take(left + 1));
        let mut names = Names { document: self.names.document, ..Names::default() };
        let seen = packed_names(&mut unpacked, &mut names, start);
        self.expanded += left + 1 - unpacked.into_inner().limit();
        seen?;
        if self.expanded > PDF_EXPANDED_BYTES_MAX {
            return Err(unfit(Reason::Expands, byte(start), "packed objects beyond the limit"));
        }
        self.names.document = names.document;
        source.seek(start)
    }
}

fn packed_names(unpacked: &mut impl BufRead, names: &mut Names, at: u64) -> Result<()> {
    let broken = |_| unfit(Reason::Broken, byte(at), "packed objects that cannot be unpacked");
    loop {
        loop {
            let seen = unpacked.fill_buf().map_err(broken)?;
            if seen.is_empty() {
                return Ok(());
            }
            let (part, found) = memchr::memchr(b'/', seen).map_or((seen.len(), false), |at| (at + 1, true));
            unpacked.consume(part);
            if found {
                break;
            }
        }
        let mut name = Vec::new();
        loop {
            let seen = unpacked.fill_buf().map_err(broken)?;
            let Some(byte) = seen.first().copied().filter(|byte| is_regular(*byte)) else { break };
            unpacked.consume(1);
            if name.len() <= 3 * NAME_BYTES_MAX {
                name.push(byte);
            }
        }
        names.see(&decoded(&name), false, at)?;
    }
}

fn next(source: &mut Source) -> Result<Option<u8>> {
    let byte = source.peek()?.first().copied();
    if byte.is_some() {
        source.consume(1);
    }
    Ok(byte)
}

/// Neither white space nor a delimiter.
fn is_regular(byte: u8) -> bool {
    !byte.is_ascii_whitespace() && byte != 0 && !b"()<>[]{}/%".contains(&byte)
}

fn name(source: &mut Source) -> Result<Vec<u8>> {
    let mut name = Vec::new();
    loop {
        let seen = source.peek()?;
        let Some(byte) = seen.first().copied().filter(|byte| is_regular(*byte)) else { return Ok(decoded(&name)) };
        source.consume(1);
        if name.len() <= 3 * NAME_BYTES_MAX {
            name.push(byte);
        }
    }
}

/// `#4A` is a letter written by its number.
fn decoded(name: &[u8]) -> Vec<u8> {
    let digit = |at: usize| name.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let (mut plain, mut at) = (Vec::with_capacity(name.len()), 0);
    while at < name.len() {
        match (name[at], digit(at + 1), digit(at + 2)) {
            (b'#', Some(high), Some(low)) => {
                plain.push((high * 16 + low) as u8);
                at += 3;
            }
            (byte, ..) => {
                plain.push(byte);
                at += 1;
            }
        }
    }
    plain
}

/// A remark up to the end of its line: nobody shows it, so markup in it is there for another reader. What looks
/// like one may be a piece of something else, so only the remark's own bytes are looked at, and read again.
fn remark(source: &mut Source) -> Result<()> {
    let at = source.at;
    let seen = source.peek()?;
    let end = memchr::memchr2(b'\n', b'\r', seen).unwrap_or(seen.len());
    match Search::new(HIDDEN).feed(&seen[..end]) {
        Some((reason, within, _)) => Err(unfit(reason, byte(at + within), "markup in a remark")),
        None => Ok(()),
    }
}

/// The last bytes of a run of regular bytes.
#[derive(Default, Clone, Copy)]
struct Word {
    bytes: [u8; WORD_BYTES_MAX],
    length: usize,
}

impl Word {
    fn push(&mut self, byte: u8) {
        self.bytes.copy_within(1.., 0);
        self.bytes[WORD_BYTES_MAX - 1] = byte;
        self.length += 1;
    }

    fn is_empty(&self) -> bool {
        self.length == 0
    }

    fn ends_with(&self, end: &[u8]) -> bool {
        self.length >= end.len() && self.bytes.ends_with(end)
    }

    fn is(&self, whole: &[u8]) -> bool {
        self.length == whole.len() && self.bytes.ends_with(whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_written_by_numbers_is_the_same_name() {
        assert_eq!(decoded(b"#4aava#53cript"), b"JavaScript");
        assert_eq!(decoded(b"A#"), b"A#");
        assert_eq!(decoded(b"A#4"), b"A#4");
    }
}
