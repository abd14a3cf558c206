//! An SOP as data, and one run of it.

use serde::{Deserialize, Serialize};

use crate::calendar::model::DayHours;
use crate::identity::Role;

/// One SOP: what its document says, and what the engine follows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// `website_management`: names the file and the address.
    pub key: String,
    pub title: Text,
    /// The SOP's own words, kept in Indonesian alone, because they are the authority.
    pub document: Document,
    pub hours: Hours,
    /// Where the source contradicts itself or lost an arrow: which reading was chosen, and why.
    #[serde(default)]
    pub readings: Vec<Reading>,
    pub flows: Vec<Flow>,
}

/// The same words in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    pub id: String,
    pub en: String,
}

/// The head of the official document. Lists are as long as in the source; an absent part is empty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Empty where the source names none.
    pub issuer: String,
    #[serde(default)]
    pub unit: String,
    /// Street, web and mail address of the issuer, as printed.
    #[serde(default)]
    pub address: String,
    /// As printed on the cover: `Tahun 2024`.
    #[serde(default)]
    pub edition: String,
    #[serde(default)]
    pub number: String,
    /// As written: `03 Januari 2022`.
    #[serde(default)]
    pub created: String,
    #[serde(default)]
    pub revised: String,
    #[serde(default)]
    pub approved: String,
    #[serde(default)]
    pub approved_by: String,
    #[serde(default)]
    pub introduction: String,
    /// The numbered paragraphs of the source's "Prosedur" part.
    #[serde(default)]
    pub procedure: Vec<String>,
    pub legal_basis: Vec<String>,
    /// A second list, where the source has two that differ: this one stands in its body.
    #[serde(default)]
    pub legal_basis_body: Vec<String>,
    #[serde(default)]
    pub responsible: String,
    /// When it is done, in the source's words.
    #[serde(default)]
    pub schedule: String,
    pub qualifications: Vec<String>,
    /// As with `legal_basis_body`.
    #[serde(default)]
    pub qualifications_body: Vec<String>,
    #[serde(default)]
    pub related: Vec<String>,
    pub equipment: Vec<String>,
    /// As with `legal_basis_body`.
    #[serde(default)]
    pub equipment_body: Vec<String>,
    #[serde(default)]
    pub warning: String,
    #[serde(default)]
    pub records: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    pub place: String,
    pub source: String,
    pub chosen: String,
    pub reason: String,
}

/// When a step's time runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Hours {
    /// Day and night, holidays included.
    Always,
    /// No service hours are named: days are calendar days; what falls on a holiday or a weekend moves
    /// to the next working day.
    CalendarDays,
    /// Named hours on named weekdays, holidays excluded.
    Weekly { days: Vec<DayHours> },
}

/// One chain of steps. An SOP with several starts or rhythms has several.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flow {
    pub key: String,
    pub title: Text,
    /// How often it begins by itself; absent: when somebody opens it.
    #[serde(default)]
    pub rhythm: Option<Rhythm>,
    /// Whether its cases are entries (SOP 1) or opened by hand or rhythm.
    #[serde(default)]
    pub subject: Subject,
    pub start: String,
    /// Who may open a case; empty only for entries, whose case opens with them.
    #[serde(default)]
    pub openers: Vec<Role>,
    pub steps: Vec<Step>,
    pub transitions: Vec<TransitionRule>,
}

crate::words! {
    /// How often a flow begins.
    pub enum Rhythm {
        WeeklyMonday = "weekly_monday",
        Monthly = "monthly",
        Quarterly = "quarterly",
        HalfYearly = "half_yearly",
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    #[default]
    Case,
    Entry,
}

/// Where a case rests until somebody moves it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    pub key: String,
    pub title: Text,
    /// The row of the SOP's table that this step is: `3`, `B.2`; several rows where one step serves them.
    #[serde(default)]
    pub sop_rows: Vec<String>,
    /// The activity in the SOP's own words.
    #[serde(default)]
    pub activity: String,
    /// Who acts in this step, and whose inbox it is in.
    #[serde(default)]
    pub actors: Vec<Role>,
    /// The actor in the SOP's own words: `Tim Pengelola`.
    #[serde(default)]
    pub actor_words: String,
    /// Kelengkapan.
    #[serde(default)]
    pub needs: String,
    #[serde(default)]
    pub time: StandardTime,
    #[serde(default)]
    pub output: String,
    /// Keterangan.
    #[serde(default)]
    pub remark: String,
    /// A case that comes here has ended. Entries may leave such a step again by a command.
    #[serde(default)]
    pub end: bool,
    /// Entries only: who may change the content while it rests here. Nothing that was approved before
    /// counts any longer once it has come to such a step.
    #[serde(default)]
    pub edits: Vec<Role>,
    /// Asked for by transitions that list them.
    #[serde(default)]
    pub fields: Vec<FormField>,
}

