//! Access tokens (JWT, ten minutes) and refresh tokens (thirty days, each used once).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::kernel::id::{SessionId, UserId};
use crate::kernel::time::{DAY, SECOND};
use crate::kernel::{Code, Context, Digest, Refusal, Result, Timestamp};

/// How long an access token serves.
pub const ACCESS_SECONDS: i64 = 10 * 60;
/// How long a session lives without being refreshed.
pub const SESSION_MICROS: i64 = 30 * DAY;
/// Nodes' clocks differ a little; a token that one node just made must be good on the next.
const CLOCK_SKEW_SECONDS: i64 = 5;
const TOKEN_BYTES_MAX: usize = 4096;
const AUDIENCE: &str = "lamin-api";
/// Keeps what is signed here apart from what a JWT signs, which has no colon.
/// How long a refresh token still serves after another took its place. A browser that leaves a page while it refreshes drops
/// the answer with the new cookie and asks again with the old one; a thief has this long before reuse shows.
pub const REFRESH_LEEWAY_MICROS: i64 = 30 * SECOND;
/// So many replaced tokens of a session are remembered.
pub const REPLACED_MAX: usize = 8;
const REFRESH_PURPOSE: &str = "lamin-refresh:";

/// What an access token says; all of it is required.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Claims {
    pub iss: String,
    pub aud: String,
    /// The user.
    pub sub: UserId,
    /// The session.
    pub sid: SessionId,
    /// The user's epoch when the token was made.
    pub epoch: i32,
    /// Seconds since 1970, as the two that follow.
    pub iat: i64,
    pub nbf: i64,
    pub exp: i64,
}

/// An access token for a session of a user.
pub fn access(app: &App, user: UserId, session: SessionId, epoch: i32) -> Result<String> {
    let now = app.now().micros() / SECOND;
    let claims = Claims {
        iss: app.config.server_url.as_str().to_owned(),
        aud: AUDIENCE.to_owned(),
        sub: user,
        sid: session,
        epoch,
        iat: now,
        nbf: now,
        exp: now + ACCESS_SECONDS,
    };
    let key = EncodingKey::from_secret(app.secrets.token_key());
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key).context("sign an access token")
}

/// Reads an access token. What is not one of ours is `unauthenticated`, an old one `token_expired`.
pub fn read_access(app: &App, token: &str) -> Result<Claims, Refusal> {
    let malformed = || Refusal::new(Code::Unauthenticated).detail("the access token is not valid");
    if token.len() > TOKEN_BYTES_MAX {
        return Err(malformed());
    }
    let mut rules = Validation::new(Algorithm::HS256);
    rules.set_required_spec_claims(&["exp", "nbf", "aud", "iss", "sub"]);
    rules.set_audience(&[AUDIENCE]);
    rules.set_issuer(&[app.config.server_url.as_str()]);
    // The library would read the machine's clock; ours is a port, so both times are compared below.
    rules.validate_exp = false;
    rules.validate_nbf = false;
    let key = DecodingKey::from_secret(app.secrets.token_key());
    let claims = jsonwebtoken::decode::<Claims>(token, &key, &rules).map_err(|_| malformed())?.claims;
    let now = app.now().micros() / SECOND;
    if claims.nbf > now + CLOCK_SKEW_SECONDS {
        return Err(malformed());
    }
    if claims.exp <= now {
        return Err(Refusal::new(Code::TokenExpired));
    }
    Ok(claims)
}

/// A refresh token: `<session>.<32 random bytes>.<signature over both>`.
///
/// The signature proves that we made it, so that an old one, however old, is told from a guess. The newest one
/// refreshes, and one that was replaced still does for [`REFRESH_LEEWAY_MICROS`].
pub struct RefreshToken {
    pub session: SessionId,
    text: String,
}

impl RefreshToken {
    pub fn new(app: &App, session: SessionId) -> Result<Self> {
        let secret = URL_SAFE_NO_PAD.encode(app.random::<32>());
        let key = EncodingKey::from_secret(app.secrets.token_key());
        let signed = format!("{REFRESH_PURPOSE}{session}.{secret}");
        let signature =
            jsonwebtoken::crypto::sign(signed.as_bytes(), &key, Algorithm::HS256).context("sign a refresh token")?;
        Ok(RefreshToken { session, text: format!("{session}.{secret}.{signature}") })
    }

    /// `None` when it is not one that we made.
    pub fn read(app: &App, text: &str) -> Option<Self> {
        if text.len() > TOKEN_BYTES_MAX {
            return None;
        }
        let (body, signature) = text.rsplit_once('.')?;
        let key = DecodingKey::from_secret(app.secrets.token_key());
        let signed = format!("{REFRESH_PURPOSE}{body}");
        let ours = jsonwebtoken::crypto::verify(signature, signed.as_bytes(), &key, Algorithm::HS256);
        if !matches!(ours, Ok(true)) {
            return None;
        }
        let session = SessionId::parse(body.split_once('.')?.0).ok()?;
        Some(RefreshToken { session, text: text.to_owned() })
    }

    /// For the cookie.
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// For the database.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.text)
    }
}

/// A new token for a link that works once, and the digest under which it is stored.
pub fn one_time(app: &App) -> (String, Digest) {
    let token = URL_SAFE_NO_PAD.encode(app.random::<32>());
    let digest = Digest::of(&token);
    (token, digest)
}

/// When a session that is begun or refreshed now ends by itself.
pub fn session_end(now: Timestamp) -> Timestamp {
    now.plus(SESSION_MICROS)
}
