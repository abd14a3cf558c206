//! Watched websites and windows of maintenance.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use utoipa::ToSchema;

use crate::kernel::id::{MonitorId, SiteId, WindowId};
use crate::kernel::time::{self, ZONE_DEFAULT};
use crate::kernel::{Refusal, Timestamp};
use crate::monitoring::look::model::Section;
use crate::monitoring::posture::Kind;
use crate::monitoring::states::model::State;
use crate::monitoring::states::windows::{Extent, Span};

/// Between two looks.
pub const INTERVAL_SECONDS_DEFAULT: i32 = 60;

/// A website that is watched.
#[derive(Debug, Clone, PartialEq)]
pub struct Watched {
    pub id: MonitorId,
    /// Published here; then it is watched by itself.
    pub site_id: Option<SiteId>,
    pub agency: String,
    pub url: String,
    pub profile: Profile,
    pub interval_seconds: i32,
    pub active: bool,
    pub version: i32,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Profile {
    /// By whose clock its days begin.
    pub fn clock(&self) -> Result<TimeZone, Refusal> {
        time::zone(self.zone.as_deref().unwrap_or(ZONE_DEFAULT))
    }
}

impl Watched {
    /// One of which only agency and address are known: watched at the usual interval from now on.
    pub fn new(id: MonitorId, agency: String, url: String, now: Timestamp) -> Self {
        Watched {
            id,
            site_id: None,
            agency,
            url,
            profile: Profile::default(),
            interval_seconds: INTERVAL_SECONDS_DEFAULT,
            active: true,
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }

    /// The same after a change of what it is to be. The address comes from [`super::rules::check`].
    pub fn changed(self, wanted: Wanted, url: String, now: Timestamp) -> Self {
        let Wanted { agency, profile, interval_seconds, active, url: _ } = wanted;
        Watched { agency, url, profile, interval_seconds, active, version: self.version + 1, updated_at: now, ..self }
    }
}

/// What a watched website is to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    pub agency: String,
    pub url: String,
    pub profile: Profile,
    pub interval_seconds: i32,
    pub active: bool,
}

impl Wanted {
    /// One of which only agency and address are said.
    pub fn new(agency: String, url: String) -> Self {
        let interval_seconds = INTERVAL_SECONDS_DEFAULT;
        Wanted { agency, url, profile: Profile::default(), interval_seconds, active: true }
    }

    /// What it is now.
    pub fn of(one: &Watched) -> Self {
        Wanted {
            agency: one.agency.clone(),
            url: one.url.clone(),
            profile: one.profile.clone(),
            interval_seconds: one.interval_seconds,
            active: one.active,
        }
    }
}

/// What a change says; `None`: that stays as it is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Change {
    pub agency: Option<String>,
    pub url: Option<String>,
    pub profile: Option<Profile>,
    pub interval_seconds: Option<i32>,
    pub active: Option<bool>,
}

impl Change {
    /// What a website is to be after it.
    pub fn of(self, one: &Watched) -> Wanted {
        let now = Wanted::of(one);
        Wanted {
            agency: self.agency.unwrap_or(now.agency),
            url: self.url.unwrap_or(now.url),
            profile: self.profile.unwrap_or(now.profile),
            interval_seconds: self.interval_seconds.unwrap_or(now.interval_seconds),
            active: self.active.unwrap_or(now.active),
        }
    }
}

/// What is known of a watched website beside its address.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = MonitoredProfile)]
pub struct Profile {
    /// `wordpress`, `joomla`, …, as far as somebody knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub software: Option<String>,
    /// What is to be kept up, each part once.
    pub sections: Vec<Kept>,
    /// Who answers for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub responsible: Option<Responsible>,
    /// Hosts of others that it may lead to.
    pub hosts: Vec<String>,
    /// Such as its server or its district; announced work and lists name them.
    pub groups: Vec<String>,
    /// By whose clock its weeks begin, of the IANA database; if absent, `Asia/Makassar`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// The leave in writing without which nothing but what every visitor sees is looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mandate: Option<Mandate>,
    /// What need not be as it should, for a while and with a reason: each check once.
    pub exceptions: Vec<Exception>,
}

