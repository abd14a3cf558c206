//! What happened, whom it concerns, and what they are told.

use utoipa::ToSchema;

use crate::identity::Role;
use crate::kernel::id::{SecurityIncidentId, SiteId, UserId};
use crate::kernel::{Timestamp, Words};

crate::words! {
    /// What somebody is told.
    pub enum Kind as "NoticeKind" {
        /// Work waits for them.
        Waiting = "waiting",
        /// Sent back before anybody was asked to approve it.
        Returned = "returned",
        /// Not approved, or not fit to be shown.
        Rejected = "rejected",
        Approved = "approved",
        Published = "published",
        Withdrawn = "withdrawn",
        Comment = "comment",
        /// A comment that names them.
        Mention = "mention",
        /// What was approved was changed, or is no longer what was approved.
        Voided = "voided",
        /// A target could not be served several times in a row.
        DeploymentFailed = "deployment_failed",
        /// What an address serves is not what was signed.
        VerificationFailed = "verification_failed",
        /// Websites that are watched are down, or come and go.
        WebsitesFailed = "websites_failed",
        /// They are back.
        WebsitesRecovered = "websites_recovered",
    }
}

/// Those who may make one of the next moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    pub roles: Vec<Role>,
    /// Whoever holds such a role and may not all the same, because it is their own work.
    pub not: Vec<UserId>,
}

/// Whose turn it is after what happened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Next {
    pub turns: Vec<Turn>,
    /// Has it in hand; then it waits for nobody else.
    pub assigned: Option<UserId>,
    /// It waits for those who took part, if it is their turn; else for everybody whose turn it is.
    pub began: bool,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Happening {
    pub kind: Kind,
    /// `None`: of no site, so only roles for the whole installation count.
    pub site: Option<SiteId>,
    /// As the ledger names it: `entry:<id>`, `case:<id>`, `target:<id>`, `site:<id>`, `incident:<id>`.
    pub subject: String,
    /// Of what it happened to, as it was called then.
    pub title: String,
    /// Who did it; `None` for the system. They are not told.
    pub by: Option<UserId>,
    /// Reason, comment or error, in the words of whoever or whatever said it.
    pub said: String,
    /// Where it rests now.
    pub step: Option<Words>,
    pub took_part: Vec<UserId>,
    /// Concerned by what they are, not by what they did.
    pub roles: Vec<Role>,
    pub next: Next,
}

impl Happening {
    /// Of a site, to nobody yet.
    pub fn new(kind: Kind, site: Option<SiteId>, subject: String, title: &str) -> Self {
        Happening {
            kind,
            site,
            subject,
            title: title.to_owned(),
            by: None,
            said: String::new(),
            step: None,
            took_part: Vec::new(),
            roles: Vec::new(),
            next: Next::default(),
        }
    }
}

/// Somebody with an appointment in force on the site, or for the whole installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub user: UserId,
    pub email: String,
    pub roles: Vec<Role>,
}

/// Who is told, and as what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recipient {
    pub user: UserId,
    pub kind: Kind,
    /// Whether the next move is theirs.
    pub waits: bool,
}

/// A notice as its reader sees it.
#[derive(Debug, Clone, PartialEq, serde::Serialize, ToSchema)]
pub struct Notice {
    /// The number of the event in the ledger.
    pub id: i64,
    pub kind: Kind,
    /// Whether the next move was theirs when it was written.
    pub waits: bool,
    /// The key of the site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// `entry`, `case`, `target`, `site` or `incident`, with its id.
    pub about: About,
    /// The incident (SOP 3) that a case handles: it is worked on there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incident: Option<SecurityIncidentId>,
    pub title: String,
    /// The name of whoever did it; absent for the system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Reason, comment or error; empty when nothing was said.
    pub said: String,
    /// Where it rested then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<Words>,
    pub at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_at: Option<Timestamp>,
}

/// What a notice is about.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, ToSchema)]
#[schema(as = NoticeSubject)]
pub struct About {
    pub kind: String,
    pub id: String,
}

impl About {
    /// Reads the ledger's name of a subject.
    pub fn of(subject: &str) -> Self {
        let (kind, id) = subject.split_once(':').unwrap_or((subject, ""));
        About { kind: kind.to_owned(), id: id.to_owned() }
    }
}

crate::words! {
    /// When somebody is told by one of the ways beside the bell.
    pub enum When as "NoticeWhen" {
        /// As soon as something happens.
        Immediate = "immediate",
        /// Once on each working day, at an hour of their choice.
        Daily = "daily",
        None = "none",
    }
}

/// The ways by which somebody is written to, each of a notice once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Mail,
    Telegram,
}

/// How somebody wants to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preferences {
    pub chosen: Chosen,
    /// 0 before anything was chosen.
    pub version: i32,
}

/// What can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    pub mail: When,
    pub telegram: When,
    /// The number of their chat with the bot.
    pub telegram_chat: Option<String>,
    /// Of both digests, on the clock of the site that a notice is of.
    pub digest_hour: i32,
}

impl Chosen {
    pub fn when(&self, way: Way) -> When {
        match way {
            Way::Mail => self.mail,
            Way::Telegram => self.telegram,
        }
    }
}

/// When the working day begins in most offices.
pub const DIGEST_HOUR_DEFAULT: i32 = 8;

impl Default for Preferences {
    fn default() -> Self {
        let chosen = Chosen {
            mail: When::Immediate,
            telegram: When::None,
            telegram_chat: None,
            digest_hour: DIGEST_HOUR_DEFAULT,
        };
        Preferences { chosen, version: 0 }
    }
}
