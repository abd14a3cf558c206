//! What earlier builds made of their pages: a page whose key is the same need not be made again.
//!
//! Kept beside the releases as lines that are added to; it is a cache that may be lost at any time. A line:
//! `<key> <sha256> <size> <digests of the stored files it places> <addresses that its texts link to> <path>`, both lists with
//! commas, or `-`.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use super::disk;
use super::keys::Key;
use super::listing::Listed;
use crate::kernel::{Context, Digest, Result};

/// Lines that say nothing any more are dropped when there are so many times more than pages.
const WASTE_MAX: usize = 2;
const LINES_MIN: usize = 1_000;

/// A page as it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    pub key: Key,
    pub size: u64,
    pub sha256: Digest,
    /// Stored files that it places.
    pub placed: Vec<Digest>,
    /// Addresses on the site that its texts link to.
    pub links: Box<[Box<str>]>,
}

impl Made {
    pub fn listed(&self, path: &Arc<str>) -> Listed {
        Listed { path: path.clone(), size: self.size, sha256: self.sha256 }
    }
}

/// Pages by their path, as they were made last.
#[derive(Debug, Default)]
pub struct Record {
    made: HashMap<Arc<str>, Made>,
    /// In the file; 0: there is none.
    lines: usize,
}

impl Record {
    /// What can be read of the file; nothing when it is missing. A line cut short is left out.
    pub fn read(path: &Path) -> Result<Record> {
        let bytes = disk::read(path).with_context(|| format!("read {}", path.display()))?.unwrap_or_default();
        let mut record = Record::default();
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let text = String::from_utf8_lossy(bytes.get(..whole).unwrap_or_default());
        for line in text.lines() {
            record.lines += 1;
            if let Some((path, made)) = parse(line) {
                record.made.insert(path.into(), made);
            }
        }
        Ok(record)
    }

    pub fn of(&self, path: &str, key: &Key) -> Option<&Made> {
        self.made.get(path).filter(|made| made.key == *key)
    }

    /// The stored files that a page placed when it was made last.
    pub fn placed_by(&self, path: &str) -> &[Digest] {
        self.made.get(path).map_or(&[], |made| &made.placed)
    }

    /// Every stored file that a page but these places.
    pub fn placed_but_by(&self, made_anew: &HashSet<&str>) -> BTreeSet<Digest> {
        let others = self.made.iter().filter(|(path, _)| !made_anew.contains(&***path));
        others.flat_map(|(_, made)| made.placed.iter().copied()).collect()
    }

    /// Takes over what a build made anew, and adds it to the file. `pages`: how many the site has.
    pub fn extend(&mut self, path: &Path, news: Vec<(Arc<str>, Made)>, pages: usize) -> Result<()> {
        let lines: String = news.iter().map(|(path, made)| line(path, made)).collect();
        self.lines += news.len();
        self.made.extend(news);
        if self.lines > (WASTE_MAX * pages).max(LINES_MIN) {
            return self.rewrite(path);
        }
        let doing = || format!("add to {}", path.display());
        let mut file = OpenOptions::new().create(true).append(true).open(path).with_context(doing)?;
        file.write_all(lines.as_bytes()).with_context(doing)
    }

    fn rewrite(&mut self, path: &Path) -> Result<()> {
        let doing = || format!("write {}", path.display());
        let text: String = self.made.iter().map(|(path, made)| line(path, made)).collect();
        let draft = path.with_extension("new");
        disk::remove(&draft).with_context(doing)?;
        disk::write_new(&draft, text.as_bytes()).with_context(doing)?;
        disk::rename(&draft, path).with_context(doing)?;
        self.lines = self.made.len();
        Ok(())
    }

    /// Forgets the pages that are not on the site any more.
    pub fn retain(&mut self, is_page: impl Fn(&str) -> bool) {
        self.made.retain(|path, _| is_page(path));
    }
}

fn line(path: &str, made: &Made) -> String {
    let placed: Vec<&str> = made.placed.iter().map(Digest::as_str).collect();
    let placed = if placed.is_empty() { "-".to_owned() } else { placed.join(",") };
    let links: Vec<String> = made.links.iter().map(|link| escaped(link)).collect();
    let links = if links.is_empty() { "-".to_owned() } else { links.join(",") };
    format!("{} {} {} {placed} {links} {path}\n", made.key, made.sha256, made.size)
}

/// Without what has a meaning in a line.
fn escaped(link: &str) -> String {
    let mut out = String::with_capacity(link.len());
    for letter in link.chars() {
        match letter {
            '%' | ',' | ' ' | '\n' | '\r' => out.push_str(&format!("%{:02x}", u32::from(letter))),
            _ => out.push(letter),
        }
    }
    out
}

fn unescaped(link: &str) -> Box<str> {
    let letters = [("%2c", ","), ("%20", " "), ("%0a", "\n"), ("%0d", "\r"), ("%25", "%")];
    letters.iter().fold(link.to_owned(), |link, (written, letter)| link.replace(written, letter)).into()
}

fn parse(line: &str) -> Option<(&str, Made)> {
    let mut parts = line.splitn(6, ' ');
    let key = Key::parse(parts.next()?)?;
    let sha256 = Digest::parse(parts.next()?)?;
    let size = parts.next()?.parse().ok()?;
    let placed = match parts.next()? {
        "-" => Vec::new(),
        list => list.split(',').map(Digest::parse).collect::<Option<_>>()?,
    };
    let links = match parts.next()? {
        "-" => Vec::new(),
        list => list.split(',').map(unescaped).collect(),
    };
    let path = parts.next().filter(|path| !path.is_empty())?;
    Some((path, Made { key, size, sha256, placed, links: links.into() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(text: &str) -> Made {
        Made {
            key: Key::of(text),
            size: 7,
            sha256: Digest::of(text),
            placed: vec![Digest::of("a"), Digest::of("b")],
            links: ["/a/#b".into(), "/100%2c, or so/".into()].into(),
        }
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test's own file")]
    fn what_was_made_is_read_back_and_a_line_cut_short_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(".record");
        let mut record = Record::read(&file).unwrap();
        record.extend(&file, vec![("a b/index.html".into(), made("1")), ("c".into(), made("2"))], 2).unwrap();
        record.extend(&file, vec![("c".into(), made("3"))], 2).unwrap();
        let read = Record::read(&file).unwrap();
        assert_eq!(read.of("a b/index.html", &Key::of("1")), Some(&made("1")));
        assert_eq!((read.of("c", &Key::of("2")), read.of("c", &Key::of("3"))), (None, Some(&made("3"))));
        let bytes = std::fs::read(&file).unwrap();
        std::fs::write(&file, &bytes[..bytes.len() - 3]).unwrap();
        assert!(Record::read(&file).unwrap().of("c", &Key::of("2")).is_some());
    }

    #[test]
    fn lines_that_say_nothing_any_more_are_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(".record");
        let mut record = Record::default();
        for turn in 0..=LINES_MIN {
            record.extend(&file, vec![("a".into(), made(&turn.to_string()))], 1).unwrap();
        }
        assert_eq!(Record::read(&file).unwrap().lines, 1);
    }
}
