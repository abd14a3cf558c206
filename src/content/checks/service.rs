//! Use cases of the checks: looking, refusing what blocks, confirming, changing what a site makes of them.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};

use super::model::{
    Around, Check, Confirmation, Confirmed, FINDINGS_MAX, Finding, LOOK_FINDINGS_MAX, Policy, Severity,
};
use super::rules::{self, Found, Inside};
use super::{external, reading, store, wording};
use crate::app::App;
use crate::content::model::{Content, ContentType, EntryRow};
use crate::content::{self, rules as contents, type_store};
use crate::db::Conn;
use crate::http::etag;
use crate::identity::{Actor, Permit, cases};
use crate::kernel::id::{EntryId, SiteId};
use crate::kernel::{Code, Digest, Locale, Refusal, Result, Timestamp, time};
use crate::ledger::{self, Event};
use crate::media::derive::model::Reading;
use crate::media::derive::rules::how_read;
use crate::media::{self, Asset, Kind};
use crate::sites::{self, Site};

/// Letters of a reason: "ok" is none.
const REASON_LETTERS_MIN: usize = 10;
const REASON_LETTERS_MAX: usize = 1_000;

/// The newest revision of an entry, looked over.
#[derive(Debug)]
pub struct Look {
    pub row: EntryRow,
    pub policy: Policy,
    pub found: Found,
    pub confirmations: Vec<Confirmation>,
    /// Whether links to other hosts are still to be asked.
    pub asks_links: bool,
    /// What somebody has answered for in this revision.
    answered: HashSet<Confirmed>,
}

impl Look {
    fn new(row: EntryRow, policy: Policy, found: Found, confirmations: Vec<Confirmation>) -> Self {
        let of_it = confirmations.iter().filter(|one| one.revision == row.digest);
        let answered = of_it.flat_map(|one| one.confirmed.iter().cloned()).collect();
        Look { row, policy, found, confirmations, asks_links: false, answered }
    }

    pub fn is_confirmed(&self, finding: &Finding) -> bool {
        self.answered.contains(&confirmed(finding))
    }

    /// What keeps the entry where it is.
    pub fn blocking(&self) -> impl Iterator<Item = &Finding> {
        let blocks = |finding: &&Finding| self.policy.of(finding.check) == Severity::Block;
        self.found.findings.iter().filter(blocks).filter(|finding| !self.is_confirmed(finding))
    }

    /// Names what blocks now, so that somebody answers for what they were shown: a document may say more a moment later.
    pub fn blocking_digest(&self) -> Digest {
        let all: Vec<Confirmed> = self.blocking().map(confirmed).collect();
        Digest::of(json!(all).to_string())
    }

    fn refuse_unread(&self) -> Result<(), Refusal> {
        if self.found.more == 0 {
            return Ok(());
        }
        let detail = format!("more than {LOOK_FINDINGS_MAX} findings: too many to answer for");
        Err(Refusal::new(Code::FindingsBlock).detail(detail))
    }
}

fn confirmed(finding: &Finding) -> Confirmed {
    Confirmed { check: finding.check, place: finding.place.clone() }
}

/// Looks the newest revision of an entry over, for the checks of these severities on its site.
pub fn look(connection: &mut Conn, row: EntryRow, severities: &[Severity], now: Timestamp) -> Result<Look> {
    let (policy, _) = store::policy(connection, row.site_id)?;
    let wanted: Vec<Check> =
        policy.each().filter(|(_, severity)| severities.contains(severity)).map(|(check, _)| check).collect();
    let confirmations = store::confirmations(connection, row.id)?;
    if wanted.is_empty() {
        return Ok(Look::new(row, policy, Found::default(), confirmations));
    }
    let site = sites::store::find(connection, row.site_id)?.ok_or_else(|| Refusal::new(Code::NotFound))?;
    let content_type = type_store::require(connection, row.site_id, &row.type_key)?.content_type;
    let content = content::store::content(connection, row.id, row.revision)?;
    let around = around(connection, &site, (row.id, &content_type, &content), &wanted, now)?;
    let found = rules::look(&content_type, &content, &around, &wanted);
    Ok(Look { asks_links: around.external.due, ..Look::new(row, policy, found, confirmations) })
}

/// Refuses content that something blocks which nobody has confirmed: `findings_block` with each finding's place.
pub fn refuse_blocked(connection: &mut Conn, row: &EntryRow, now: Timestamp) -> Result<()> {
    let look = look(connection, row.clone(), &[Severity::Block], now)?;
    look.refuse_unread()?;
    let mut refusal = Refusal::new(Code::FindingsBlock);
    let mut told = Vec::new();
    for finding in look.blocking().take(FINDINGS_MAX) {
        let Finding { place, check, .. } = finding;
        // The words themselves are told to whoever may read the entry, and to no log.
        refusal = refusal.field(&place.field, check.as_str(), format!("at letter {}", place.offset));
        told.push(
            json!({ "check": check, "place": place, "excerpt": finding.excerpt, "detail": wording::sentence(finding) }),
        );
    }
    if told.is_empty() { Ok(()) } else { Err(refusal.extra("findings", told).into()) }
}

