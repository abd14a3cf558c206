//! Importing folders, on both databases.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use diesel::prelude::*;
use lamin::content::{Content, LiveEntry, live, store as content_store};
use lamin::db::schema::{cases, entries, jobs, ledger};
use lamin::identity::{Actor, Role};
use lamin::import::store::unconfirmed;
use lamin::import::{self, Level, Options, ProblemCode, Report};
use lamin::kernel::Code;
use lamin::kernel::id::EntryId;
use lamin::kernel::page::Limit;
use lamin::sites::{self, Site};
use serde_json::{Value, json};

use crate::on_both;
use crate::support::{Call, Reply, TestApp};

on_both!(
    the_demo_content_founds_a_site_without_a_problem,
    a_second_import_changes_nothing,
    what_was_founded_waits_for_an_approver_and_stands_in_the_ledger,
    an_approver_confirms_what_was_founded_by_its_digests,
    entries_are_confirmed_all_or_none,
    a_confirmation_leaves_what_is_being_revised_alone,
    what_waits_for_confirmation_is_listed_page_by_page,
    a_dry_run_writes_nothing_and_says_the_same,
    without_publish_everything_is_a_draft,
    a_site_that_is_not_there_is_refused_unless_it_is_to_be_made,
    layouts_of_hugo_and_zola_become_entries,
    pictures_become_assets_and_links_become_addresses,
    aliases_become_redirects,
    a_file_may_have_any_number_of_aliases,
    what_cannot_be_read_is_named_with_file_and_line,
    a_missing_required_field_comes_from_where_it_stands_or_makes_a_draft,
    translations_share_a_group_also_across_imports,
    nothing_outside_of_the_folder_is_read,
    a_folder_of_several_batches_is_imported_whole,
);

const OTHER_PNG: &[u8] = include_bytes!("../../content/pejabat/wakil-gubernur/wakil-gubernur.png");
const PNG: &[u8] = include_bytes!("../../content/pejabat/gubernur/gubernur.png");

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        put(folder.path(), path, text.as_bytes());
    }
    folder
}

pub fn put(folder: &Path, path: &str, bytes: &[u8]) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    #[expect(clippy::disallowed_methods, reason = "the folder to import")]
    std::fs::write(path, bytes).unwrap();
}

fn options(folder: &Path) -> Options {
    Options { site: "portal".into(), create: true, folder: folder.to_owned(), publish: true, dry_run: false }
}

pub fn import(app: &TestApp, folder: &Path) -> Report {
    import::service::run(app, &options(folder), &|_| {}).unwrap()
}

fn demo() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/content"))
}

pub fn site(app: &TestApp) -> Site {
    app.db.read_blocking(|c| sites::store::find_by_key(c, "portal")).unwrap().unwrap()
}

fn all_live(app: &TestApp) -> Vec<LiveEntry> {
    let site = site(app).id;
    app.db.read_blocking(|c| live::list(c, site)).unwrap()
}

fn live_at(app: &TestApp, address: &str) -> LiveEntry {
    let found = all_live(app).into_iter().find(|live| shown(live) == address);
    found.unwrap_or_else(|| panic!("nothing is live at {address}"))
}

fn shown(live: &LiveEntry) -> String {
    format!("{}/{}/{}", live.locale, live.type_key, live.slug)
}

fn content_of(app: &TestApp, live: &LiveEntry) -> Content {
    let (entry, revision) = (live.entry_id, live.revision);
    app.db.read_blocking(|c| content_store::content(c, entry, revision)).unwrap()
}

fn content_at(app: &TestApp, address: &str) -> Content {
    content_of(app, &live_at(app, address))
}

fn text<'c>(content: &'c Content, field: &str) -> &'c str {
    content.fields.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn problems(report: &Report) -> Vec<(&str, u32, ProblemCode)> {
    report.problems.iter().map(|problem| (problem.file.as_str(), problem.line, problem.code)).collect()
}

fn rows(app: &TestApp) -> (i64, i64, i64, i64) {
    app.db
        .read_blocking(|c| {
            Ok((
                entries::table.count().get_result(c)?,
                cases::table.count().get_result(c)?,
                ledger::table.count().get_result(c)?,
                jobs::table.count().get_result(c)?,
            ))
        })
        .unwrap()
}

