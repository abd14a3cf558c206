//! An index as files: stems with the documents that hold them, cut into shards that a browser fetches one by one. Pure.
//!
//! A shard is a run of stems in order: `shared, length, letters, documents, bytes, postings`. `shared` and `length` are one byte each:
//! letters (as UTF-8) taken over from the stem before, and own ones. `documents` and `bytes` are numbers of seven bits a byte, the
//! lowest first, the highest bit says that more follows. A posting is one byte: the weight class in its two lowest bits, above them how
//! many documents were skipped; [`GAP_MORE`] says that a number follows, to be added.

use std::collections::HashMap;

use foldhash::fast::RandomState;

/// Bytes after which a shard ends; a stem that nearly all documents hold may weigh more alone.
const SHARD_BYTES_USUAL: usize = 6 * 1024;
/// The highest gap that fits beside a weight class.
const GAP_MORE: u32 = 63;
/// A stem of a document with its weight class.
pub type Weighed = (Box<str>, u8);

/// Documents that were added, by their stems.
#[derive(Debug, Default)]
pub struct Postings {
    stems: HashMap<Box<str>, Posting, RandomState>,
    documents: u32,
}

#[derive(Debug, Default)]
struct Posting {
    bytes: Vec<u8>,
    documents: u32,
    /// The first document that may follow.
    next: u32,
}

impl Postings {
    /// The next document; its number is how many came before it.
    pub fn add(&mut self, weighed: Vec<Weighed>) {
        let at = self.documents;
        for (stem, class) in weighed {
            let posting = self.stems.entry(stem).or_default();
            let gap = at - posting.next;
            posting.bytes.push((gap.min(GAP_MORE) as u8) << 2 | class);
            if gap >= GAP_MORE {
                number(&mut posting.bytes, gap - GAP_MORE);
            }
            posting.documents += 1;
            posting.next = at + 1;
        }
        self.documents += 1;
    }

    /// The files, each with the first stem that it holds.
    pub fn shards(self) -> Vec<(Box<str>, Vec<u8>)> {
        let mut stems: Vec<(Box<str>, Posting)> = self.stems.into_iter().collect();
        // As a browser compares texts.
        stems.sort_unstable_by(|(a, _), (b, _)| match a.is_ascii() && b.is_ascii() {
            true => a.cmp(b),
            false => a.encode_utf16().cmp(b.encode_utf16()),
        });
        let mut shards: Vec<(Box<str>, Vec<u8>)> = Vec::new();
        let mut before: &str = "";
        for (stem, posting) in &stems {
            let weighs = stem.len() + posting.bytes.len();
            let full = shards.last().is_none_or(|(_, bytes)| bytes.len() + weighs > SHARD_BYTES_USUAL);
            if full {
                shards.push((stem.clone(), Vec::with_capacity(SHARD_BYTES_USUAL)));
                before = "";
            }
            if let Some((_, bytes)) = shards.last_mut() {
                write(bytes, (before, stem), posting);
            }
            before = stem;
        }
        shards
    }
}

fn write(out: &mut Vec<u8>, (before, stem): (&str, &str), posting: &Posting) {
    // Stems are of 40 letters at most, facets of 100 bytes: both lengths fit into a byte.
    let shared = before.bytes().zip(stem.bytes()).take_while(|(a, b)| a == b).count();
    let own = &stem.as_bytes()[shared..];
    out.extend([shared as u8, own.len() as u8]);
    out.extend(own);
    number(out, posting.documents);
    number(out, posting.bytes.len() as u32);
    out.extend(&posting.bytes);
}

fn number(out: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Reads a shard as the script does.
    fn read(shard: &[u8]) -> BTreeMap<String, Vec<(u32, u8)>> {
        let mut bytes = shard.iter().copied();
        let number = |bytes: &mut dyn Iterator<Item = u8>| {
            let (mut sum, mut shift) = (0, 0);
            loop {
                let byte = bytes.next().unwrap();
                sum |= u32::from(byte & 0x7f) << shift;
                shift += 7;
                if byte < 0x80 {
                    return sum;
                }
            }
        };
        let (mut found, mut stem) = (BTreeMap::new(), Vec::new());
        while let Some(shared) = bytes.next() {
            stem.truncate(shared.into());
            let own = bytes.next().unwrap();
            stem.extend(bytes.by_ref().take(own.into()));
            let (documents, length) = (number(&mut bytes), number(&mut bytes));
            let mut postings = bytes.by_ref().take(length as usize).collect::<Vec<_>>().into_iter();
            let (mut list, mut next) = (Vec::new(), 0);
            while let Some(byte) = postings.next() {
                let gap = u32::from(byte >> 2);
                let at = next + gap + if gap == GAP_MORE { number(&mut postings) } else { 0 };
                list.push((at, byte & 3));
                next = at + 1;
            }
            assert_eq!(list.len(), documents as usize);
            found.insert(String::from_utf8(stem.clone()).unwrap(), list);
        }
        found
    }

    fn weighed(text: &str) -> Vec<Weighed> {
        let mut words = crate::search::words::Words::default();
        words.text(text);
        words.weighed().map(|(stem, class)| (stem.into(), class)).collect()
    }

    #[test]
    fn what_was_put_into_shards_is_read_from_them() {
        let mut postings = Postings::default();
        for at in 0..2_000_u32 {
            let seldom = if at == 3 || at == 400 { "langka" } else { "" };
            postings.add(weighed(&format!("layanan {seldom} nomor{at} kata{}", at % 70)));
        }
        let shards = postings.shards();
        assert!(shards.len() > 1 && shards.windows(2).all(|pair| pair[0].0 < pair[1].0));
        let read: Vec<_> = shards.iter().map(|(_, bytes)| read(bytes)).collect();
        assert!(shards.iter().zip(&read).all(|((first, _), read)| read.keys().next().unwrap() == &**first));
        let of = |stem: &str| read.iter().find_map(|shard| shard.get(stem)).unwrap();
        assert_eq!(of("langka"), &[(3, 0), (400, 0)]);
        assert_eq!(of("layan").len(), 2_000);
        assert_eq!(of("kata69").iter().map(|(at, _)| *at).take(3).collect::<Vec<_>>(), [69, 139, 209]);
    }
}
