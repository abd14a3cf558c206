//! What a file points at: pictures and documents become assets, links between files addresses.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::files::Roots;
use super::model::{Finding, ProblemCode};
use super::reading::Desk;
use super::rules::front::newlines;
use super::rules::layout::extension;
use super::rules::links::{self, Target};
use super::rules::mapping::Surroundings;
use super::rules::shortcodes::REFERENCE;
use super::rules::{body, layout, shortcodes};
use super::survey::{Page, SiteWords, Survey};
use crate::app::App;
use crate::kernel::id::SiteId;
use crate::kernel::{Code, Digest, Error, Result};
use crate::media::{self, Asset};

/// Files of the folder that became assets, each read and judged once.
pub struct Assets<'a> {
    app: &'a App,
    roots: &'a Roots,
    site: SiteId,
    store: bool,
    judged: Mutex<HashMap<PathBuf, Judged>>,
}

#[derive(Debug, Clone)]
enum Judged {
    Accepted(Box<Asset>),
    /// Its kind is never accepted.
    Kind(String),
    Refused(String),
}

impl<'a> Assets<'a> {
    /// Without `store`, files are judged and not kept.
    pub fn new(app: &'a App, roots: &'a Roots, site: SiteId, store: bool) -> Self {
        Assets { app, roots, site, store, judged: Mutex::new(HashMap::new()) }
    }

    /// A failure of the storage is one of the import; a file that cannot be read is told.
    fn judge(&self, path: &Path) -> Result<Judged> {
        let known = self.judged.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let judged = self.judge_anew(path)?;
        self.judged.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), judged.clone());
        Ok(judged)
    }

    fn judge_anew(&self, path: &Path) -> Result<Judged> {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let bytes_max = self.app.config.upload_bytes_max;
        let file = match self.roots.spooled(path, bytes_max, &self.app.config.spool()) {
            Ok(Some(file)) => file,
            Ok(None) => return Ok(Judged::Refused(format!("larger than {bytes_max} bytes"))),
            Err(error) => return Ok(Judged::Refused(error.to_string())),
        };
        let accepted = match media::service::accept(self.app, file, &name) {
            Ok(accepted) => accepted,
            Err(broken @ Error::Broken { .. }) => return Err(broken),
            Err(Error::Refused(refusal)) if refusal.code() == Code::ScannerUnreachable => {
                return Err(Error::Refused(refusal));
            }
            Err(Error::Refused(refusal))
                if refusal.code() == Code::UnsupportedMedia && !links::looks_acceptable(&name) =>
            {
                return Ok(Judged::Kind(extension(&name).unwrap_or_default()));
            }
            Err(Error::Refused(refusal)) => return Ok(Judged::Refused(refusal.detail_text().to_owned())),
        };
        if self.store {
            self.app.storage.take(&accepted.digest, accepted.file.path())?;
        }
        Ok(Judged::Accepted(Box::new(media::service::asset_of(&accepted, self.site, None, self.app.now()))))
    }
}

/// One file with all that is around it.
pub struct Around<'a> {
    assets: &'a Assets<'a>,
    survey: &'a Survey,
    words: &'a SiteWords,
    page: &'a Page,
    pub findings: Vec<Finding>,
    /// Assets that the entry places or that its folder brings.
    pub accepted: Vec<Asset>,
    /// Kinds of file that are no assets, each with what to tell.
    pub kinds: Vec<(String, Finding)>,
    /// The first failure of the storage: the import stops.
    pub failure: Option<Error>,
}

impl Surroundings for Around<'_> {
    /// The text with its destinations and known shortcodes turned into Lamin's.
    fn text(&mut self, source: &str, line: u32) -> String {
        let source = shortcodes::expand(source);
        let mut replacements = Vec::new();
        for mention in body::mentions(&source) {
            let line_of = |at: usize| line.saturating_add(newlines(source.get(..at).unwrap_or_default()));
            match mention {
                body::Mention::Link { span, destination, picture } => {
                    if let Some(new) = self.destination(&destination, picture, || line_of(span.start)) {
                        replacements.push((span, new));
                    }
                }
                body::Mention::Shortcode { at, name } => {
                    let text = format!("the shortcode {name:?} is unknown and stays in the text");
                    self.findings.push(Finding::warning(line_of(at), ProblemCode::UnknownShortcode, text));
                }
                body::Mention::HtmlPicture { at, source } if !links::has_scheme(&source) => {
                    let text = format!("{source:?} stands in raw HTML and is not taken along; write it as ![]()");
                    self.findings.push(Finding::warning(line_of(at), ProblemCode::PictureInHtml, text));
                }
                body::Mention::HtmlPicture { .. } => {}
            }
        }
        body::rewrite(&source, replacements).into_owned()
    }

    /// The digest of a file that a field names; a finding when there is none.
    fn asset(&mut self, written: &str, line: u32) -> Option<Digest> {
        if let Some(digest) = written.strip_prefix("asset:").and_then(Digest::parse) {
            return Some(digest);
        }
        match links::target(written, &self.page.folder) {
            Target::File { beside, fixed } => self.file(beside, fixed, written, true, || line),
            Target::Elsewhere | Target::Markdown { .. } | Target::Address { .. } | Target::Outside => {
                let text = format!("{written:?} is no file of this folder");
                self.findings.push(Finding::warning(line, ProblemCode::PictureMissing, text));
                None
            }
        }
    }
}

