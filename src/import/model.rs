//! What an import is asked for, and what it says of itself.

use std::fmt;
use std::path::PathBuf;

use crate::kernel::Digest;
use crate::kernel::id::EntryId;

/// What to import, and how.
#[derive(Debug, Clone)]
pub struct Options {
    /// The key of the site.
    pub site: String,
    /// Make the site when there is none of that key.
    pub create: bool,
    /// The folder to read; its `content` folder, when it has one.
    pub folder: PathBuf,
    /// Let what is new go live.
    pub publish: bool,
    /// Report, and write nothing.
    pub dry_run: bool,
}

/// An imported entry with the digest of the closure that an approver has looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    pub entry: EntryId,
    pub digest: Digest,
}

/// How far it has come, in files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    pub done: usize,
    pub total: usize,
}

crate::words! {
    /// How much a problem cost.
    pub enum Level {
        /// The file was imported; something in it needs a look.
        Warning = "warning",
        /// The file was not imported.
        Error = "error",
    }
}

crate::words! {
    /// What was wrong: stable, for scripts.
    pub enum ProblemCode {
        /// The file could not be opened or read.
        Unreadable = "unreadable",
        NotUtf8 = "not_utf8",
        TooLarge = "too_large",
        TooDeep = "too_deep",
        /// A link of the file system that leads out of the folder.
        OutsideFolder = "outside_folder",
        /// A file of a kind that is no Markdown; told once for each kind.
        KindNotRead = "kind_not_read",
        /// Markdown inside a folder whose page is its `index.md`: part of that page, or a mistake.
        PartOfBundle = "part_of_bundle",
        FrontMatterUnclosed = "front_matter_unclosed",
        FrontMatterInvalid = "front_matter_invalid",
        TitleMissing = "title_missing",
        SlugChanged = "slug_changed",
        SlugTaken = "slug_taken",
        UnknownLocale = "unknown_locale",
        BadDate = "bad_date",
        /// No date anywhere in the file: it is dated like the newest file of the folder.
        DateMissing = "date_missing",
        /// A required field is missing and stands nowhere else: the file became a draft.
        FieldMissing = "field_missing",
        /// A value breaks a rule of its field: the file became a draft without it.
        FieldInvalid = "field_invalid",
        FieldShortened = "field_shortened",
        /// A value breaks a rule and the file could not even become a draft.
        EntryRefused = "entry_refused",
        PictureMissing = "picture_missing",
        /// A file of a kind that is no asset; told once for each kind.
        KindNotAccepted = "kind_not_accepted",
        AssetRefused = "asset_refused",
        PictureInHtml = "picture_in_html",
        UnknownShortcode = "unknown_shortcode",
        LinkBroken = "link_broken",
        TranslationUnclear = "translation_unclear",
        AliasTaken = "alias_taken",
        AliasInvalid = "alias_invalid",
    }
}

/// One thing that somebody should look at.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Problem {
    /// The path within the folder, with `/`.
    pub file: String,
    /// Counted from one; zero when it concerns the file as a whole.
    pub line: u32,
    pub level: Level,
    pub code: ProblemCode,
    pub text: String,
}

/// A problem, before it is known in which file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub line: u32,
    pub level: Level,
    pub code: ProblemCode,
    pub text: String,
}

impl Finding {
    pub fn warning(line: u32, code: ProblemCode, text: impl Into<String>) -> Self {
        Finding { line, level: Level::Warning, code, text: text.into() }
    }

    pub fn error(line: u32, code: ProblemCode, text: impl Into<String>) -> Self {
        Finding { line, level: Level::Error, code, text: text.into() }
    }

    pub fn within(self, file: &str) -> Problem {
        Problem { file: file.into(), line: self.line, level: self.level, code: self.code, text: self.text }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        write!(f, ": {} {}: {}", self.level, self.code, self.text)
    }
}

/// What an import did; with `dry_run`, what it would do.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize)]
pub struct Report {
    pub site: String,
    pub dry_run: bool,
    /// Files of Markdown that were read, section pages included.
    pub read: usize,
    /// New entries that came of files: `published` and `drafts` together.
    pub created: usize,
    pub published: usize,
    pub drafts: usize,
    /// Files whose entry the site has already.
    pub untouched: usize,
    /// Pictures and documents new to the site.
    pub assets: usize,
    /// New redirects that came of aliases.
    pub redirects: usize,
    pub seconds: f64,
    pub problems: Vec<Problem>,
    /// Keys that have no place in Lamin, with the number of files that use them.
    pub set_aside: Vec<(String, usize)>,
}

impl Report {
    /// Whether some file could not be imported.
    pub fn has_errors(&self) -> bool {
        self.errors() > 0
    }

    /// How many files could not be imported.
    pub fn errors(&self) -> usize {
        self.problems.iter().filter(|problem| problem.level == Level::Error).count()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in &self.problems {
            writeln!(f, "{problem}")?;
        }
        for (key, files) in &self.set_aside {
            writeln!(f, "set aside: {key} ({files} files)")?;
        }
        let tense = if self.dry_run { "would be imported" } else { "imported" };
        writeln!(f, "{} files read; {} {tense} into {}:", self.read, self.created, self.site)?;
        writeln!(f, "  {} published, {} drafts, {} untouched", self.published, self.drafts, self.untouched)?;
        writeln!(f, "  {} assets, {} redirects", self.assets, self.redirects)?;
        let warnings = self.problems.len() - self.errors();
        writeln!(f, "  {} errors, {warnings} warnings", self.errors())?;
        write!(f, "  {:.1} seconds", self.seconds)
    }
}
