//! What makes a password weak, whose network a request comes from, and who may appoint whom.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::account::{Appointment, Email, PASSWORD_BYTES_MAX, Password};
use super::model::Role;
use crate::kernel::{Code, FieldRefusal, Refusal};

pub const PASSWORD_LETTERS_MIN: usize = 12;
const DECREE_LETTERS_MAX: usize = 200;

/// A password that may be set.
pub struct StrongPassword(Password);

impl StrongPassword {
    /// `weak_password` on `field` when it is short, or little is left of it without common words, runs
    /// such as `1234` or `aaa`, years, and the person's own address and name.
    pub fn check(password: Password, email: &Email, name: &str, field: &str) -> Result<Self, Refusal> {
        let weak = |code, detail: &str| Err(Refusal::new(Code::WeakPassword).field(field, code, detail));
        let text = password.reveal();
        if text.chars().count() < PASSWORD_LETTERS_MIN {
            return weak("too_short", "at least 12 letters");
        }
        if text.len() > PASSWORD_BYTES_MAX {
            return weak("too_long", "at most 256 bytes");
        }
        if is_guessable(text, email.as_str(), name) {
            return weak("guessable", "made of common words, runs, years, or the person's own name or address");
        }
        Ok(StrongPassword(password))
    }

    /// For the accounts of a demonstration, which exist on a loopback address only.
    pub fn of_demo(password: Password) -> Self {
        StrongPassword(password)
    }

    pub(super) fn reveal(&self) -> &str {
        self.0.reveal()
    }
}

/// Parts that every list of stolen passwords holds, in Indonesian and English, longest first.
const COMMON: &[&str] = &[
    "administrator",
    "kalimantan",
    "pemerintah",
    "diskominfo",
    "samarinda",
    "bismillah",
    "indonesia",
    "katasandi",
    "password",
    "passwort",
    "pancasila",
    "iloveyou",
    "provinsi",
    "gubernur",
    "football",
    "baseball",
    "sunshine",
    "princess",
    "superman",
    "changeme",
    "sandiku",
    "rahasia",
    "merdeka",
    "welcome",
    "selamat",
    "letmein",
    "website",
    "kominfo",
    "default",
    "jakarta",
    "monkey",
    "dragon",
    "batman",
    "master",
    "datang",
    "sayang",
    "garuda",
    "portal",
    "kaltim",
    "secret",
    "sandi",
    "cinta",
    "admin",
    "lamin",
    "dinas",
    "humas",
    "login",
    "guest",
    "super",
    "user",
    "root",
    "demo",
    "test",
    "pass",
];
const KEYBOARD_ROWS: &[&str] = &["1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz"];
const RUN_LETTERS_MIN: usize = 3;
/// Letters that must be left when the guessable parts are taken out.
const LETTERS_LEFT_MIN: usize = 6;
const LETTERS_DIFFERENT_MIN: usize = 5;

fn is_guessable(text: &str, email: &str, name: &str) -> bool {
    let mut rest = plain(text);
    let own = email.split(['@', '.', '-', '_', '+']).chain(name.split_whitespace()).chain([email]);
    let mut own: Vec<String> = own.map(plain).filter(|word| word.chars().count() >= RUN_LETTERS_MIN).collect();
    own.sort_by_key(|word| std::cmp::Reverse(word.len()));
    for word in own.iter().map(String::as_str).chain(COMMON.iter().copied()) {
        rest = rest.replace(word, " ");
    }
    let left: String = without_runs(&rest).chars().filter(|letter| !letter.is_whitespace()).collect();
    let mut different: Vec<char> = left.chars().collect();
    different.sort_unstable();
    different.dedup();
    left.chars().count() < LETTERS_LEFT_MIN || different.len() < LETTERS_DIFFERENT_MIN
}

/// Lower case, with the usual digits and signs read as the letters they stand for when they stand
/// between letters: `p4ssw0rd` is `password`, `2026` stays.
fn plain(text: &str) -> String {
    let letters: Vec<char> = text.to_lowercase().chars().collect();
    let beside_letter = |at: usize| {
        let before = at.checked_sub(1).and_then(|before| letters.get(before));
        before.is_some_and(|c| c.is_alphabetic()) && letters.get(at + 1).is_some_and(|c| c.is_alphabetic())
    };
    let read = |(at, letter): (usize, &char)| match letter {
        '@' => 'a',
        '$' => 's',
        '4' if beside_letter(at) => 'a',
        '0' if beside_letter(at) => 'o',
        '1' if beside_letter(at) => 'i',
        '3' if beside_letter(at) => 'e',
        '5' if beside_letter(at) => 's',
        other => *other,
    };
    letters.iter().enumerate().map(read).collect()
}

/// Takes out repeated letters, neighbours on the keyboard or in the alphabet, and years.
fn without_runs(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut left = String::new();
    let mut at = 0;
    while at < letters.len() {
        let run = run_length(&letters[at..]);
        if run == 0 {
            left.push(letters[at]);
        }
        at += run.max(1);
    }
    left
}

