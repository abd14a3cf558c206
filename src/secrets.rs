//! The two keys of an installation: made on first start, readable by their owner alone, never shown.
#![expect(clippy::disallowed_methods, reason = "the home of the keys")]

use std::fs;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use zeroize::Zeroizing;

use crate::kernel::digest::hex;
use crate::kernel::{Context, Error, Result};
use crate::ports::Chance;

const KEY_BYTES: usize = 32;
/// Long enough to be drawn at random for every sealing.
pub const NONCE_BYTES: usize = 24;
const OWNER_ONLY: u32 = 0o600;

/// Signs checkpoints and seals with one key, tokens with the other.
pub struct Secrets {
    signing: SigningKey,
    token: Zeroizing<[u8; KEY_BYTES]>,
}

impl Secrets {
    /// Reads both keys from a folder, making those that are missing.
    pub fn open(folder: &Path, chance: &dyn Chance) -> Result<Self> {
        let signing = read_or_make(&folder.join("signing.key"), chance)?;
        let token = read_or_make(&folder.join("token.key"), chance)?;
        Ok(Secrets { signing: SigningKey::from_bytes(&signing), token })
    }

    /// An Ed25519 signature, as 128 hexadecimal letters.
    pub fn sign(&self, text: &[u8]) -> String {
        hex(self.signing.sign(text).to_bytes())
    }

    /// The public half of the signing key, as 64 hexadecimal letters.
    pub fn public_key(&self) -> String {
        hex(self.signing.verifying_key().to_bytes())
    }

    /// A key for one purpose, by HKDF from what the installation keeps to itself.
    pub fn key_for(&self, purpose: &str) -> Zeroizing<[u8; KEY_BYTES]> {
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        let derived = hkdf::Hkdf::<sha2::Sha256>::new(Some(b"lamin"), &*self.token);
        // Fails only for keys of more than 255 digests' length.
        let _ = derived.expand(purpose.as_bytes(), &mut *key);
        key
    }

    /// Text to store that only this installation opens again, for the same purpose and the same `bound` name. `nonce`
    /// is drawn at random for every sealing. `None`: the cipher refused.
    pub fn seal(&self, (purpose, bound): (&str, &str), clear: &[u8], nonce: [u8; NONCE_BYTES]) -> Option<String> {
        let payload = Payload { msg: clear, aad: bound.as_bytes() };
        let sealed = self.cipher(purpose).encrypt(&XNonce::from(nonce), payload).ok()?;
        Some(STANDARD_NO_PAD.encode([&nonce[..], &sealed].concat()))
    }

    /// What was sealed; `None` when the keys are other ones than then, or it was sealed for something else.
    pub fn unseal(&self, (purpose, bound): (&str, &str), stored: &str) -> Option<Zeroizing<Vec<u8>>> {
        let bytes = STANDARD_NO_PAD.decode(stored).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_BYTES>()?;
        let payload = Payload { msg: sealed, aad: bound.as_bytes() };
        self.cipher(purpose).decrypt(&XNonce::from(*nonce), payload).ok().map(Zeroizing::new)
    }

    fn cipher(&self, purpose: &str) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&Key::from(*self.key_for(purpose)))
    }

    /// The key of access tokens.
    pub fn token_key(&self) -> &[u8] {
        &*self.token
    }
}

/// Whether an Ed25519 signature (hexadecimal, like the key) is that key's over that text.
pub fn signature_holds(public_key: &str, signature: &str, text: &[u8]) -> bool {
    let key = unhex::<32>(public_key).and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok());
    let signature = unhex::<64>(signature).map(|bytes| Signature::from_bytes(&bytes));
    matches!((key, signature), (Some(key), Some(signature)) if key.verify_strict(text, &signature).is_ok())
}

fn unhex<const BYTES: usize>(text: &str) -> Option<[u8; BYTES]> {
    if text.len() != BYTES * 2 || !text.is_ascii() {
        return None;
    }
    let mut bytes = [0; BYTES];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[at * 2..at * 2 + 2], 16).ok()?;
    }
    Some(bytes)
}

fn read_or_make(path: &Path, chance: &dyn Chance) -> Result<Zeroizing<[u8; KEY_BYTES]>> {
    let doing = || format!("read the key {}", path.display());
    match fs::read(path) {
        Ok(bytes) => {
            let mode = fs::metadata(path).with_context(doing)?.permissions().mode();
            if mode & 0o077 != 0 {
                return Err(Error::broken(doing(), format!("others can read it: chmod 600 {}", path.display())));
            }
            let bytes = Zeroizing::new(bytes);
            let key = <[u8; KEY_BYTES]>::try_from(bytes.as_slice());
            key.map(Zeroizing::new).map_err(|_| Error::broken(doing(), "it is not 32 bytes long"))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => make(path, chance),
        Err(error) => Err(error).with_context(doing),
    }
}

/// Whole or not at all: a key that was half written would lock the installation out.
fn make(path: &Path, chance: &dyn Chance) -> Result<Zeroizing<[u8; KEY_BYTES]>> {
    let doing = || format!("make the key {}", path.display());
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    chance.fill(&mut *key);
    let draft = path.with_extension(format!("new-{}", std::process::id()));
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(OWNER_ONLY)
        .open(&draft)
        .with_context(doing)?;
    file.write_all(&*key).and_then(|()| file.sync_all()).with_context(doing)?;
    // A link does not replace: of two processes that start together, one makes the key.
    let made = fs::hard_link(&draft, path);
    fs::remove_file(&draft).with_context(doing)?;
    match made {
        Ok(()) => Ok(key),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => read_or_make(path, chance),
        Err(error) => Err(error).with_context(doing),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting(std::sync::atomic::AtomicU8);
    impl Chance for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        }
    }

    #[test]
    fn keys_are_made_once_for_the_owner_alone_and_sign() {
        let folder = tempfile::tempdir().unwrap();
        let chance = Counting(1.into());
        let first = Secrets::open(folder.path(), &chance).unwrap();
        let again = Secrets::open(folder.path(), &chance).unwrap();
        assert_eq!(first.public_key(), again.public_key());
        let mode = fs::metadata(folder.path().join("signing.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, OWNER_ONLY);
        let signature = first.sign(b"text");
        assert!(signature_holds(&first.public_key(), &signature, b"text"));
        assert!(!signature_holds(&first.public_key(), &signature, b"Text"));
        assert!(!signature_holds("zz", &signature, b"text"));
        assert_eq!(*first.key_for("a"), *again.key_for("a"));
        assert_ne!(*first.key_for("a"), *first.key_for("b"));
        assert_ne!(&first.key_for("a")[..], first.token_key());
    }

    #[test]
    fn a_key_that_others_can_read_is_refused_with_the_mend() {
        let folder = tempfile::tempdir().unwrap();
        Secrets::open(folder.path(), &Counting(1.into())).unwrap();
        let path = folder.path().join("token.key");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let error = Secrets::open(folder.path(), &Counting(1.into())).err().unwrap();
        assert!(error.to_string().contains("chmod 600"), "{error}");
    }
}
