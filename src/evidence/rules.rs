//! Whether the file fits together, by itself and a public key: pure.

use std::collections::BTreeMap;

use serde_json::Value;

use super::model::{Approval, Carried, Delivered, Evidence, KIND, Misfit, Origin, SHAPE, Version};
use crate::content::diff;
use crate::content::model::Content;
use crate::content::rules::closure;
use crate::kernel::{Digest, Timestamp, canonical};
use crate::ledger::{Record, proof};
use crate::publish::manifest;
use crate::secrets::signature_holds;

/// What the file's own signature is over.
pub fn signed_text(file: &Value) -> String {
    let mut rest = file.clone();
    if let Some(members) = rest.as_object_mut() {
        members.remove("signature");
    }
    format!("lamin-evidence\n{}\n", canonical::to_string(&rest))
}

/// Everything in a file that does not fit. `key`: the public key that must have signed; without it, only
/// whether the file agrees with itself. `manifest`: the unpacked bytes of the member of that name.
pub fn check(file: &Value, manifest: Option<&[u8]>, key: Option<&str>) -> Vec<Misfit> {
    let evidence: Evidence = match serde_json::from_value(file.clone()) {
        Ok(evidence) => evidence,
        Err(error) => return vec![Misfit::new("", format!("it cannot be read: {error}"))],
    };
    let mut wrong = Vec::new();
    if evidence.kind != KIND || evidence.v != SHAPE {
        wrong.push(Misfit::new("v", "this program does not know this kind or shape of file"));
    }
    let key = key.unwrap_or(&evidence.public_key);
    if evidence.public_key != key {
        wrong.push(Misfit::new("public_key", "another key signed it"));
    }
    if !signature_holds(key, &evidence.signature, signed_text(file).as_bytes()) {
        wrong.push(Misfit::new("signature", "something was changed after it was signed"));
    }
    version("shown", &evidence.shown, &mut wrong);
    if let Some(before) = &evidence.before {
        version("before", before, &mut wrong);
    }
    differences(&evidence, &mut wrong);
    identity(&evidence, &mut wrong);
    let proved = proof::check(&evidence.ledger, key).into_iter();
    wrong.extend(proved.map(|(place, why)| Misfit::new(place, why)));
    approvals(&evidence, &mut wrong);
    happened(&evidence, &mut wrong);
    going_live(&evidence, &mut wrong);
    releases(&evidence, key, manifest, &mut wrong);
    wrong
}

fn version(place: &str, version: &Version, wrong: &mut Vec<Misfit>) {
    if Digest::of_json(&version.content) != version.digest {
        wrong.push(Misfit::new(format!("{place}.content"), "it does not give its digest"));
    }
    if closure(&version.digest, &version.assets, &BTreeMap::new()) != version.closure {
        wrong.push(Misfit::new(format!("{place}.closure"), "revision and files do not give it"));
    }
}

fn differences(evidence: &Evidence, wrong: &mut Vec<Misfit>) {
    let read = |version: &Version| Content::from_json(version.content.clone());
    let diff = match (evidence.before.as_ref().map(read), read(&evidence.shown)) {
        (None, Ok(_)) => Value::Array(Vec::new()),
        (Some(Ok(before)), Ok(shown)) => serde_json::to_value(diff::between(&before, &shown)).unwrap_or_default(),
        _ => return wrong.push(Misfit::new("shown.content", "it is no content that this program knows")),
    };
    if diff != evidence.diff {
        wrong.push(Misfit::new("diff", "the two versions do not give it"));
    }
}

/// What is said in two places says the same.
fn identity(evidence: &Evidence, wrong: &mut Vec<Misfit>) {
    let shown = &evidence.shown.content;
    let same = shown["type"] == evidence.entry.type_key.as_str() && shown["locale"] == evidence.entry.locale.as_str();
    if !same {
        wrong.push(Misfit::new("entry", "type and locale are not those of the content"));
    }
    let last = evidence.periods.last();
    if last.is_none_or(|last| last.digest != evidence.shown.digest) {
        wrong.push(Misfit::new("periods", "the last one is not of what was shown last"));
    }
    if last.is_some_and(|last| last.until.is_none() != evidence.entry.live) {
        wrong.push(Misfit::new("entry.live", "the last period says otherwise"));
    }
    if evidence.origin != Origin::of(&evidence.origin.kind, standing(evidence).is_some()) {
        wrong.push(Misfit::new("origin", "approvals and ledger say otherwise"));
    }
}

