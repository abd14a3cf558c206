//! Which tokens and chats are taken, and what an answer of the Bot API means. Pure.

use crate::kernel::time::{MINUTE, SECOND};

const TOKEN_BYTES_MAX: usize = 256;
const CHAT_DIGITS_MAX: usize = 20;
/// Messages to try a chat with that one person may have sent within [`TESTS_WINDOW`].
pub const TESTS_MAX: usize = 5;
pub const TESTS_WINDOW: i64 = 10 * MINUTE;
/// The longest pause that the Bot API may ask for.
const PAUSE_SECONDS_MAX: i64 = 86_400;

crate::words! {
    /// Why a message did not arrive.
    pub enum Problem as "TelegramProblem" {
        /// The bot cannot write there: nobody has written to it from that chat, or they have blocked it.
        UnknownChat = "unknown_chat",
        /// No token of a bot was entered, or it is not taken.
        NoBot = "no_bot",
        /// Asked to wait.
        TooOften = "too_often",
        /// No answer, or none that means anything.
        Unreachable = "unreachable",
    }
}

impl Problem {
    /// Whether the same message may arrive later. A chat that does not know the bot is tried with the next thing that happens.
    pub fn may_pass(self) -> bool {
        match self {
            Problem::UnknownChat => false,
            Problem::NoBot | Problem::TooOften | Problem::Unreachable => true,
        }
    }
}

/// `123456:ABC-DEF_gh`: it becomes a part of an address.
pub fn is_token(token: &str) -> bool {
    let Some((number, rest)) = token.split_once(':') else { return false };
    let is_of_tokens = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
    !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && !rest.is_empty()
        && rest.chars().all(is_of_tokens)
        && token.len() <= TOKEN_BYTES_MAX
}

/// The number of a chat; a group's begins with a minus.
pub fn is_chat(chat: &str) -> bool {
    let digits = chat.strip_prefix('-').unwrap_or(chat);
    (1..=CHAT_DIGITS_MAX).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// What a status of the Bot API means; `None`: the message was taken.
pub fn problem(status: u16) -> Option<Problem> {
    match status {
        200..=299 => None,
        400 | 403 => Some(Problem::UnknownChat),
        401 | 404 => Some(Problem::NoBot),
        429 => Some(Problem::TooOften),
        _ => Some(Problem::Unreachable),
    }
}

/// The pause that an answer asks for by its header `Retry-After`, in microseconds.
pub fn pause(headers: &[(String, String)]) -> i64 {
    let asked = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("retry-after"));
    let seconds = asked.and_then(|(_, seconds)| seconds.trim().parse::<i64>().ok()).unwrap_or(0);
    seconds.clamp(0, PAUSE_SECONDS_MAX) * SECOND
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_no_path_and_a_chat_is_a_number() {
        assert!(is_token("123456:AAbb-C_d"));
        for bad in ["", "123456", "x:abc", "1:", "12/../x:a", "1:a/b", "1:a b"] {
            assert!(!is_token(bad), "{bad}");
        }
        assert!(is_chat("77") && is_chat("-1001234567890"));
        for bad in ["", "-", "@ani", "7 7", "--7", "123456789012345678901"] {
            assert!(!is_chat(bad), "{bad}");
        }
    }

    #[test]
    fn only_a_chat_that_is_not_known_is_given_up() {
        assert_eq!(problem(200), None);
        assert_eq!(
            [400, 403, 401, 404, 429, 500].map(|status| problem(status).map(Problem::may_pass)),
            [Some(false), Some(false), Some(true), Some(true), Some(true), Some(true),]
        );
    }

    #[test]
    fn a_pause_that_is_asked_for_is_bounded() {
        let headers = |value: &str| vec![("Retry-After".to_owned(), value.to_owned())];
        assert_eq!(pause(&headers("7")), 7 * SECOND);
        assert_eq!(pause(&headers("-7")), 0);
        assert_eq!(pause(&headers("99999999999")), 86_400 * SECOND);
        assert_eq!(pause(&headers("Wed, 21 Oct 2026 07:28:00 GMT")) + pause(&[]), 0);
    }
}
