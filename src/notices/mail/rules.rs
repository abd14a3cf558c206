//! Which servers are taken, and when a letter is tried again.

use super::super::rules::after_pause;
use super::model::{Security, Server, Wanted};
use crate::identity::account::Email;
use crate::kernel::time::{HOUR, MINUTE};
use crate::kernel::{FieldRefusal, Timestamp};

const HOST_BYTES_MAX: usize = 253;
const NAME_LETTERS_MAX: usize = 120;
const LOGIN_BYTES_MAX: usize = 256;

/// Everything that is wrong. What goes into a header must not begin another one.
pub fn check(wanted: &Wanted) -> Vec<FieldRefusal> {
    let mut wrong = Vec::new();
    let mut refuse = |field: &str, code: &str, detail: &str| {
        wrong.push(FieldRefusal { field: field.into(), code: code.into(), detail: detail.into() });
    };
    let is_of_hosts = |letter: char| letter.is_ascii_alphanumeric() || "-.:".contains(letter);
    if wanted.host.is_empty() || wanted.host.len() > HOST_BYTES_MAX || !wanted.host.chars().all(is_of_hosts) {
        refuse("host", "not_a_host", "a name or an address, without a port");
    }
    if wanted.port == 0 {
        refuse("port", "out_of_range", "1 to 65535");
    }
    let has_control = |text: &str| text.chars().any(char::is_control);
    if has_control(&wanted.username) || wanted.username.len() > LOGIN_BYTES_MAX {
        refuse("username", "control_character", "one line of at most 256 bytes");
    }
    let password = wanted.password.as_ref().map_or("", |secret| secret.0.as_str());
    if has_control(password) || password.len() > LOGIN_BYTES_MAX {
        refuse("password", "control_character", "one line of at most 256 bytes");
    }
    if !password.is_empty() && wanted.security == Security::Plain && !is_this_machine(&wanted.host) {
        refuse("security", "not_secret", "a password goes to another machine under TLS only");
    }
    if Email::parse(&wanted.from_address).is_err() || !wanted.from_address.is_ascii() {
        refuse("from_address", "not_an_email", "such as lamin@example.go.id");
    }
    if has_control(&wanted.from_name) || wanted.from_name.chars().count() > NAME_LETTERS_MAX {
        refuse("from_name", "control_character", "one line of at most 120 letters");
    }
    wrong
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Whether what is stored may be kept for what is wanted: or else whoever may change the server could have the password
/// sent to one of their own.
pub fn keeps_password(before: &Server, wanted: &Wanted) -> bool {
    (&before.host, before.port, &before.username) == (&wanted.host, wanted.port, &wanted.username)
        && (before.security == wanted.security || wanted.security != Security::Plain)
}

/// After the first attempt, the second, …: two days together.
const PAUSES: [i64; 8] = [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 8 * HOUR, 12 * HOUR, 24 * HOUR];

/// When to try again after so many attempts; `None`: no more.
pub fn again_at(attempts: usize, now: Timestamp) -> Option<Timestamp> {
    after_pause(&PAUSES, attempts, now)
}

/// What a server said, fit to be stored and shown: one line, without what opens it.
pub fn tellable(said: &str, secret: &str) -> String {
    const LETTERS_MAX: usize = 300;
    let said = if secret.is_empty() { said.to_owned() } else { said.replace(secret, "…") };
    super::super::rules::line(&said, LETTERS_MAX)
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::super::model::Secret;
    use super::*;

    fn wanted() -> Wanted {
        Wanted {
            host: "surel.go.id".into(),
            port: 465,
            security: Security::Tls,
            username: "lamin".into(),
            password: Some(Secret(Zeroizing::new("rahasia".into()))),
            from_address: "lamin@surel.go.id".into(),
            from_name: "Situs Dinas".into(),
        }
    }

    #[test]
    fn a_header_cannot_be_begun_by_a_setting_and_a_password_stays_secret() {
        let wrong = |change: fn(&mut Wanted)| {
            let mut changed = wanted();
            change(&mut changed);
            check(&changed).into_iter().map(|one| one.field).collect::<Vec<_>>()
        };
        assert_eq!(wrong(|_| {}), Vec::<String>::new());
        assert_eq!(wrong(|w| w.from_name = "A\r\nBcc: x@y.z".into()), ["from_name"]);
        assert_eq!(wrong(|w| w.from_address = "a@b.c\r\nBcc: x@y.z".into()), ["from_address"]);
        assert_eq!(wrong(|w| w.username = "a\nb".into()), ["username"]);
        assert_eq!(wrong(|w| w.host = "a b".into()), ["host"]);
        assert_eq!(wrong(|w| w.security = Security::Plain), ["security"]);
        assert_eq!(wrong(|w| (w.security, w.host) = (Security::Plain, "127.0.0.1".into())), Vec::<String>::new());
    }

    #[test]
    fn a_password_is_kept_for_the_same_server_alone() {
        let before = Server {
            host: "surel.go.id".into(),
            port: 465,
            security: Security::Tls,
            username: "lamin".into(),
            password: Some("x".into()),
            from_address: "a@b.c".into(),
            from_name: String::new(),
            version: 1,
            updated_at: Timestamp::from_micros(0),
        };
        assert!(keeps_password(&before, &wanted()));
        assert!(!keeps_password(&before, &Wanted { host: "lain.go.id".into(), ..wanted() }));
        assert!(!keeps_password(&before, &Wanted { security: Security::Plain, ..wanted() }));
    }

    #[test]
    fn what_a_server_said_holds_no_password() {
        assert_eq!(tellable("535 AUTH\r\nrahasia failed", "rahasia"), "535 AUTH … failed");
        let now = Timestamp::from_micros(0);
        assert_eq!((again_at(1, now), again_at(9, now)), (Some(now.plus(MINUTE)), None));
    }
}
