//! The rules, one file for each family, and the one function that asks them all. Pure.

mod links;
mod metadata;
pub mod personal;
mod structure;

use super::model::{Around, Check, Finding, LOOK_FINDINGS_MAX};
use super::reading::{self, Part};
use crate::content::model::{Content, ContentType};

pub use links::{Inside, inside, of_site};

/// What a look has found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// By place.
    pub findings: Vec<Finding>,
    /// Findings beyond [`LOOK_FINDINGS_MAX`]: nobody can answer for what was not read.
    pub more: usize,
}

/// Looks content over for the checks that are wanted.
pub fn look(content_type: &ContentType, content: &Content, around: &Around, wanted: &[Check]) -> Found {
    let parts = reading::parts(content_type, content);
    let mut findings = metadata::look(content_type, content, around, &parts);
    for part in &parts {
        structure::look(part, &mut findings);
        links::look(part, around, &mut findings);
        personal_of(part, around, &mut findings);
    }
    findings.retain(|finding| wanted.contains(&finding.check));
    findings.sort();
    findings.dedup();
    let more = findings.len().saturating_sub(LOOK_FINDINGS_MAX);
    findings.truncate(LOOK_FINDINGS_MAX);
    Found { findings, more }
}

/// Personal data in the text of a field and in the documents that it names.
fn personal_of(part: &Part<'_>, around: &Around, found: &mut Vec<Finding>) {
    for piece in &part.outline.pieces {
        let hits = personal::look(&piece.text, &piece.context);
        found.extend(hits.into_iter().map(|hit| {
            let excerpt = &piece.text[hit.at.clone()];
            Finding::new(hit.check, part.at(piece.place(hit.at.start)), excerpt)
        }));
    }
    for picture in &part.outline.pictures {
        let hits = personal::look(&picture.text, "").into_iter();
        found.extend(hits.map(|hit| Finding::new(hit.check, part.at(picture.at.start), &picture.text[hit.at])));
    }
    for link in &part.outline.links {
        let hits = personal::look_at_address(&link.to, &format!("{} {}", part.field.label.id, link.text));
        found.extend(hits.into_iter().map(|hit| Finding::new(hit, part.at(link.at.start), &link.to)));
    }
    let linked = part.outline.links.iter().chain(&part.outline.pictures);
    let linked = linked.filter_map(|link| Some((part.path.clone(), crate::content::markdown::asset(&link.to)?)));
    for (field, document) in part.files().chain(linked) {
        let place = |offset| super::model::Place { field: field.clone(), offset, document: Some(document) };
        if let Some((name, reading)) = around.unread.get(&document) {
            found.push(Finding::new(Check::UnreadDocument, place(0), name).saying(reading.as_str()));
        }
        let Some(text) = around.documents.get(&document) else { continue };
        for piece in reading::lines(text) {
            for hit in personal::look(&piece.text, &piece.context) {
                let offset = reading::letters_before(text, piece.place(hit.at.start));
                found.push(Finding::new(hit.check, place(offset), &piece.text[hit.at.clone()]));
            }
        }
    }
}