/// What the wanted checks need beside the content.
fn around(
    connection: &mut Conn,
    site: &Site,
    (entry, content_type, content): (EntryId, &ContentType, &Content),
    wanted: &[Check],
    now: Timestamp,
) -> Result<Around> {
    let mut around = Around { hosts: site.hosts.clone(), ..Around::nothing(now, time::zone(&site.zone)?) };
    let files = contents::assets_of(content_type, content);
    if !files.is_empty() && wanted.iter().any(|check| check.opens_documents()) {
        around.documents = media::derive::texts::of(connection, site.id, &files)?;
    }
    let wants = |check: Check| wanted.contains(&check);
    if !files.is_empty() && (wants(Check::SmallPicture) || wants(Check::UnreadDocument)) {
        let files = media::store::find_all(connection, site.id, &files)?;
        if wants(Check::UnreadDocument) {
            around.unread = unread(connection, &files, &around.documents)?;
        }
        let sized = files
            .into_iter()
            .filter(|asset| asset.kind == Kind::Picture)
            .filter_map(|asset| Some((asset.digest, (asset.width?.unsigned_abs(), asset.height?.unsigned_abs()))));
        around.pictures = sized.collect();
    }
    if wanted.contains(&Check::BrokenLink) {
        around.missing = missing(connection, site, content_type, content)?;
    }
    if wanted.contains(&Check::ExternalLink) {
        let addresses = external::rules::addresses(content_type, content, &site.hosts);
        around.external = external::service::known(connection, &addresses, now)?;
    }
    let tags = &content.tags;
    if !tags.is_empty() && wanted.contains(&Check::NearTag) && !store::are_used(connection, site.id, entry, tags)? {
        around.tags = store::tags(connection, site.id, entry)?;
    }
    Ok(around)
}

/// Documents that were not read whole: their names, and how far they were.
fn unread(
    connection: &mut Conn,
    files: &[Asset],
    texts: &HashMap<Digest, String>,
) -> Result<HashMap<Digest, (String, Reading)>> {
    let mut unread = HashMap::new();
    for file in files.iter().filter(|file| matches!(file.kind, Kind::Document | Kind::Text)) {
        let text = texts.get(&file.digest).map(String::as_str);
        let row = match text {
            Some(_) => None,
            None => media::derive::store::find(connection, file.site_id, &file.digest)?,
        };
        let reading = how_read(file, text, row.map(|row| row.state));
        if reading != Reading::Whole {
            unread.insert(file.digest, (file.name.clone(), reading));
        }
    }
    Ok(unread)
}

/// The addresses that content links to on its own site and that lead nowhere.
fn missing(
    connection: &mut Conn,
    site: &Site,
    content_type: &ContentType,
    content: &Content,
) -> Result<HashSet<String>> {
    let parts = reading::parts(content_type, content);
    let links = parts.iter().flat_map(|part| part.outline.links.iter().chain(&part.outline.pictures));
    let mut paths: Vec<String> = links.filter_map(|link| rules::of_site(&link.to, &site.hosts)).collect();
    paths.sort_unstable();
    paths.dedup();
    if paths.is_empty() {
        return Ok(HashSet::new());
    }
    let types = type_store::list(connection, site.id)?;
    let types: Vec<String> =
        types.iter().filter(|stored| stored.content_type.pages).map(|stored| stored.content_type.key.clone()).collect();
    let locales: Vec<String> = site.locales.iter().map(Locale::to_string).collect();
    let mut missing = HashSet::new();
    for path in paths {
        let is_there = match rules::inside(&path, &types, &locales) {
            Inside::Made => true,
            Inside::Nothing => false,
            Inside::Entry { locale, type_key, slug } => {
                let locale = locale.and_then(|locale| Locale::parse(&locale).ok());
                let locale = locale.unwrap_or_else(|| site.default_locale.clone());
                let type_key = type_key.as_deref().unwrap_or(contents::ROOT_TYPE);
                store::is_address(connection, site.id, (type_key, &locale, &slug))?
            }
        };
        if !is_there {
            missing.insert(path);
        }
    }
    if !missing.is_empty() {
        for from in store::redirected(connection, site.id)? {
            missing.remove(&format!("{}/", from.trim_end_matches('/')));
        }
    }
    Ok(missing)
}

/// The newest revision of an entry with everything that is found, for whoever may read it.
pub fn read(connection: &mut Conn, actor: &Actor, id: EntryId, now: Timestamp) -> Result<Look> {
    let row = content::store::require(connection, id)?;
    let _: Permit<cases::ReadContent> = actor.permit(row.site_id)?;
    look(connection, row, &[Severity::Block, Severity::Warn], now)
}

