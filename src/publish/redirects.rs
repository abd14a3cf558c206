//! Redirects: entries of type pengalihan and former addresses, as pages and as web servers' maps.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::model::Snapshot;
use super::plan::Plan;
use super::rules;

/// One address that leads to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redirect {
    pub from: String,
    pub to: String,
    pub permanent: bool,
}

impl Redirect {
    pub fn status(&self) -> u16 {
        if self.permanent { 301 } else { 302 }
    }
}

pub const JSON: &str = ".well-known/lamin/redirects.json";
pub const APACHE: &str = ".well-known/lamin/redirects.apache";
pub const NGINX: &str = ".well-known/lamin/redirects.nginx";

/// All redirects of a site, by where they start. A page wins over a redirect, a redirect that somebody
/// wrote over a former address; what could not be served safely is named in the second list.
pub fn table(snapshot: &Snapshot, plan: &Plan, prefixes: &[String]) -> (Vec<Redirect>, Vec<String>) {
    let mut table: BTreeMap<String, Redirect> = BTreeMap::new();
    let mut refused = Vec::new();
    let moved: HashSet<_> = snapshot.former.iter().map(|former| former.entry).collect();
    let cards = snapshot.cards.iter().zip(&plan.addresses).filter(|(card, _)| moved.contains(&card.entry));
    let mut now: HashMap<_, _> = cards.map(|(card, address)| (card.entry, address)).collect();
    // What was withdrawn says so at its older addresses too.
    now.extend(plan.gone_entries(snapshot).filter(|(entry, _)| moved.contains(entry)));
    for former in &snapshot.former {
        let from = rules::entry_address(&prefixes[former.locale], &former.type_key, &former.slug);
        if let (Some(from), Some(to)) = (from, now.get(&former.entry)) {
            table.insert(from.clone(), Redirect { from, to: (*to).clone(), permanent: true });
        }
    }
    for entry in snapshot.steering.iter().filter(|entry| entry.type_key == "pengalihan") {
        let (from, to) = (entry.text("from").unwrap_or_default(), entry.text("to").unwrap_or_default());
        let permanent = entry.fields.get("permanent").and_then(serde_json::Value::as_bool).unwrap_or(false);
        match (rules::redirect_source(from), rules::redirect_target(to)) {
            (Some(from), Some(to)) => {
                table.insert(from.clone(), Redirect { from, to, permanent });
            }
            _ => refused.push(format!("redirect {}: {from:?} cannot lead to {to:?}", entry.slug)),
        }
    }
    table.retain(|from, redirect| {
        let shadowed = plan.known.contains(from) || from.starts_with("/.well-known/lamin/") || *from == redirect.to;
        if shadowed {
            refused.push(format!("redirect from {from}: there is a page, or it leads to itself"));
        }
        !shadowed
    });
    (table.into_values().collect(), refused)
}

/// A page for servers that know no redirects.
pub fn page(redirect: &Redirect, base_url: &str, locale: &str) -> String {
    let to = tera_escape(&redirect.to);
    let absolute = if redirect.to.starts_with('/') { format!("{base_url}{to}") } else { to.clone() };
    let word = if locale.starts_with("en") { "This page has moved" } else { "Halaman ini pindah" };
    format!(
        "<!doctype html><html lang=\"{locale}\"><head><meta charset=\"utf-8\"><title>{word}</title>\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><meta name=\"robots\" content=\"noindex\">\
         <meta http-equiv=\"refresh\" content=\"0; url={to}\"><link rel=\"canonical\" href=\"{absolute}\"></head>\
         <body><main><h1>{word}</h1><p><a href=\"{to}\">{to}</a></p></main></body></html>"
    )
}

fn tera_escape(text: &str) -> String {
    let mut out = Vec::new();
    // Writing to memory does not fail.
    let _ = tera::escape_html(text, &mut out);
    String::from_utf8(out).unwrap_or_default()
}

/// Lines for an Apache virtual host or `.htaccess`.
pub fn apache(table: &[Redirect]) -> String {
    table
        .iter()
        .map(|redirect| {
            let from = redirect.from.trim_end_matches('/').replace('.', "\\.").replace('+', "\\+");
            let end = if redirect.from.ends_with('/') { "/?" } else { "" };
            // In the target of RedirectMatch, % is kept and $ (which rules refuse) would be a group.
            format!("RedirectMatch {} \"^{from}{end}$\" \"{}\"\n", redirect.status(), redirect.to)
        })
        .collect()
}

/// Lines for a server block of nginx.
pub fn nginx(table: &[Redirect]) -> String {
    table
        .iter()
        .map(|redirect| format!("location = {} {{ return {} {}; }}\n", redirect.from, redirect.status(), redirect.to))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_server_gets_its_own_words() {
        let table = [
            Redirect { from: "/beasiswa/".into(), to: "/pengumuman/a/".into(), permanent: false },
            Redirect { from: "/lama.html".into(), to: "https://x.example/?a=1&b=2".into(), permanent: true },
        ];
        assert_eq!(
            apache(&table),
            "RedirectMatch 302 \"^/beasiswa/?$\" \"/pengumuman/a/\"\nRedirectMatch 301 \"^/lama\\.html$\" \"https://x.example/?a=1&b=2\"\n"
        );
        assert!(nginx(&table).starts_with("location = /beasiswa/ { return 302 /pengumuman/a/; }\n"));
        let page = page(&table[1], "https://s.example", "id");
        assert!(page.contains("0; url=https://x.example/?a=1&amp;b=2"), "{page}");
    }
}
