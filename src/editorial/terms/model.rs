//! Terms and what is asked of them.

use serde::Serialize;
use utoipa::ToSchema;

use crate::editorial::model::Changed;
use crate::kernel::Slug;
use crate::kernel::id::EntryId;

crate::words! {
    /// What a term is.
    pub enum TermKind {
        Category = "category",
        Tag = "tag",
    }
}

/// A category or tag with its uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Term {
    /// What it is known by: tags that are spelled alike are one.
    pub slug: Slug,
    /// As one of the entries spells it.
    pub text: String,
    /// Entries whose newest revision bears it, those in the trash left out.
    pub entries: i64,
    /// How many of them citizens see.
    pub live: i64,
}

/// Another name for a term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rename {
    pub kind: TermKind,
    pub from: Slug,
    pub to: String,
    /// Whether `to` may be a term that other entries bear: then there is only one of them afterwards.
    pub merge: bool,
    /// Whether what is live becomes a draft beside itself.
    pub live: bool,
}

/// What became of it.
#[derive(Debug)]
pub struct Renamed {
    pub changed: Vec<Changed>,
    pub left: Vec<Left>,
}

/// An entry that stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = TermLeft)]
pub struct Left {
    pub entry: EntryId,
    pub title: String,
    pub step: String,
    pub why: Why,
}

crate::words! {
    /// Why an entry stays as it is.
    pub enum Why as "TermLeftWhy" {
        /// Citizens see it, and it was not wished to change.
        Live = "live",
        /// Nobody sees it.
        Withdrawn = "withdrawn",
        /// Somebody is asked to approve it, or has approved it.
        BeingApproved = "being_approved",
        /// Nobody has it in hand, or somebody of another role.
        NotInHand = "not_in_hand",
    }
}