/// Answers, with a reason, for everything that blocks the revision of the first digest and that the second names:
/// [`Look::blocking_digest`].
///
/// Refusals: `comment_required`, `digest_mismatch` when the text or what blocks is another by now, `nothing_changed` when nothing waits for
/// it, `findings_block` for what a reason cannot take the place of.
pub async fn confirm(
    app: &App,
    actor: &Actor,
    id: EntryId,
    (revision, blocking): (Digest, Digest),
    reason: &str,
) -> Result<()> {
    let reason = reason_of(reason)?;
    let (now, actor) = (app.now(), actor.clone());
    app.db
        .write(move |tx| {
            let row = content::store::require(tx, id)?;
            let _: Permit<cases::ConfirmFindings> = actor.permit(row.site_id)?;
            let by = actor.user().ok_or_else(|| Refusal::new(Code::Forbidden))?;
            if row.trashed_at.is_some() {
                return Err(Refusal::new(Code::InTrash).into());
            }
            if row.digest != revision {
                return Err(Refusal::new(Code::DigestMismatch).extra("current_digest", row.digest.as_str()).into());
            }
            let look = look(tx, row, &[Severity::Block], now)?;
            look.refuse_unread()?;
            let confirmed = confirmable(&look)?;
            let current = look.blocking_digest();
            if current != blocking {
                return Err(Refusal::new(Code::DigestMismatch).extra("current_blocking", current.as_str()).into());
            }
            let detail = detail(&look.row, &confirmed, &reason);
            let number = look.confirmations.last().map_or(0, |last| last.number) + 1;
            store::insert_confirmation(
                tx,
                id,
                &Confirmation { number, revision, confirmed, reason: reason.clone(), by, at: now },
            )?;
            let event = Event::new(actor.ledger_name(), "content.confirm_findings", format!("entry:{id}"))
                .site(look.row.site_id)
                .digest(look.row.closure)
                .detail(detail);
            ledger::record(tx, &event, now)?;
            Ok(())
        })
        .await
}

fn reason_of(reason: &str) -> Result<String, Refusal> {
    let reason = reason.trim();
    let letters = reason.chars().count();
    if letters < REASON_LETTERS_MIN {
        let detail = format!("say why, in at least {REASON_LETTERS_MIN} letters");
        return Err(Refusal::new(Code::CommentRequired).field("reason", "required", detail));
    }
    if letters > REASON_LETTERS_MAX {
        let detail = format!("at most {REASON_LETTERS_MAX} letters");
        return Err(Refusal::new(Code::Invalid).field("reason", "too_long", detail));
    }
    Ok(reason.to_owned())
}

fn confirmable(look: &Look) -> Result<Vec<Confirmed>, Refusal> {
    let blocking: Vec<&Finding> = look.blocking().collect();
    let (can, cannot): (Vec<&Finding>, Vec<&Finding>) =
        blocking.into_iter().partition(|finding| finding.check.can_be_confirmed());
    if can.is_empty() {
        let Some(first) = cannot.first() else { return Err(Refusal::new(Code::NothingChanged)) };
        let detail = "this is mended, not confirmed";
        return Err(Refusal::new(Code::FindingsBlock).field(&first.place.field, first.check.as_str(), detail));
    }
    Ok(can.into_iter().map(confirmed).collect())
}

/// How often each check is confirmed, and where; never what stands there, for the ledger forgets nothing.
fn detail(row: &EntryRow, confirmed: &[Confirmed], reason: &str) -> Value {
    let mut counts = Map::new();
    for one in confirmed {
        let count = counts.get(one.check.as_str()).and_then(Value::as_i64).unwrap_or_default();
        counts.insert(one.check.as_str().to_owned(), json!(count + 1));
    }
    json!({ "revision": row.revision, "revision_digest": row.digest, "findings": counts, "reason": reason })
}

/// Changes what a site makes of the checks; `seen` is the version that the caller has looked at, 0 for the usual.
pub async fn change_policy(app: &App, actor: &Actor, site: SiteId, policy: Policy, seen: i32) -> Result<(Policy, i32)> {
    let _permit: Permit<cases::ChangeChecks> = actor.permit(site)?;
    let (now, by) = (app.now(), actor.ledger_name());
    app.db
        .write(move |tx| {
            let (before, version) = store::policy(tx, site)?;
            etag::current(seen, version)?;
            let changed: Map<String, Value> = policy
                .each()
                .filter(|(check, severity)| before.of(*check) != *severity)
                .map(|(check, severity)| (check.to_string(), json!(severity)))
                .collect();
            if changed.is_empty() {
                return Ok((before, version));
            }
            store::save_policy(tx, site, &policy, version + 1, now)?;
            let event = Event::new(by.as_str(), "content.change_checks", format!("site:{site}"))
                .site(site)
                .detail(json!({ "changed": changed }));
            ledger::record(tx, &event, now)?;
            Ok((policy.clone(), version + 1))
        })
        .await
}
