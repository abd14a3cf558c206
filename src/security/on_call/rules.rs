//! Which lists are taken, and whose turn it is. Pure.

use url::Url;

use super::model::Reached;
use crate::kernel::time::MINUTE;
use crate::kernel::{FieldRefusal, Timestamp};
use crate::notices::telegram::rules::{is_chat, is_token};

pub const PEOPLE_MAX: usize = 20;
pub const REPEAT_MINUTES_DEFAULT: i32 = 10;
const REPEAT_MINUTES_MAX: i32 = 240;
const URL_BYTES_MAX: usize = 2_000;
pub const SECRET_BYTES_MIN: usize = 16;
pub const SECRET_BYTES_MAX: usize = 256;

/// What is wanted beside the people: minutes between two calls, and the secrets that were typed.
#[derive(Debug, Clone, Copy)]
pub struct Beside<'a> {
    pub repeat_minutes: i32,
    pub telegram_token: Option<&'a str>,
    pub webhook_secret: Option<&'a str>,
}

/// Everything that is wrong; `has`: whether a token and a secret are there, typed or kept.
pub fn check(people: &[Reached], beside: &Beside<'_>, has: (bool, bool)) -> Vec<FieldRefusal> {
    let mut wrong = Vec::new();
    let mut refuse = |field: String, code: &str, detail: &str| {
        wrong.push(FieldRefusal { field, code: code.into(), detail: detail.into() });
    };
    if people.len() > PEOPLE_MAX {
        refuse("people".into(), "too_many", "at most 20");
    }
    if !(1..=REPEAT_MINUTES_MAX).contains(&beside.repeat_minutes) {
        refuse("repeat_minutes".into(), "out_of_range", "1 to 240");
    }
    if beside.telegram_token.is_some_and(|token| !token.is_empty() && !is_token(token)) {
        refuse("telegram_token".into(), "malformed", "as the bot was given it: digits, a colon, letters");
    }
    let length = beside.webhook_secret.filter(|secret| !secret.is_empty()).map_or(SECRET_BYTES_MIN, str::len);
    if !(SECRET_BYTES_MIN..=SECRET_BYTES_MAX).contains(&length) {
        refuse("webhook_secret".into(), "wrong_length", "16 to 256 bytes");
    }
    for (at, one) in people.iter().enumerate() {
        let place = |name: &str| format!("people[{at}].{name}");
        if people[..at].iter().any(|other| other.user == one.user) {
            refuse(place("user"), "repeated", "each person once");
        }
        if one.ways().is_empty() {
            refuse(place("mail"), "required", "at least one way");
        }
        if one.telegram.as_deref().is_some_and(|chat| !is_chat(chat)) {
            refuse(place("telegram"), "malformed", "the number of a chat");
        }
        if one.webhook.as_deref().is_some_and(|url| !is_address(url)) {
            refuse(place("webhook"), "not_a_url", "an http or https address without a user");
        }
        if one.telegram.is_some() && !has.0 {
            refuse("telegram_token".into(), "required", "of the bot that writes");
        }
        if one.webhook.is_some() && !has.1 {
            refuse("webhook_secret".into(), "required", "what requests are signed with");
        }
    }
    wrong.dedup();
    wrong
}

fn is_address(text: &str) -> bool {
    let parsed = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let is_plain = |url: Url| url.host_str().is_some() && url.username().is_empty() && url.password().is_none();
    text.len() <= URL_BYTES_MAX && parsed.is_some_and(is_plain)
}

/// Which ways lead anywhere now.
#[derive(Debug, Clone, Copy)]
pub struct Open {
    pub mail: bool,
    pub telegram: bool,
    pub webhook: bool,
}

/// Somebody with those of their ways that are open; `None` where none is.
pub fn reachable(one: &Reached, open: Open) -> Option<Reached> {
    let left = Reached {
        user: one.user,
        mail: one.mail && open.mail,
        telegram: one.telegram.clone().filter(|_| open.telegram),
        webhook: one.webhook.clone().filter(|_| open.webhook),
    };
    (!left.ways().is_empty()).then_some(left)
}

/// Whose turn a call is: one after another, and from the beginning again.
pub fn turn<T>(people: &[T], round: u32) -> Option<&T> {
    let at = usize::try_from(round).ok()?.checked_rem(people.len())?;
    people.get(at)
}

/// When the next is called if nobody takes it.
pub fn next_at(now: Timestamp, repeat_minutes: i32) -> Timestamp {
    now.plus(i64::from(repeat_minutes) * MINUTE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::id::UserId;

    fn person(number: u8) -> Reached {
        let user = UserId::new(Timestamp::from_micros(0), [number; 10]);
        Reached { user, mail: true, telegram: None, webhook: None }
    }

    const BESIDE: Beside<'_> = Beside { repeat_minutes: 10, telegram_token: None, webhook_secret: None };

    #[test]
    fn people_are_called_one_after_another_and_again() {
        let people = [person(1), person(2)];
        let called: Vec<_> = (0..5).map(|round| turn(&people, round).unwrap().user).collect();
        assert_eq!(called, [0, 1, 0, 1, 0].map(|at: usize| people[at].user));
        assert_eq!(turn(&[0; 0], 3), None);
    }

    #[test]
    fn a_way_that_leads_nowhere_is_none() {
        let open = |mail, telegram| Open { mail, telegram, webhook: false };
        assert_eq!(reachable(&person(1), open(true, false)), Some(person(1)));
        assert_eq!(reachable(&person(1), open(false, true)), None);
        let both = Reached { telegram: Some("7".into()), ..person(1) };
        assert_eq!(reachable(&both, open(false, true)), Some(Reached { mail: false, ..both.clone() }));
        assert_eq!(
            reachable(
                &Reached { telegram: None, mail: false, webhook: Some("https://a/".into()), ..both },
                open(true, true)
            ),
            None
        );
    }

    #[test]
    fn a_list_is_refused_with_everything_that_is_wrong() {
        let fields = |people: &[Reached], beside: Beside<'_>, has| {
            check(people, &beside, has).into_iter().map(|one| one.field).collect::<Vec<_>>()
        };
        assert_eq!(fields(&[person(1), person(2)], BESIDE, (false, false)), Vec::<String>::new());
        let silent = Reached { mail: false, ..person(3) };
        assert_eq!(fields(&[person(1), person(1), silent], BESIDE, (true, true)), ["people[1].user", "people[2].mail"]);
        let loud = Reached { telegram: Some("@ani".into()), webhook: Some("ftp://x/".into()), ..person(1) };
        let expected = ["people[0].telegram", "people[0].webhook", "telegram_token", "webhook_secret"];
        assert_eq!(fields(&[loud], BESIDE, (false, false)), expected);
        let bad = Beside { repeat_minutes: 0, telegram_token: Some("12/../x:a"), webhook_secret: Some("pendek") };
        assert_eq!(fields(&[], bad, (true, true)), ["repeat_minutes", "telegram_token", "webhook_secret"]);
    }
}
