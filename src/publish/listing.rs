//! What a release is made of: paths with sizes and digests, in order. Pure.

use std::collections::HashMap;
use std::sync::Arc;

use crate::kernel::Digest;

/// A file of a release, as its manifest lists it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Listed {
    /// Below the site's root, without a slash at its beginning. Shared by everything that names the file.
    pub path: Arc<str>,
    pub size: u64,
    pub sha256: Digest,
}

impl Listed {
    pub fn same_bytes(&self, other: &Listed) -> bool {
        self.sha256 == other.sha256
    }
}

/// Files in the order of their paths, each path once. Cheap to clone.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(from = "Vec<Listed>", into = "Vec<Listed>")]
pub struct Listing(Arc<Vec<Listed>>);

impl Listing {
    pub fn new(mut files: Vec<Listed>) -> Self {
        files.sort_unstable();
        files.dedup_by(|next, before| next.path == before.path);
        Listing(Arc::new(files))
    }

    /// The same with other files at some paths, or with none there.
    pub fn patched(&self, patch: &HashMap<Arc<str>, Option<Listed>>) -> Self {
        let places: Option<Vec<(usize, &Listed)>> =
            patch.iter().map(|(path, file)| Some((self.place(path).ok()?, file.as_ref()?))).collect();
        let mut files = self.0.clone();
        match places {
            Some(places) => {
                let list = Arc::make_mut(&mut files);
                for (at, file) in places {
                    list[at] = file.clone();
                }
                Listing(files)
            }
            None => {
                let stays = files.iter().filter(|file| !patch.contains_key(&file.path));
                Listing::new(stays.chain(patch.values().flatten()).cloned().collect())
            }
        }
    }

    fn place(&self, path: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|file| (*file.path).cmp(path))
    }

    pub fn find(&self, path: &str) -> Option<&Listed> {
        self.0.get(self.place(path).ok()?)
    }

    pub fn iter(&self) -> std::slice::Iter<'_, Listed> {
        self.0.iter()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn bytes(&self) -> u64 {
        self.0.iter().map(|file| file.size).sum()
    }

    /// Paths at which two listings differ, with what each has there.
    pub fn differences<'l>(
        &'l self,
        other: &'l Listing,
    ) -> impl Iterator<Item = (&'l Arc<str>, Option<&'l Listed>, Option<&'l Listed>)> {
        let (mut ours, mut theirs) = (self.0.iter().peekable(), other.0.iter().peekable());
        std::iter::from_fn(move || {
            loop {
                let order = match (ours.peek(), theirs.peek()) {
                    (None, None) => return None,
                    (Some(_), None) => std::cmp::Ordering::Less,
                    (None, Some(_)) => std::cmp::Ordering::Greater,
                    (Some(our), Some(their)) if Arc::ptr_eq(&our.path, &their.path) => std::cmp::Ordering::Equal,
                    (Some(our), Some(their)) => our.path.cmp(&their.path),
                };
                let pair = match order {
                    std::cmp::Ordering::Less => (ours.next(), None),
                    std::cmp::Ordering::Greater => (None, theirs.next()),
                    std::cmp::Ordering::Equal => (ours.next(), theirs.next()),
                };
                match pair {
                    (Some(our), Some(their)) if our.same_bytes(their) => {}
                    (our, their) => return our.or(their).map(|file| (&file.path, our, their)),
                }
            }
        })
    }

    /// Where `other` does not hold what this one holds: what it holds there.
    pub fn differs(&self, other: &Listing) -> HashMap<Arc<str>, Option<Listed>> {
        self.differences(other).map(|(path, _, theirs)| (path.clone(), theirs.cloned())).collect()
    }
}

impl From<Vec<Listed>> for Listing {
    fn from(files: Vec<Listed>) -> Self {
        Listing::new(files)
    }
}

impl From<Listing> for Vec<Listed> {
    fn from(listing: Listing) -> Self {
        Arc::unwrap_or_clone(listing.0)
    }
}

impl FromIterator<Listed> for Listing {
    fn from_iter<I: IntoIterator<Item = Listed>>(files: I) -> Self {
        Listing::new(files.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(files: &[(&str, &str)]) -> Listing {
        let listed = |(path, bytes): &(&str, &str)| Listed {
            path: (*path).into(),
            size: bytes.len() as u64,
            sha256: Digest::of(bytes),
        };
        files.iter().map(listed).collect()
    }

    #[test]
    fn two_listings_differ_where_a_file_is_new_gone_or_changed() {
        let one = listing(&[("c", "1"), ("a", "1"), ("b", "1")]);
        let two = listing(&[("a", "1"), ("b", "2"), ("d", "1")]);
        let found: Vec<_> = one.differences(&two).map(|(path, a, b)| (&**path, a.is_some(), b.is_some())).collect();
        assert_eq!(found, [("b", true, true), ("c", true, false), ("d", false, true)]);
        assert_eq!(one.differs(&two)["c"], None);
        assert_eq!(one.find("b").unwrap().sha256, Digest::of("1"));
        assert_eq!(one.differences(&one).count(), 0);
        let patch = |other: &Listing| one.differences(other).map(|(path, _, b)| (path.clone(), b.cloned())).collect();
        assert_eq!(one.patched(&patch(&two)), two);
        let changed = listing(&[("c", "1"), ("a", "3"), ("b", "1")]);
        assert_eq!(one.patched(&patch(&changed)), changed);
    }
}
