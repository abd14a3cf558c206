//! Which role may do which use case: one table, and the proof that it was asked.

use std::marker::PhantomData;

use super::model::{Actor, Role};
use crate::kernel::id::SiteId;
use crate::kernel::{Code, Refusal};

/// A thing that somebody may or may not do. The types in [`cases`] are the only ones.
pub trait UseCase {
    const NAME: &'static str;
    const ROLES: &'static [Role];
}

/// Where a permit holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    Site(SiteId),
    Installation,
}

/// The proof that an actor may do `U` there. It cannot be made but by [`Actor::permit`],
/// [`Actor::permit_installation`] and [`Permit::system`].
#[derive(Debug, Clone, Copy)]
pub struct Permit<U> {
    scope: Scope,
    use_case: PhantomData<U>,
}

impl<U: UseCase> Permit<U> {
    /// For the command line and the worker, whose right comes from holding the machine; the ledger
    /// says so by the actor's name.
    pub fn system(actor: &Actor, scope: Scope) -> Result<Self, Refusal> {
        match actor.user() {
            None => Ok(Permit { scope, use_case: PhantomData }),
            Some(_) => Err(Refusal::new(Code::Forbidden)),
        }
    }

    pub fn scope(&self) -> Scope {
        self.scope
    }
}

impl Actor {
    /// May this actor do `U` on that site? A site on which the actor holds no role is not found.
    pub fn permit<U: UseCase>(&self, site: SiteId) -> Result<Permit<U>, Refusal> {
        let roles = self.roles(Some(site));
        if roles.is_empty() {
            return Err(Refusal::new(Code::NotFound));
        }
        if !roles.iter().any(|role| U::ROLES.contains(role)) {
            return Err(Refusal::new(Code::Forbidden).detail(format!("{} needs another role", U::NAME)));
        }
        Ok(Permit { scope: Scope::Site(site), use_case: PhantomData })
    }

    /// May this actor do `U` for the whole installation?
    pub fn permit_installation<U: UseCase>(&self) -> Result<Permit<U>, Refusal> {
        if !self.roles(None).iter().any(|role| U::ROLES.contains(role)) {
            return Err(Refusal::new(Code::Forbidden).detail(format!("{} needs another role", U::NAME)));
        }
        Ok(Permit { scope: Scope::Installation, use_case: PhantomData })
    }
}

