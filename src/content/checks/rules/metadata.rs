//! What stands around the text: required fields, summary, tags, times, the size of pictures.

use std::collections::HashMap;

use serde_json::Value;

use crate::content::checks::model::{Around, Check, Finding, Place};
use crate::content::checks::reading::Part;
use crate::content::markdown;
use crate::content::model::{Content, ContentType, FieldKind};
use crate::content::rules;
use crate::kernel::{Digest, Timestamp};
use crate::search;

/// Letters of a summary: shorter ones say too little, longer ones are cut in lists and in results of searches.
const SUMMARY_LETTERS_MIN: usize = 40;
const SUMMARY_LETTERS_MAX: usize = 250;
/// Pixels of width: for the main picture, which fills a page, and for others.
const MAIN_WIDTH_MIN: u32 = 1_000;
const OTHER_WIDTH_MIN: u32 = 400;
/// Letters of a tag from which one other letter is a likely slip, and from which two are.
const ONE_SLIP_LETTERS: usize = 5;
const TWO_SLIPS_LETTERS: usize = 10;

pub fn look(content_type: &ContentType, content: &Content, around: &Around, parts: &[Part<'_>]) -> Vec<Finding> {
    let mut found = incomplete(content_type, content);
    found.extend(parts.iter().filter(|part| part.path == "fields.summary").filter_map(summary));
    found.extend(near_tags(&content.tags, &around.tags));
    found.extend(past(content, around));
    found.extend(parts.iter().flat_map(|part| small_pictures(part, &around.pictures)));
    found
}

fn place(field: impl Into<String>) -> Place {
    Place { field: field.into(), offset: 0, document: None }
}

fn incomplete(content_type: &ContentType, content: &Content) -> Vec<Finding> {
    let faults = rules::check(content_type, content).err().unwrap_or_default();
    let finding =
        |fault: crate::kernel::FieldRefusal| Finding::new(Check::Incomplete, place(fault.field), "").saying(fault.code);
    faults.into_iter().map(finding).collect()
}

fn summary(part: &Part<'_>) -> Option<Finding> {
    let letters = part.source().trim().chars().count();
    let fits = (SUMMARY_LETTERS_MIN..=SUMMARY_LETTERS_MAX).contains(&letters);
    let finding = Finding::new(Check::SummaryLength, place(&part.path), part.source()).saying(letters.to_string());
    (!fits).then(|| finding.saying(SUMMARY_LETTERS_MIN.to_string()).saying(SUMMARY_LETTERS_MAX.to_string()))
}

fn near_tags(tags: &[String], known: &HashMap<String, i64>) -> Vec<Finding> {
    let new = tags.iter().enumerate().filter(|(_, tag)| !is_known(tag, known));
    let near = new.filter_map(|(at, tag)| {
        let close = known.iter().filter(|(other, _)| is_near(tag, &spaced(other)));
        // The one that most entries have; by name among equals, so that the answer is the same each time.
        let (other, _) = close.max_by_key(|(other, count)| (**count, std::cmp::Reverse((*other).clone())))?;
        Some(Finding::new(Check::NearTag, place(format!("tags[{at}]")), tag).saying(spaced(other)))
    });
    near.collect()
}

/// The words of a tag that is known by its slug.
fn spaced(slug: &str) -> String {
    slug.replace('-', " ")
}

fn is_known(tag: &str, known: &HashMap<String, i64>) -> bool {
    // A tag of letters that no slug holds is looked up nowhere, so nothing is said of it.
    rules::tag_slug(tag).is_none_or(|slug| known.contains_key(slug.as_str()))
}

/// Whether two tags are likely to mean the same: alike but for a slip, for how they are joined, or for affixes.
fn is_near(one: &str, other: &str) -> bool {
    let bare = |tag: &str| -> String { tag.to_lowercase().chars().filter(|letter| letter.is_alphanumeric()).collect() };
    let (one_bare, other_bare) = (bare(one), bare(other));
    if one_bare == other_bare {
        return true;
    }
    let digits = |tag: &str| -> String { tag.chars().filter(char::is_ascii_digit).collect() };
    if digits(&one_bare) != digits(&other_bare) {
        return false;
    }
    let letters = one_bare.chars().count().min(other_bare.chars().count());
    let slips = match letters {
        TWO_SLIPS_LETTERS.. => 2,
        ONE_SLIP_LETTERS.. => 1,
        _ => 0,
    };
    if strsim::osa_distance(&one_bare, &other_bare) <= slips {
        return true;
    }
    let stems = |tag: &str| -> Vec<String> { search::terms(tag).map(|stem| stem.into_owned()).collect() };
    let stems_of_one = stems(one);
    !stems_of_one.is_empty() && stems_of_one == stems(other)
}

/// When what is announced has ended: by its end, or else its beginning; or by the day until which it holds.
fn past(content: &Content, around: &Around) -> Option<Finding> {
    let text = |key: &str| content.fields.get(key).and_then(Value::as_str);
    let key = ["end", "start", "valid_until"].into_iter().find(|key| text(key).is_some())?;
    let said = text(key)?;
    let has_passed = match (Timestamp::parse(said), said.parse::<jiff::civil::Date>()) {
        (Ok(at), _) => at < around.now,
        (Err(_), Ok(day)) => day < around.now.in_zone(&around.zone).date(),
        (Err(_), Err(_)) => false,
    };
    has_passed.then(|| Finding::new(Check::PastEvent, place(format!("fields.{key}")), said))
}

fn small_pictures(part: &Part<'_>, known: &HashMap<Digest, (u32, u32)>) -> Vec<Finding> {
    let small = |digest: &Digest, least: u32| known.get(digest).map(|(width, _)| *width).filter(|width| *width < least);
    let finding = |place: Place, excerpt: &str, width: u32, least: u32| {
        Finding::new(Check::SmallPicture, place, excerpt).saying(width.to_string()).saying(least.to_string())
    };
    match part.field.kind {
        FieldKind::Asset => {
            let is_main = part.field.key == "image" && part.path.matches('.').count() == 1;
            let least = if is_main { MAIN_WIDTH_MIN } else { OTHER_WIDTH_MIN };
            let named = part.files().filter_map(|(path, digest)| Some((path, small(&digest, least)?)));
            named.map(|(path, width)| finding(place(path), &part.field.label.id, width, least)).collect()
        }
        FieldKind::Markdown => {
            let pictures = part.outline.pictures.iter().filter_map(|picture| {
                let width = small(&markdown::asset(&picture.to)?, OTHER_WIDTH_MIN)?;
                Some(finding(part.at(picture.at.start), &picture.text, width, OTHER_WIDTH_MIN))
            });
            pictures.collect()
        }
        FieldKind::Text | FieldKind::Email | FieldKind::Url | FieldKind::Components => Vec::new(),
        FieldKind::Number | FieldKind::Boolean | FieldKind::Date | FieldKind::Datetime => Vec::new(),
        FieldKind::Choice | FieldKind::Reference | FieldKind::Geo | FieldKind::Json => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_near_another_by_a_slip_a_space_or_an_affix_and_never_by_a_year() {
        for (one, other) in [
            ("pelayanan publik", "layanan publik"),
            ("Satu Data", "satudata"),
            ("kesehatn", "kesehatan"),
            ("e-KTP", "ektp"),
        ] {
            assert!(is_near(one, other), "{one} {other}");
        }
        for (one, other) in [("rkpd 2026", "rkpd 2027"), ("desa", "dosa"), ("sungai", "gunung"), ("bayi", "badai")] {
            assert!(!is_near(one, other), "{one} {other}");
        }
    }
}
