//! Personal data in words: numbers that are built as those of a person are, where nothing says that they are an office's.
//!
//! Each rule asks two things: does it have the structure, and what do the words around it say? A number of an office, of
//! a decree, of a budget is nobody's secret, and an alarm that is often false is soon confirmed unread. What is found and
//! what is missed is measured: `docs/checks.md`.

mod account;
mod contact;
mod context;
mod identity;
mod numbers;

use std::ops::Range;

use crate::content::checks::model::Check;

/// Something personal, by its bytes in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    pub check: Check,
    pub at: Range<usize>,
}

/// Looks words over that stand together. `context` is what they stand under: a label, the head of a column.
pub fn look(text: &str, context: &str) -> Vec<Hit> {
    let mut hits = contact::emails(text);
    // Most texts hold no number of this length, and are done with here.
    if text.bytes().filter(u8::is_ascii_digit).count() >= numbers::DIGITS_MIN {
        for number in numbers::numbers(text) {
            let around = context::Around::of(text, context, &number.at);
            let check = identity::judge(&number, &around)
                .or_else(|| contact::mobile(&number, &around))
                .or_else(|| account::judge(&number, &around));
            hits.extend(check.map(|check| Hit { check, at: number.at.clone() }));
        }
    }
    hits.sort_by_key(|hit| hit.at.start);
    hits
}

/// The same for where a link leads: `tel:`, `mailto:`, and the addresses of messengers.
pub fn look_at_address(address: &str, context: &str) -> Option<Check> {
    let small = address.trim().to_ascii_lowercase();
    if let Some(mail) = small.strip_prefix("mailto:") {
        let mail = mail.split('?').next().unwrap_or_default();
        return contact::emails(mail).first().map(|hit| hit.check);
    }
    let number = ["tel:", "sms:", "https://wa.me/", "http://wa.me/", "wa.me/", "https://api.whatsapp.com/send?phone="]
        .into_iter()
        .find_map(|before| small.strip_prefix(before))?;
    let number = number.split(['?', '&', '/', ';']).next().unwrap_or_default();
    let found = numbers::numbers(number).into_iter().next()?;
    let around = context::Around::of(number, context, &found.at);
    contact::mobile(&found, &around)
}