async fn the_demo_content_founds_a_site_without_a_problem(app: TestApp) {
    let report = import(&app, demo());
    assert_eq!(report.problems, vec![]);
    assert_eq!((report.created, report.published, report.drafts), (report.read, report.read, 0));
    assert!(report.read >= 120 && report.assets >= 15 && report.redirects >= 3, "{report}");
    let site = site(&app);
    assert_eq!(site.name, "Portal Provinsi Tanjung Lestari");
    assert_eq!(site.locales.iter().map(|locale| locale.as_str()).collect::<Vec<_>>(), ["id", "en"]);
    let live = all_live(&app);
    assert_eq!(live.len(), report.published + report.redirects);
    assert_eq!(site.live_sequence, live.len() as i64);
    let types: BTreeSet<&str> = live.iter().map(|live| live.type_key.as_str()).collect();
    assert_eq!(types.len(), lamin::content::types::shipped_keys().count(), "every shipped type is there: {types:?}");
    let governor = content_at(&app, "en/pejabat/gubernur");
    assert_eq!((text(&governor, "photo").len(), &governor.fields["order"]), (64, &json!(1)));
    let gallery = content_at(&app, "id/galeri/sungai-damar-dari-hulu-ke-muara");
    assert!(gallery.fields["items"].as_array().unwrap().iter().all(|item| item["image"].as_str().unwrap().len() == 64));
    let fair = content_at(&app, "id/agenda/festival-lamin-2026");
    assert_eq!(text(&fair, "start"), "2026-05-15T19:00:00+08:00");
    let pair = ["id/galeri/sungai-damar-dari-hulu-ke-muara", "en/galeri/the-damar-from-source-to-sea"];
    let groups = pair.map(|address| live_at(&app, address).group_id);
    assert_eq!(groups[0], groups[1]);
    let festival = live_at(&app, "id/agenda/festival-lamin-2026");
    assert_eq!(festival.published_at.to_string(), "2026-04-15T01:00:00Z");
    assert_eq!(festival.updated_at, festival.published_at, "no clock of the import shows");
}

async fn a_second_import_changes_nothing(app: TestApp) {
    let first = import(&app, demo());
    let before = rows(&app);
    app.clock.advance(lamin::kernel::time::HOUR);
    let second = import(&app, demo());
    assert_eq!((second.created, second.redirects, second.assets), (0, 0, 0));
    assert_eq!((second.untouched, second.read), (first.created, first.read));
    assert_eq!(rows(&app), before);
}

async fn what_was_founded_waits_for_an_approver_and_stands_in_the_ledger(app: TestApp) {
    let folder = folder(&[
        ("berita/a.md", "+++\ntitle = \"A\"\ndate = 2026-01-02\n+++\nTeks.\n"),
        ("berita/b.md", "+++\ntitle = \"B\"\ndate = 2026-01-03\ndraft = true\n+++\nTeks.\n"),
    ]);
    let report = import(&app, folder.path());
    assert_eq!((report.published, report.drafts), (1, 1));
    let id = site(&app).id;
    let waiting = app.db.read_blocking(|c| unconfirmed(c, id, Limit::new(None)?, None)).unwrap().items;
    let live = live_at(&app, "id/berita/a");
    assert_eq!(
        waiting.iter().map(|entry| (entry.entry_id, entry.closure)).collect::<Vec<_>>(),
        [(live.entry_id, live.closure)]
    );
    assert_eq!((live.origin.as_str(), live.approver_id), ("imported", None));
    let (actor, digests): (String, String) = app
        .db
        .read_blocking(|c| {
            Ok(ledger::table
                .filter(ledger::action.eq("import.publish"))
                .select((ledger::actor, ledger::digests))
                .get_result(c)?)
        })
        .unwrap();
    assert_eq!((actor.as_str(), digests), ("system:command_line", json!([live.closure]).to_string()));
    let steps: HashMap<EntryId, (String, String)> = app
        .db
        .read_blocking(|c| {
            let rows = entries::table.inner_join(cases::table).select((entries::id, entries::step, cases::step));
            Ok(rows.load::<(EntryId, String, String)>(c)?.into_iter().map(|(id, a, b)| (id, (a, b))).collect())
        })
        .unwrap();
    assert_eq!(steps[&live.entry_id], ("published".into(), "published".into()));
    assert_eq!(steps.values().filter(|steps| steps.0 == "draft" && steps.1 == "draft").count(), 1);
    let builds: i64 = app
        .db
        .read_blocking(|c| Ok(jobs::table.filter(jobs::kind.eq("publish.build")).count().get_result(c)?))
        .unwrap();
    assert_eq!(builds, 1);
    assert!(app.db.read_blocking(|c| lamin::ledger::verify(c, None, |_| true)).unwrap().intact);
}

/// A founded site with people on it.
struct Founded {
    app: TestApp,
    approver: Actor,
    author: Actor,
    editor: Actor,
}

