//! Whose host is it? The page's own, one that offices use anyway, or another's.

use crate::threats::{host_of, is_gambling_host};

/// Hosts that pages of offices show and link to anyway; what stands below them belongs to them.
const USUAL: &str = include_str!("hosts.txt");
/// Endings that only offices, schools and universities of Indonesia are given.
const OFFICIAL: &[&str] = &["go.id", "desa.id", "mil.id", "sch.id", "ac.id", "polri.go.id"];
/// Endings of two parts under which owners are registered.
const TWO_PARTS: &[&str] =
    &["co", "go", "ac", "or", "web", "sch", "desa", "mil", "my", "biz", "net", "com", "org", "gov", "edu", "ponpes"];

/// The part of a host that has one owner: `dinas.kota.go.id` → `kota.go.id`.
pub fn owner_of(host: &str) -> &str {
    let labels: Vec<(usize, &str)> = {
        let mut at = 0;
        host.split('.')
            .map(|label| {
                let from = at;
                at += label.len() + 1;
                (from, label)
            })
            .collect()
    };
    let keep = match labels.as_slice() {
        [.., (_, second), (_, last)] if last.len() == 2 && TWO_PARTS.contains(second) => 3,
        _ => 2,
    };
    labels.get(labels.len().saturating_sub(keep)).map_or(host, |(from, _)| &host[*from..])
}

/// Whether a host is this one, or lies below it.
pub fn is_below(host: &str, parent: &str) -> bool {
    host == parent || host.strip_suffix(parent).is_some_and(|rest| rest.ends_with('.'))
}

/// Whether a host is an office's or a school's. A forgotten name of theirs that gambling took over is not.
pub fn is_official(host: &str) -> bool {
    OFFICIAL.iter().any(|ending| is_below(host, ending)) && !is_gambling_host(host)
}

/// Whether offices show or link to this host anyway.
pub fn is_usual(host: &str) -> bool {
    let mut rest = host;
    loop {
        if USUAL.lines().any(|line| line == rest) {
            return true;
        }
        match rest.split_once('.') {
            Some((_, parent)) if parent.contains('.') => rest = parent,
            _ => return false,
        }
    }
}

/// What an address of a page is to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Of the page's own owner, or no address of a host at all.
    Own,
    /// Of an office, or of one that offices use anyway.
    Usual,
    /// Of somebody else.
    Foreign,
}

/// Whose an address is, seen from a page on `own`.
pub fn whose(address: &str, own: Option<&str>) -> Whose {
    let Some(host) = host_of(address) else { return Whose::Own };
    // Names without a dot, addresses of this machine and of a network of one's own.
    if !host.contains('.') || host.parse::<std::net::Ipv4Addr>().is_ok_and(|ip| ip.is_loopback() || ip.is_private()) {
        return Whose::Own;
    }
    if is_gambling_host(&host) {
        // The host of the page itself may be called so when nothing else is known of it.
        return if own == Some(host.as_str()) && is_official(owner_of(&host)) { Whose::Own } else { Whose::Foreign };
    }
    if own.is_some_and(|own| owner_of(own) == owner_of(&host)) {
        Whose::Own
    } else if is_official(&host) || is_usual(&host) {
        Whose::Usual
    } else {
        Whose::Foreign
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_is_what_was_registered() {
        for (host, owner) in [
            ("dinas.kota.go.id", "kota.go.id"),
            ("kota.go.id", "kota.go.id"),
            ("www.contoh.example", "contoh.example"),
            ("a.b.co.id", "b.co.id"),
            ("localhost", "localhost"),
        ] {
            assert_eq!(owner_of(host), owner);
        }
    }

    #[test]
    fn an_address_is_own_usual_or_foreign() {
        let own = Some("dinas.kota.go.id");
        for (address, expected) in [
            ("/berita", Whose::Own),
            ("https://ppid.kota.go.id/", Whose::Own),
            ("https://www.lapor.go.id/", Whose::Usual),
            ("https://m.facebook.com/x", Whose::Usual),
            ("https://lain.example/", Whose::Foreign),
            ("//lain.example", Whose::Foreign),
            ("https://slot-gacor.kota.go.id/", Whose::Foreign),
            ("http://192.168.1.4/", Whose::Own),
        ] {
            assert_eq!(whose(address, own), expected, "{address}");
        }
    }
}
