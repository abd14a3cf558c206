//! Who is told, as what, and when.

use jiff::tz::TimeZone;

use super::model::{Chosen, Happening, Kind, Member, Recipient, Way, When};
use super::telegram;
use crate::calendar::Calendar;
use crate::identity::{Role, UseCase, cases};
use crate::kernel::id::UserId;
use crate::kernel::{Code, Digest, FieldRefusal, Refusal, Timestamp};

/// What a notice keeps of a reason or a comment; the whole stands where it was said.
pub const SAID_LETTERS_MAX: usize = 500;
const TITLE_LETTERS_MAX: usize = 200;

/// When to try again after so many attempts, by the pause after each of them; `None`: no more.
pub fn after_pause(pauses: &[i64], attempts: usize, now: Timestamp) -> Option<Timestamp> {
    pauses.get(attempts.checked_sub(1)?).map(|pause| now.plus(*pause))
}

/// Whoever is concerned, but for whoever did it: those who took part or answer for it, as what happened; those for whom
/// it waits now, as work that waits. Only members are told, because others may not see it any more.
pub fn recipients(happening: &Happening, members: &[Member]) -> Vec<Recipient> {
    let next = whose_turn(happening, members);
    let readers = readers(&happening.subject);
    let told = |member: &Member| {
        let waits = next.contains(&member.user);
        let took_part = happening.took_part.contains(&member.user);
        let answers = member.roles.iter().any(|role| happening.roles.contains(role));
        let kind = match happening.kind {
            Kind::Comment if is_named(&happening.said, &member.email) => Some(Kind::Mention),
            Kind::Comment if took_part || waits => Some(Kind::Comment),
            Kind::Comment | Kind::Mention => None,
            Kind::Waiting => waits.then_some(Kind::Waiting),
            Kind::Returned
            | Kind::Rejected
            | Kind::Approved
            | Kind::Published
            | Kind::Withdrawn
            | Kind::Voided
            | Kind::DeploymentFailed
            | Kind::VerificationFailed
            | Kind::WebsitesFailed
            | Kind::WebsitesRecovered => {
                let outcome = (took_part || answers).then_some(happening.kind);
                outcome.or(waits.then_some(Kind::Waiting))
            }
        };
        kind.map(|kind| Recipient { user: member.user, kind, waits })
    };
    let reads = |member: &&Member| readers.is_none_or(|roles| member.roles.iter().any(|role| roles.contains(role)));
    members.iter().filter(|member| Some(member.user) != happening.by).filter(reads).filter_map(told).collect()
}

/// Who may read what it happened to at all, a mention or not; `None` where the roles that are told say so.
fn readers(subject: &str) -> Option<&'static [Role]> {
    match subject.split(':').next() {
        Some("entry") => Some(cases::ReadContent::ROLES),
        Some("case") => Some(cases::ReadCases::ROLES),
        _ => None,
    }
}

/// Those for whom it waits now.
fn whose_turn(happening: &Happening, members: &[Member]) -> Vec<UserId> {
    let next = &happening.next;
    let may = |member: &&Member| {
        let own = |turn: &super::Turn| turn.not.contains(&member.user);
        next.turns.iter().any(|turn| !own(turn) && member.roles.iter().any(|role| turn.roles.contains(role)))
    };
    let all: Vec<UserId> = members.iter().filter(may).map(|member| member.user).collect();
    if let Some(assigned) = next.assigned.filter(|assigned| all.contains(assigned)) {
        return vec![assigned];
    }
    // Whoever began it anew has it in hand.
    if let Some(by) = happening.by.filter(|by| next.began && all.contains(by)) {
        return vec![by];
    }
    let theirs: Vec<UserId> = all.iter().copied().filter(|user| happening.took_part.contains(user)).collect();
    if next.began && !theirs.is_empty() { theirs } else { all }
}

/// Whether a comment names somebody: `@` before their address, or before its part in front of the host.
fn is_named(said: &str, email: &str) -> bool {
    let name = email.split('@').next().unwrap_or_default();
    let is_of_a_name = |letter: char| letter.is_alphanumeric() || "._-+@".contains(letter);
    let lower = said.to_lowercase();
    let mut after_at = lower.match_indices('@').filter(|(at, _)| !lower[..*at].ends_with(is_of_a_name));
    after_at.any(|(at, _)| {
        let rest = &lower[at + 1..];
        let word = rest.split(|letter| !is_of_a_name(letter)).next().unwrap_or_default();
        let word = word.trim_end_matches(['.', '-', '@']);
        !word.is_empty() && (word == name || word == email)
    })
}