impl Founded {
    /// Five entries of two types in two languages.
    fn open(app: TestApp) -> Self {
        let text = |title: &str| format!("+++\ntitle = \"{title}\"\ndate = 2026-01-02\n+++\nTeks.\n");
        let folder = tempfile::tempdir().unwrap();
        for path in ["artikel/b.md", "artikel/a.md", "en/artikel/c.md", "berita/a.md", "en/berita/a.md"] {
            put(folder.path(), path, text(path).as_bytes());
        }
        assert_eq!(import(&app, folder.path()).published, 5);
        let site = site(&app).id;
        let approver = app.user("sri", &[(Role::Approver, Some(site))]);
        let author = app.user("ani", &[(Role::Author, Some(site))]);
        let editor = app.user("budi", &[(Role::Editor, Some(site))]);
        Founded { app, approver, author, editor }
    }

    async fn list(&self, query: &str) -> Value {
        let path = format!("/api/v1/sites/portal/imported{query}");
        Call::get(&path).token(&self.app.token(&self.approver)).send(&self.app).await.assert_ok().json()
    }

    async fn confirm(&self, entries: &[Value]) -> Reply {
        let body = json!({"entries": entries});
        let call = Call::post("/api/v1/sites/portal/imported/confirm").token(&self.app.token(&self.approver));
        call.json(&body).send(&self.app).await
    }

    async fn entry(&self, id: &Value) -> Value {
        let path = format!("/api/v1/entries/{}", id.as_str().unwrap());
        Call::get(&path).token(&self.app.token(&self.author)).send(&self.app).await.assert_ok().json()
    }

    async fn moves(&self, actor: &Actor, id: &Value, command: Value) {
        let path = format!("/api/v1/entries/{}/transitions", id.as_str().unwrap());
        let version = self.entry(id).await["version"].clone();
        let call = Call::post(&path).token(&self.app.token(actor)).seen(&version);
        call.json(&command).send(&self.app).await.assert_ok();
    }

    async fn edits(&self, actor: &Actor, id: &Value, summary: &str) {
        let path = format!("/api/v1/entries/{}", id.as_str().unwrap());
        let version = self.entry(id).await["version"].clone();
        let call = Call::new("PATCH", &path).token(&self.app.token(actor)).seen(&version);
        call.json(&json!({"fields": {"summary": summary}})).send(&self.app).await.assert_ok();
    }

    async fn history(&self, id: &Value, kind: &str) -> Vec<Value> {
        let path = format!("/api/v1/entries/{}/history", id.as_str().unwrap());
        let reply = Call::get(&path).token(&self.app.token(&self.author)).send(&self.app).await.assert_ok().json();
        reply["items"].as_array().unwrap().iter().filter(|one| one["kind"] == kind).cloned().collect()
    }
}

/// What `confirm` asks for of an entry in the list.
fn seen(item: &Value) -> Value {
    json!({"id": item["id"], "digest": item["digest"]})
}

async fn an_approver_confirms_what_was_founded_by_its_digests(app: TestApp) {
    let founded = Founded::open(app);
    let before = all_live(&founded.app);
    let listed = founded.list("").await;
    let two: Vec<Value> = listed["items"].as_array().unwrap()[..2].iter().map(seen).collect();
    let reply = founded.confirm(&two).await.assert_ok();
    assert_eq!(reply.json(), json!({"confirmed": 2}));
    assert_eq!(founded.list("").await["items"].as_array().unwrap(), &listed["items"].as_array().unwrap()[2..]);

    let after = all_live(&founded.app);
    let named: Vec<LiveEntry> = after.iter().filter(|live| live.approver_id.is_some()).cloned().collect();
    assert_eq!(named.len(), 2);
    assert!(named.iter().all(|live| live.approver_id == founded.approver.user()));
    let unnamed = |live: LiveEntry| LiveEntry { approver_id: None, ..live };
    assert_eq!(after.into_iter().map(unnamed).collect::<Vec<_>>(), before, "citizens see what they saw");
    assert_eq!(site(&founded.app).live_sequence, 5);

    assert_eq!(founded.entry(&two[0]["id"]).await["approved"], true);
    let approval = &founded.history(&two[0]["id"], "approval").await[0];
    assert_eq!((&approval["digest"], &approval["approver"]["name"]), (&two[0]["digest"], &json!("sri")));

    let (actor, digests): (String, String) = founded
        .app
        .db
        .read_blocking(|c| {
            let events = ledger::table.filter(ledger::action.eq("import.confirm"));
            Ok(events.select((ledger::actor, ledger::digests)).get_result(c)?)
        })
        .unwrap();
    assert_eq!(actor, founded.approver.ledger_name());
    assert_eq!(digests, json!([two[0]["digest"], two[1]["digest"]]).to_string());
}

