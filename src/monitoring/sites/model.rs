//! Watched websites and windows of maintenance.

use utoipa::ToSchema;

use crate::kernel::Timestamp;
use crate::kernel::id::{MonitorId, SiteId, WindowId};
use crate::monitoring::look::model::Section;
use crate::monitoring::states::model::State;
use crate::monitoring::states::windows::{Extent, Span};

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

/// Who answers for a website.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MonitoredContact)]
pub struct Responsible {
    pub name: String,
    /// A telephone or an address, as people write it.
    pub contact: String,
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
