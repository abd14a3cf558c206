//! Withdrawn pages: which addresses say so, and what web servers are told to answer there.
//!
//! A page stands at each of these addresses for hosts that know no rules; where there is one, it goes out with
//! status 410, so that search engines forget the address.

use super::plan::Plan;
use crate::kernel::{Context, Result};

/// The addresses, for our own server and for checks.
pub const JSON: &str = ".well-known/lamin/gone.json";

/// In order.
pub fn addresses(plan: &Plan) -> Vec<&str> {
    let mut addresses: Vec<&str> = plan.gone.iter().map(String::as_str).collect();
    addresses.sort_unstable();
    addresses
}

pub fn json(addresses: &[&str]) -> Result<Vec<u8>> {
    serde_json::to_vec(addresses).context("write what was withdrawn")
}

/// Lines for an Apache virtual host. The page is sent by an address of its own, which the rule does not meet.
pub fn apache(addresses: &[&str]) -> String {
    let rule = |address: &&str| {
        let path = address.trim_end_matches('/');
        format!(
            "RedirectMatch 410 \"^{path}/?$\"\n\
             <LocationMatch \"^{path}/?$\">\n    ErrorDocument 410 {path}/index.html\n</LocationMatch>\n"
        )
    };
    addresses.iter().map(rule).collect()
}

/// Lines for a server block of nginx.
pub fn nginx(addresses: &[&str]) -> String {
    let rule = |address: &&str| {
        let path = address.trim_end_matches('/');
        let place = |at: &str| format!("location = {at} {{ error_page 410 {path}/index.html; return 410; }}\n");
        place(address) + &place(path)
    };
    addresses.iter().map(rule).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_server_gets_its_own_words() {
        let gone = ["/berita/a/"];
        assert!(apache(&gone).starts_with("RedirectMatch 410 \"^/berita/a/?$\"\n<LocationMatch \"^/berita/a/?$\">\n"));
        assert_eq!(
            nginx(&gone),
            "location = /berita/a/ { error_page 410 /berita/a/index.html; return 410; }\n\
             location = /berita/a { error_page 410 /berita/a/index.html; return 410; }\n"
        );
        assert_eq!(json(&gone).unwrap(), b"[\"/berita/a/\"]");
    }
}
