//! Roles, appointments and the actor of a request.

use crate::kernel::id::{SessionId, SiteId, UserId};
use crate::kernel::{Code, Refusal, Timestamp};

macro_rules! roles {
    ($($(#[$doc:meta])* $variant:ident = $name:literal $id:literal $en:literal;)*) => {
        /// What somebody was appointed to be, for one site or for the whole installation.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Role { $($(#[$doc])* $variant),* }

        impl Role {
            pub const ALL: &'static [Role] = &[$(Role::$variant),*];

            /// The name on the wire, in procedures and in the database.
            pub fn as_str(self) -> &'static str {
                match self { $(Role::$variant => $name),* }
            }

            pub fn title_id(self) -> &'static str {
                match self { $(Role::$variant => $id),* }
            }

            pub fn title_en(self) -> &'static str {
                match self { $(Role::$variant => $en),* }
            }
        }
    };
}

roles! {
    Author = "author" "Petugas" "Author";
    Editor = "editor" "Editor" "Editor";
    /// The authorised official (pejabat yang berwenang).
    Approver = "approver" "Pejabat yang berwenang" "Approver";
    Publisher = "publisher" "Admin pengelola" "Publisher";
    /// Leads the division (Kabid; the koordinator of SOP 5).
    Head = "head" "Kepala bidang" "Head of division";
    /// Leads the agency (Kadis).
    AgencyHead = "agency_head" "Kepala dinas" "Head of agency";
    SubCoordinator = "sub_coordinator" "Sub koordinator" "Sub-coordinator";
    Operator = "operator" "Operator" "Operator";
    WebDeveloper = "web_developer" "Web developer" "Web developer";
    /// Registers letters (Kasubbag Umum).
    Secretary = "secretary" "Kasubbag umum" "Secretary";
    /// The team that watches and secures the websites (tim pengelola).
    Monitor = "monitor" "Tim pengelola" "Monitoring team";
    /// An agency (PD) that asks for a website.
    Requester = "requester" "Perangkat daerah" "Requesting agency";
    Auditor = "auditor" "Auditor" "Auditor";
    Admin = "admin" "Administrator" "Administrator";
}

impl Role {
    pub fn parse(name: &str) -> Result<Self, Refusal> {
        Role::ALL.iter().copied().find(|role| role.as_str() == name).ok_or_else(|| {
            let known: Vec<_> = Role::ALL.iter().map(|role| role.as_str()).collect();
            Refusal::new(Code::Invalid).field("role", "not_a_role", format!("one of {}", known.join(", ")))
        })
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl utoipa::PartialSchema for Role {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        let names: Vec<_> = Role::ALL.iter().map(|role| role.as_str()).collect();
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .enum_values(Some(names))
            .into()
    }
}

impl utoipa::ToSchema for Role {
    fn name() -> std::borrow::Cow<'static, str> {
        std::borrow::Cow::Borrowed("Role")
    }
}

impl serde::Serialize for Role {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for Role {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Role::parse(&name).map_err(serde::de::Error::custom)
    }
}

/// One appointment that is in force now. `site: None` means the whole installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    pub role: Role,
    pub site: Option<SiteId>,
}

/// Who is asking. Made from a token that the database confirmed, or for the system itself.
#[derive(Debug, Clone)]
pub struct Actor {
    who: Who,
    grants: Vec<Grant>,
}

#[derive(Debug, Clone, PartialEq)]
enum Who {
    Person {
        user: UserId,
        session: SessionId,
        name: String,
    },
    /// The server doing by itself what was decided before (a schedule, a job), or the command line.
    System(&'static str),
}

impl Actor {
    /// Grants must be those in force at the time of the request.
    pub fn person(user: UserId, session: SessionId, name: String, grants: Vec<Grant>) -> Self {
        Actor { who: Who::Person { user, session, name }, grants }
    }

    /// `part` names what acts: `worker`, `command_line`. It holds no role at all; use cases that the
    /// system may do have functions of their own.
    pub fn system(part: &'static str) -> Self {
        Actor { who: Who::System(part), grants: Vec::new() }
    }

    /// The user; `None` for the system.
    pub fn user(&self) -> Option<UserId> {
        match &self.who {
            Who::Person { user, .. } => Some(*user),
            Who::System(_) => None,
        }
    }

    pub fn session(&self) -> Option<SessionId> {
        match &self.who {
            Who::Person { session, .. } => Some(*session),
            Who::System(_) => None,
        }
    }

    pub fn name(&self) -> &str {
        match &self.who {
            Who::Person { name, .. } => name,
            Who::System(part) => part,
        }
    }

    /// How the ledger names the actor: `user:<id>` or `system:<part>`.
    pub fn ledger_name(&self) -> String {
        match &self.who {
            Who::Person { user, .. } => format!("user:{user}"),
            Who::System(part) => format!("system:{part}"),
        }
    }

    /// All appointments in force.
    pub fn grants(&self) -> &[Grant] {
        &self.grants
    }

    /// The roles held on a site (`None`: for the whole installation), without repetition.
    pub fn roles(&self, site: Option<SiteId>) -> Vec<Role> {
        let mut roles: Vec<Role> = self
            .grants
            .iter()
            .filter(|grant| grant.site.is_none() || grant.site == site)
            .map(|grant| grant.role)
            .collect();
        roles.sort_unstable();
        roles.dedup();
        roles
    }

    pub fn holds(&self, role: Role, site: Option<SiteId>) -> bool {
        self.roles(site).contains(&role)
    }

    /// Whether a site exists for this actor at all: without any role on it, it is "not found".
    pub fn sees(&self, site: SiteId) -> bool {
        !self.roles(Some(site)).is_empty()
    }

    /// The sites seen: `None` for all of them, because of a role for the whole installation.
    pub fn visible_sites(&self) -> Option<Vec<SiteId>> {
        let sites: Option<Vec<SiteId>> = self.grants.iter().map(|grant| grant.site).collect();
        sites.map(|mut sites| {
            sites.sort_unstable();
            sites.dedup();
            sites
        })
    }
}

/// Whether an appointment is in force.
pub fn in_force(valid_from: Option<Timestamp>, valid_until: Option<Timestamp>, now: Timestamp) -> bool {
    valid_from.is_none_or(|from| from <= now) && valid_until.is_none_or(|until| now < until)
}
