//! A report as a page of a site. It is written as a draft of whoever asks for it and goes the way of all content, because nothing gets
//! before citizens by another door.

use std::collections::HashSet;

use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::model::{Frozen, Row, Verdict};
use super::words::{filled, word};
use super::{printing, rules};
use crate::app::App;
use crate::content::model::Patch;
use crate::editorial::model::NewEntry;
use crate::editorial::service as editorial;
use crate::identity::Actor;
use crate::kernel::id::{EntryId, MonitorId, RecapId};
use crate::kernel::time::{self, ZONE_DEFAULT};
use crate::kernel::{Code, Locale, Refusal, Result, Slug};
use crate::monitoring::sites::store as watched;
use crate::publish::dates::Clockface;
use crate::{content, sites};

/// The content type of the page.
const TYPE: &str = "halaman";
const SLUG: &str = "status-website";

/// What a page is made of.
struct Figures {
    frozen: Frozen,
    locale: Locale,
    /// The page that is there, with its version.
    there: Option<(EntryId, i32)>,
    slug: Slug,
}

/// Writes the page of a site: its first, or a new revision of the one that is there. Gives the entry, and whether it is new.
/// `wrong_step` while the report is not approved, `invalid` for a group that no website is of.
pub async fn draft(
    app: &App,
    actor: &Actor,
    id: RecapId,
    (site, group): (String, Option<String>),
) -> Result<(EntryId, bool)> {
    let (asked, key) = (actor.clone(), (site.clone(), group.clone()));
    let Figures { frozen, locale, there, slug } =
        app.db.read(move |c| figures(c, &asked, id, (&key.0, key.1.as_deref()))).await?;
    let fields = fields(&frozen, group.as_deref(), locale.as_str(), &time::zone(ZONE_DEFAULT)?);
    if let Some((entry, seen)) = there {
        let patch = Patch { fields, ..Patch::default() };
        editorial::edit(app, actor, entry, seen, patch).await?;
        return Ok((entry, false));
    }
    let new = NewEntry {
        type_key: TYPE.to_owned(),
        locale: Some(locale),
        slug: Some(slug),
        category: None,
        tags: Vec::new(),
        fields,
        translation_of: None,
    };
    Ok((editorial::create(app, actor, site, new).await?.row.id, true))
}

fn figures(
    connection: &mut crate::db::Conn,
    actor: &Actor,
    id: RecapId,
    (site, group): (&str, Option<&str>),
) -> Result<Figures> {
    let site = sites::store::find_visible(connection, site, actor)?;
    let (mut frozen, frame) = printing::frame(connection, id, None)?;
    if frame.approved.is_none() {
        return Err(Refusal::new(Code::WrongStep).into());
    }
    if let Some(group) = group {
        let of_group =
            |one: &crate::monitoring::sites::model::Watched| one.profile.groups.iter().any(|name| name == group);
        let members: HashSet<MonitorId> =
            watched::all(connection)?.iter().filter(|one| of_group(one)).map(|one| one.id).collect();
        if members.is_empty() {
            return Err(Refusal::new(Code::Invalid).field("group", "unknown", "no website is of this group").into());
        }
        frozen.rows.retain(|row| members.contains(&row.monitor));
    }
    let slug = match group.and_then(Slug::from_title) {
        Some(group) => Slug::from_title(&format!("{SLUG} {group}")),
        None => Slug::from_title(SLUG),
    };
    let slug = slug.ok_or_else(|| Refusal::new(Code::Invalid).field("group", "invalid", "it gives no address"))?;
    let address = (TYPE, &site.default_locale, &slug);
    let there = content::store::at_address(connection, site.id, address, None)?;
    let there = there.map(|entry| content::store::require(connection, entry)).transpose()?;
    Ok(Figures { frozen, locale: site.default_locale, there: there.map(|row| (row.id, row.version)), slug })
}

/// Title, summary and body.
fn fields(frozen: &Frozen, group: Option<&str>, locale: &str, zone: &TimeZone) -> Map<String, Value> {
    let clock = Clockface::new(zone.clone(), locale);
    let say = |name, values: &[(&str, &str)]| filled(&clock, name, values);
    let (week, measured) = (clock.written_day(&frozen.week), clock.day(&frozen.began_at.in_zone(zone)));
    let title = match group {
        Some(group) => say("page.title_of", &[("group", group)]),
        None => say("page.title", &[]),
    };
    let updated = frozen.rows.iter().filter(|row| row.verdict == Verdict::Updated).count().to_string();
    let all = frozen.rows.len().to_string();
    let summary = say("page.summary", &[("week", &week), ("updated", &updated), ("all", &all)]);
    let heads = ["col.agency", "section", "col.newest", "col.verdict", "col.remark"].map(|name| word(&clock, name));
    let mut body = format!(
        "{}\n\n| {} |\n|---|---|---|---|---|\n",
        say("page.intro", &[("measured", &measured)]),
        heads.join(" | ")
    );
    for row in &frozen.rows {
        body += &line(&clock, row);
    }
    let fields = json!({ "title": title, "summary": summary, "body": body });
    fields.as_object().cloned().unwrap_or_default()
}

/// A row for citizens: neither intrusions nor what is not certain is told.
fn line(clock: &Clockface, row: &Row) -> String {
    let seen = &row.seen;
    let newest = seen.date.map(|date| clock.written_day(&date.to_string())).unwrap_or_default();
    let exception = seen.exception.as_ref();
    let remark = exception
        .map(|one| rules::plain(&one.reason))
        .or_else(|| row.overridden.as_ref().map(|one| rules::plain(&one.reason)));
    let (section, verdict) = (format!("section.{}", row.section), format!("verdict.{}", row.verdict));
    format!(
        "| [{}]({}) | {} | {newest} | {} | {} |\n",
        rules::plain(&row.agency),
        row.url.replace([' ', '(', ')', '|', '<', '>'], ""),
        word(clock, &section),
        word(clock, &verdict),
        remark.unwrap_or_default()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Timestamp;
    use crate::monitoring::look::model::Section;
    use crate::monitoring::recap::model::Seen;

    #[test]
    fn a_page_tells_no_intrusion_and_what_is_typed_stays_in_its_cell() {
        let at = Timestamp::parse("2026-01-11T23:00:00Z").unwrap();
        let seen =
            Seen { injection: Some("infected".into()), date: Some(jiff::civil::date(2026, 1, 9)), ..Seen::default() };
        let row = Row {
            monitor: MonitorId::new(at, [1; 10]),
            section: Section::Agenda,
            agency: "Dinas A | [x](y) <b>".into(),
            url: "https://a.go.id/".into(),
            seen,
            measured: Verdict::Updated,
            verdict: Verdict::Updated,
            before: None,
            reason: String::new(),
            overridden: None,
            version: 1,
        };
        let frozen = Frozen {
            week: "2026-01-12".into(),
            number: String::new(),
            began_at: at,
            ended_at: None,
            summary: String::new(),
            rows: vec![row],
        };
        let fields = fields(&frozen, Some("Server A"), "id", &TimeZone::get("Asia/Makassar").unwrap());
        assert_eq!(fields["title"], "Status website perangkat daerah: Server A");
        assert_eq!(
            fields["body"],
            "Data diukur pada 12 Januari 2026 dan telah disetujui.\n\n\
             | Perangkat daerah | Bagian | Terbaru | Hasil | Keterangan |\n|---|---|---|---|---|\n\
             | [Dinas A \\| \\[x\\](y) \\<b\\>](https://a.go.id/) | Agenda | 9 Januari 2026 | Diperbarui |  |\n"
        );
    }
}