async fn entries_are_confirmed_all_or_none(app: TestApp) {
    let founded = Founded::open(app);
    let listed = founded.list("").await;
    let all: Vec<Value> = listed["items"].as_array().unwrap().iter().map(seen).collect();
    let assert_none = || assert!(all_live(&founded.app).iter().all(|live| live.approver_id.is_none()));

    let mut changed = all.clone();
    changed[3]["digest"] = json!("0".repeat(64));
    let reply = founded.confirm(&changed).await;
    reply.assert_refused(409, "digest_mismatch");
    assert_eq!(reply.json()["entries"], json!([all[3]["id"]]));
    assert_eq!(reply.json()["errors"][0]["field"], "entries[3].digest");
    assert_none();

    let stranger = json!({"id": founded.app.id(EntryId::new), "digest": "0".repeat(64)});
    founded.confirm(&[all[0].clone(), stranger]).await.assert_refused(409, "not_live");
    assert_none();
    founded.confirm(&[]).await.assert_refused(422, "invalid");
    founded.confirm(&[all[0].clone(), all[0].clone()]).await.assert_refused(422, "invalid");
    let reply = founded.confirm(&[json!({"id": "x", "digest": "y"})]).await;
    reply.assert_refused(422, "invalid");
    assert_eq!(reply.json()["errors"][0]["field"], "entries[0].id");
    assert_none();

    founded.confirm(&all[..1]).await.assert_ok();
    let reply = founded.confirm(&all).await;
    reply.assert_refused(409, "already_approved");
    assert_eq!(reply.json()["entries"], json!([all[0]["id"]]));
    assert_eq!(founded.list("").await["items"].as_array().unwrap().len(), 4);

    let body = json!({"entries": all});
    let call = Call::post("/api/v1/sites/portal/imported/confirm").token(&founded.app.token(&founded.author));
    call.json(&body).send(&founded.app).await.assert_refused(403, "forbidden");
}

async fn a_confirmation_leaves_what_is_being_revised_alone(app: TestApp) {
    let founded = Founded::open(app);
    let Founded { approver, author, editor, .. } = &founded;
    let items = founded.list("").await["items"].clone();
    let (first, second) = (seen(&items[0]), seen(&items[1]));
    founded.moves(author, &first["id"], json!({"command": "revise"})).await;
    founded.confirm(std::slice::from_ref(&first)).await.assert_ok();
    let entry = founded.entry(&first["id"]).await;
    assert_eq!((&entry["step"], &entry["approved"]), (&json!("draft"), &json!(false)));
    assert_eq!(entry["live"]["digest"], first["digest"]);

    let id = &second["id"];
    founded.moves(author, id, json!({"command": "revise"})).await;
    founded.moves(author, id, json!({"command": "submit"})).await;
    founded.moves(editor, id, json!({"command": "claim"})).await;
    founded.edits(editor, id, "Baru").await;
    founded.moves(editor, id, json!({"command": "forward"})).await;
    let digest = founded.entry(id).await["digest"].clone();
    founded.moves(approver, id, json!({"command": "approve", "digest": digest})).await;
    founded.app.clock.advance(lamin::kernel::time::MINUTE);
    founded.confirm(std::slice::from_ref(&second)).await.assert_ok();
    founded.edits(editor, id, "Lebih baru").await;
    let approvals = founded.history(id, "approval").await;
    let voided: Vec<(&Value, bool)> =
        approvals.iter().map(|one| (&one["digest"], one["voided_at"].is_string())).collect();
    assert_eq!(voided, [(&digest, true), (&second["digest"], false)]);
}

async fn what_waits_for_confirmation_is_listed_page_by_page(app: TestApp) {
    let founded = Founded::open(app);
    let mut found = Vec::new();
    let mut query = "?limit=2".to_owned();
    loop {
        let page = founded.list(&query).await;
        found.extend(page["items"].as_array().unwrap().clone());
        let Some(next) = page["next_cursor"].as_str() else { break };
        query = format!("?limit=2&cursor={next}");
    }
    let titles: Vec<&str> = found.iter().map(|item| item["title"].as_str().unwrap()).collect();
    assert_eq!(titles, ["en/artikel/c.md", "artikel/a.md", "artikel/b.md", "en/berita/a.md", "berita/a.md"]);
    assert_eq!((&found[0]["url"], &found[0]["locale"]), (&json!("/en/artikel/c/"), &json!("en")));
    let one = &founded.list("?limit=1").await["items"];
    assert_eq!(one, &json!([found[0]]));
    for query in ["?limit=0", "?limit=101", "?cursor=x", "?page=2"] {
        let path = format!("/api/v1/sites/portal/imported{query}");
        let reply = Call::get(&path).token(&founded.app.token(&founded.approver)).send(&founded.app).await;
        assert_eq!(reply.status, 400, "{query}: {}", reply.text);
    }
}

