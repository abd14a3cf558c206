//! Credentials as they lie in the database: sealed with a key of the installation, bound to their target.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use super::model::Credentials;
use crate::app::App;
use crate::kernel::id::TargetId;
use crate::kernel::{Context, Error, Result};

const PURPOSE: &str = "lamin targets: credentials, version 1";
/// Long enough to be drawn at random for every sealing.
const NONCE_BYTES: usize = 24;

fn cipher(app: &App) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&Key::from(*app.secrets.key_for(PURPOSE)))
}

/// The text to store. That of one target does not open as another's.
pub fn seal(app: &App, target: TargetId, credentials: &Credentials) -> Result<String> {
    let clear = Zeroizing::new(serde_json::to_vec(credentials).context("write credentials")?);
    let nonce: [u8; NONCE_BYTES] = app.random();
    let payload = Payload { msg: &clear, aad: target.as_str().as_bytes() };
    let sealed = cipher(app).encrypt(&XNonce::from(nonce), payload);
    let sealed = sealed.map_err(|_| Error::broken("seal credentials", "the cipher refused"))?;
    Ok(STANDARD_NO_PAD.encode([&nonce[..], &sealed].concat()))
}

/// What was sealed; fails when the installation's keys are other ones than then.
pub fn open(app: &App, target: TargetId, stored: Option<&str>) -> Result<Credentials> {
    let Some(stored) = stored else { return Ok(Credentials::default()) };
    let broken =
        || Error::broken("open the credentials of a target", "they were sealed with other keys: enter them anew");
    let bytes = STANDARD_NO_PAD.decode(stored).map_err(|_| broken())?;
    let (nonce, sealed) = bytes.split_first_chunk::<NONCE_BYTES>().ok_or_else(broken)?;
    let payload = Payload { msg: sealed, aad: target.as_str().as_bytes() };
    let clear = cipher(app).decrypt(&XNonce::from(*nonce), payload).map_err(|_| broken())?;
    let clear = Zeroizing::new(clear);
    serde_json::from_slice(&clear).context("read the credentials of a target")
}
