//! Which addresses are asked, how often, and what their answers mean. Pure.

use url::Url;

use super::model::{Address, Answer, Said, Verdict};
use crate::content::checks::reading;
use crate::content::model::{Content, ContentType};
use crate::kernel::Timestamp;
use crate::kernel::time::{DAY, HOUR};

/// Addresses of one entry that are asked; what stands behind them is not.
pub const ADDRESSES_MAX: usize = 200;
const ADDRESS_BYTES_MAX: usize = 2_048;
/// Addresses that are asked within a minute.
pub const PER_MINUTE: usize = 60;
/// Addresses of one host that are asked within a minute.
pub const HOST_PER_MINUTE: usize = 6;

const GOOD_FOR: i64 = 7 * DAY;
/// What is broken may be mended tomorrow, and what is uncertain may be clear.
const ELSE_FOR: i64 = DAY;
/// A name that is unknown twice, this far apart, is no slip of a name server.
const NAME_AGAIN_AFTER: i64 = HOUR;

/// The address of another host that a link leads to; `None` for the site itself and for what is no page.
pub fn outside(to: &str, hosts: &[String]) -> Option<Address> {
    let to = to.trim();
    let url = if to.starts_with("//") { Url::parse(&format!("https:{to}")) } else { Url::parse(to) };
    let mut url = url.ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    // Who puts a name and a password into a link means no page that everybody may see.
    if !url.username().is_empty() || url.password().is_some() {
        return None;
    }
    let host = url.host_str()?.trim_end_matches('.').to_owned();
    url.set_fragment(None);
    let url = String::from(url);
    (url.len() <= ADDRESS_BYTES_MAX && !host.is_empty() && !hosts.contains(&host)).then_some(Address { url, host })
}

/// The addresses of other hosts that content links to or takes pictures from, each once.
pub fn addresses(content_type: &ContentType, content: &Content, hosts: &[String]) -> Vec<Address> {
    let parts = reading::parts(content_type, content);
    let links = parts.iter().flat_map(|part| part.outline.links.iter().chain(&part.outline.pictures));
    let mut found: Vec<Address> = links.filter_map(|link| outside(&link.to, hosts)).collect();
    found.sort_unstable();
    found.dedup();
    found.truncate(ADDRESSES_MAX);
    found
}

/// What an address is after it said this, and from when it is asked again. Only what nobody says by mistake counts as
/// broken: a robot is often refused where a reader is not.
pub fn judge(said: Said, before: Option<&Answer>, now: Timestamp) -> Answer {
    let was_unknown =
        |before: &Answer| before.said == Said::NoSuchHost && before.asked_at.plus(NAME_AGAIN_AFTER) <= now;
    let (verdict, holds_for) = match said {
        Said::Status(200..=299) => (Verdict::Good, GOOD_FOR),
        Said::Status(404 | 410) => (Verdict::Broken, ELSE_FOR),
        Said::NoSuchHost if before.is_some_and(was_unknown) => (Verdict::Broken, ELSE_FOR),
        Said::NoSuchHost => (Verdict::Uncertain, NAME_AGAIN_AFTER),
        Said::Status(_) | Said::Nothing => (Verdict::Uncertain, ELSE_FOR),
    };
    Answer { said, verdict, asked_at: now, again_at: now.plus(holds_for) }
}

/// Whether a host may be asked, after what was asked within the last minute. One that did not answer is left alone.
pub fn may_ask(host: &str, lately: &[(String, Said)]) -> bool {
    let of_host = || lately.iter().filter(|(asked, _)| asked == host);
    lately.len() < PER_MINUTE
        && of_host().count() < HOST_PER_MINUTE
        && of_host().all(|(_, said)| matches!(said, Said::Status(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_other_hosts_are_asked() {
        let hosts = ["contoh.go.id".to_owned()];
        let url = |to: &str| outside(to, &hosts).map(|address| address.url);
        assert_eq!(url("https://LAIN.go.id/a b#c").as_deref(), Some("https://lain.go.id/a%20b"));
        assert_eq!(url("//lain.go.id").as_deref(), Some("https://lain.go.id/"));
        for other in ["https://contoh.go.id/x", "/a/", "#a", "mailto:a@b.test", "asset:1", "https://a:b@lain.go.id/"] {
            assert_eq!(url(other), None, "{other}");
        }
    }

    #[test]
    fn only_what_is_surely_gone_is_broken() {
        let now = Timestamp::from_micros(0);
        let of = |said: Said| judge(said, None, now).verdict;
        assert_eq!(of(Said::Status(204)), Verdict::Good);
        for status in [404, 410] {
            assert_eq!(of(Said::Status(status)), Verdict::Broken, "{status}");
        }
        for status in [301, 401, 403, 405, 429, 500, 503] {
            assert_eq!(of(Said::Status(status)), Verdict::Uncertain, "{status}");
        }
        assert_eq!(of(Said::Nothing), Verdict::Uncertain);
        let first = judge(Said::NoSuchHost, None, now);
        assert_eq!((first.verdict, first.again_at), (Verdict::Uncertain, now.plus(HOUR)));
        let soon = judge(Said::NoSuchHost, Some(&first), now.plus(HOUR - 1));
        assert_eq!(soon.verdict, Verdict::Uncertain);
        assert_eq!(judge(Said::NoSuchHost, Some(&first), now.plus(HOUR)).verdict, Verdict::Broken);
        let slow = judge(Said::Nothing, None, now);
        assert_eq!(judge(Said::NoSuchHost, Some(&slow), now.plus(DAY)).verdict, Verdict::Uncertain);
    }

    #[test]
    fn a_host_and_all_of_them_are_asked_slowly() {
        let asked = |host: &str, times: usize| vec![(host.to_owned(), Said::Status(200)); times];
        assert!(may_ask("a", &asked("a", HOST_PER_MINUTE - 1)));
        assert!(!may_ask("a", &asked("a", HOST_PER_MINUTE)));
        assert!(may_ask("b", &asked("a", HOST_PER_MINUTE)));
        assert!(!may_ask("b", &asked("a", PER_MINUTE)));
        assert!(!may_ask("a", &[("a".to_owned(), Said::Nothing)]));
    }
}