async fn a_dry_run_writes_nothing_and_says_the_same(app: TestApp) {
    let options = Options { dry_run: true, ..options(demo()) };
    let planned = import::service::run(&app, &options, &|_| {}).unwrap();
    assert_eq!(rows(&app), (0, 0, 0, 0));
    assert!(app.db.read_blocking(|c| sites::store::find_by_key(c, "portal")).unwrap().is_none());
    assert!(
        !app.config.data.join("assets").is_dir()
            || std::fs::read_dir(app.config.data.join("assets")).unwrap().next().is_none()
    );
    let done = import(&app, demo());
    let counts = |report: &Report| {
        (report.read, report.created, report.published, report.drafts, report.redirects, report.assets)
    };
    assert_eq!(counts(&planned), counts(&done));
}

async fn without_publish_everything_is_a_draft(app: TestApp) {
    let folder =
        folder(&[("berita/a.md", "+++\ntitle = \"A\"\ndate = 2026-01-02\naliases = [\"lama\"]\n+++\nTeks.\n")]);
    let options = Options { publish: false, ..options(folder.path()) };
    let report = import::service::run(&app, &options, &|_| {}).unwrap();
    assert_eq!((report.created, report.published, report.drafts, report.redirects), (1, 0, 1, 1));
    assert!(all_live(&app).is_empty());
    let steps: Vec<String> = app.db.read_blocking(|c| Ok(entries::table.select(entries::step).load(c)?)).unwrap();
    assert_eq!(steps, ["draft", "draft"]);
}

async fn a_site_that_is_not_there_is_refused_unless_it_is_to_be_made(app: TestApp) {
    let files = folder(&[("berita/a.md", "Teks.\n")]);
    let run = |options: Options| {
        import::service::run(&app, &options, &|_| {}).map_err(|error| error.refusal().unwrap().code())
    };
    assert_eq!(run(Options { create: false, ..options(files.path()) }).unwrap_err(), Code::NotFound);
    assert_eq!(run(Options { site: "Bukan Kunci".into(), ..options(files.path()) }).unwrap_err(), Code::Invalid);
    assert_eq!(run(options(&files.path().join("tidak-ada"))).unwrap_err(), Code::Invalid);
    assert_eq!(rows(&app).0, 0);
}

async fn layouts_of_hugo_and_zola_become_entries(app: TestApp) {
    let folder = folder(&[
        ("config.toml", "title = \"x\""),
        ("content/_index.md", "+++\ntitle = \"Beranda\"\n+++\n"),
        ("content/berita/_index.md", "---\ntitle: Berita\n---\n"),
        (
            "content/berita/hugo.md",
            "+++\ntitle = \"Hugo\"\nslug = \"dari-hugo\"\ndate = 2026-01-02T09:00:00+07:00\nlastmod = 2026-02-03\n\
             kategori = [\"Pendidikan Dasar\"]\ntag = [\"a\", \"b\"]\nlayout = \"x\"\n[params]\nauthor = \"Ani, S.H.\"\n+++\nTeks.\n",
        ),
        (
            "content/berita/zola/index.md",
            "+++\ntitle = \"Zola\"\ndate = 2026-01-02\ndescription = \"Ringkas\"\nauthors = [\"Ani\", \"Budi\"]\n\
             [taxonomies]\ncategories = [\"hukum\", \"sosial\"]\ntags = [\"c\"]\n[extra]\nlayout = \"y\"\n+++\nTeks.\n",
        ),
        ("content/opini/yaml.md", "---\ntitle: Opini\ndate: 2026-01-05 10:00:00\ntags: x, y\n---\nTeks.\n"),
        ("content/json.md", "{\"title\": \"Json\", \"date\": \"2026-01-06\"}\n\nTeks.\n"),
        ("content/berita/hugo.en.md", "---\ntitle: Hugo in English\nslug: from-hugo\ndate: 2026-01-02\n---\nText.\n"),
    ]);
    let report = import(&app, folder.path());
    assert_eq!((problems(&report), report.read, report.created), (vec![], 7, 5));
    assert_eq!(report.set_aside, [("extra.layout".to_owned(), 1), ("layout".to_owned(), 1)]);
    let hugo = live_at(&app, "id/berita/dari-hugo");
    assert_eq!(
        (hugo.published_at.to_string(), hugo.updated_at.to_string()),
        ("2026-01-02T02:00:00Z".into(), "2026-02-02T16:00:00Z".into())
    );
    let content = content_of(&app, &hugo);
    assert_eq!(
        (content.category.as_deref(), content.tags.clone()),
        (Some("pendidikan-dasar"), vec!["a".into(), "b".into()])
    );
    assert_eq!((text(&content, "author"), text(&content, "body")), ("Ani, S.H.", "Teks.\n"));
    let zola = content_at(&app, "id/berita/zola");
    assert_eq!((text(&zola, "summary"), text(&zola, "author")), ("Ringkas", "Ani, Budi"));
    assert_eq!((zola.category.as_deref(), zola.tags.clone()), (Some("hukum"), vec!["c".into(), "sosial".into()]));
    let opinion = live_at(&app, "id/artikel/yaml");
    assert_eq!(opinion.published_at.to_string(), "2026-01-05T02:00:00Z");
    assert_eq!(content_of(&app, &opinion).category.as_deref(), Some("opini"));
    assert_eq!(live_at(&app, "en/berita/from-hugo").group_id, hugo.group_id);
    live_at(&app, "id/halaman/json");
}

