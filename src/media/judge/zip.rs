//! ZIP, as office documents use it: strictly, so that no two readers see different files in it (APPNOTE 4.3).

use std::collections::HashSet;
use std::io::Read;

use flate2::Crc;
use flate2::bufread::DeflateDecoder;

use super::reason::{Reason, beyond, byte, unfit};
use super::rules::{ENTRIES_MAX, OFFICE_EXPANDED_BYTES_MAX};
use super::source::Source;
use crate::kernel::{Context, Error, Result};

const END: &[u8; 4] = b"PK\x05\x06";
const LISTED: &[u8; 4] = b"PK\x01\x02";
const LOCAL: &[u8; 4] = b"PK\x03\x04";
const END_BYTES: u64 = 22;
const LISTED_BYTES: u64 = 46;
/// The remark at the end has a length of two bytes.
const TAIL_BYTES: u64 = END_BYTES + 0xFFFF;
/// What may lie between two files: a description of the first, with or without signature and long sizes.
const GAP_BYTES_MAX: u64 = 24;
const NAME_BYTES_MAX: usize = 1_024;
const STORED: u16 = 0;
const DEFLATED: u16 = 8;
const ENCRYPTED: u16 = 1;
const UNPACKED_BYTES: usize = 32 * 1024;

/// A file within.
#[derive(Debug, Clone)]
pub struct Entry {
    pub name: String,
    pub size: u64,
    packed: u64,
    method: u16,
    crc: u32,
    header: u64,
}

fn short(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn long(bytes: &[u8], at: usize) -> u64 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]).into()
}

/// The end of a list of files somewhere in the last bytes, with that list before it.
fn end(source: &mut Source) -> Result<Option<u64>> {
    let start = source.len.saturating_sub(TAIL_BYTES);
    source.seek(start)?;
    let tail = source.vec((source.len - start) as usize)?;
    for at in memchr::memmem::rfind_iter(&tail, END) {
        let Some(record) = tail.get(at..at + END_BYTES as usize) else { continue };
        let (end, length) = (start + at as u64, long(record, 12));
        let Some(list) = end.checked_sub(length).filter(|_| length >= LISTED_BYTES) else { continue };
        source.seek(list)?;
        if &source.take::<4>()? == LISTED {
            return Ok(Some(end));
        }
    }
    Ok(None)
}

/// Refuses a file of another kind that archive programs and Java open as well.
pub fn refuse_tail(source: &mut Source) -> Result<()> {
    match end(source)? {
        Some(at) => Err(unfit(Reason::Polyglot, byte(at), "an archive at the end")),
        None => Ok(()),
    }
}

/// The files within, by their places. Nothing may stand before, between, behind or twice.
pub fn entries(source: &mut Source) -> Result<Vec<Entry>> {
    let Some(end) = end(source)? else {
        return Err(unfit(Reason::Truncated, byte(source.len), "the list at the end is missing"));
    };
    if end + END_BYTES != source.len {
        return Err(unfit(Reason::Polyglot, byte(end + END_BYTES), "something follows the end"));
    }
    source.seek(end)?;
    let record: [u8; END_BYTES as usize] = source.take()?;
    let (count, length, start) = (u64::from(short(&record, 10)), long(&record, 12), long(&record, 16));
    if count > ENTRIES_MAX {
        return Err(beyond("limit_entries", ENTRIES_MAX, format!("{count} files within; at most {ENTRIES_MAX}")));
    }
    if short(&record, 8) != short(&record, 10) || short(&record, 4) != 0 || start + length != end {
        return Err(unfit(Reason::Polyglot, byte(end), "the list is not where its end says"));
    }
    source.seek(start)?;
    let mut entries = (0..count).map(|_| listed(source)).collect::<Result<Vec<_>>>()?;
    if source.at != end {
        return Err(unfit(Reason::Polyglot, byte(source.at), "more in the list than its end says"));
    }
    let size: u64 = entries.iter().map(|entry| entry.size).sum();
    if size > OFFICE_EXPANDED_BYTES_MAX {
        return Err(unfit(
            Reason::Expands,
            "list",
            &format!("{size} bytes unpacked; at most {OFFICE_EXPANDED_BYTES_MAX}"),
        ));
    }
    entries.sort_by_key(|entry| entry.header);
    check_places(source, &entries, start)?;
    let mut names = HashSet::new();
    match entries.iter().find(|entry| !names.insert(entry.name.to_lowercase())) {
        Some(twice) => Err(unfit(Reason::Polyglot, twice.name.clone(), "two files with one name")),
        None => Ok(entries),
    }
}

