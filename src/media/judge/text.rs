//! Plain text and CSV: UTF-8 from the first to the last byte.

use super::reason::{Reason, byte, unfit};
use super::rules::{HIDDEN_IN_TEXT, Search};
use super::source::Source;
use crate::kernel::Result;

/// How much of a text programs look at to guess its kind.
const SNIFFED_BYTES: u64 = 8 * 1024;
/// The longest letter of UTF-8.
const LETTER_BYTES_MAX: usize = 4;

pub fn check(source: &mut Source) -> Result<()> {
    let mut search = Search::new(HIDDEN_IN_TEXT);
    source.pieces(source.len.min(SNIFFED_BYTES), |piece| search.check(piece))?;
    source.seek(0)?;
    // The beginning of a letter whose end comes with the next piece.
    let mut begun: Vec<u8> = Vec::new();
    let mut at = 0;
    source.pieces(source.len, |piece| {
        let joined = [begun.as_slice(), piece].concat();
        if joined.contains(&0) {
            return Err(unfit(Reason::UnknownKind, byte(at), "zeros are no text"));
        }
        let valid = match std::str::from_utf8(&joined) {
            Ok(_) => joined.len(),
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(error) => return Err(not_utf8(at + error.valid_up_to() as u64)),
        };
        at += valid as u64;
        begun = joined[valid..].to_vec();
        if begun.len() < LETTER_BYTES_MAX { Ok(()) } else { Err(not_utf8(at)) }
    })?;
    if begun.is_empty() { Ok(()) } else { Err(not_utf8(at)) }
}

fn not_utf8(at: u64) -> crate::kernel::Error {
    unfit(Reason::UnknownKind, byte(at), "a text that is not UTF-8")
}