macro_rules! use_cases {
    ($($(#[$doc:meta])* $name:ident $text:literal [$($role:ident)*];)*) => {
        /// The use cases, each a type, so that a permit for one does not serve for another.
        pub mod cases {
            $($(#[$doc])* #[derive(Debug, Clone, Copy)] pub struct $name;)*
        }

        $(impl UseCase for cases::$name {
            const NAME: &'static str = $text;
            const ROLES: &'static [Role] = &[$(Role::$role),*];
        })*

        /// Every use case with the roles that may do it: the source of the golden matrix.
        pub const ALL: &[(&str, &[Role])] = &[$(($text, &[$(Role::$role),*])),*];
    };
}

use_cases! {
    // identity and sites
    /// List and create accounts.
    ManageUsers "manage_users" [Admin];
    CreateSite "create_site" [Admin];
    ChangeSite "change_site" [Admin];
    SeeMembers "see_members" [Head AgencyHead Auditor Admin];
    AppointMembers "appoint_members" [AgencyHead Admin];
    /// For the whole installation.
    AppointForInstallation "appoint_for_installation" [Admin];
    // content
    ReadContent "read_content" [Author Editor Approver Publisher Head AgencyHead SubCoordinator Operator WebDeveloper Secretary Monitor Auditor Admin];
    /// Which of these may write depends on the entry's step as well: see `editorial`.
    WriteContent "write_content" [Author Editor];
    TrashContent "trash_content" [Author Editor];
    ChangeTypes "change_types" [WebDeveloper Admin];
    UploadAssets "upload_assets" [Author Editor Publisher Operator WebDeveloper];
    DescribeAssets "describe_assets" [Author Editor Publisher Operator];
    TrashAssets "trash_assets" [Author Editor Operator];
    CommentContent "comment_content" [Author Editor Approver Publisher Head AgencyHead SubCoordinator Operator WebDeveloper];
    /// The procedure then decides which command is whose.
    MoveEntry "move_entry" [Author Editor Approver Publisher];
    /// Of tags and categories; which entries can take another name depends on their step as well.
    RenameTerms "rename_terms" [Editor];
    /// That what is live was looked at, and is still right.
    ReviewContent "review_content" [Editor Approver];
    /// The approval that what a site was founded with did not have yet.
    ConfirmImported "confirm_imported" [Approver];
    /// To answer for what the checks before publication have found.
    ConfirmFindings "confirm_findings" [Author Editor Approver Publisher];
    /// Which findings block on a site, and which only warn.
    ChangeChecks "change_checks" [Head AgencyHead Admin];
    // procedures
    ReadCases "read_cases" [Author Editor Approver Publisher Head AgencyHead SubCoordinator Operator WebDeveloper Secretary Monitor Requester Auditor Admin];
    /// The procedure then decides which flow may be opened and which command is whose.
    WorkOnCases "work_on_cases" [Author Editor Approver Publisher Head AgencyHead SubCoordinator Operator WebDeveloper Secretary Monitor Requester];
    /// Service hours and holidays, for the whole installation.
    ChangeServiceHours "change_service_hours" [Admin];
    // preview
    /// For themselves, for minutes; and see and revoke the links of an entry.
    PreviewEntry "preview_entry" [Author Editor Approver Publisher Head AgencyHead SubCoordinator Operator WebDeveloper];
    /// For a person without an account, for days.
    SharePreview "share_preview" [Editor Approver Publisher Head AgencyHead];
    EnterStaging "enter_staging" [Author Editor Approver Publisher Head AgencyHead SubCoordinator Operator WebDeveloper Secretary Monitor Auditor Admin];
    // themes
    SeeTheme "see_theme" [Approver Publisher Head AgencyHead WebDeveloper Auditor Admin];
    ProposeTheme "propose_theme" [WebDeveloper];
    /// Never whoever proposed it.
    DecideTheme "decide_theme" [Approver Head AgencyHead];
    // publishing
    SeeReleases "see_releases" [Editor Approver Publisher Head AgencyHead WebDeveloper Auditor Admin];
    BuildRelease "build_release" [Publisher];
    ActivateRelease "activate_release" [Publisher];
    // deploying
    SeeTargets "see_targets" [Publisher WebDeveloper Auditor Admin];
    CheckTarget "check_target" [Publisher WebDeveloper Admin];
    ManageTargets "manage_targets" [WebDeveloper Admin];
    // telling
    /// The server that takes letters, for the whole installation.
    ManageMail "manage_mail" [Admin];
    ManageWebhooks "manage_webhooks" [WebDeveloper Admin];
    // proof
    /// Have what a site's address serves checked, and see what was found.
    VerifySite "verify_site" [Publisher Head AgencyHead WebDeveloper Monitor Auditor Admin];
    /// The whole way of an entry, for somebody outside to check.
    ReadEvidence "read_evidence" [Editor Approver Publisher Head AgencyHead Auditor Admin];
    // watching; for the whole installation
    SeeMonitored "see_monitored" [Head AgencyHead SubCoordinator WebDeveloper Secretary Monitor Auditor Admin];
    ManageMonitored "manage_monitored" [Monitor Admin];
    /// Reasons and corrections on a weekly report, and fresh figures for it.
    WriteRecap "write_recap" [Head Monitor];
    AnnounceMaintenance "announce_maintenance" [Head WebDeveloper Monitor Admin];
    // ledger
    ReadLedger "read_ledger" [Head AgencyHead Auditor Admin];
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Grant;
    use crate::kernel::Timestamp;
    use crate::kernel::id::{SessionId, UserId};

    fn site(number: u8) -> SiteId {
        SiteId::new(Timestamp::from_micros(0), [number; 10])
    }

    fn actor(grants: Vec<Grant>) -> Actor {
        let now = Timestamp::from_micros(0);
        Actor::person(UserId::new(now, [1; 10]), SessionId::new(now, [1; 10]), "Ani".into(), grants)
    }

    #[test]
    fn a_site_of_others_is_not_found_and_the_wrong_role_is_forbidden() {
        let ani = actor(vec![Grant { role: Role::Author, site: Some(site(1)) }]);
        assert!(ani.permit::<cases::WriteContent>(site(1)).is_ok());
        assert_eq!(ani.permit::<cases::WriteContent>(site(2)).unwrap_err().code(), Code::NotFound);
        assert_eq!(ani.permit::<cases::ChangeTypes>(site(1)).unwrap_err().code(), Code::Forbidden);
        assert_eq!(ani.permit_installation::<cases::CreateSite>().unwrap_err().code(), Code::Forbidden);
    }

    #[test]
    fn a_role_for_the_installation_holds_on_every_site() {
        let admin = actor(vec![Grant { role: Role::Admin, site: None }]);
        assert!(admin.permit::<cases::ChangeTypes>(site(7)).is_ok());
        assert!(admin.permit_installation::<cases::CreateSite>().is_ok());
        assert_eq!(admin.visible_sites(), None);
    }

    #[test]
    fn a_person_gets_no_permit_of_the_system() {
        assert!(Permit::<cases::CreateSite>::system(&actor(vec![]), Scope::Installation).is_err());
        assert!(Permit::<cases::CreateSite>::system(&Actor::system("worker"), Scope::Installation).is_ok());
    }
}
