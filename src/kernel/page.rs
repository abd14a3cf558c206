//! Pages of a list: how many, from where, and what comes next.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{Code, Refusal, Timestamp};

pub const LIMIT_ITEMS_DEFAULT: u32 = 20;
pub const LIMIT_ITEMS_MAX: u32 = 100;

/// How many items a page has: 1 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(u32);

impl Limit {
    pub fn new(limit: Option<u32>) -> Result<Self, Refusal> {
        match limit.unwrap_or(LIMIT_ITEMS_DEFAULT) {
            limit @ 1..=LIMIT_ITEMS_MAX => Ok(Limit(limit)),
            _ => Err(Refusal::new(Code::BadLimit)),
        }
    }

    pub fn items(self) -> usize {
        self.0 as usize
    }

    /// One more than asked for tells whether another page follows.
    pub fn probe(self) -> i64 {
        i64::from(self.0) + 1
    }
}

/// Where the last page ended: the sort key and the id of its last item. Opaque to the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    pub key: String,
    pub id: String,
}

impl Cursor {
    pub fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{}\n{}", self.id, self.key))
    }

    pub fn decode(text: &str) -> Result<Self, Refusal> {
        let refusal = || Refusal::new(Code::BadCursor);
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| refusal())?;
        let text = String::from_utf8(bytes).map_err(|_| refusal())?;
        // PostgreSQL fails on a NUL.
        let (id, key) = text.split_once('\n').filter(|_| !text.contains('\0')).ok_or_else(refusal)?;
        Ok(Cursor { key: key.into(), id: id.into() })
    }

    /// One of a list that is sorted by a time, then by an id.
    pub fn at(time: Timestamp, id: impl std::fmt::Display) -> Self {
        Cursor { key: time.micros().to_string(), id: id.to_string() }
    }

    /// The time that [`Cursor::at`] wrote; `bad_cursor` for one of another list.
    pub fn time(&self) -> Result<Timestamp, Refusal> {
        self.key.parse().map(Timestamp::from_micros).map_err(|_| Refusal::new(Code::BadCursor))
    }
}

/// One page: `{items, next_cursor}`, the cursor absent at the end.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Page<T> {
    pub items: Vec<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// Cuts what was read with [`Limit::probe`] to the page and says where the next begins.
    pub fn cut(mut items: Vec<T>, limit: Limit, cursor: impl Fn(&T) -> Cursor) -> Self {
        let more = items.len() > limit.items();
        items.truncate(limit.items());
        let next_cursor = items.last().filter(|_| more).map(|last| cursor(last).encode());
        Page { items, next_cursor }
    }

    /// A list that always fits on one page.
    pub fn whole(items: Vec<T>) -> Self {
        Page { items, next_cursor: None }
    }

    pub fn map<U>(self, each: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(each).collect(), next_cursor: self.next_cursor }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_went_and_nonsense_is_refused() {
        let cursor = Cursor { key: "2026-01-01\nx".into(), id: "a".into() };
        assert_eq!(Cursor::decode(&cursor.encode()).unwrap(), cursor);
        assert_eq!(Cursor::decode("%%%").unwrap_err().code(), Code::BadCursor);
        let time = Timestamp::from_micros(-7);
        assert_eq!(Cursor::at(time, "a").time().unwrap(), time);
        assert_eq!(cursor.time().unwrap_err().code(), Code::BadCursor, "a cursor of another list");
    }
}
