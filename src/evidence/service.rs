//! Use cases: make the file, read it again.

use std::io::Read;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::model::{
    Approval, Carried, Delivered, Evidence, KIND, Misfit, OfEntry, OfSite, Origin, Period, SHAPE, Version,
};
use super::{rules, store};
use crate::app::App;
use crate::content::model::{Content, ContentType, EntryRow, Revision};
use crate::content::{self, diff, type_store};
use crate::db::Conn;
use crate::editorial;
use crate::identity::{Actor, Permit, cases};
use crate::kernel::id::EntryId;
use crate::kernel::{Code, Context, Digest, Refusal, Result};
use crate::ledger::{self, Record, proof::Proof};
use crate::procedure::views::People;
use crate::publish::attested::{self, Attested};
use crate::publish::manifest::Seal;
use crate::publish::rules as addresses;
use crate::sites::{self, Site};

/// Of those that carried it: the first and the newest.
const RELEASES_MAX: usize = 20;
/// A manifest that takes more is left out; the seals stay.
const MANIFEST_PACKED_BYTES_MAX: usize = 4 * 1024 * 1024;
/// What a manifest may unpack to.
const MANIFEST_BYTES_MAX: u64 = 256 * 1024 * 1024;
const BROTLI_QUALITY: i32 = 5;
const BROTLI_WINDOW_BITS: i32 = 22;
const PIECE_BYTES: usize = 64 * 1024;

/// Makes the file of an entry that was shown at some time: `not_live` when it never was.
pub fn make(app: &App, actor: &Actor, id: EntryId) -> Result<Value> {
    let row = app.db.read_blocking(|c| content::store::require(c, id))?;
    let _permit: Permit<cases::ReadEvidence> = actor.permit(row.site_id)?;
    let now = app.now();
    // So that something signed follows the newest event too.
    app.db.write_blocking(|tx| ledger::checkpoint(tx, &app.secrets, now))?;
    let gathered = app.db.read_blocking(|c| gather(c, actor, id))?;
    let mut newest = None;
    let mut releases = Vec::new();
    for release in gathered.releases {
        let kept = attested::kept(app, gathered.site.id, release.number)?;
        let (carried, manifest) = carried(release, kept, gathered.entry.page.as_deref())?;
        newest = newest.or(manifest);
        releases.push(carried);
    }
    let evidence = Evidence {
        kind: KIND.into(),
        v: SHAPE,
        made_at: now,
        public_key: app.secrets.public_key(),
        site: gathered.site,
        entry: gathered.entry,
        origin: gathered.origin,
        shown: gathered.shown,
        periods: gathered.periods,
        before: gathered.before,
        diff: gathered.diff,
        approvals: gathered.approvals,
        happened: gathered.happened,
        ledger: gathered.ledger,
        releases,
        releases_in_all: gathered.releases_in_all,
        deployments: gathered.deployments,
        manifest: newest.map(|bytes| pack(&bytes)).transpose()?.flatten(),
        signature: String::new(),
    };
    let mut file = serde_json::to_value(&evidence).context("write evidence")?;
    file["signature"] = app.secrets.sign(rules::signed_text(&file).as_bytes()).into();
    Ok(file)
}

/// Everything in a file that does not fit; `key` as for [`rules::check`].
pub fn check(bytes: &[u8], key: Option<&str>) -> Vec<Misfit> {
    let file: Value = match serde_json::from_slice(bytes) {
        Ok(file) => file,
        Err(error) => return vec![Misfit::new("", format!("it is no JSON: {error}"))],
    };
    let packed = file["manifest"].as_str().map(unpack);
    match packed {
        Some(None) => vec![Misfit::new("manifest", "it does not unpack")],
        Some(Some(manifest)) => rules::check(&file, Some(&manifest), key),
        None => rules::check(&file, None, key),
    }
}

fn pack(bytes: &[u8]) -> Result<Option<String>> {
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: BROTLI_QUALITY,
        lgwin: BROTLI_WINDOW_BITS,
        size_hint: bytes.len(),
        ..Default::default()
    };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &bytes[..], &mut packed, &parameters).context("compress a manifest")?;
    Ok((packed.len() <= MANIFEST_PACKED_BYTES_MAX).then(|| STANDARD.encode(packed)))
}

