//! Credentials as they lie in the database: sealed with a key of the installation, bound to their target.

use zeroize::Zeroizing;

use super::model::Credentials;
use crate::app::App;
use crate::kernel::id::TargetId;
use crate::kernel::{Context, Error, Result};

const PURPOSE: &str = "lamin targets: credentials, version 1";

/// The text to store. That of one target does not open as another's.
pub fn seal(app: &App, target: TargetId, credentials: &Credentials) -> Result<String> {
    let clear = Zeroizing::new(serde_json::to_vec(credentials).context("write credentials")?);
    let sealed = app.secrets.seal((PURPOSE, target.as_str()), &clear, app.random());
    sealed.ok_or_else(|| Error::broken("seal credentials", "the cipher refused"))
}

/// What was sealed; fails when the installation's keys are other ones than then.
pub fn open(app: &App, target: TargetId, stored: Option<&str>) -> Result<Credentials> {
    let Some(stored) = stored else { return Ok(Credentials::default()) };
    let broken =
        || Error::broken("open the credentials of a target", "they were sealed with other keys: enter them anew");
    let clear = app.secrets.unseal((PURPOSE, target.as_str()), stored).ok_or_else(broken)?;
    serde_json::from_slice(&clear).context("read the credentials of a target")
}
