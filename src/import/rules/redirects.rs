//! Former addresses that lead to an entry from now on.

use std::collections::{HashMap, HashSet};

use crate::import::ProblemCode;
use crate::import::model::Finding;
use crate::kernel::Slug;

/// An entry with its former addresses.
#[derive(Debug, Clone, Copy)]
pub struct Moved<'p> {
    /// Where it is; `None` for what has no page.
    pub address: Option<&'p str>,
    pub aliases: &'p [(String, u32)],
}

/// A redirect to make: it belongs to the entry of that number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    pub page: usize,
    pub from: String,
    pub to: String,
    pub slug: Slug,
    pub line: u32,
}

/// Plans the redirects. An address that an entry has, or that leads to another entry already, is told.
/// `slugs` are those that redirects of the folder itself have.
pub fn plan(pages: &[Moved], mut slugs: HashSet<Slug>) -> (Vec<Redirect>, Vec<(usize, Finding)>) {
    let addresses: HashSet<&str> = pages.iter().filter_map(|page| page.address).collect();
    let (mut redirects, mut findings) = (Vec::new(), Vec::new());
    let mut taken: HashMap<&str, usize> = HashMap::new();
    for (at, page) in pages.iter().enumerate() {
        for (from, line) in page.aliases {
            let Some(to) = page.address else {
                let text = format!("{from} cannot lead to what has no page");
                findings.push((at, Finding::warning(*line, ProblemCode::AliasInvalid, text)));
                continue;
            };
            let earlier = taken.get(from.as_str());
            if from == to || earlier == Some(&at) {
                continue;
            }
            if addresses.contains(from.as_str()) || earlier.is_some() {
                let text = format!("{from} is the address of another entry or leads to one");
                findings.push((at, Finding::warning(*line, ProblemCode::AliasTaken, text)));
                continue;
            }
            let Some(first) = Slug::from_title(from) else {
                let text = format!("{from} has no letter for a slug");
                findings.push((at, Finding::warning(*line, ProblemCode::AliasInvalid, text)));
                continue;
            };
            let mut slug = first.clone();
            let mut number = 2;
            while !slugs.insert(slug.clone()) {
                slug = first.numbered(number);
                number += 1;
            }
            taken.insert(from, at);
            redirects.push(Redirect { page: at, from: from.clone(), to: to.to_owned(), slug, line: *line });
        }
    }
    (redirects, findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aliases(paths: &[&str]) -> Vec<(String, u32)> {
        paths.iter().zip(1..).map(|(path, line)| ((*path).to_owned(), line)).collect()
    }

    #[test]
    fn each_former_address_leads_to_one_entry() {
        let first = aliases(&["/lama/", "/lama/", "/berita/a/", "/berita/b/"]);
        let second = aliases(&["/lama/", "/la-ma/", "/la/ma/"]);
        let pages = [
            Moved { address: Some("/berita/a/"), aliases: &first },
            Moved { address: Some("/berita/b/"), aliases: &second },
            Moved { address: None, aliases: &first[..1] },
        ];
        let (redirects, findings) = plan(&pages, HashSet::from([Slug::parse("lama").unwrap()]));
        let made: Vec<_> =
            redirects.iter().map(|r| (r.page, r.from.as_str(), r.to.as_str(), r.slug.as_str())).collect();
        let wanted = [
            (0, "/lama/", "/berita/a/", "lama-2"),
            (1, "/la-ma/", "/berita/b/", "la-ma"),
            (1, "/la/ma/", "/berita/b/", "la-ma-2"),
        ];
        assert_eq!(made, wanted);
        let told: Vec<_> = findings.iter().map(|(page, finding)| (*page, finding.line, finding.code)).collect();
        let wanted =
            [(0, 4, ProblemCode::AliasTaken), (1, 1, ProblemCode::AliasTaken), (2, 1, ProblemCode::AliasInvalid)];
        assert_eq!(told, wanted);
    }
}
