//! What becomes of the lease when somebody comes, stays or takes it.

use crate::kernel::Timestamp;
use crate::kernel::id::UserId;
use crate::kernel::time::SECOND;

/// How long somebody counts as present after their browser last said so. It says so every 20 s, from a
/// tab in the background once a minute.
pub const PRESENT_MICROS: i64 = 150 * SECOND;

crate::words! {
    /// What somebody who has an entry open wants of it.
    pub enum Wish as "PresenceWish" {
        /// To read; gives the lease back.
        Read = "read",
        /// To write, when nobody else does.
        Write = "write",
        /// To write instead of whoever does.
        TakeOver = "take_over",
    }
}

/// Somebody at an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Presence {
    pub user: UserId,
    pub seen_at: Timestamp,
    /// Since when they hold the lease.
    pub holds_since: Option<Timestamp>,
}

/// Everybody who is present now that `me` said so; at most one holds the lease.
pub fn attended(before: &[Presence], me: UserId, wish: Wish, now: Timestamp) -> Vec<Presence> {
    let is_here = |one: &&Presence| now < one.seen_at.plus(PRESENT_MICROS);
    let held = before.iter().filter(is_here).find(|one| one.user == me).and_then(|one| one.holds_since);
    let mut others: Vec<Presence> = before.iter().filter(is_here).filter(|one| one.user != me).copied().collect();
    let is_taken = others.iter().any(|one| one.holds_since.is_some());
    let holds_since = match wish {
        Wish::Read => None,
        Wish::Write if is_taken => None,
        Wish::Write | Wish::TakeOver => held.or(Some(now)),
    };
    if holds_since.is_some() {
        others.iter_mut().for_each(|one| one.holds_since = None);
    }
    others.push(Presence { user: me, seen_at: now, holds_since });
    others
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(number: u8) -> UserId {
        UserId::new(Timestamp::from_micros(0), [number; 10])
    }

    fn holder(all: &[Presence]) -> Option<UserId> {
        let mut holders = all.iter().filter(|one| one.holds_since.is_some()).map(|one| one.user);
        let first = holders.next();
        assert_eq!(holders.next(), None, "at most one holds it");
        first
    }

    #[test]
    fn the_lease_is_of_the_first_until_it_is_given_back_taken_or_forgotten() {
        let (ani, budi) = (person(1), person(2));
        let at = |seconds: i64| Timestamp::from_micros(seconds * SECOND);
        let one = attended(&[], ani, Wish::Write, at(0));
        let two = attended(&one, budi, Wish::Write, at(10));
        assert_eq!((holder(&two), two.len()), (Some(ani), 2));
        let again = attended(&two, ani, Wish::Write, at(20));
        assert_eq!(again.last().unwrap().holds_since, Some(at(0)), "it goes on since it began");
        assert_eq!(holder(&attended(&again, budi, Wish::TakeOver, at(30))), Some(budi));
        assert_eq!(holder(&attended(&again, ani, Wish::Read, at(30))), None);
        let later = attended(&again, budi, Wish::Write, at(170));
        assert_eq!((holder(&later), later.len()), (Some(budi), 1), "who said nothing for so long is gone");
    }
}