/// On one line, without control characters, of bounded length.
pub fn line(text: &str, letters_max: usize) -> String {
    let spaced: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let words = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.chars().count() <= letters_max {
        return words;
    }
    words.chars().take(letters_max.saturating_sub(1)).chain(['…']).collect()
}

pub fn title(text: &str) -> String {
    line(text, TITLE_LETTERS_MAX)
}

/// The same line breaks, but bounded.
pub fn said(text: &str) -> String {
    let text: String = text.chars().filter(|letter| *letter == '\n' || !letter.is_control()).collect();
    if text.chars().count() <= SAID_LETTERS_MAX {
        return text;
    }
    text.chars().take(SAID_LETTERS_MAX - 1).chain(['…']).collect()
}

/// When somebody is written to by one way of something that happens now; `None`: never.
pub fn told_at(
    (chosen, way): (&Chosen, Way),
    calendar: &Calendar,
    zone: &TimeZone,
    now: Timestamp,
) -> Option<Timestamp> {
    match chosen.when(way) {
        When::Immediate => Some(now),
        When::Daily => Some(next_digest(chosen.digest_hour, calendar, zone, now)),
        When::None => None,
    }
}

/// Days that are looked at for one that is worked: more than any row of holidays is long.
const DIGEST_DAYS_MAX: usize = 60;

/// The next such hour on a day from Monday to Friday that is no holiday.
fn next_digest(hour: i32, calendar: &Calendar, zone: &TimeZone, now: Timestamp) -> Timestamp {
    let hour = i8::try_from(hour).unwrap_or_default();
    let mut day = now.in_zone(zone).date();
    for _ in 0..DIGEST_DAYS_MAX {
        let at = day.at(hour, 0, 0, 0).to_zoned(zone.clone()).map(|zoned| Timestamp::from(zoned.timestamp()));
        let works = calendar.newest().is_worked(day);
        match at {
            Ok(at) if works && at > now => return at,
            _ => day = day.saturating_add(jiff::Span::new().days(1)),
        }
    }
    now
}

/// Within the day in which offices work.
const DIGEST_HOUR_MIN: i32 = 6;
const DIGEST_HOUR_MAX: i32 = 18;

/// Everything that is wrong with what somebody chose.
pub fn check(chosen: &Chosen) -> Result<(), Refusal> {
    let mut wrong = Vec::new();
    let mut refuse = |field: &str, code: &str, detail: String| {
        wrong.push(FieldRefusal { field: field.into(), code: code.into(), detail });
    };
    if !(DIGEST_HOUR_MIN..=DIGEST_HOUR_MAX).contains(&chosen.digest_hour) {
        refuse("digest_hour", "out_of_range", format!("{DIGEST_HOUR_MIN} to {DIGEST_HOUR_MAX}"));
    }
    match &chosen.telegram_chat {
        Some(chat) if !telegram::rules::is_chat(chat) => {
            refuse("telegram_chat", "not_a_number", "the number of a chat".to_owned());
        }
        None if chosen.telegram != When::None => {
            refuse("telegram_chat", "required", "the number of a chat".to_owned());
        }
        Some(_) | None => {}
    }
    if wrong.is_empty() { Ok(()) } else { Err(Refusal::new(Code::Invalid).fields(wrong)) }
}

/// Bytes for the id of what follows an event: a transaction that runs again gives the same.
pub fn seed(what: &str, event: i64, whom: &str) -> [u8; 10] {
    let digest = Digest::of(format!("{what} {event} {whom}"));
    let mut seed = [0; 10];
    seed.copy_from_slice(&digest.as_str().as_bytes()[..10]);
    seed
}

#[cfg(test)]
mod tests {
    use super::super::model::{Next, Preferences, Turn};
    use super::*;
    use crate::calendar::model::{HOLIDAYS_BUILT_IN, HOLIDAYS_FILE};
    use crate::identity::Role;
    use crate::kernel::time::zone;

    fn user(number: u8) -> UserId {
        UserId::new(Timestamp::from_micros(0), [number; 10])
    }

    fn member(number: u8, role: Role) -> Member {
        Member { user: user(number), email: format!("n{number}@dinas.go.id"), roles: vec![role] }
    }

    fn happening(kind: Kind) -> Happening {
        Happening {
            by: Some(user(3)),
            took_part: vec![user(1), user(3)],
            ..Happening::new(kind, None, "entry:x".into(), "T")
        }
    }

    fn told(happening: &Happening, members: &[Member]) -> Vec<(u8, Kind, bool)> {
        let number = |id: UserId| (0..=9).find(|number| user(*number) == id).unwrap();
        recipients(happening, members).iter().map(|one| (number(one.user), one.kind, one.waits)).collect()
    }