fn unpack(text: &str) -> Option<Vec<u8>> {
    let packed = STANDARD.decode(text).ok()?;
    let mut bytes = Vec::new();
    let reader = brotli::Decompressor::new(packed.as_slice(), PIECE_BYTES);
    reader.take(MANIFEST_BYTES_MAX).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// What one transaction reads.
struct Gathered {
    site: OfSite,
    entry: OfEntry,
    origin: Origin,
    shown: Version,
    periods: Vec<Period>,
    before: Option<Version>,
    diff: Value,
    approvals: Vec<Approval>,
    happened: Vec<Value>,
    ledger: Proof,
    releases: Vec<store::Live>,
    releases_in_all: usize,
    deployments: Vec<Delivered>,
}

fn gather(connection: &mut Conn, actor: &Actor, id: EntryId) -> Result<Gathered> {
    let row = content::store::require(connection, id)?;
    let site = sites::store::find(connection, row.site_id)?.ok_or_else(|| Refusal::new(Code::NotFound))?;
    let content_type = type_store::require(connection, site.id, &row.type_key)?.content_type;
    let periods = store::periods(connection, site.id, id)?;
    let last = periods.last().cloned().ok_or_else(|| Refusal::new(Code::NotLive).detail("it was never shown"))?;
    let earlier = periods.iter().rev().skip(1).find(|period| period.digest != last.digest);
    let read = |connection: &mut Conn, period: &Period| store::revision(connection, id, &period.digest, period.from);
    let shown = read(connection, &last)?;
    let before = earlier.map(|period| read(connection, period)).transpose()?;
    let diff = before.as_ref().map(|(_, before)| diff::between(before, &shown.1)).unwrap_or_default();
    let approvals = approvals(connection, id)?;
    let happened = editorial::history::read(connection, actor, id)?;
    let mut releases = store::releases(connection, site.id, last.sequence, last.until_sequence)?;
    let releases_in_all = releases.len();
    if releases.len() > RELEASES_MAX {
        releases.drain(RELEASES_MAX - 1..releases_in_all - 1);
    }
    let shown = version(&content_type, shown);
    let events = events(connection, &row, shown.closure, &releases)?;
    let standing = approvals.iter().any(|one| one.closure == shown.closure && one.voided_at.is_none());
    Ok(Gathered {
        entry: OfEntry {
            id,
            type_key: row.type_key.clone(),
            locale: shown.content["locale"].as_str().unwrap_or_default().to_owned(),
            page: page(&site, &content_type, &shown.content),
            live: last.until.is_none(),
        },
        site: OfSite { id: site.id, key: site.key },
        origin: Origin::of(&row.origin, standing),
        before: before.map(|before| version(&content_type, before)),
        diff: serde_json::to_value(diff).context("write the differences")?,
        happened: happened.iter().map(serde_json::to_value).collect::<Result<_, _>>().context("write the history")?,
        deployments: events.iter().filter_map(Delivered::of).collect(),
        ledger: ledger::prove(connection, events)?,
        shown,
        periods,
        approvals,
        releases,
        releases_in_all,
    })
}

fn version(content_type: &ContentType, (revision, content): (Revision, Content)) -> Version {
    let assets = content::rules::assets_of(content_type, &content);
    Version {
        revision: revision.number,
        digest: revision.digest,
        closure: content::rules::closure_of(content_type, &content),
        content: content.to_json(),
        author: revision.author,
        written_at: revision.created_at,
        assets,
    }
}

fn page(site: &Site, content_type: &ContentType, content: &Value) -> Option<String> {
    let text = |name: &str| content[name].as_str().unwrap_or_default();
    let prefix = addresses::prefix(text("locale"), site.default_locale.as_str());
    let address = addresses::entry_address(&prefix, text("type"), text("slug")).filter(|_| content_type.pages);
    address.map(|address| addresses::file_of(&address))
}

fn approvals(connection: &mut Conn, id: EntryId) -> Result<Vec<Approval>> {
    let found = editorial::store::approvals(connection, id)?;
    let people = People::read(connection, found.iter().map(|approval| approval.approver))?;
    let approval = |one: editorial::model::Approval| Approval {
        revision: one.revision,
        closure: one.closure,
        approver: one.approver,
        name: people.person(one.approver).name,
        at: one.approved_at,
        voided_at: one.voided_at,
    };
    Ok(found.into_iter().map(approval).collect())
}

/// The events about the entry, its case, its releases and where they were delivered, and the import that brought it and its confirmation, in
/// order.
fn events(connection: &mut Conn, row: &EntryRow, closure: Digest, releases: &[store::Live]) -> Result<Vec<Record>> {
    let named = releases.iter().map(|release| format!("release:{}", release.id));
    let own = [format!("entry:{}", row.id), format!("case:{}", row.case_id)];
    let subjects: Vec<String> = own.into_iter().chain(named).collect();
    let mut events = ledger::records_of(connection, &subjects)?;
    let imports = ["import.publish", "import.create", "import.confirm"];
    events.extend(ledger::records_naming(connection, row.site_id, &imports, &closure)?);
    for release in releases {
        events.extend(ledger::records_naming(connection, row.site_id, &[Delivered::ACTION], &release.manifest)?);
    }
    events.sort_by_key(|event| event.sequence);
    events.dedup_by_key(|event| event.sequence);
    Ok(events)
}

/// A release with what its kept manifest says of the page; and that manifest.
fn carried(live: store::Live, kept: Option<Attested>, page: Option<&str>) -> Result<(Carried, Option<Vec<u8>>)> {
    let (mut digest, mut seal, mut manifest) = (None, None, None);
    if let Some(kept) = kept.filter(|kept| Digest::of(&kept.manifest) == live.manifest) {
        digest = page.and_then(|page| kept.files().ok()?.find(page).map(|file| file.sha256));
        seal = serde_json::from_slice::<Seal>(&kept.seal).ok();
        manifest = seal.is_some().then_some(kept.manifest);
    }
    let store::Live { id, number, manifest: named, live_sequence, live_at } = live;
    let carried = Carried { number, id: id.to_string(), manifest: named, live_sequence, live_at, page: digest, seal };
    Ok((carried, manifest))
}
