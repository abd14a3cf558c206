//! What a webhook is sent, how it is signed, and when it is tried again.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::super::model::{About, Happening, Kind};
use super::super::rules::after_pause;
use crate::kernel::digest::hex;
use crate::kernel::time::{DAY, HOUR, MINUTE, SECOND};
use crate::kernel::{FieldRefusal, Timestamp};

const URL_BYTES_MAX: usize = 2_000;
pub const SECRET_BYTES_MIN: usize = 16;
pub const SECRET_BYTES_MAX: usize = 256;

/// Everything that is wrong; `secret` only where one was given.
pub fn check(url: &str, kinds: &[Kind], secret: Option<&str>) -> Vec<FieldRefusal> {
    let mut wrong = Vec::new();
    let mut refuse = |field: &str, code: &str, detail: &str| {
        wrong.push(FieldRefusal { field: field.into(), code: code.into(), detail: detail.into() });
    };
    let parsed = url::Url::parse(url).ok();
    let fits = parsed.is_some_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.host_str().is_some()
            && url.username().is_empty()
            && url.password().is_none()
    });
    if !fits || url.len() > URL_BYTES_MAX {
        refuse("url", "not_a_url", "an http or https address without a user");
    }
    if kinds.is_empty() || kinds.contains(&Kind::Mention) {
        refuse("kinds", "not_a_choice", "at least one, and not mention, which is a person's");
    }
    let length = secret.map_or(SECRET_BYTES_MIN, str::len);
    if !(SECRET_BYTES_MIN..=SECRET_BYTES_MAX).contains(&length) {
        refuse("secret", "wrong_length", "16 to 256 bytes");
    }
    wrong
}

/// What is sent of something that happened. `event` is its number in the ledger; `site` and `by` are key and name.
pub fn body(happening: &Happening, event: i64, (site, by): (&str, Option<&str>), at: Timestamp) -> Value {
    let about = About::of(&happening.subject);
    json!({
        "event": event,
        "kind": happening.kind,
        "site": site,
        "about": about,
        "title": happening.title,
        "by": by,
        "said": super::super::rules::said(&happening.said),
        "step": happening.step,
        "at": at,
    })
}

/// `v1=` and 64 hexadecimal letters, over `<seconds>.<body>`.
pub fn signature(secret: &[u8], seconds: i64, body: &str) -> String {
    // A key of any length is taken.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return String::new() };
    mac.update(format!("{seconds}.").as_bytes());
    mac.update(body.as_bytes());
    format!("v1={}", hex(mac.finalize().into_bytes()))
}

/// For so long a delivery is tried.
pub const TRYING_SPAN: i64 = 2 * DAY;
/// After the first attempt, the second, …: together no more than that.
const PAUSES: [i64; 9] =
    [10 * SECOND, MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 16 * HOUR];

/// When to try again after so many attempts; `None`: no more.
pub fn again_at(attempts: i32, now: Timestamp) -> Option<Timestamp> {
    after_pause(&PAUSES, usize::try_from(attempts).ok()?, now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_what_others_compute() {
        // printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac 'sebuah rahasia panjang'
        let signed = signature("sebuah rahasia panjang".as_bytes(), 1_700_000_000, "{\"a\":1}");
        assert_eq!(signed, "v1=6e9df52ad853f5bd76cb493eda9108e8433bf4ce5cb34f64368719cf3ecdaf68");
    }

    #[test]
    fn only_addresses_and_kinds_that_can_be_served_are_taken() {
        let fields = |url: &str, kinds: &[Kind], secret: Option<&str>| {
            check(url, kinds, secret).into_iter().map(|one| one.field).collect::<Vec<_>>()
        };
        let long = Some("0123456789abcdef");
        assert_eq!(fields("https://a.go.id/x", &[Kind::Published], long), Vec::<String>::new());
        assert_eq!(fields("ftp://a.go.id/", &[Kind::Published], None), ["url"]);
        assert_eq!(fields("https://u:p@a.go.id/", &[], Some("kurang")), ["url", "kinds", "secret"]);
        assert_eq!(fields("https://a.go.id/", &[Kind::Mention], long), ["kinds"]);
    }

    #[test]
    fn an_address_that_does_not_answer_is_tried_for_two_days() {
        let now = Timestamp::from_micros(0);
        assert_eq!((again_at(1, now), again_at(10, now)), (Some(now.plus(10 * SECOND)), None));
        assert!(PAUSES.iter().sum::<i64>() <= TRYING_SPAN);
    }
}
