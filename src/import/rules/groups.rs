//! Which entries are translations of one another.

use std::collections::HashMap;

use crate::kernel::Locale;

/// One entry and the names by which others may find it: those that share a name share a group.
#[derive(Debug, Clone)]
pub struct Member {
    pub locale: Locale,
    pub names: Vec<String>,
}

/// For each member the number of the first member of its group, and those that were left alone
/// because their group has an entry of their locale already.
#[derive(Debug, PartialEq, Eq)]
pub struct Groups {
    pub first: Vec<usize>,
    pub unclear: Vec<usize>,
}

/// Puts the members into groups, each with at most one entry of a locale. The first one counts.
pub fn gather(members: &[Member]) -> Groups {
    let mut parents: Vec<usize> = (0..members.len()).collect();
    let mut by_name: HashMap<&str, usize> = HashMap::new();
    for (at, member) in members.iter().enumerate() {
        for name in &member.names {
            let other = *by_name.entry(name).or_insert(at);
            let (a, b) = (root(&mut parents, at), root(&mut parents, other));
            parents[a.max(b)] = a.min(b);
        }
    }
    let mut taken: HashMap<(usize, &Locale), usize> = HashMap::new();
    let mut groups = Groups { first: Vec::with_capacity(members.len()), unclear: Vec::new() };
    for (at, member) in members.iter().enumerate() {
        let first = root(&mut parents, at);
        if *taken.entry((first, &member.locale)).or_insert(at) == at {
            groups.first.push(first);
        } else {
            groups.first.push(at);
            groups.unclear.push(at);
        }
    }
    groups
}

fn root(parents: &mut [usize], mut at: usize) -> usize {
    while parents[at] != at {
        parents[at] = parents[parents[at]];
        at = parents[at];
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(locale: &str, names: &[&str]) -> Member {
        Member { locale: Locale::parse(locale).unwrap(), names: names.iter().map(|name| (*name).to_owned()).collect() }
    }

    #[test]
    fn members_that_share_a_name_share_a_group() {
        let members = [
            member("id", &["berita/rapat"]),
            member("id", &["berita/lain"]),
            member("en", &["berita/meeting", "berita/rapat"]),
            member("ms", &["berita/meeting"]),
        ];
        assert_eq!(gather(&members), Groups { first: vec![0, 1, 0, 0], unclear: vec![] });
    }

    #[test]
    fn a_second_one_of_a_locale_is_left_alone_and_told() {
        let members = [member("id", &["a"]), member("en", &["a", "b"]), member("en", &["a", "c"])];
        assert_eq!(gather(&members), Groups { first: vec![0, 0, 2], unclear: vec![2] });
    }
}