/// The approval of exactly what was shown last.
fn standing(evidence: &Evidence) -> Option<&Approval> {
    let fits = |one: &&Approval| one.closure == evidence.shown.closure && one.voided_at.is_none();
    evidence.approvals.iter().rev().find(fits)
}

/// An event of the ledger about the entry.
fn recorded<'e>(
    evidence: &'e Evidence,
    is_action: impl Fn(&str) -> bool,
    actor: &str,
    at: Timestamp,
) -> impl Iterator<Item = &'e Record> {
    let subject = format!("entry:{}", evidence.entry.id);
    let actor = actor.to_owned();
    let fits = move |event: &&Record| {
        event.subject == subject && event.actor == actor && event.at == at && is_action(&event.action)
    };
    evidence.ledger.events.iter().filter(fits)
}

fn approvals(evidence: &Evidence, wrong: &mut Vec<Misfit>) {
    // Two approvals in one microsecond are kept one after the other.
    const APART_MAX: i64 = 1_000;
    for (at, approval) in evidence.approvals.iter().enumerate() {
        let actor = format!("user:{}", approval.approver);
        let near = |event: &&Record| {
            let apart = approval.at.micros() - event.at.micros();
            let same = event.actor == actor && (0..=APART_MAX).contains(&apart);
            same && event.digests.contains(&approval.closure)
        };
        let approves = |event: &Record| match event.action.as_str() {
            "editorial.approve" => event.detail["revision"] == approval.revision,
            // What a site was founded with, looked at afterwards.
            "import.confirm" => evidence.origin.kind == "imported",
            _ => false,
        };
        if !evidence.ledger.events.iter().filter(near).any(approves) {
            wrong.push(Misfit::new(format!("approvals[{at}]"), "the ledger does not hold it"));
        }
    }
}

/// Every move, revision and remark of the history has its event in the ledger.
fn happened(evidence: &Evidence, wrong: &mut Vec<Misfit>) {
    for (at, one) in evidence.happened.iter().enumerate() {
        let place = format!("happened[{at}]");
        let text = |name: &str| one[name].as_str().unwrap_or_default();
        let time = |name: &str| Timestamp::parse(text(name)).unwrap_or(Timestamp::from_micros(0));
        let person = |name: &str| one[name]["id"].as_str().map(|id| format!("user:{id}"));
        let held = match text("kind") {
            "moved" => {
                let actor = person("actor").unwrap_or_else(|| "system:worker".into());
                recorded(evidence, |action| action.starts_with("editorial."), &actor, time("at"))
                    .any(|event| moved_so(event, one))
            }
            "revision" => match person("author") {
                Some(author) => recorded(evidence, |action| action.starts_with("editorial."), &author, time("at"))
                    .any(|event| event.action == "editorial.create" || event.detail["revision"] == one["number"]),
                // Imported: see `going_live`.
                None => evidence.origin.kind == "imported",
            },
            "approval" => evidence.approvals.iter().any(|approval| {
                one["digest"] == approval.closure.as_str()
                    && time("at") == approval.at
                    && one["revision"] == approval.revision
            }),
            "comment" => {
                let author = person("author").unwrap_or_default();
                recorded(evidence, |action| action == "editorial.comment", &author, time("created_at")).any(|event| {
                    event.detail["comment"] == one["id"] && event.detail["words"] == Digest::of(text("body")).as_str()
                })
            }
            _ => false,
        };
        if !held {
            wrong.push(Misfit::new(place, "the ledger does not hold it"));
        }
    }
}

