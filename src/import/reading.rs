//! The second look at a file: its whole content, checked against its type.

use super::files::Roots;
use super::model::{Finding, Problem, ProblemCode};
use super::rules::keys::Keys;
use super::rules::mapping::{self, Mapped};
use super::rules::{front, identity};
use super::surroundings::{Around, Assets};
use super::survey::{Page, SiteWords, Survey};
use crate::content::{self, Content, ContentType};
use crate::kernel::{Result, Timestamp};
use crate::media::Asset;

/// Everything that the reading of one file looks at.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    pub roots: &'a Roots,
    pub survey: &'a Survey,
    pub words: &'a SiteWords,
    pub assets: &'a Assets<'a>,
    /// What an entry is dated that has no date at all, when the whole folder has none.
    pub now: Timestamp,
}

/// A file, read.
#[derive(Debug, Default)]
pub struct Reading {
    /// `None` when it cannot be an entry, which is told.
    pub entry: Option<Entry>,
    pub problems: Vec<Problem>,
    /// Kinds of file that are no assets, each with what to tell.
    pub kinds: Vec<(String, Problem)>,
    /// Keys without a place.
    pub left: Vec<String>,
}

/// What is to be stored of a file.
#[derive(Debug, Clone)]
pub struct Entry {
    pub content: Content,
    pub draft: bool,
    pub published_at: Timestamp,
    pub updated_at: Timestamp,
    pub assets: Vec<Asset>,
}

/// Types by which people look for something new; an undated one among them is told.
const DATED: [&str; 4] = ["berita", "artikel", "agenda", "pengumuman"];

/// Reads a page of the survey. Fails only when the storage does.
pub fn read(desk: Desk, page: &Page) -> Result<Reading> {
    let shown = desk.roots.shown(&page.path);
    let refused = |problem| Ok(Reading { problems: vec![problem], ..Reading::default() });
    let text = match desk.roots.text(&page.path) {
        Ok(text) => text,
        Err(problem) => return refused(problem),
    };
    let parted = match front::part(&text) {
        Ok(parted) => parted,
        Err(bad) => return refused(Finding::error(bad.line, bad.code, bad.text).within(&shown)),
    };
    let Some(content_type) = desk.words.content_type(&page.identity.type_key) else {
        let text = format!("the site has no type {:?}", page.identity.type_key);
        return refused(Finding::error(0, ProblemCode::EntryRefused, text).within(&shown));
    };
    let mut keys = Keys::read(parted.values.clone());
    // The survey has told what is wrong with these keys; here they are only taken out of the way.
    let is_field = |field: &str| content_type.field(field).is_some();
    let _ = identity::take(&mut keys, &parted, &page.place, desk.words.ground(), &is_field);
    let mut around = Around::new(desk, page);
    around.bundle();
    let place = (&parted, page.place.stem.as_str(), &desk.words.zone);
    let mut mapped = mapping::map(content_type, &page.identity, keys, place, &mut around);
    let refused = check(content_type, &mut mapped, &parted);
    let Around { findings, accepted, kinds, failure, .. } = around;
    if let Some(failure) = failure {
        return Err(failure);
    }
    let (published_at, undated) = date(desk, page);
    let findings = findings.into_iter().chain(mapped.findings).chain(undated).chain(refused.clone());
    let entry = Entry {
        published_at,
        updated_at: page.identity.updated.unwrap_or(published_at),
        content: mapped.content,
        draft: mapped.draft,
        assets: accepted,
    };
    Ok(Reading {
        entry: refused.is_none().then_some(entry),
        problems: findings.map(|finding| finding.within(&shown)).collect(),
        kinds: kinds.into_iter().map(|(kind, finding)| (kind, finding.within(&shown))).collect(),
        left: mapped.left,
    })
}

/// Takes out what the type refuses; what then is not even a draft is an error of the file.
fn check(content_type: &ContentType, mapped: &mut Mapped, parted: &front::Parted) -> Option<Finding> {
    if let Err(refusals) = content::rules::check(content_type, &mapped.content) {
        if let Some(body) = refusals.iter().find(|refusal| refusal.field == "fields.body") {
            let text = format!("body: {}", body.detail);
            return Some(Finding::error(parted.body_line, ProblemCode::EntryRefused, text));
        }
        mapped.without(&refusals, parted);
    }
    if let Err(refused) = content::rules::refuse_exempt(&mapped.content) {
        mapped.draft = true;
        let text = refused.field_refusals().first().map(|fault| fault.detail.clone()).unwrap_or_default();
        mapped.findings.push(Finding::warning(parted.line_of("information_class"), ProblemCode::FieldInvalid, text));
    }
    let refusals = content::rules::check_draft(content_type, &mapped.content).err()?;
    let text: Vec<String> = refusals.iter().map(|refusal| format!("{}: {}", refusal.field, refusal.detail)).collect();
    Some(Finding::error(1, ProblemCode::EntryRefused, text.join("; ")))
}

fn date(desk: Desk, page: &Page) -> (Timestamp, Option<Finding>) {
    let identity = &page.identity;
    if let Some(at) = identity.date.or(identity.updated) {
        return (at, None);
    }
    let text = "no date; it is dated like the newest file of the folder";
    let told = DATED.contains(&identity.type_key.as_str());
    let finding = told.then(|| Finding::warning(1, ProblemCode::DateMissing, text));
    (desk.survey.newest.unwrap_or(desk.now), finding)
}
