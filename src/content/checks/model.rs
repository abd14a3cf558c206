//! What is looked for, what was found and where, and what a site makes of it.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::external::model::Known;
use crate::kernel::id::UserId;
use crate::kernel::{Digest, Timestamp, Words};
use crate::media::derive::model::Reading;

/// Findings that one look tells; beyond it only their number is told.
pub const FINDINGS_MAX: usize = 200;
/// Findings of one look. Content with more is not published: it is mended, or its document taken away.
pub const LOOK_FINDINGS_MAX: usize = 5_000;
/// Letters of an excerpt.
pub const EXCERPT_LETTERS_MAX: usize = 80;

crate::words! {
    /// What is looked for.
    pub enum Check {
        /// What the type of the entry asks for and is not there.
        Incomplete = "incomplete",
        MissingAlt = "missing_alt",
        HeadingOrder = "heading_order",
        LinkText = "link_text",
        TableHeader = "table_header",
        SummaryLength = "summary_length",
        NearTag = "near_tag",
        PastEvent = "past_event",
        SmallPicture = "small_picture",
        BrokenLink = "broken_link",
        /// A link to another host that leads nowhere, as far as the background has asked.
        ExternalLink = "external_link_broken",
        Gambling = "gambling",
        /// A document that nobody has looked through whole for personal data.
        UnreadDocument = "unread_document",
        /// Nomor induk kependudukan.
        Nik = "nik",
        /// Nomor kartu keluarga.
        FamilyCard = "family_card",
        /// NPWP.
        TaxNumber = "tax_number",
        MobileNumber = "mobile_number",
        PrivateEmail = "private_email",
        BankAccount = "bank_account",
    }
}

crate::words! {
    /// What a finding does.
    pub enum Severity as "CheckSeverity" {
        /// The entry goes nowhere until it is mended or confirmed.
        Block = "block",
        Warn = "warn",
        /// It is not looked for.
        Off = "off",
    }
}

impl Check {
    /// Whether it looks into files that the content names.
    pub fn opens_documents(self) -> bool {
        self == Check::UnreadDocument || Check::PERSONAL.contains(&self)
    }

    /// The checks for personal data.
    pub const PERSONAL: &[Check] = &[
        Check::Nik,
        Check::FamilyCard,
        Check::TaxNumber,
        Check::MobileNumber,
        Check::PrivateEmail,
        Check::BankAccount,
    ];

    /// What a site has that has decided nothing.
    pub fn usual(self) -> Severity {
        match self {
            Check::Incomplete | Check::MissingAlt | Check::Gambling => Severity::Block,
            Check::Nik | Check::FamilyCard | Check::TaxNumber => Severity::Block,
            Check::MobileNumber | Check::PrivateEmail | Check::BankAccount => Severity::Block,
            Check::HeadingOrder | Check::LinkText | Check::TableHeader | Check::SummaryLength => Severity::Warn,
            Check::NearTag | Check::PastEvent | Check::SmallPicture => Severity::Warn,
            Check::BrokenLink | Check::ExternalLink | Check::UnreadDocument => Severity::Warn,
        }
    }

    /// Whether a reason can take the place of mending: content without what its type requires is never whole.
    pub fn can_be_confirmed(self) -> bool {
        self != Check::Incomplete
    }

    /// Whether a site may let it hold content back. Whether a foreign host answers holds up no urgent notice.
    pub fn can_block(self) -> bool {
        self != Check::ExternalLink
    }
}

/// What a site makes of each check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    severities: BTreeMap<Check, Severity>,
}

impl Default for Policy {
    fn default() -> Self {
        Policy { severities: Check::ALL.iter().map(|check| (*check, check.usual())).collect() }
    }
}

impl Policy {
    /// The usual one with these changes.
    pub fn with(changes: impl IntoIterator<Item = (Check, Severity)>) -> Self {
        let mut policy = Policy::default();
        policy.severities.extend(changes);
        policy
    }

    pub fn of(&self, check: Check) -> Severity {
        self.severities.get(&check).copied().unwrap_or(check.usual())
    }

    pub fn each(&self) -> impl Iterator<Item = (Check, Severity)> {
        Check::ALL.iter().map(|check| (*check, self.of(*check)))
    }
}

/// Where something was found.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[schema(as = FindingPlace)]
pub struct Place {
    /// `fields.body`, `fields.items[2].alt`, `tags[0]`.
    pub field: String,
    /// Letters (code points) before it in the field; in the text of the document where one is named.
    pub offset: u32,
    /// The document that the field names and that says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Digest>,
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    pub place: Place,
    pub check: Check,
    /// What stands there, shortened.
    pub excerpt: String,
    /// What the sentence about it needs beside the excerpt.
    pub detail: Vec<String>,
}

impl Finding {
    pub fn new(check: Check, place: Place, excerpt: &str) -> Self {
        Finding { check, place, excerpt: shortened(excerpt), detail: Vec::new() }
    }

    pub fn saying(mut self, detail: impl Into<String>) -> Self {
        self.detail.push(detail.into());
        self
    }
}

fn shortened(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(EXCERPT_LETTERS_MAX) {
        Some((at, _)) => format!("{}…", text[..at].trim_end()),
        None => text,
    }
}

/// What surrounds content and is no part of it: read by the caller, as far as the checks that are wanted need it.
#[derive(Debug, Clone)]
pub struct Around {
    pub now: Timestamp,
    pub zone: TimeZone,
    /// Host names of the site.
    pub hosts: Vec<String>,
    /// What documents say that the content names.
    pub documents: HashMap<Digest, String>,
    /// Name of each document that was not read whole, and how far it was.
    pub unread: HashMap<Digest, (String, Reading)>,
    /// Width and height of pictures that the content names, in pixels.
    pub pictures: HashMap<Digest, (u32, u32)>,
    /// Addresses on the site that lead nowhere, of those that the content links to.
    pub missing: HashSet<String>,
    /// What is known of the addresses on other hosts that the content links to.
    pub external: Known,
    /// Tags of other entries of the site, as slugs, and how many entries have each.
    pub tags: HashMap<String, i64>,
}

impl Around {
    /// Nothing but the time.
    pub fn nothing(now: Timestamp, zone: TimeZone) -> Self {
        Around {
            now,
            zone,
            hosts: Vec::new(),
            documents: HashMap::new(),
            unread: HashMap::new(),
            pictures: HashMap::new(),
            missing: HashSet::new(),
            external: Known::default(),
            tags: HashMap::new(),
        }
    }
}

/// What a confirmation is about, within its revision.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Confirmed {
    pub check: Check,
    #[serde(flatten)]
    pub place: Place,
}

/// Somebody answers for findings of a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmation {
    /// From 1, of the entry.
    pub number: i32,
    /// The digest of the revision.
    pub revision: Digest,
    pub confirmed: Vec<Confirmed>,
    pub reason: String,
    pub by: UserId,
    pub at: Timestamp,
}

/// A sentence in both languages.
pub fn words(id: impl Into<String>, en: impl Into<String>) -> Words {
    Words { id: id.into(), en: en.into() }
}