async fn pictures_become_assets_and_links_become_addresses(app: TestApp) {
    let folder = folder(&[
        (
            "content/berita/rapat/index.md",
            "+++\ntitle = \"Rapat\"\ndate = 2026-01-02\nimage = \"foto.png\"\n+++\n\n![Foto](foto.png \"Judul\") dan [berkas](/files/data.csv)\n\n\
             ![Logo](/media/logo.bmp) ![Hilang](tidak-ada.jpg)\n\n{{< youtube abc >}}\n\n[opini](../../opini/x.md#a) [zola](@/opini/x.md) [lama](/opini/x/) [luar](https://x.example/)\n",
        ),
        (
            "content/opini/x.md",
            "---\ntitle: X\ndate: 2026-01-02\n---\n[rapat]({{< ref \"berita/rapat\" >}}) [hilang](y.md) `![kode](z.png)`\n",
        ),
        ("static/files/data.csv", "a,b\n1,2\n"),
        ("static/media/logo.bmp", "BM\u{0}\u{0}"),
    ]);
    put(folder.path(), "content/berita/rapat/foto.png", PNG);
    put(folder.path(), "content/berita/rapat/lain.png", OTHER_PNG);
    let report = import(&app, folder.path());
    assert_eq!(report.assets, 3, "the unplaced picture of the bundle too");
    let meeting = content_at(&app, "id/berita/rapat");
    let (picture, table) = (lamin::kernel::Digest::of(PNG), lamin::kernel::Digest::of("a,b\n1,2\n"));
    assert_eq!(text(&meeting, "image"), picture.as_str());
    let wanted = format!(
        "![Foto](asset:{picture} \"Judul\") dan [berkas](asset:{table})\n\n![Logo](/media/logo.bmp) ![Hilang](tidak-ada.jpg)\n\n\
         {{{{< youtube abc >}}}}\n\n[opini](/artikel/x/#a) [zola](/artikel/x/) [lama](/artikel/x/) [luar](https://x.example/)\n"
    );
    assert_eq!(text(&meeting, "body"), wanted);
    assert_eq!(
        text(&content_at(&app, "id/artikel/x"), "body"),
        "[rapat](/berita/rapat/) [hilang](y.md) `![kode](z.png)`\n"
    );
    assert!(app.storage.get(&picture).unwrap().is_some());
    let wanted = [
        ("content/berita/rapat/index.md", 9, ProblemCode::PictureMissing),
        ("content/berita/rapat/index.md", 11, ProblemCode::UnknownShortcode),
        ("content/berita/rapat/index.md", 9, ProblemCode::KindNotAccepted),
        ("content/opini/x.md", 5, ProblemCode::LinkBroken),
    ];
    let mut told = problems(&report);
    told.sort_by_key(|(file, line, code)| ((*file).to_owned(), *code == ProblemCode::KindNotAccepted, *line));
    assert_eq!(told, wanted);
    assert!(report.problems.iter().all(|problem| problem.level == Level::Warning));
    assert_eq!(report.published, 2, "a warning keeps nothing back");
}

async fn aliases_become_redirects(app: TestApp) {
    let folder = folder(&[
        ("berita/a.md", "---\ntitle: A\ndate: 2026-01-02\naliases: [/lama/a.html, lebih/lama]\n---\nTeks.\n"),
        ("berita/b.md", "---\ntitle: B\ndate: 2026-01-02\nurl: /lama/b/\naliases:\n  - lebih/lama\n---\nTeks.\n"),
    ]);
    let report = import(&app, folder.path());
    assert_eq!((report.created, report.redirects), (2, 3));
    assert_eq!(problems(&report), [("berita/b.md", 6, ProblemCode::AliasTaken)]);
    let redirect = content_at(&app, "id/pengalihan/lama-a-html");
    let fields =
        json!({"title": "Pengalihan /lama/a.html", "from": "/lama/a.html", "to": "/berita/a/", "permanent": true});
    assert_eq!(Value::Object(redirect.fields), fields);
    assert_eq!(text(&content_at(&app, "id/pengalihan/lama-b"), "to"), "/berita/b/");
    assert_eq!(import(&app, folder.path()).redirects, 0);
}

