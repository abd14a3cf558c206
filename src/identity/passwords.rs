//! Argon2id, a few at a time: a flood of sign-ins waits in a short queue and then is refused, so that
//! it costs neither the memory nor the cores that the rest of the server needs.

use argon2::password_hash::{Error as HashError, PasswordHasher, PasswordVerifier, phc};
use argon2::{Algorithm, Argon2, Params, Version};

use super::account::{PASSWORD_BYTES_MAX, Password};
use super::rules::StrongPassword;
use crate::app::App;
use crate::kernel::{Code, Context, Error, Refusal, Result};

const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const SALT_BYTES: usize = 16;

/// Of a password that nobody knows. Verified in place of a hash that does not exist, so that an unknown
/// account takes as long as a known one.
const DECOY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bcx7qkT9KQfQRP1li6wCGw$u7vjLtHkuQ0sSw3Ivh8E/DzPWhQ/2zXK3+RxsgqR5/Y";

/// What is stored of a password, in PHC format. It has no way to be printed.
#[derive(Clone)]
pub struct PasswordHash(String);

impl PasswordHash {
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).context("set up Argon2id")?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Hashes a password when its turn comes; `too_many_requests` when too many wait already.
pub async fn hash(app: &App, password: StrongPassword) -> Result<PasswordHash> {
    let salt = app.random::<SALT_BYTES>();
    in_turn(app, move || hash_with(&password, &salt)).await
}

/// Hashes a password now, for the command line, where nothing else is waiting.
pub fn hash_blocking(app: &App, password: &StrongPassword) -> Result<PasswordHash> {
    hash_with(password, &app.random::<SALT_BYTES>())
}

fn hash_with(password: &StrongPassword, salt: &[u8]) -> Result<PasswordHash> {
    let hash: phc::PasswordHash =
        argon2()?.hash_password_with_salt(password.reveal().as_bytes(), salt).context("hash a password")?;
    Ok(PasswordHash(hash.to_string()))
}

/// Whether a password is the one that was hashed. `stored` is `None` for an account that does not exist
/// or has no password: the same work is done, and the answer is no.
pub async fn verify(app: &App, password: Password, stored: Option<String>) -> Result<bool> {
    in_turn(app, move || {
        let fits = password.reveal().len() <= PASSWORD_BYTES_MAX;
        let stored = stored.filter(|hash| !hash.is_empty() && fits);
        let against = stored.as_deref().unwrap_or(DECOY);
        let typed = if fits { password.reveal().as_bytes() } else { &[] };
        Ok(verify_now(typed, against)? && stored.is_some())
    })
    .await
}

/// Whether a password is the one of a stored hash, now; for the command line.
pub fn verify_blocking(password: &Password, stored: &str) -> Result<bool> {
    verify_now(password.reveal().as_bytes(), stored)
}

fn verify_now(typed: &[u8], stored: &str) -> Result<bool> {
    match argon2()?.verify_password(typed, stored) {
        Ok(()) => Ok(true),
        Err(HashError::PasswordInvalid) => Ok(false),
        Err(error) => Err(Error::broken("verify a password", error)),
    }
}

async fn in_turn<T: Send + 'static>(app: &App, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let queued = app.hashing_queue.clone().try_acquire_owned();
    let queued = queued.map_err(|_| Refusal::new(Code::TooManyRequests).extra("retry_after_s", 1))?;
    let turn = app.hashing.clone().acquire_owned().await.context("wait to hash a password")?;
    let hashed = tokio::task::spawn_blocking(move || {
        // Held here and not by the caller, who may hang up while the core is still busy.
        let _held = (queued, turn);
        work()
    });
    hashed.await.context("hash a password")?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_argon2id_of_at_least_19_mib_and_knows_its_password_alone() {
        let strong = StrongPassword::of_demo(Password::new("perahu kuning"));
        let hash = hash_with(&strong, &[7; SALT_BYTES]).unwrap();
        assert!(hash.reveal().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.reveal());
        let verify = |typed: &str| argon2().unwrap().verify_password(typed.as_bytes(), hash.reveal());
        assert_eq!(verify("perahu kuning"), Ok(()));
        assert_eq!(verify("perahu kunin"), Err(HashError::PasswordInvalid));
    }

    #[test]
    fn the_decoy_costs_what_a_real_hash_costs() {
        let decoy = phc::PasswordHash::new(DECOY).unwrap();
        let params = Params::try_from(&decoy).unwrap();
        assert_eq!((params.m_cost(), params.t_cost(), params.p_cost()), (MEMORY_KIB, PASSES, LANES));
        assert_eq!(argon2().unwrap().verify_password(b"", DECOY), Err(HashError::PasswordInvalid));
    }
}