/// How long a step may take.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum StandardTime {
    /// None is set (`relatif`, `-`); `words` are the source's.
    #[default]
    None,
    Relative {
        words: String,
    },
    /// `amount` of `unit`; `words` as in the source (`1-3 jam`, of which the longer counts).
    Span {
        amount: u32,
        unit: SpanUnit,
        words: String,
    },
    /// The date that was agreed in the case.
    Agreed {
        words: String,
    },
}

crate::words! {
    /// Minutes and hours run in service hours; days are working days where service hours are named,
    /// calendar days elsewhere; months are calendar months.
    pub enum SpanUnit {
        Minutes = "minutes",
        Hours = "hours",
        Days = "days",
        Months = "months",
    }
}

/// What a transition asks to be filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormField {
    pub key: String,
    pub label: Text,
    pub kind: FormKind,
    #[serde(default)]
    pub required: bool,
    #[serde(default)]
    pub choices: Vec<String>,
    /// On a `date`: this is the date that steps with an agreed time are due on, from now on.
    #[serde(default)]
    pub agrees: bool,
}

crate::words! {
    /// What a form field holds.
    pub enum FormKind {
        Text = "text",
        LongText = "long_text",
        Date = "date",
        Choice = "choice",
        Number = "number",
        Boolean = "boolean",
        /// Rows of text, one per line.
        Rows = "rows",
        /// The id of an attachment of the case.
        Attachment = "attachment",
    }
}

/// What `to` says when the case stays where it is: its step, and the time it has been there, do not change.
pub const SAME: &str = "same";

/// Whom `other_than` means when it says this: everybody who wrote a part of the entry since its last approval.
pub const AUTHORS: &str = "authors";

/// A move that somebody may make. A command may stand in several rules, but only once for each `from` step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransitionRule {
    pub command: String,
    pub title: Text,
    pub from: Vec<String>,
    /// A step, or [`SAME`].
    pub to: String,
    pub roles: Vec<Role>,
    #[serde(default)]
    pub comment_required: bool,
    /// Whoever made one of these commands since the case last came from its start, or wrote a part of
    /// the entry since the last approval (`authors`), may not make this one.
    #[serde(default)]
    pub other_than: Vec<String>,
    /// Keys of the `from` step's form fields that this transition takes.
    #[serde(default)]
    pub fields: Vec<String>,
    /// The key of a text field of its form that names a site, by its key or its address: the site must be there and live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requires_live_site: Option<String>,
    /// Whoever makes this move is assigned to the case.
    #[serde(default)]
    pub assigns: bool,
    /// What it triggers: one of `definition::ACTIONS`, bound to a use case in `boot`.
    #[serde(default)]
    pub action: Option<String>,
}

impl Definition {
    pub fn flow(&self, key: &str) -> Option<&Flow> {
        self.flows.iter().find(|flow| flow.key == key)
    }
}

impl Flow {
    pub fn step(&self, key: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.key == key)
    }

    /// The rule by which `command` moves a case that rests in `from`.
    pub fn transition(&self, command: &str, from: &str) -> Option<&TransitionRule> {
        self.transitions.iter().find(|rule| rule.command == command && rule.leaves(from))
    }
}

impl Step {
    pub fn field(&self, key: &str) -> Option<&FormField> {
        self.fields.iter().find(|field| field.key == key)
    }
}

impl TransitionRule {
    pub fn leaves(&self, step: &str) -> bool {
        self.from.iter().any(|from| from == step)
    }

    /// The step after this move from `from`.
    pub fn target<'a>(&'a self, from: &'a str) -> &'a str {
        if self.to == SAME { from } else { &self.to }
    }

    /// Whether this is an approval that no author of the content can give.
    pub fn approves(&self) -> bool {
        self.action.as_deref() == Some("approve") && self.other_than.iter().any(|who| who == AUTHORS)
    }
}
