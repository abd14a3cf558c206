//! What is told of a change that nobody has made yet.

use serde::Serialize;
use utoipa::ToSchema;

use crate::content::model::FieldKind;
use crate::kernel::FieldRefusal;
use crate::kernel::id::EntryId;

crate::words! {
    /// How a field would be different.
    pub enum FieldChangeKind {
        Added = "added",
        Removed = "removed",
        /// It would hold something else, or a list instead of one.
        Kind = "kind",
        /// It would have to be filled in.
        Required = "required",
        /// Some of its choices would be gone.
        Choices = "choices",
        /// A limit would be narrower.
        Limits = "limits",
        /// No two entries could have the same value any more.
        Unique = "unique",
    }
}

/// A field that would be different.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FieldChange {
    /// `items.image` for a field of components.
    pub field: String,
    pub change: FieldChangeKind,
    /// With `kind`, `removed` and `added`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<FieldKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<FieldKind>,
    /// With `choices`: the keys that would be gone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// Entries that have a value there.
    pub uses: usize,
    /// Entries that would not be valid because of this field.
    pub broken: usize,
}

/// An entry that would not be valid any more.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BrokenEntry {
    pub entry: EntryId,
    pub title: String,
    #[schema(value_type = Vec<Object>)]
    pub errors: Vec<FieldRefusal>,
}

/// What a change of a type would do.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TypeDryRun {
    /// The version in force; null for a new type.
    pub version: Option<i32>,
    /// Of the type, in every step and in the trash.
    pub entries: usize,
    /// Whether the change would be refused: `type_breaks_entries`.
    pub breaks: bool,
    pub changes: Vec<FieldChange>,
    pub broken_count: usize,
    /// At most 100 of them.
    pub broken: Vec<BrokenEntry>,
}
