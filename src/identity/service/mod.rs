//! Use cases of identity: one transaction and one ledger event each.

mod accounts;
mod appointments;
mod sessions;
mod setup;

pub use accounts::{
    NewUser, UserChange, add_user, change_user, choose_language, create_user, ensure_demo_accounts, lock_in,
    random_password, reset_password, roster, set_disabled,
};
pub use appointments::{Appoint, appoint, appoint_for_installation};
pub(super) use sessions::{Beginning, replace_password};
pub use sessions::{NewPassword, SignedIn, authenticate, change_password, end_session, login, logout, refresh};
pub use setup::{Setup, setup, setup_link};