impl<'a> Around<'a> {
    pub fn new(desk: Desk<'a>, page: &'a Page) -> Self {
        let Desk { survey, words, assets, .. } = desk;
        let (findings, accepted, kinds) = (Vec::new(), Vec::new(), Vec::new());
        Around { assets, survey, words, page, findings, accepted, kinds, failure: None }
    }

    /// Takes along every file of a bundle, placed or not.
    pub fn bundle(&mut self) {
        if !self.page.bundle {
            return;
        }
        let prefix = format!("{}/", self.page.folder);
        let files: Vec<String> =
            self.survey.others.range(prefix.clone()..).take_while(|path| path.starts_with(&prefix)).cloned().collect();
        for path in files {
            let written = path.strip_prefix(&prefix).unwrap_or(&path).to_owned();
            self.file(Some(path), None, &written, true, || 0);
        }
    }

    fn destination(&mut self, written: &str, picture: bool, line: impl Fn() -> u32) -> Option<String> {
        match links::target(written, &self.page.folder) {
            Target::Elsewhere => None,
            Target::Outside => {
                let code = if picture { ProblemCode::PictureMissing } else { ProblemCode::LinkBroken };
                self.findings.push(Finding::warning(line(), code, format!("{written:?} leads out of the folder")));
                None
            }
            Target::Markdown { paths, tail } => {
                let found = paths.iter().find_map(|path| self.address_of(path));
                if found.is_none() {
                    let shown = written.strip_prefix(REFERENCE).unwrap_or(written);
                    let text = format!("{shown:?} is no file of this folder");
                    self.findings.push(Finding::warning(line(), ProblemCode::LinkBroken, text));
                    return written.strip_prefix(REFERENCE).map(str::to_owned);
                }
                found.map(|address| address + &tail)
            }
            Target::File { beside, fixed } => {
                self.file(beside, fixed, written, picture, line).map(|digest| format!("asset:{digest}"))
            }
            Target::Address { path, tail } => {
                let address = self.survey.page_of_address(&path)?.address.as_ref()?;
                Some(format!("{address}{tail}"))
            }
        }
    }

    /// The address of a file of Markdown; that of its list for the page of a section.
    fn address_of(&self, path: &str) -> Option<String> {
        if let Some(page) = self.survey.page_at(path) {
            return page.address.clone();
        }
        let section = path.strip_suffix("_index.md")?;
        let ground = self.words.ground();
        let layout::Part::Page(place) = layout::place(&format!("{section}x.md"), ground.grounds) else { return None };
        let locale = place.locale.as_ref().unwrap_or(ground.default_locale);
        let address = |parts: &[&str]| Some(layout::address(locale, ground.default_locale, parts));
        match &place.category {
            Some(category) => address(&["kategori", category]),
            None if place.type_key == layout::TYPE_WITHOUT_FOLDER => address(&[]),
            None => address(&[&place.type_key]),
        }
    }

    fn file(
        &mut self,
        beside: Option<String>,
        fixed: Option<String>,
        written: &str,
        picture: bool,
        line: impl Fn() -> u32,
    ) -> Option<Digest> {
        let kind = extension(written.split(['?', '#']).next().unwrap_or(written)).unwrap_or_default();
        let found = self.assets.roots.asset(beside.as_deref(), fixed.as_deref());
        let judged = match found {
            Some(path) => match self.assets.judge(&path) {
                Ok(judged) => judged,
                Err(error) => {
                    self.failure.get_or_insert(error);
                    return None;
                }
            },
            None if !picture && (kind == "html" || kind == "htm" || kind == "xml") => return None,
            None => {
                let code = if picture || links::looks_like_picture(written) {
                    ProblemCode::PictureMissing
                } else {
                    ProblemCode::LinkBroken
                };
                self.findings.push(Finding::warning(line(), code, format!("{written:?} is not there")));
                return None;
            }
        };
        match judged {
            Judged::Accepted(accepted) => {
                let digest = accepted.digest;
                self.accepted.push(*accepted);
                Some(digest)
            }
            Judged::Kind(kind) => {
                if !self.kinds.iter().any(|(told, _)| *told == kind) {
                    let text = format!("files of the kind .{kind} are not accepted; their addresses stay as they are");
                    self.kinds.push((kind, Finding::warning(line(), ProblemCode::KindNotAccepted, text)));
                }
                None
            }
            Judged::Refused(reason) => {
                let text = format!("{written:?} is not accepted: {reason}");
                self.findings.push(Finding::warning(line(), ProblemCode::AssetRefused, text));
                None
            }
        }
    }
}