    #[test]
    fn an_approval_is_told_to_its_author_and_waits_for_the_publisher_and_not_for_whoever_gave_it() {
        let mut approved = happening(Kind::Approved);
        approved.next.turns = vec![Turn { roles: vec![Role::Publisher], not: vec![] }];
        let all =
            [member(1, Role::Author), member(2, Role::Author), member(3, Role::Approver), member(4, Role::Publisher)];
        assert_eq!(told(&approved, &all), [(1, Kind::Approved, false), (4, Kind::Waiting, true)]);
    }

    #[test]
    fn what_comes_back_waits_for_those_who_began_it_and_own_work_for_nobody() {
        let mut returned = happening(Kind::Returned);
        returned.next =
            Next { turns: vec![Turn { roles: vec![Role::Author], not: vec![] }], assigned: None, began: true };
        let all = [member(1, Role::Author), member(2, Role::Author)];
        assert_eq!(told(&returned, &all), [(1, Kind::Returned, true)]);
        let mut forwarded = happening(Kind::Waiting);
        forwarded.next.turns = vec![Turn { roles: vec![Role::Approver], not: vec![user(1)] }];
        let all = [member(1, Role::Approver), member(2, Role::Approver)];
        assert_eq!(told(&forwarded, &all), [(2, Kind::Waiting, true)]);
        forwarded.next.assigned = Some(user(3));
        let all = [member(2, Role::Approver), member(3, Role::Approver)];
        assert_eq!(told(&forwarded, &all), [], "whoever took it is not told, and nobody else has to act");
    }

    #[test]
    fn a_comment_names_somebody_only_by_their_whole_name() {
        for (said, named) in [
            ("Tolong @ani, cek.", true),
            ("@ani@dinas.go.id tolong", true),
            ("(@Ani)", true),
            ("@anita", false),
            ("surel ani@dinas.go.id", false),
            ("x@ani", false),
            ("@", false),
        ] {
            assert_eq!(is_named(said, "ani@dinas.go.id"), named, "{said}");
        }
    }

    #[test]
    fn a_digest_comes_at_its_hour_of_a_working_day() {
        let wita = zone("Asia/Makassar").unwrap();
        let at = |text: &str| Timestamp::parse(text).unwrap();
        let daily = Chosen { mail: When::Daily, ..Preferences::default().chosen };
        let calendar = Calendar::parse(HOLIDAYS_BUILT_IN, HOLIDAYS_FILE).unwrap();
        for (now, then) in [
            ("2026-11-23T07:59:00+08:00", "2026-11-23T08:00:00+08:00"),
            ("2026-11-23T08:00:00+08:00", "2026-11-24T08:00:00+08:00"),
            ("2026-11-27T09:00:00+08:00", "2026-11-30T08:00:00+08:00"),
            // Joint leave on the 24th, a holiday on the 25th, then the week's end.
            ("2026-12-23T09:00:00+08:00", "2026-12-28T08:00:00+08:00"),
        ] {
            assert_eq!(told_at((&daily, Way::Mail), &calendar, &wita, at(now)), Some(at(then)), "{now}");
        }
        let now = at("2026-11-23T07:59:00+08:00");
        assert_eq!(told_at((&daily, Way::Telegram), &calendar, &wita, now), None);
        let both = Chosen { telegram: When::Immediate, ..daily };
        assert_eq!(told_at((&both, Way::Telegram), &calendar, &wita, now), Some(now));
    }

    #[test]
    fn whoever_wants_messages_says_where_to() {
        let fields = |telegram: When, chat: Option<&str>, digest_hour: i32| {
            let chosen = Chosen { mail: When::None, telegram, telegram_chat: chat.map(str::to_owned), digest_hour };
            let refusal = check(&chosen).err();
            let fields = refusal.iter().flat_map(|one| one.field_refusals().iter().map(|one| one.field.clone()));
            fields.collect::<Vec<_>>()
        };
        assert_eq!(fields(When::None, None, 8), Vec::<String>::new());
        assert_eq!(fields(When::Daily, Some("-77"), 18), Vec::<String>::new());
        assert_eq!(fields(When::Immediate, None, 5), ["digest_hour", "telegram_chat"]);
        assert_eq!(fields(When::None, Some("@ani"), 8), ["telegram_chat"]);
    }

    #[test]
    fn what_was_said_is_bounded_and_a_title_is_one_line() {
        assert_eq!(line("a\r\nBcc: x@y\tz", 50), "a Bcc: x@y z");
        assert_eq!(line("abcdef", 4), "abc…");
        assert_eq!(said(&"é".repeat(600)).chars().count(), SAID_LETTERS_MAX);
    }
}