/// Whether an event tells of that move: by its command, or as the change of content that needed it.
fn moved_so(event: &Record, moved: &Value) -> bool {
    const CHANGES: [&str; 2] = ["editorial.edit", "editorial.restore_revision"];
    let command = moved["command"].as_str().unwrap_or_default();
    let steps = event.detail["from"] == moved["from"] && event.detail["to"] == moved["to"];
    let comment = event.detail["comment"].as_str().unwrap_or_default() == moved["comment"].as_str().unwrap_or_default();
    steps && comment && (event.action == format!("editorial.{command}") || CHANGES.contains(&event.action.as_str()))
}

/// What was shown last went live by somebody's command and with an approval, or by an import.
fn going_live(evidence: &Evidence, wrong: &mut Vec<Misfit>) {
    let Some(last) = evidence.periods.last() else { return };
    let names = |event: &&Record| event.digests.contains(&evidence.shown.closure);
    let events = || evidence.ledger.events.iter().filter(names);
    let imported = events().any(|event| event.action == "import.publish" && event.at == last.from);
    let published = events().any(|event| event.action == "editorial.publish" && event.at == last.from);
    if !imported && !published {
        wrong.push(Misfit::new("shown", "the ledger does not say that it went live"));
    }
    if published && standing(evidence).is_none_or(|approval| approval.at > last.from) {
        wrong.push(Misfit::new("approvals", "nobody approved what was shown"));
    }
}

fn releases(evidence: &Evidence, key: &str, manifest: Option<&[u8]>, wrong: &mut Vec<Misfit>) {
    let holds = |release: &Carried, event: &Record| {
        event.subject == format!("release:{}", release.id)
            && event.digests.contains(&release.manifest)
            && event.detail["number"] == release.number
            && event.detail["live_sequence"] == release.live_sequence
    };
    let last = evidence.periods.last();
    for (at, release) in evidence.releases.iter().enumerate() {
        let place = format!("releases[{at}]");
        if !evidence.ledger.events.iter().any(|event| holds(release, event)) {
            wrong.push(Misfit::new(place.as_str(), "the ledger does not hold it"));
        }
        let within = last.is_some_and(|last| {
            release.live_sequence >= last.sequence && last.until_sequence.is_none_or(|end| release.live_sequence < end)
        });
        if !within {
            wrong.push(Misfit::new(place.as_str(), "it was made while something else was shown"));
        }
        if let Some(seal) = &release.seal {
            let fits = seal.manifest == release.manifest
                && seal.release == release.number
                && seal.site == evidence.site.key
                && seal.public_key == key
                && signature_holds(key, &seal.seal_signature, seal.signed_text().as_bytes());
            if !fits {
                wrong.push(Misfit::new(format!("{place}.seal"), "it is not the seal of this release"));
            }
        }
    }
    for (at, delivered) in evidence.deployments.iter().enumerate() {
        let told = evidence.ledger.events.iter().any(|event| Delivered::of(event).as_ref() == Some(delivered));
        if !told || !evidence.releases.iter().any(|release| release.manifest == delivered.manifest) {
            wrong.push(Misfit::new(format!("deployments[{at}]"), "ledger and releases say otherwise"));
        }
    }
    if let Some(bytes) = manifest {
        carried_by(evidence, bytes, wrong);
    }
}

/// The manifest that came along is that of a release that is named, and lists the page with its digest.
fn carried_by(evidence: &Evidence, bytes: &[u8], wrong: &mut Vec<Misfit>) {
    let digest = Digest::of(bytes);
    let release = evidence.releases.iter().find(|release| release.manifest == digest);
    let Some(release) = release.filter(|release| release.seal.is_some()) else {
        return wrong.push(Misfit::new("manifest", "it is that of no release that is named"));
    };
    let files = manifest::files_of(bytes).unwrap_or_default();
    let listed = evidence.entry.page.as_ref().and_then(|page| files.find(page)).map(|file| file.sha256);
    if listed != release.page {
        wrong.push(Misfit::new("manifest", "it does not list the page as it is said"));
    }
}
