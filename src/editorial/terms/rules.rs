//! What a term may be called, and what another name changes of an entry. Pure.

use super::model::TermKind;
use crate::content::TAG_CHARS_MAX;
use crate::content::model::Patch;
use crate::content::rules::tag_slug;
use crate::kernel::{Code, Refusal, Slug};

/// The slug of a name, if a term can have it.
pub fn slug_of(kind: TermKind, name: &str) -> Result<Slug, Refusal> {
    let refuse = |code: &str, detail: &str| Refusal::new(Code::Invalid).field("to", code, detail);
    if name.chars().count() > TAG_CHARS_MAX {
        return Err(refuse("too_long", &format!("at most {TAG_CHARS_MAX} characters")));
    }
    match kind {
        TermKind::Category => {
            Slug::parse(name).map_err(|_| refuse("not_a_slug", "the key of a category, such as pendidikan"))
        }
        TermKind::Tag => tag_slug(name)
            .filter(|_| name.trim() == name)
            .ok_or_else(|| refuse("not_a_tag", "a tag has a letter or a digit, and no white space around it")),
    }
}

/// What changes of an entry that bears a term; `None` when it is so already. Whoever bears both bears one of them then.
pub fn patch(kind: TermKind, (from, to): (&Slug, &str), (category, tags): (Option<&str>, &[String])) -> Option<Patch> {
    match kind {
        TermKind::Category => (category == Some(from.as_str()) && to != from.as_str())
            .then(|| Patch { category: Some(Some(to.to_owned())), ..Patch::default() }),
        TermKind::Tag => {
            let new = tag_slug(to);
            let mut after: Vec<String> = Vec::new();
            for tag in tags {
                let slug = tag_slug(tag);
                let is_it = slug.as_ref() == Some(from) || slug == new;
                let name = if is_it { to } else { tag };
                if !after.iter().any(|other| other == name) {
                    after.push(name.to_owned());
                }
            }
            (after != tags).then(|| Patch { tags: Some(after), ..Patch::default() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(from: &str, to: &str, tags: &[&str]) -> Option<Vec<String>> {
        let tags: Vec<String> = tags.iter().map(|tag| (*tag).to_owned()).collect();
        patch(TermKind::Tag, (&Slug::parse(from).unwrap(), to), (None, &tags)).and_then(|patch| patch.tags)
    }

    #[test]
    fn a_tag_gets_its_name_in_its_place_and_stands_there_once() {
        let after = |all: &[&str]| Some(all.iter().map(|tag| (*tag).to_owned()).collect::<Vec<String>>());
        assert_eq!(tags("banjir", "Banjir rob", &["a", "BANJIR", "b"]), after(&["a", "Banjir rob", "b"]));
        assert_eq!(tags("banjir", "Banjir", &["banjir"]), after(&["Banjir"]));
        assert_eq!(tags("banjir", "Rob", &["banjir", "rob", "b"]), after(&["Rob", "b"]));
        assert_eq!(tags("banjir", "banjir", &["banjir"]), None);
    }

    #[test]
    fn a_name_fits_its_kind() {
        assert_eq!(slug_of(TermKind::Tag, "Satu Data").unwrap().as_str(), "satu-data");
        for (kind, name) in [(TermKind::Category, "Satu Data"), (TermKind::Tag, " a"), (TermKind::Tag, "…")] {
            assert!(slug_of(kind, name).is_err(), "{name:?}");
        }
        assert!(slug_of(TermKind::Tag, &"x".repeat(TAG_CHARS_MAX + 1)).is_err());
    }
}