async fn a_file_may_have_any_number_of_aliases(app: TestApp) {
    let aliases: Vec<String> = (0..2_500).map(|number| format!("\"/lama/{number}/\"")).collect();
    let text = format!("+++\ntitle = \"A\"\ndate = 2026-01-02\naliases = [{}]\n+++\nTeks.\n", aliases.join(", "));
    let folder = folder(&[("berita/a.md", &text)]);
    let report = import(&app, folder.path());
    assert_eq!((report.published, report.redirects, report.problems.len()), (1, 2_500, 0), "{report}");
    assert_eq!(all_live(&app).len(), 2_501);
    let again = import(&app, folder.path());
    assert_eq!((again.created, again.redirects), (0, 0));
}

async fn what_cannot_be_read_is_named_with_file_and_line(app: TestApp) {
    let folder = folder(&[
        ("berita/baik.md", "\u{feff}---\r\ntitle: Baik\r\ndate: 2026-01-02\r\n---\r\nTeks.\r\n"),
        ("berita/a-ganda.md", "---\ntitle: Ganda\nslug: baik\n---\nTeks.\n"),
        ("berita/putus.md", "+++\ntitle = \"Putus\"\n"),
        ("berita/salah.md", "+++\ntitle = \"Salah\"\ntags = [\n+++\nTeks.\n"),
        ("berita/bahasa.md", "---\ntitle: Bahasa\nlang: fr\n---\nTeks.\n"),
        ("fr/berita/a.md", "---\ntitle: A\n---\nTexte.\n"),
        ("berita/html.html", "<p>x"),
    ]);
    put(folder.path(), "berita/rusak.md", b"---\ntitle: Rusak\n---\n\xff\xfe\n");
    put(
        folder.path(),
        "berita/baris.md",
        format!("---\ntitle: Baris\ndate: 2026-01-02\n---\n{}\n", "kata ".repeat(200_000)).as_bytes(),
    );
    put(folder.path(), "berita/besar.md", &vec![b'a'; 4 * 1024 * 1024 + 1]);
    put(
        folder.path(),
        "berita/panjang.md",
        format!("---\ntitle: Panjang\ndate: 2026-01-02\n---\n{}", "kata\n".repeat(300_000)).as_bytes(),
    );
    // A site that has no French.
    import(&app, folder_without_french().path());
    let report = import(&app, folder.path());
    let mut told = problems(&report);
    told.sort();
    let wanted = [
        ("berita/bahasa.md", 3, ProblemCode::UnknownLocale),
        ("berita/baik.md", 1, ProblemCode::SlugTaken),
        ("berita/besar.md", 0, ProblemCode::TooLarge),
        ("berita/html.html", 0, ProblemCode::KindNotRead),
        ("berita/panjang.md", 5, ProblemCode::EntryRefused),
        ("berita/putus.md", 1, ProblemCode::FrontMatterUnclosed),
        ("berita/rusak.md", 4, ProblemCode::NotUtf8),
        ("berita/salah.md", 3, ProblemCode::FrontMatterInvalid),
        ("fr/berita/a.md", 0, ProblemCode::UnknownLocale),
    ];
    let told: Vec<_> = told.into_iter().filter(|(_, _, code)| *code != ProblemCode::DateMissing).collect();
    assert_eq!(told, wanted);
    assert_eq!((report.errors(), report.created), (8, 2));
}

fn folder_without_french() -> tempfile::TempDir {
    folder(&[("pengaturan/situs.md", "---\ntitle: Situs\ndate: 2026-01-01\n---\n")])
}

async fn a_missing_required_field_comes_from_where_it_stands_or_makes_a_draft(app: TestApp) {
    let folder = folder(&[
        ("agenda/rapat.md", "---\ntitle: Rapat\ndate: 2026-01-02T09:00:00\n---\nTeks.\n"),
        ("agenda/kapan.md", "---\ntitle: Kapan\n---\nTeks.\n"),
        (
            "dokumen/laporan.md",
            "---\ntitle: Laporan\ndate: 2026-01-02\nkind: Laporan\nyear: \"dua ribu\"\n---\nTeks.\n",
        ),
        ("berita/judul.md", "---\ndate: 2026-01-02\n---\n# Judul di sini\n\nTeks.\n"),
        ("berita/tanpa-judul.md", "---\ndate: 2026-01-02\n---\nTeks.\n"),
    ]);
    let report = import(&app, folder.path());
    assert_eq!((report.published, report.drafts), (2, 3));
    assert_eq!(text(&content_at(&app, "id/agenda/rapat"), "start"), "2026-01-02T09:00:00+08:00");
    let titled = content_at(&app, "id/berita/judul");
    assert_eq!((text(&titled, "title"), text(&titled, "body")), ("Judul di sini", "Teks.\n"));
    let mut told = problems(&report);
    told.sort();
    let wanted = [
        ("agenda/kapan.md", 1, ProblemCode::DateMissing),
        ("agenda/kapan.md", 1, ProblemCode::FieldMissing),
        ("berita/tanpa-judul.md", 1, ProblemCode::TitleMissing),
        ("dokumen/laporan.md", 1, ProblemCode::FieldMissing),
        ("dokumen/laporan.md", 5, ProblemCode::FieldInvalid),
    ];
    assert_eq!(told, wanted);
}

