//! Who may decide on a theme, and what two themes have otherwise.

use std::collections::BTreeMap;

use super::model::{Decision, Differences, SiteTheme, ThemeState};
use crate::kernel::id::UserId;
use crate::kernel::{Code, Digest, Refusal};

/// A note or a reason is at most so long.
pub const WORDS_CHARS_MAX: usize = 2_000;

/// The theme that a decision is about: the proposed one, or the one that the site was founded with, which
/// nobody has approved yet. Whoever proposed a theme does not decide on it, and what is decided on is named
/// by its digest, so that it is what was looked at.
pub fn decided<'t>(
    (live, proposed): (Option<&'t SiteTheme>, Option<&'t SiteTheme>),
    digest: &Digest,
    by: UserId,
    decision: &Decision,
) -> Result<&'t SiteTheme, Refusal> {
    let unconfirmed = |theme: &&SiteTheme| theme.decided_by.is_none() && *decision == Decision::Approve;
    let waiting = proposed.or(live.filter(unconfirmed));
    let theme = waiting.ok_or_else(|| Refusal::new(Code::WrongStep).detail("no theme waits for a decision"))?;
    if theme.digest != *digest {
        return Err(Refusal::new(Code::DigestMismatch).detail(format!("the theme that waits is {}", theme.digest)));
    }
    if theme.proposed_by == Some(by) {
        return Err(Refusal::new(Code::OwnWork));
    }
    match decision {
        Decision::Reject { reason } if reason.trim().is_empty() => Err(Refusal::new(Code::CommentRequired)),
        Decision::Reject { reason } => words("reason", reason).map(|()| theme),
        Decision::Approve => Ok(theme),
    }
}

/// A proposal that would change nothing is refused.
pub fn refuse_same(live: Option<&SiteTheme>, proposed: Option<&SiteTheme>, digest: &Digest) -> Result<(), Refusal> {
    let same = |theme: &&SiteTheme| theme.digest == *digest;
    match (live.filter(same), proposed.filter(same)) {
        (Some(_), _) => Err(Refusal::new(Code::NothingChanged).detail("this theme is live already")),
        (_, Some(_)) => Err(Refusal::new(Code::NothingChanged).detail("this theme is proposed already")),
        (None, None) => Ok(()),
    }
}

/// Refuses a note or a reason that is too long.
pub fn words(field: &str, text: &str) -> Result<(), Refusal> {
    match text.chars().count() > WORDS_CHARS_MAX {
        true => {
            Err(Refusal::new(Code::Invalid).field(field, "too_long", format!("at most {WORDS_CHARS_MAX} characters")))
        }
        false => Ok(()),
    }
}

/// What stands in the place of a theme that was decided on.
pub fn state_after(decision: &Decision) -> ThemeState {
    match decision {
        Decision::Approve => ThemeState::Live,
        Decision::Reject { .. } => ThemeState::Rejected,
    }
}

/// What `after` has otherwise than `before`.
pub fn differences(before: &BTreeMap<String, Digest>, after: &BTreeMap<String, Digest>) -> Differences {
    let changed = |(path, digest): &(&String, &Digest)| before.get(*path).is_some_and(|was| was != *digest);
    let paths = |path: &&String| (*path).clone();
    Differences {
        added: after.keys().filter(|path| !before.contains_key(*path)).map(|path| paths(&path)).collect(),
        changed: after.iter().filter(changed).map(|(path, _)| path.clone()).collect(),
        removed: before.keys().filter(|path| !after.contains_key(*path)).map(|path| paths(&path)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Timestamp;
    use crate::kernel::id::{SiteId, ThemeId};

    fn user(number: u8) -> UserId {
        UserId::new(Timestamp::from_micros(0), [number; 10])
    }

    fn theme(text: &str, state: ThemeState, proposed_by: Option<UserId>) -> SiteTheme {
        let now = Timestamp::from_micros(0);
        SiteTheme {
            id: ThemeId::new(now, [1; 10]),
            site: SiteId::new(now, [1; 10]),
            name: "lamin".into(),
            digest: Digest::of(text),
            state,
            note: String::new(),
            proposed_by,
            proposed_at: now,
            decided_by: None,
            decided_at: None,
            reason: String::new(),
        }
    }

    #[test]
    fn whoever_proposed_a_theme_does_not_decide_on_it() {
        let proposed = theme("b", ThemeState::Proposed, Some(user(1)));
        let decide = |by| decided((None, Some(&proposed)), &proposed.digest, by, &Decision::Approve);
        assert_eq!(decide(user(1)).unwrap_err().code(), Code::OwnWork);
        assert!(decide(user(2)).is_ok());
    }

    #[test]
    fn a_decision_names_what_was_looked_at() {
        let proposed = theme("b", ThemeState::Proposed, Some(user(1)));
        let refused = decided((None, Some(&proposed)), &Digest::of("a"), user(2), &Decision::Approve).unwrap_err();
        assert_eq!(refused.code(), Code::DigestMismatch);
    }

    #[test]
    fn the_founding_theme_can_be_approved_afterwards_but_not_rejected() {
        let live = theme("a", ThemeState::Live, None);
        let decide = |decision| decided((Some(&live), None), &live.digest, user(2), &decision).map(|_| ());
        assert_eq!(decide(Decision::Approve), Ok(()));
        let refused = decide(Decision::Reject { reason: "old".into() }).unwrap_err();
        assert_eq!(refused.code(), Code::WrongStep);
        let approved = SiteTheme { decided_by: Some(user(3)), ..live.clone() };
        let again = decided((Some(&approved), None), &live.digest, user(2), &Decision::Approve).unwrap_err();
        assert_eq!(again.code(), Code::WrongStep);
    }

    #[test]
    fn a_rejection_gives_its_reason() {
        let proposed = theme("b", ThemeState::Proposed, Some(user(1)));
        let reject = |reason: String| {
            decided((None, Some(&proposed)), &proposed.digest, user(2), &Decision::Reject { reason }).map(|_| ())
        };
        assert_eq!(reject(" ".into()).unwrap_err().code(), Code::CommentRequired);
        assert_eq!(reject("x".repeat(WORDS_CHARS_MAX + 1)).unwrap_err().code(), Code::Invalid);
        assert_eq!(reject("The contrast is too low.".into()), Ok(()));
    }

    #[test]
    fn differences_name_every_file_once() {
        let files =
            |files: &[(&str, &str)]| files.iter().map(|(path, text)| ((*path).into(), Digest::of(text))).collect();
        let found =
            differences(&files(&[("a", "1"), ("b", "1"), ("c", "1")]), &files(&[("b", "1"), ("c", "2"), ("d", "1")]));
        let wanted = Differences { added: vec!["d".into()], changed: vec!["c".into()], removed: vec!["a".into()] };
        assert_eq!(found, wanted);
    }
}
