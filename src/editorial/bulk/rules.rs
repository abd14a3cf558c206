//! What a command to many entries asks for, and what it would change of one of them.

use crate::content::model::Patch;
use crate::content::rules::tag_slug;
use crate::editorial::model::Move;
use crate::kernel::id::EntryId;
use crate::kernel::{Code, Digest, Refusal};

/// Entries in one command: as many as one page of a list holds.
pub const ENTRIES_MAX: usize = 100;

/// An entry as the caller has seen it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct One {
    pub id: EntryId,
    pub version: i32,
    /// Of the closure that was looked at; for `approve` and `publish`.
    pub digest: Option<Digest>,
}

/// What is asked of every one of them.
#[derive(Debug, Clone, PartialEq)]
pub enum Wish {
    /// A command of the procedure; the digest is each entry's own.
    Move(Move),
    Trash,
    /// Out of the trash.
    Restore,
    Describe(Change),
}

/// What is said of an entry beside its fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    Category(Option<String>),
    AddTags(Vec<String>),
    RemoveTags(Vec<String>),
}

impl Change {
    /// `None` when the entry is so already. Tags are the same when their slugs are.
    pub fn patch(&self, category: Option<&str>, tags: &[String]) -> Option<Patch> {
        let same =
            |one: &str, other: &str| one == other || (tag_slug(one).is_some() && tag_slug(one) == tag_slug(other));
        let among = |tag: &str, all: &[String]| all.iter().any(|other| same(tag, other));
        match self {
            Change::Category(wanted) => {
                (wanted.as_deref() != category).then(|| Patch { category: Some(wanted.clone()), ..Patch::default() })
            }
            Change::AddTags(wanted) => {
                let missing = wanted.iter().filter(|tag| !among(tag, tags));
                let all: Vec<String> = tags.iter().chain(missing).cloned().collect();
                (all.len() > tags.len()).then(|| Patch { tags: Some(all), ..Patch::default() })
            }
            Change::RemoveTags(unwanted) => {
                let left: Vec<String> = tags.iter().filter(|tag| !among(tag, unwanted)).cloned().collect();
                (left.len() < tags.len()).then(|| Patch { tags: Some(left), ..Patch::default() })
            }
        }
    }
}

/// Some entries, each once, and not more than one answer can name.
pub fn check(entries: &[One]) -> Result<(), Refusal> {
    let refuse = |field: String, code: &str, detail: &str| Err(Refusal::new(Code::Invalid).field(field, code, detail));
    if entries.is_empty() {
        return refuse("entries".into(), "required", "name at least one entry");
    }
    if entries.len() > ENTRIES_MAX {
        return refuse("entries".into(), "too_many_items", &format!("at most {ENTRIES_MAX} at once"));
    }
    let repeated = (1..entries.len()).find(|at| entries[..*at].iter().any(|other| other.id == entries[*at].id));
    match repeated {
        Some(at) => refuse(format!("entries[{at}].id"), "repeated", "name each entry once"),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Timestamp;

    fn one(number: u8) -> One {
        One { id: EntryId::new(Timestamp::from_micros(0), [number; 10]), version: 1, digest: None }
    }

    fn texts(all: &[&str]) -> Vec<String> {
        all.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn a_list_names_each_entry_once_and_not_too_many() {
        let field = |entries: &[One]| check(entries).unwrap_err().field_refusals()[0].clone();
        assert_eq!(field(&[]).code, "required");
        let repeated = field(&[one(1), one(2), one(1)]);
        assert_eq!((repeated.field.as_str(), repeated.code.as_str()), ("entries[2].id", "repeated"));
        let many: Vec<One> = (0..=ENTRIES_MAX as u8).map(one).collect();
        assert_eq!(field(&many).code, "too_many_items");
        assert!(check(&many[1..]).is_ok());
    }

    #[test]
    fn what_is_so_already_is_not_changed() {
        let tags = texts(&["Satu Data", "pajak"]);
        let patched = |change: Change| change.patch(Some("umum"), &tags);
        assert_eq!(patched(Change::Category(Some("umum".into()))), None);
        assert_eq!(patched(Change::Category(None)).unwrap().category, Some(None));
        assert_eq!(patched(Change::AddTags(texts(&["satu data"]))), None, "the same tag, written otherwise");
        let more = patched(Change::AddTags(texts(&["banjir", "pajak"]))).unwrap().tags.unwrap();
        assert_eq!(more, ["Satu Data", "pajak", "banjir"]);
        assert_eq!(patched(Change::RemoveTags(texts(&["SATU DATA"]))).unwrap().tags.unwrap(), ["pajak"]);
        assert_eq!(patched(Change::RemoveTags(texts(&["banjir"]))), None);
    }
}