fn listed(source: &mut Source) -> Result<Entry> {
    let head: [u8; LISTED_BYTES as usize] = source.take()?;
    if head[..4] != LISTED[..] {
        return Err(source.broken("no file in the list where one must stand"));
    }
    let name = source.vec(short(&head, 28).into())?;
    source.skip(u64::from(short(&head, 30)) + u64::from(short(&head, 32)))?;
    let name = String::from_utf8_lossy(&name).into_owned();
    let entry = Entry {
        size: long(&head, 24),
        packed: long(&head, 20),
        method: short(&head, 10),
        crc: long(&head, 16) as u32,
        header: long(&head, 42),
        name,
    };
    let parts = || entry.name.split(['/', '\\']);
    let bad_name = entry.name.is_empty() || entry.name.len() > NAME_BYTES_MAX || parts().any(|part| part == "..");
    if bad_name || entry.name.starts_with(['/', '\\']) || entry.name.contains(['\0', ':']) {
        return Err(unfit(Reason::Polyglot, entry.name, "a name that leads elsewhere"));
    }
    if short(&head, 8) & ENCRYPTED != 0 {
        return Err(unfit(Reason::Encrypted, entry.name, "a file with a password"));
    }
    match entry.method {
        STORED if entry.size == entry.packed => Ok(entry),
        DEFLATED => Ok(entry),
        _ => Err(unfit(Reason::Broken, entry.name, "packed in an unusual way")),
    }
}

fn check_places(source: &mut Source, entries: &[Entry], list: u64) -> Result<()> {
    let mut expected = 0;
    for (at, entry) in entries.iter().enumerate() {
        let gap = entry.header.checked_sub(expected);
        if gap.is_none_or(|gap| gap > if at == 0 { 0 } else { GAP_BYTES_MAX }) {
            return Err(unfit(Reason::Polyglot, entry.name.clone(), "files overlap or something lies between them"));
        }
        expected = data(source, entry)? + entry.packed;
    }
    match list.checked_sub(expected) {
        Some(0..=GAP_BYTES_MAX) => Ok(()),
        _ => Err(unfit(Reason::Polyglot, byte(expected), "something lies before the list")),
    }
}

/// Where the bytes of a file begin, if it is there what the list says it is.
fn data(source: &mut Source, entry: &Entry) -> Result<u64> {
    source.seek(entry.header.min(source.len))?;
    let head: [u8; 30] = source.take()?;
    let name = source.vec(short(&head, 26).into())?;
    if head[..4] != LOCAL[..] || name != entry.name.as_bytes() || short(&head, 8) != entry.method {
        return Err(unfit(Reason::Polyglot, entry.name.clone(), "the list says something else than the file"));
    }
    source.skip(short(&head, 28).into())?;
    if entry.packed > source.left() {
        return Err(source.truncated());
    }
    Ok(source.at)
}

/// Unpacks a file; never more than its size, and exactly that with that checksum.
pub fn unpack(source: &mut Source, entry: &Entry, mut each: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
    let start = data(source, entry)?;
    source.seek(start)?;
    let packed = source.take_read(entry.packed);
    let mut reader: Box<dyn Read + '_> =
        if entry.method == STORED { Box::new(packed) } else { Box::new(DeflateDecoder::new(packed)) };
    let (mut crc, mut left, mut room) = (Crc::new(), entry.size, vec![0; UNPACKED_BYTES]);
    loop {
        let read = match reader.read(&mut room) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.raw_os_error().is_some() => return Err(error).context("read an upload"),
            Err(_) => return Err(wrong(entry, Reason::Broken, "it cannot be unpacked")),
        };
        left =
            left.checked_sub(read as u64).ok_or_else(|| wrong(entry, Reason::Expands, "larger than the list says"))?;
        crc.update(&room[..read]);
        each(&room[..read])?;
    }
    if left > 0 || crc.sum() != entry.crc {
        return Err(wrong(entry, Reason::Broken, "not what the list says"));
    }
    Ok(())
}

fn wrong(entry: &Entry, reason: Reason, detail: &str) -> Error {
    unfit(reason, entry.name.clone(), detail)
}
