//! Signed checkpoints: the head of the chain, written down where the database cannot change it.

use super::model::Checkpoint;
use super::store;
use crate::db::{Conn, Tx};
use crate::kernel::{Result, Timestamp};
use crate::secrets::{Secrets, signature_holds};

/// Signs the present head, unless the newest checkpoint already is it. `None` for an empty ledger.
pub fn checkpoint(tx: &mut Tx, secrets: &Secrets, at: Timestamp) -> Result<Option<Checkpoint>> {
    let (sequence, hash) = store::head(tx)?;
    if sequence == 0 {
        return Ok(None);
    }
    if let Some(newest) = store::newest_checkpoint(tx)?
        && newest.sequence == sequence
    {
        return Ok(Some(newest));
    }
    let signature = secrets.sign(Checkpoint::signed_text(sequence, &hash, at).as_bytes());
    let point = Checkpoint { sequence, hash, at, public_key: secrets.public_key(), signature };
    store::save_checkpoint(tx, &point)?;
    Ok(Some(point))
}

/// The newest checkpoint, for whoever anchors it outside (a release's seal).
pub fn newest_checkpoint(connection: &mut Conn) -> Result<Option<Checkpoint>> {
    store::newest_checkpoint(connection)
}

/// The check that a checkpoint was signed by this key, and by no other that somebody wrote beside it.
pub fn signed_by(public_key: String) -> impl Fn(&Checkpoint) -> bool {
    move |point| {
        let text = Checkpoint::signed_text(point.sequence, &point.hash, point.at);
        point.public_key == public_key && signature_holds(&public_key, &point.signature, text.as_bytes())
    }
}
