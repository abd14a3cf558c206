//! The folder on the disk: which files it has, and what is in them. Nothing outside of it is read.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use walkdir::{DirEntry, WalkDir};

use super::model::{Level, Problem, ProblemCode};
use super::rules::front;
use super::rules::layout::{extension, is_markdown};
use crate::kernel::{Code, Context, Refusal, Result};

/// The largest file of Markdown that is read.
pub const MARKDOWN_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// How many folders may lie within one another.
pub const FOLDERS_DEEP_MAX: usize = 32;
/// Kinds of text that other generators read and an import does not.
const TEXT_KINDS: [&str; 9] = ["html", "htm", "org", "adoc", "asciidoc", "rst", "txt", "mdx", "docx"];

/// The folders that are read. All paths within them are written with `/`.
#[derive(Debug, Clone)]
pub struct Roots {
    /// What the caller named, without links: nothing outside of it is read.
    whole: PathBuf,
    content: PathBuf,
    fixed: PathBuf,
    /// `content/`, when reports should say so.
    prefix: &'static str,
}

/// What the folder holds.
#[derive(Debug, Default)]
pub struct Listing {
    /// Files of Markdown within the content folder, in the order of their paths.
    pub markdown: Vec<String>,
    /// Every other file within it.
    pub others: BTreeSet<String>,
    pub problems: Vec<Problem>,
}

impl Roots {
    /// Finds the content folder: `folder/content` when there is one, or else the folder itself.
    pub fn open(folder: &Path) -> Result<Roots> {
        if !folder.is_dir() {
            let detail = format!("{} is not a folder", folder.display());
            return Err(Refusal::new(Code::Invalid).field("dir", "not_a_folder", detail).into());
        }
        let whole = folder.canonicalize().with_context(|| format!("open the folder {}", folder.display()))?;
        let inner = whole.join("content");
        let has_content = inner.canonicalize().is_ok_and(|inner| inner.is_dir() && inner.starts_with(&whole));
        let (content, prefix) = if has_content { (inner, "content/") } else { (whole.clone(), "") };
        Ok(Roots { fixed: whole.join("static"), content, whole, prefix })
    }

    /// How reports name a file of the content folder.
    pub fn shown(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }

    /// Lists the content folder. Hidden files and folders are passed over.
    pub fn list(&self) -> Listing {
        let mut listing = Listing::default();
        let mut kinds = HashSet::new();
        let mut walk =
            WalkDir::new(&self.content).follow_links(true).max_depth(FOLDERS_DEEP_MAX).sort_by_file_name().into_iter();
        while let Some(found) = walk.next() {
            let entry = match found {
                Ok(entry) => entry,
                Err(error) => {
                    let file = error.path().map_or_else(String::new, |path| self.relative(path));
                    listing.problems.push(self.problem(
                        &file,
                        Level::Error,
                        ProblemCode::Unreadable,
                        error.to_string(),
                    ));
                    continue;
                }
            };
            if entry.depth() == 0 {
                continue;
            }
            let path = self.relative(entry.path());
            let is_folder = entry.file_type().is_dir();
            if hidden(&entry) || (is_folder && self.prefix.is_empty() && path == "static") {
                if is_folder {
                    walk.skip_current_dir();
                }
            } else if entry.path_is_symlink() && !self.is_within(entry.path()) {
                let text = "a link that leads out of the folder is not followed".to_owned();
                listing.problems.push(self.problem(&path, Level::Warning, ProblemCode::OutsideFolder, text));
                if is_folder {
                    walk.skip_current_dir();
                }
            } else if is_folder && entry.depth() >= FOLDERS_DEEP_MAX {
                let text = format!("more than {FOLDERS_DEEP_MAX} folders within one another");
                listing.problems.push(self.problem(&path, Level::Error, ProblemCode::TooDeep, text));
            } else if !is_folder {
                self.sort_in(path, &mut listing, &mut kinds);
            }
        }
        listing.markdown.sort();
        listing
    }

    fn sort_in(&self, path: String, listing: &mut Listing, kinds: &mut HashSet<String>) {
        if is_markdown(&path) {
            listing.markdown.push(path);
            return;
        }
        if let Some(kind) = extension(&path).filter(|kind| TEXT_KINDS.contains(&kind.as_str()))
            && kinds.insert(kind.clone())
        {
            let text = format!("files of the kind .{kind} are not read; only Markdown is");
            listing.problems.push(self.problem(&path, Level::Warning, ProblemCode::KindNotRead, text));
        }
        listing.others.insert(path);
    }

    /// The text of a file of Markdown, without a byte order mark and with plain line ends.
    pub fn text(&self, path: &str) -> Result<String, Problem> {
        let wrong = |code, text| self.problem(path, Level::Error, code, text);
        let file = self.content.join(path);
        let size = file.metadata().map_err(|error| wrong(ProblemCode::Unreadable, error.to_string()))?.len();
        if size > MARKDOWN_BYTES_MAX {
            return Err(wrong(ProblemCode::TooLarge, format!("{size} bytes; at most {MARKDOWN_BYTES_MAX} are read")));
        }
        let bytes = read(&file).map_err(|error| wrong(ProblemCode::Unreadable, error.to_string()))?;
        String::from_utf8(bytes).map(front::plain).map_err(|error| {
            let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
            let text = "the text is not UTF-8".to_owned();
            Problem { line: u32::try_from(line).unwrap_or(u32::MAX), ..wrong(ProblemCode::NotUtf8, text) }
        })
    }

    /// The path on the disk of a file beside the text or in `static`, when it exists within the folder.
    pub fn asset(&self, beside: Option<&str>, fixed: Option<&str>) -> Option<PathBuf> {
        let candidates = [beside.map(|path| self.content.join(path)), fixed.map(|path| self.fixed.join(path))];
        candidates.into_iter().flatten().find(|path| path.is_file() && self.is_within(path))
    }

    /// A copy of a file in the spool; `None` when it is larger than `bytes_max`.
    pub fn spooled(&self, path: &Path, bytes_max: usize, spool: &Path) -> std::io::Result<Option<NamedTempFile>> {
        let mut file = std::fs::File::open(path)?;
        if file.metadata()?.len() > bytes_max as u64 {
            return Ok(None);
        }
        let mut copy = NamedTempFile::new_in(spool)?;
        std::io::copy(&mut file, copy.as_file_mut()).map(|_| Some(copy))
    }

    fn is_within(&self, path: &Path) -> bool {
        path.canonicalize().is_ok_and(|real| real.starts_with(&self.whole))
    }

    fn relative(&self, path: &Path) -> String {
        let path = path.strip_prefix(&self.content).unwrap_or(path);
        let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        parts.join("/")
    }

    fn problem(&self, path: &str, level: Level, code: ProblemCode, text: String) -> Problem {
        Problem { file: self.shown(path), line: 0, level, code, text }
    }
}

fn hidden(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    name.starts_with('.') || name == "node_modules"
}

#[expect(clippy::disallowed_methods, reason = "this is where an import reads")]
fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    std::fs::read(path)
}