async fn translations_share_a_group_also_across_imports(app: TestApp) {
    let first = folder(&[
        ("berita/rapat.md", "---\ntitle: Rapat\ndate: 2026-01-02\n---\nTeks.\n"),
        ("berita/banjir.md", "---\ntitle: Banjir\ndate: 2026-01-02\n---\nTeks.\n"),
        ("en/berita/other.md", "---\ntitle: Other\ndate: 2026-01-02\n---\nText.\n"),
    ]);
    import(&app, first.path());
    let second = folder(&[
        ("en/berita/rapat.md", "---\ntitle: Meeting\ndate: 2026-01-02\n---\nText.\n"),
        (
            "en/berita/flood.md",
            "---\ntitle: Flood\ndate: 2026-01-02\nextra:\n  translation_of: berita/banjir\n---\nText.\n",
        ),
        ("en/berita/flood-2.md", "---\ntitle: Flood\ndate: 2026-01-02\ntranslation_of: berita/banjir\n---\nText.\n"),
    ]);
    let report = import(&app, second.path());
    let group = |address: &str| live_at(&app, address).group_id;
    assert_eq!(group("id/berita/rapat"), group("en/berita/rapat"));
    let one_of = [group("en/berita/flood"), group("en/berita/flood-2")];
    assert_eq!(one_of.iter().filter(|one| **one == group("id/berita/banjir")).count(), 1);
    assert_ne!(group("en/berita/other"), group("id/berita/rapat"));
    let codes: Vec<_> = report.problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, [ProblemCode::TranslationUnclear]);
}

async fn nothing_outside_of_the_folder_is_read(app: TestApp) {
    let outside = folder(&[("rahasia.md", "---\ntitle: Rahasia\n---\n"), ("rahasia/a.md", "---\ntitle: A\n---\n")]);
    put(outside.path(), "rahasia.png", PNG);
    let inside = folder(&[
        (
            "berita/a.md",
            "---\ntitle: A\ndate: 2026-01-02\nimage: foto.png\n---\n![x](../../rahasia.png) ![y](foto.png)\n",
        ),
        ("berita/b.md", "---\ntitle: B\ndate: 2026-01-02\n---\nTeks.\n"),
    ]);
    let link =
        |from: &str, to: &str| std::os::unix::fs::symlink(outside.path().join(from), inside.path().join(to)).unwrap();
    link("rahasia.md", "berita/rahasia.md");
    link("rahasia", "berita/rahasia");
    link("rahasia.png", "berita/foto.png");
    std::os::unix::fs::symlink(inside.path().join("berita/b.md"), inside.path().join("berita/c.md")).unwrap();
    std::os::unix::fs::symlink(inside.path(), inside.path().join("berita/lingkar")).unwrap();
    let report = import(&app, inside.path());
    assert_eq!((report.published, report.assets), (3, 0), "{report}");
    let outside_told = report.problems.iter().filter(|problem| problem.code == ProblemCode::OutsideFolder).count();
    assert_eq!(outside_told, 3, "{report}");
    assert!(!content_at(&app, "id/berita/a").fields.contains_key("image"));
}

async fn a_folder_of_several_batches_is_imported_whole(app: TestApp) {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..1_100 {
        let text = format!(
            "---\ntitle: Berita {number}\ndate: 2026-01-02\ntags: [a, b]\n---\nTeks [lain](b-{}.md).\n",
            number / 2
        );
        put(folder.path(), &format!("berita/b-{number}.md"), text.as_bytes());
    }
    let seen = std::cell::RefCell::new(Vec::new());
    let report =
        import::service::run(&app, &options(folder.path()), &|progress| seen.borrow_mut().push(progress.done)).unwrap();
    assert_eq!((report.problems.len(), report.published), (0, 1_100));
    assert_eq!(seen.into_inner(), [0, 500, 1_000, 1_100]);
    let events: i64 = app
        .db
        .read_blocking(|c| Ok(ledger::table.filter(ledger::action.eq("import.publish")).count().get_result(c)?))
        .unwrap();
    assert_eq!(events, 3);
}
