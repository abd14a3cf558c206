//! Stems that have to be made anew: those of an older Lamin, and those that a migration left to be made.

use super::store;
use crate::app::App;
use crate::kernel::Result;

/// Makes the stems of everything whose stems are missing or were made with other lists of words, and forgets those of
/// what is not live. Each part is a transaction of its own, so it may be killed at any time; what is done is not done
/// again. Returns how many entries it were.
pub fn catch_up(app: &App) -> Result<usize> {
    let outdated = app.db.read_blocking(store::outdated)?;
    for some in outdated.chunks(store::BODIES_AT_ONCE) {
        // What has changed since is read as it is now.
        app.db.write_blocking(|tx| store::keep_anew(tx, None, some))?;
    }
    if !outdated.is_empty() {
        app.live_changed();
        tracing::info!(entries = outdated.len(), "the stems of live entries were made for searching");
    }
    Ok(outdated.len())
}