/// How many of the first letters are a run or a year; 0 when they are neither.
fn run_length(letters: &[char]) -> usize {
    let year = letters.len() >= 4 && letters[..4].iter().all(char::is_ascii_digit);
    if year && (letters.starts_with(&['1', '9']) || letters.starts_with(&['2', '0'])) {
        return 4;
    }
    let longest_pair_run =
        |fits: &dyn Fn(char, char) -> bool| 1 + letters.windows(2).take_while(|pair| fits(pair[0], pair[1])).count();
    let follows = |a: char, b: char| {
        KEYBOARD_ROWS.iter().any(|row| row.chars().zip(row.chars().skip(1)).any(|pair| pair == (a, b)))
    };
    let run =
        longest_pair_run(&|a, b| a == b).max(longest_pair_run(&follows)).max(longest_pair_run(&|a, b| follows(b, a)));
    if run >= RUN_LETTERS_MIN { run } else { 0 }
}

/// The network that a request is counted for: `/24` of IPv4, `/64` of IPv6.
///
/// `forwarded` are the hops of `X-Forwarded-For` from left to right; they count only when the peer is a
/// trusted proxy, and then the rightmost hop that is not one itself is the client, because all left of
/// it is the client's own claim.
pub fn network(peer: Option<IpAddr>, forwarded: &[&str], trusted: impl Fn(IpAddr) -> bool) -> String {
    let Some(mut client) = peer.map(|peer| peer.to_canonical()) else { return "unknown".into() };
    for hop in forwarded.iter().rev() {
        if !trusted(client) {
            break;
        }
        let Some(address) = hop_address(hop) else { break };
        client = address.to_canonical();
    }
    match client {
        IpAddr::V4(address) => format!("{}/24", Ipv4Addr::from_bits(address.to_bits() & !0xff)),
        IpAddr::V6(address) => format!("{}/64", Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
    }
}

/// `203.0.113.7`, `203.0.113.7:4711`, `2001:db8::1`, `[2001:db8::1]:4711`.
fn hop_address(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    let with_port = || hop.parse().ok().map(|address: std::net::SocketAddr| address.ip());
    let in_brackets = || hop.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    hop.parse().ok().or_else(with_port).or_else(in_brackets)
}

/// Whose appointments are about to change, and by whom.
#[derive(Debug, Clone, Copy)]
pub struct Appointing {
    /// The one who appoints is an administrator there, or the system.
    pub by_admin: bool,
    /// The one who appoints is the one who is appointed.
    pub own: bool,
}

/// Whether `before` may become `after`: `invalid` with the fields, or `forbidden`.
///
/// Without being an administrator nobody gives themselves a role or longer terms, and nobody makes or
/// unmakes an administrator.
pub fn may_appoint(who: Appointing, before: &[Appointment], after: &[Appointment]) -> Result<(), Refusal> {
    let wrong: Vec<_> = after.iter().enumerate().flat_map(|(at, new)| flaws(at, new, &after[..at])).collect();
    if !wrong.is_empty() {
        return Err(Refusal::new(Code::Invalid).fields(wrong));
    }
    if who.by_admin {
        return Ok(());
    }
    if who.own && !after.iter().all(|new| before.contains(new)) {
        return Err(Refusal::new(Code::Forbidden).detail("nobody appoints themselves"));
    }
    let admin = |list: &[Appointment]| list.iter().find(|one| one.role == Role::Admin).cloned();
    if admin(before) != admin(after) {
        return Err(Refusal::new(Code::Forbidden).detail("an administrator is appointed by an administrator"));
    }
    Ok(())
}

fn flaws(at: usize, new: &Appointment, earlier: &[Appointment]) -> Vec<FieldRefusal> {
    let flaw = |field: &str, code: &str, detail: &str| FieldRefusal {
        field: format!("roles[{at}].{field}"),
        code: code.into(),
        detail: detail.into(),
    };
    let mut flaws = Vec::new();
    if earlier.iter().any(|other| other.role == new.role) {
        flaws.push(flaw("role", "repeated", "each role once"));
    }
    if new.decree.chars().count() > DECREE_LETTERS_MAX {
        flaws.push(flaw("decree", "too_long", "at most 200 letters"));
    }
    if new.from.zip(new.until).is_some_and(|(from, until)| from >= until) {
        flaws.push(flaw("until", "not_after_from", "it must end after it begins"));
    }
    flaws
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::Timestamp;

    fn verdict(text: &str) -> Result<(), String> {
        let email = Email::parse("ani.wijaya@example.go.id").unwrap();
        let checked = StrongPassword::check(Password::new(text), &email, "Ani Wijayanti", "password");
        checked.map(|_| ()).map_err(|refusal| refusal.field_refusals()[0].code.clone())
    }

    #[test]
    fn short_common_and_personal_passwords_are_weak() {
        assert_eq!(verdict("kX9#mQ2$vL7").unwrap_err(), "too_short");
        assert_eq!(verdict(&"xy".repeat(200)).unwrap_err(), "too_long");
        let guessable = [
            "password1234",
            "P4ssw0rd2026!",
            "administrator",
            "qwertyuiop123",
            "aaaaaaaaaaaaaaa",
            "123456789012",
            "portal-lamin-admin",
            "ani.wijaya@example.go.id",
            "Wijayanti2026!",
            "indonesiamerdeka",
            "abababababab",
        ];
        for text in guessable {
            assert_eq!(verdict(text), Err("guessable".into()), "{text}");
        }
    }

    #[test]
    fn passphrases_and_random_letters_are_strong() {
        for text in
            ["perahu kuning menyeberang", "kX9#mQ2$vL7w", "837465019283", "correct horse battery", "Tenun-Ulap-Doyo-71"]
        {
            assert_eq!(verdict(text), Ok(()), "{text}");
        }
    }

    fn trusted(address: IpAddr) -> bool {
        matches!(address, IpAddr::V4(v4) if v4.octets()[0] == 10)
    }

    fn seen(peer: &str, forwarded: &[&str]) -> String {
        network(Some(peer.parse().unwrap()), forwarded, trusted)
    }

    #[test]
    fn a_forwarded_address_counts_only_from_a_trusted_proxy() {
        assert_eq!(seen("203.0.113.7", &["198.51.100.1"]), "203.0.113.0/24");
        assert_eq!(seen("10.0.0.1", &["198.51.100.1"]), "198.51.100.0/24");
        assert_eq!(seen("10.0.0.1", &["1.2.3.4", "198.51.100.9:4711", " 10.0.0.2 "]), "198.51.100.0/24");
        assert_eq!(seen("10.0.0.1", &["198.51.100.1", "nonsense"]), "10.0.0.0/24");
        assert_eq!(seen("10.0.0.1", &[]), "10.0.0.0/24");
        assert_eq!(network(None, &["198.51.100.1"], trusted), "unknown");
    }

    #[test]
    fn one_household_of_ipv6_is_one_network_and_mapped_ipv4_is_ipv4() {
        assert_eq!(seen("2001:db8:1:2:3:4:5:6", &[]), seen("2001:db8:1:2:ffff::1", &[]));
        assert_eq!(seen("::ffff:203.0.113.9", &[]), "203.0.113.0/24");
        assert_eq!(seen("10.0.0.1", &["[2001:db8::1]:443"]), "2001:db8::/64");
    }

    fn appointing(by_admin: bool, own: bool) -> Appointing {
        Appointing { by_admin, own }
    }

    #[test]
    fn nobody_but_an_administrator_gives_themselves_a_role_or_more_time() {
        let head = Appointment::of(Role::AgencyHead);
        let ending = Appointment { until: Some(Timestamp::from_micros(9)), ..head.clone() };
        let approver = Appointment::of(Role::Approver);
        let own = appointing(false, true);
        let (one, shorter, both) = ([head.clone()], [ending], [head, approver.clone()]);
        assert!(may_appoint(own, &one, &both).is_err());
        assert!(may_appoint(own, &shorter, &one).is_err());
        assert!(may_appoint(own, &both, &one).is_ok());
        assert!(may_appoint(appointing(true, true), &one, &both).is_ok());
        assert!(may_appoint(appointing(false, false), &[], &[approver]).is_ok());
    }

    #[test]
    fn only_an_administrator_makes_or_unmakes_one() {
        let admin = Appointment::of(Role::Admin);
        let other = appointing(false, false);
        assert!(may_appoint(other, &[], std::slice::from_ref(&admin)).is_err());
        assert!(may_appoint(other, std::slice::from_ref(&admin), &[]).is_err());
        assert!(may_appoint(other, std::slice::from_ref(&admin), std::slice::from_ref(&admin)).is_ok());
        assert!(may_appoint(appointing(true, false), &[], &[admin]).is_ok());
    }

    #[test]
    fn terms_that_cannot_be_are_refused_with_their_place() {
        let at = |micros| Some(Timestamp::from_micros(micros));
        let backwards = Appointment { from: at(5), until: at(5), ..Appointment::of(Role::Editor) };
        let twice = [Appointment::of(Role::Author), backwards.clone(), backwards];
        let refusal = may_appoint(appointing(true, false), &[], &twice).unwrap_err();
        let fields: Vec<_> = refusal.field_refusals().iter().map(|f| (f.field.as_str(), f.code.as_str())).collect();
        assert_eq!(
            fields,
            [("roles[1].until", "not_after_from"), ("roles[2].role", "repeated"), ("roles[2].until", "not_after_from")]
        );
    }

    proptest! {
        #[test]
        fn what_stands_left_of_the_client_never_matters(claims in proptest::collection::vec("[ -~]{0,20}", 0..4)) {
            let mut hops: Vec<&str> = claims.iter().map(String::as_str).collect();
            hops.push("198.51.100.7");
            prop_assert_eq!(seen("10.0.0.1", &hops), "198.51.100.0/24");
            prop_assert_eq!(seen("203.0.113.7", &hops), "203.0.113.0/24");
        }

        #[test]
        fn any_text_is_judged_without_panic(text in any::<String>()) {
            let _ = verdict(&text);
        }
    }
}
