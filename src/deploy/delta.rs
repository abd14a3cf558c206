//! One text file as changes to an older one: what to copy from there, what to send. Pure.
//!
//! The manifest and the sitemap of 10,000 pages are more than a megabyte each and change by a few lines.

use std::collections::HashMap;
use std::ops::Range;

/// A piece of the new file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Bytes of the old file.
    Old(Range<usize>),
    /// Bytes of the new file, which must be sent.
    New(Range<usize>),
}

/// Shorter tokens are too common to look for.
const FIND_BYTES_MIN: usize = 24;

/// The pieces of `new`, in order. Lines and, in texts without them, elements are what is compared.
pub fn pieces(old: &[u8], new: &[u8]) -> Vec<Piece> {
    let mut places: HashMap<&[u8], usize> = HashMap::new();
    for token in tokens(old).filter(|token| token.len() >= FIND_BYTES_MIN) {
        places.entry(&old[token.clone()]).or_insert(token.start);
    }
    let mut found: Vec<Piece> = Vec::new();
    for token in tokens(new) {
        let bytes = &new[token.clone()];
        // What follows in the old file is tried first: so a run goes on over tokens that are common.
        let next = match found.last() {
            Some(Piece::Old(range)) => Some(range.end),
            Some(Piece::New(_)) | None => None,
        };
        let next = next.filter(|at| old[*at..].starts_with(bytes));
        match next.or_else(|| places.get(bytes).copied()) {
            Some(at) => push_old(&mut found, at..at + bytes.len()),
            None => push_new(&mut found, token),
        }
    }
    found
}

fn push_old(pieces: &mut Vec<Piece>, range: Range<usize>) {
    match pieces.last_mut() {
        Some(Piece::Old(last)) if last.end == range.start => last.end = range.end,
        _ => pieces.push(Piece::Old(range)),
    }
}

fn push_new(pieces: &mut Vec<Piece>, range: Range<usize>) {
    match pieces.last_mut() {
        Some(Piece::New(last)) => last.end = range.end,
        _ => pieces.push(Piece::New(range)),
    }
}

fn tokens(bytes: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let rest = bytes.get(start..).filter(|rest| !rest.is_empty())?;
        let length = rest.iter().position(|byte| matches!(byte, b'\n' | b'>')).map_or(rest.len(), |at| at + 1);
        let token = start..start + length;
        start = token.end;
        Some(token)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put_together(old: &[u8], new: &[u8], pieces: &[Piece]) -> Vec<u8> {
        let part = |piece: &Piece| match piece {
            Piece::Old(range) => &old[range.clone()],
            Piece::New(range) => &new[range.clone()],
        };
        pieces.iter().flat_map(|piece| part(piece).to_vec()).collect()
    }

    fn sent(pieces: &[Piece]) -> usize {
        pieces.iter().map(|piece| if let Piece::New(range) = piece { range.len() } else { 0 }).sum()
    }

    #[test]
    fn one_changed_line_of_many_is_all_that_is_sent() {
        let line = |number: usize| {
            format!("{{\"path\":\"berita/{number}/index.html\",\"size\":1,\"sha256\":\"{number:064}\"}},\n")
        };
        let old: String = (0..5000).map(line).collect();
        let new = old.replace(&format!("{:064}", 2500), &"f".repeat(64)).replace(&line(10), "");
        let pieces = pieces(old.as_bytes(), new.as_bytes());
        assert_eq!(put_together(old.as_bytes(), new.as_bytes(), &pieces), new.as_bytes());
        assert!(sent(&pieces) < 300 && pieces.len() < 6, "{} in {}", sent(&pieces), pieces.len());
    }

    proptest::proptest! {
        #[test]
        fn any_text_comes_back(old in "[ab>\n]{0,200}[a-c]{30}[ab>\n]{0,200}", new in "[ab>\n]{0,200}[a-c]{30}[ab>\n]{0,100}") {
            let pieces = pieces(old.as_bytes(), new.as_bytes());
            proptest::prop_assert_eq!(put_together(old.as_bytes(), new.as_bytes(), &pieces), new.as_bytes());
        }
    }
}