/// A part that is to be kept up.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MonitoredPart)]
pub struct Kept {
    pub section: Section,
    /// Where it stands, as far as somebody said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Something new is expected every so many days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u16>,
}

/// Who answers for a website, and how they are reached: by at least one of both.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MonitoredContact)]
pub struct Responsible {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// As people write it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

crate::words! {
    /// What a mandate gives leave for.
    pub enum MandateScope as "MonitorMandateScope" {
        /// Whether files lie open at a few fixed addresses: yes or no, never their content.
        ExposedFiles = "exposed_files",
        /// Looks under the name of a search engine's crawler.
        Crawler = "crawler",
    }
}

/// A letter by which the owner of a website lets more of it be looked at.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MonitorMandate)]
pub struct Mandate {
    /// Of the letter.
    pub number: String,
    #[schema(value_type = String, format = Date)]
    pub signed_on: Date,
    pub signed_by: String,
    /// The last day on which it holds.
    #[schema(value_type = String, format = Date)]
    pub valid_until: Date,
    pub scope: Vec<MandateScope>,
}

/// What is looked at: whether a section is kept up, or how well the website is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(untagged)]
pub enum Check {
    Freshness(Section),
    Posture(Kind),
}

/// "Comply or explain": what need not be as it should.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MonitorException)]
pub struct Exception {
    /// A section whose freshness is excused (`agenda`), or a kind of finding (`no_caa`).
    #[schema(value_type = String)]
    pub check: Check,
    pub reason: String,
    /// The last day on which it holds.
    #[schema(value_type = String, format = Date)]
    pub valid_until: Date,
    pub agreed_by: String,
}

crate::words! {
    /// How a list of watched websites is sorted.
    pub enum Order as "MonitoredOrder" {
        /// The worst state first, and of one state the longest.
        Worst = "worst",
        Agency = "agency",
    }
}

/// Which of them a list shows; `None`: whatever it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    /// Of those who are watched now.
    pub state: Option<State>,
    pub active: Option<bool>,
    /// Stands in the name of the agency or in the address.
    pub text: Option<String>,
    pub group: Option<String>,
}

/// How many there are in each state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, ToSchema)]
#[schema(as = MonitoredCounts)]
pub struct Counts {
    pub down: i64,
    pub unstable: i64,
    pub suspect: i64,
    pub unknown: i64,
    pub maintenance: i64,
    pub ok: i64,
    /// Nobody looks at them now; they are counted here alone.
    pub inactive: i64,
}

impl Counts {
    pub fn add(&mut self, state: State, active: bool, count: i64) {
        let place = match state {
            _ if !active => &mut self.inactive,
            State::Down => &mut self.down,
            State::Unstable => &mut self.unstable,
            State::Suspect => &mut self.suspect,
            State::Unknown => &mut self.unknown,
            State::Maintenance => &mut self.maintenance,
            State::Ok => &mut self.ok,
        };
        *place += count;
    }
}

/// A time in which a website was not there, with whose it is.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, ToSchema)]
#[schema(as = RecentOutage)]
pub struct Lately {
    pub id: MonitorId,
    pub agency: String,
    pub url: String,
    pub since: Timestamp,
    /// Absent while it lasts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    pub cause: String,
}

/// How one fares, as of its last look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faring {
    pub state: State,
    pub since: Timestamp,
    pub looked_at: Option<Timestamp>,
    pub cause: Option<String>,
    pub address: Option<String>,
}

/// A time of announced work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    pub id: WindowId,
    pub span: Span,
    /// In which it was announced.
    pub zone: String,
    pub reason: String,
    /// As the ledger names them.
    pub created_by: String,
    pub created_at: Timestamp,
}

impl Window {
    pub fn monitor(&self) -> Option<MonitorId> {
        match &self.span.extent {
            Extent::One(monitor) => Some(*monitor),
            Extent::All | Extent::Group(_) => None,
        }
    }

    pub fn group(&self) -> Option<&str> {
        match &self.span.extent {
            Extent::Group(group) => Some(group),
            Extent::All | Extent::One(_) => None,
        }
    }
}
