//! Content types, entries and their revisions, lists, differences, and what is live.

use diesel::prelude::*;
use lamin::content::model::{Draft, EntryRow, NewEntry, Patch, Withdrawal, WithdrawalReason};
use lamin::content::service::{self, Completeness};
use lamin::content::{LiveEntry, live, rules, store, type_store, types};
use lamin::db::schema::{cases, content_types, sites};
use lamin::identity::{Actor, Role};
use lamin::kernel::id::{CaseId, EntryId, GroupId};
use lamin::kernel::time::{HOUR, SECOND};
use lamin::kernel::{Code, Digest, Locale, Result, Slug, Timestamp};
use lamin::sites::Site;
use serde_json::{Value, json};

use crate::on_both;
use crate::support::{Call, Reply, TestApp};

on_both!(
    shipped_types_are_there_without_being_stored,
    a_type_is_changed_in_the_version_that_was_seen,
    a_type_is_changed_by_those_who_may,
    a_change_is_tried_before_it_is_made_and_nothing_is_stored,
    a_change_that_breaks_entries_is_refused_with_the_list,
    a_draft_that_was_not_whole_does_not_block_its_type,
    a_new_type_is_made_and_a_bad_one_is_refused,
    a_type_is_read_from_a_toml_file_and_what_is_wrong_is_told_with_its_line,
    a_new_site_has_every_shipped_type,
    an_entry_is_shown_with_all_that_its_readers_need,
    an_entry_of_another_site_is_not_found,
    a_slug_comes_from_the_title_and_is_numbered_when_taken,
    a_slug_that_was_asked_for_is_refused_when_taken,
    what_an_entry_names_must_exist,
    a_unique_value_is_taken_once,
    every_change_is_a_revision_and_nothing_is_lost,
    two_writers_cannot_both_win,
    revisions_differ_field_by_field,
    lists_are_filtered_sorted_and_paged,
    a_list_gives_the_fields_that_are_asked_for,
    what_a_list_does_not_know_is_named,
    nul_characters_are_refused_and_break_nothing,
    the_trash_is_a_list_of_its_own,
    what_is_live_has_an_address_of_its_own,
    an_old_address_leads_on_until_another_takes_it,
    every_change_of_what_is_live_is_counted,
    many_entries_go_live_at_once_as_they_would_one_by_one,
    colours_that_are_hard_to_read_on_each_other_are_refused_where_the_settings_are_written,
);

/// A site with an author, an editor and a developer.
struct House<'a> {
    app: &'a TestApp,
    site: Site,
    author: Actor,
}

impl<'a> House<'a> {
    fn new(app: &'a TestApp) -> Self {
        let site = app.site("portal");
        let author = app.user("ani", &[(Role::Author, Some(site.id))]);
        House { app, site, author }
    }

    async fn get(&self, path: &str) -> Reply {
        Call::get(path).token(&self.app.token(&self.author)).send(self.app).await
    }

    async fn items(&self, query: &str) -> Vec<Value> {
        let reply = self.get(&format!("/api/v1/sites/portal/entries?{query}")).await.assert_ok();
        reply.json()["items"].as_array().unwrap().clone()
    }

    async fn slugs(&self, query: &str) -> Vec<String> {
        self.items(query).await.iter().map(|item| item["slug"].as_str().unwrap().to_owned()).collect()
    }

    fn draft(&self, fields: Value) -> Draft {
        Draft {
            locale: Locale::indonesian(),
            slug: None,
            category: None,
            tags: Vec::new(),
            fields: fields.as_object().cloned().unwrap(),
        }
    }

    /// Prepares and stores an entry, as the procedure's opening would.
    fn try_write(&self, type_key: &str, draft: &Draft) -> Result<EntryRow> {
        self.write_as(type_key, draft, Completeness::Whole)
    }

    fn write_as(&self, type_key: &str, draft: &Draft, completeness: Completeness) -> Result<EntryRow> {
        let (app, site, now) = (self.app, &self.site, self.app.now());
        let (id, case, group) = (app.id(EntryId::new), app.id(CaseId::new), app.id(GroupId::new));
        let row = app.db.write_blocking(|tx| {
            let stored = type_store::require(tx, site.id, type_key)?;
            let content = service::prepare(tx, site, &stored.content_type, draft, completeness)?;
            diesel::insert_into(cases::table)
                .values((
                    cases::id.eq(case),
                    cases::procedure_key.eq("website_management"),
                    cases::procedure_version.eq(1),
                    cases::flow.eq("publication"),
                    cases::site_id.eq(site.id),
                    cases::entry_id.eq(id),
                    cases::title.eq(content.title()),
                    cases::step.eq("draft"),
                    cases::step_since.eq(now),
                    cases::opened_at.eq(now),
                    cases::version.eq(1),
                ))
                .execute(&mut **tx)?;
            let new = NewEntry {
                id,
                site_id: site.id,
                group_id: group,
                case_id: case,
                step: "draft".into(),
                closure: rules::closure_of(&stored.content_type, &content),
                content,
                origin: "written".into(),
                author: self.author.user(),
            };
            store::insert(tx, &new, &stored.content_type, now)
        });
        // Each thing is written a second after the one before.
        app.clock.advance(SECOND);
        row
    }

    fn write(&self, type_key: &str, draft: &Draft) -> EntryRow {
        self.try_write(type_key, draft).unwrap()
    }

    fn news(&self, title: &str) -> EntryRow {
        self.write("berita", &self.draft(json!({"title": title})))
    }

    fn try_change(&self, row: &EntryRow, patch: &Patch) -> Result<EntryRow> {
        let now = self.app.now();
        let changed = self.app.db.write_blocking(|tx| {
            let stored = type_store::require(tx, row.site_id, &row.type_key)?;
            let content = service::prepare_change(tx, row, &stored.content_type, patch)?;
            let closure = rules::closure_of(&stored.content_type, &content);
            let revised = (&content, stored.content_type.as_ref(), closure);
            store::add_revision(tx, row, revised, self.author.user(), now)
        });
        self.app.clock.advance(SECOND);
        changed
    }

    fn change(&self, row: &EntryRow, fields: Value) -> EntryRow {
        let fields = fields.as_object().cloned().unwrap();
        self.try_change(row, &Patch { fields, ..Patch::default() }).unwrap()
    }

    fn rename(&self, row: &EntryRow, slug: &str) -> EntryRow {
        let slug = Some(Slug::parse(slug).unwrap());
        self.try_change(row, &Patch { slug, ..Patch::default() }).unwrap()
    }

    /// A row as it would go live now.
    fn live(&self, row: &EntryRow) -> LiveEntry {
        let now = self.app.now();
        let live = self.app.db.read_blocking(|c| {
            let stored = type_store::require(c, row.site_id, &row.type_key)?;
            let content = store::content(c, row.id, row.revision)?;
            Ok(LiveEntry::of(row, &stored.content_type, &content, None, now)?)
        });
        live.unwrap()
    }

    fn try_show(&self, row: &EntryRow) -> Result<i64> {
        let (now, shown) = (self.app.now(), self.live(row));
        self.app.db.write_blocking(|tx| live::show(tx, &shown, "test", now))
    }

    fn try_show_all(&self, rows: &[&EntryRow]) -> Result<()> {
        let now = self.app.now();
        let shown: Vec<LiveEntry> = rows.iter().map(|row| self.live(row)).collect();
        self.app.db.write_blocking(|tx| live::show_all(tx, &shown, "test", now))
    }

    fn show(&self, row: &EntryRow) -> i64 {
        self.try_show(row).unwrap()
    }

    fn hide(&self, row: &EntryRow) -> Result<i64> {
        let now = self.app.now();
        self.app.db.write_blocking(|tx| {
            live::hide(tx, row.id, &Withdrawal { reason: WithdrawalReason::Other, notice: String::new() }, "test", now)
        })
    }

    fn save(&self, row: &EntryRow) -> EntryRow {
        let now = self.app.now();
        self.app.db.write_blocking(|tx| store::save_state(tx, row, now)).unwrap()
    }
}

fn code<T: std::fmt::Debug>(outcome: Result<T>) -> Code {
    outcome.unwrap_err().refusal().expect("a refusal, not a failure").code()
}

fn faults<T: std::fmt::Debug>(outcome: Result<T>) -> Vec<(String, String)> {
    let error = outcome.unwrap_err();
    let faults = error.refusal().expect("a refusal, not a failure").field_refusals();
    faults.iter().map(|fault| (fault.field.clone(), fault.code.clone())).collect()
}

async fn shipped_types_are_there_without_being_stored(app: TestApp) {
    let house = House::new(&app);
    let listed = house.get("/api/v1/sites/portal/types").await.assert_ok().json();
    let keys: Vec<_> = listed["items"].as_array().unwrap().iter().map(|item| item["key"].clone()).collect();
    assert_eq!(keys, types::shipped_keys().map(Value::from).collect::<Vec<_>>());
    let one = house.get("/api/v1/sites/portal/types/agenda").await.assert_ok();
    assert_eq!((one.header("etag"), &one.json()["title"]["en"]), ("\"1\"", &json!("Event")));
    assert_eq!(one.json()["schema"]["properties"]["start"]["format"], "date-time");
    house.get("/api/v1/sites/portal/types/tiada").await.assert_refused(404, "not_found");
    house.get("/api/v1/sites/portal/types?page=2").await.assert_refused(400, "unknown_parameter");
    let now = app.now();
    for _ in 0..2 {
        app.db.write_blocking(|tx| type_store::install_shipped(tx, house.site.id, now)).unwrap();
    }
    let stored: i64 = app.db.read(|c| Ok(content_types::table.count().get_result(c)?)).await.unwrap();
    assert_eq!(stored as usize, types::shipped_keys().count());
    assert_eq!(house.get("/api/v1/sites/portal/types").await.json(), listed);
    let named = house.get("/api/v1/sites/portal/type-summaries").await.assert_ok().json();
    for (name, whole) in named["items"].as_array().unwrap().iter().zip(listed["items"].as_array().unwrap()) {
        assert_eq!(
            (&name["key"], &name["title"], &name["version"]),
            (&whole["key"], &whole["title"], &whole["version"])
        );
        assert_eq!(name["field_count"], whole["fields"].as_array().unwrap().len());
        assert_eq!((name["fields"].is_null(), name["schema"].is_null()), (true, true));
    }
    assert_eq!(named["items"].as_array().unwrap().len(), listed["items"].as_array().unwrap().len());
}

/// `berita` as the API shows it, changed.
async fn changed_type(house: &House<'_>, change: impl FnOnce(&mut Value)) -> Value {
    let mut definition = house.get("/api/v1/sites/portal/types/berita").await.assert_ok().json();
    change(&mut definition);
    definition
}

fn field<'a>(definition: &'a mut Value, key: &str) -> &'a mut Value {
    let at = definition["fields"].as_array().unwrap().iter().position(|field| field["key"] == key).unwrap();
    &mut definition["fields"][at]
}

fn put(app: &TestApp, actor: &Actor, key: &str, body: &Value) -> Call {
    Call::new("PUT", &format!("/api/v1/sites/portal/types/{key}")).token(&app.token(actor)).json(body)
}

async fn a_type_is_changed_in_the_version_that_was_seen(app: TestApp) {
    let house = House::new(&app);
    let dewi = app.user("dewi", &[(Role::WebDeveloper, Some(house.site.id))]);
    let body = changed_type(&house, |berita| field(berita, "source")["required"] = json!(true)).await;
    put(&app, &dewi, "berita", &body).send(&app).await.assert_refused(428, "if_match_required");
    let changed = put(&app, &dewi, "berita", &body).seen(&json!(1)).send(&app).await.assert_ok();
    assert_eq!((changed.status, changed.header("etag")), (200, "\"2\""));
    assert_eq!(changed.json()["schema"]["required"], json!(["title", "source"]));
    let stale = put(&app, &dewi, "berita", &body).seen(&json!(1)).send(&app).await;
    stale.assert_refused(412, "stale");
    assert_eq!(stale.json()["current_version"], 2);
    let listed = house.get("/api/v1/sites/portal/types").await.json();
    assert_eq!((&listed["items"][0]["key"], &listed["items"][0]["version"]), (&json!("berita"), &json!(2)));
    let missing = house.try_write("berita", &house.draft(json!({"title": "A"})));
    assert_eq!(faults(missing), [("fields.source".into(), "required".into())]);
    let events =
        Call::get("/api/v1/ledger?subject=type:berita").token(&app.token(&app.user("e", &[(Role::Auditor, None)])));
    let events = events.send(&app).await.assert_ok().json();
    assert_eq!(events["items"][0]["action"], "content.change_type");
}

async fn a_type_is_changed_by_those_who_may(app: TestApp) {
    let house = House::new(&app);
    let body = changed_type(&house, |_| {}).await;
    put(&app, &house.author, "berita", &body).seen(&json!(1)).send(&app).await.assert_refused(403, "forbidden");
    let stranger = app.user("budi", &[]);
    put(&app, &stranger, "berita", &body).seen(&json!(1)).send(&app).await.assert_refused(404, "not_found");
    let requester = app.user("cici", &[(Role::Requester, Some(house.site.id))]);
    for path in ["types", "types/berita", "entries"] {
        let path = format!("/api/v1/sites/portal/{path}");
        Call::get(&path).token(&app.token(&requester)).send(&app).await.assert_refused(403, "forbidden");
        Call::get(&path).token(&app.token(&stranger)).send(&app).await.assert_refused(404, "not_found");
        Call::get(&path).send(&app).await.assert_refused(401, "unauthenticated");
    }
}

async fn a_change_is_tried_before_it_is_made_and_nothing_is_stored(app: TestApp) {
    let house = House::new(&app);
    let dewi = app.user("dewi", &[(Role::WebDeveloper, Some(house.site.id))]);
    let with = house.write("berita", &house.draft(json!({"title": "Ada", "source": "Antara", "place": "Loa Kulu"})));
    house.news("Tanpa");
    let tried = |body: Value| {
        let path = "/api/v1/sites/portal/types/berita/dry-run";
        Call::post(path).token(&app.token(&dewi)).json(&body)
    };
    let body = changed_type(&house, |berita| {
        field(berita, "source")["required"] = json!(true);
        berita["fields"].as_array_mut().unwrap().retain(|field| field["key"] != "place");
        field(berita, "summary")["kind"] = json!("markdown");
    });
    let body = body.await;
    let told = tried(body.clone()).send(&app).await.assert_ok().json();
    assert_eq!((&told["version"], &told["entries"], &told["breaks"]), (&json!(1), &json!(2), &json!(true)));
    let change = |field: &str| told["changes"].as_array().unwrap().iter().find(|one| one["field"] == field).unwrap();
    assert_eq!(change("source"), &json!({"field": "source", "change": "required", "uses": 1, "broken": 1}));
    let removed = json!({"field": "place", "change": "removed", "from": "text", "uses": 1, "broken": 1});
    assert_eq!(change("place"), &removed);
    let kind = json!({"field": "summary", "change": "kind", "from": "text", "to": "markdown", "uses": 0, "broken": 0});
    assert_eq!(change("summary"), &kind);
    assert_eq!((&told["broken_count"], told["broken"].as_array().unwrap().len()), (&json!(2), 2));
    let broken = told["broken"].as_array().unwrap().iter().find(|one| one["entry"] == with.id.as_str()).unwrap();
    assert_eq!((&broken["title"], &broken["errors"][0]["field"]), (&json!("Ada"), &json!("fields.place")));
    // What is live and what is being worked on are one entry.
    house.show(&with);
    house.change(&with, json!({"place": null}));
    let told = tried(body.clone()).send(&app).await.assert_ok().json();
    assert_eq!((&told["entries"], &told["broken_count"]), (&json!(2), &json!(2)));
    let now = house.get("/api/v1/sites/portal/types/berita").await.assert_ok().json();
    assert_eq!(now["version"], 1, "nothing is stored");
    put(&app, &dewi, "berita", &body).seen(&json!(1)).send(&app).await.assert_refused(409, "type_breaks_entries");
    tried(body.clone()).seen(&json!(2)).send(&app).await.assert_refused(412, "stale");
    tried(json!({"title": {"id": "B", "en": "N"}, "fields": []}))
        .send(&app)
        .await
        .assert_refused(422, "bad_definition");
    let fine = tried(changed_type(&house, |berita| field(berita, "source")["max_length"] = json!(900)).await);
    let told = fine.send(&app).await.assert_ok().json();
    assert_eq!((&told["breaks"], &told["changes"], &told["broken"]), (&json!(false), &json!([]), &json!([])));
    let author = Call::post("/api/v1/sites/portal/types/berita/dry-run").token(&app.token(&house.author)).json(&body);
    author.send(&app).await.assert_refused(403, "forbidden");
}

async fn a_change_that_breaks_entries_is_refused_with_the_list(app: TestApp) {
    let house = House::new(&app);
    let dewi = app.user("dewi", &[(Role::WebDeveloper, Some(house.site.id))]);
    let kept = house.write("berita", &house.draft(json!({"title": "Ada sumber", "source": "Antara"})));
    let row = house.news("Tanpa sumber");
    let body = changed_type(&house, |berita| field(berita, "source")["required"] = json!(true)).await;
    let refused = put(&app, &dewi, "berita", &body).seen(&json!(1)).send(&app).await;
    refused.assert_refused(409, "type_breaks_entries");
    assert_eq!(refused.json()["broken_count"], 1);
    assert_eq!(refused.json()["broken"][0]["entry"], row.id.as_str());
    assert_eq!(refused.json()["broken"][0]["errors"][0]["field"], "fields.source");
    // A field that is taken away would lose what is stored in it, also when only citizens see it still.
    house.show(&kept);
    house.change(&kept, json!({"source": null}));
    let without = |berita: &mut Value| berita["fields"].as_array_mut().unwrap().retain(|f| f["key"] != "source");
    let body = changed_type(&house, without).await;
    let refused = put(&app, &dewi, "berita", &body).seen(&json!(1)).send(&app).await;
    refused.assert_refused(409, "type_breaks_entries");
    assert_eq!(refused.json()["broken"][0]["entry"], kept.id.as_str());
    house.hide(&kept).unwrap();
    put(&app, &dewi, "berita", &body).seen(&json!(1)).send(&app).await.assert_ok();
    assert_eq!(house.get("/api/v1/sites/portal/types/berita").await.json()["version"], 2);
}

async fn a_draft_that_was_not_whole_does_not_block_its_type(app: TestApp) {
    let house = House::new(&app);
    let dewi = app.user("dewi", &[(Role::WebDeveloper, Some(house.site.id))]);
    let draft = house.draft(json!({"title": "Rapat"}));
    assert_eq!(code(house.try_write("agenda", &draft)), Code::Invalid);
    house.write_as("agenda", &draft, Completeness::Draft).unwrap();
    let mut body = house.get("/api/v1/sites/portal/types/agenda").await.json();
    field(&mut body, "location")["max_length"] = json!(250);
    put(&app, &dewi, "agenda", &body).seen(&json!(1)).send(&app).await.assert_ok();
}

async fn a_new_type_is_made_and_a_bad_one_is_refused(app: TestApp) {
    let house = House::new(&app);
    let dewi = app.user("dewi", &[(Role::WebDeveloper, Some(house.site.id))]);
    let words = json!({"id": "Sayembara", "en": "Contest"});
    let title = json!({"key": "title", "kind": "text", "label": words, "required": true});
    let body = json!({"title": words, "fields": [title, {"key": "closes", "kind": "date", "label": words}]});
    let made = put(&app, &dewi, "sayembara", &body).send(&app).await.assert_ok();
    assert_eq!((made.status, made.header("location")), (201, "/api/v1/sites/portal/types/sayembara"));
    assert_eq!((&made.json()["key"], &made.json()["version"]), (&json!("sayembara"), &json!(1)));
    let row = house.write("sayembara", &house.draft(json!({"title": "Juru ketik", "closes": "2026-12-01"})));
    assert_eq!(house.items("filter[type]=sayembara").await[0]["url"], format!("/sayembara/{}/", row.slug));
    let bad = [
        (json!({"title": words, "fields": []}), 422, "bad_definition", "fields.title"),
        (json!({"title": words, "fields": [title], "colour": 1}), 400, "unknown_field", "colour"),
        (json!({"title": words, "key": "lain", "fields": [title]}), 422, "bad_definition", "key"),
        (json!({"title": words, "fields": [title, title]}), 422, "bad_definition", "fields.title"),
    ];
    for (body, status, code, field) in bad {
        let refused = put(&app, &dewi, "rusak", &body).send(&app).await;
        refused.assert_refused(status, code);
        assert_eq!(refused.json()["errors"][0]["field"], field);
    }
    house.get("/api/v1/sites/portal/types/rusak").await.assert_refused(404, "not_found");
}

const VACANCY: &str = r#"key = "sayembara"
title = { id = "Lowongan", en = "Vacancy" }

[[fields]]
key = "title"
kind = "text"
label = { id = "Judul", en = "Title" }
required = true
"#;

async fn a_type_is_read_from_a_toml_file_and_what_is_wrong_is_told_with_its_line(app: TestApp) {
    let house = House::new(&app);
    let dewi = app.user("dewi", &[(Role::WebDeveloper, Some(house.site.id))]);
    let send = |kind: &str, source: &str| {
        let call = Call::new("PUT", "/api/v1/sites/portal/types/sayembara").token(&app.token(&dewi));
        call.body(kind, source).send(&app)
    };
    let bad = [
        (VACANCY.replace("kind = \"text\"", "kind = \"teks\""), 6),
        (VACANCY.replace("required", "wajib"), 8),
        (format!("{VACANCY}[[fields]]\nkey = \"Tutup\"\nkind = \"date\"\nlabel = {{ id = \"a\", en = \"b\" }}\n"), 10),
        (VACANCY.replace("key = \"sayembara\"\n", ""), 1),
        ("key = ".to_owned(), 1),
    ];
    for (source, line) in bad {
        let refused = send("application/toml", &source).await;
        refused.assert_refused(422, "bad_definition");
        assert_eq!(
            (&refused.json()["line"], &refused.json()["file"]),
            (&json!(line), &json!("sayembara.toml")),
            "{source}"
        );
    }
    let other = send("application/toml", &VACANCY.replace("sayembara", "lain")).await;
    other.assert_refused(422, "bad_definition");
    assert_eq!(other.json()["errors"][0]["field"], "key");
    send("application/toml", &VACANCY.replace("Judul", "a\\u0000")).await.assert_refused(400, "malformed");
    for kind in ["text/plain", "application/yaml", "text/toml"] {
        send(kind, VACANCY).await.assert_refused(415, "unsupported_media");
    }
    let not_utf8 = Call::new("PUT", "/api/v1/sites/portal/types/sayembara").token(&app.token(&dewi));
    not_utf8.body("application/toml", [0xff]).send(&app).await.assert_refused(400, "malformed");
    house.get("/api/v1/sites/portal/types/sayembara").await.assert_refused(404, "not_found");

    let made = send("Application/TOML; charset=utf-8", VACANCY).await.assert_ok();
    assert_eq!((made.status, &made.json()["title"]["en"]), (201, &json!("Vacancy")));
    send("application/toml", VACANCY).await.assert_refused(428, "if_match_required");
    assert_eq!(house.get("/api/v1/sites/portal/types/sayembara").await.assert_ok().json(), made.json());
}

async fn a_new_site_has_every_shipped_type(app: TestApp) {
    lamin::boot::load_procedures(&app).await.unwrap();
    let admin = app.user("rani", &[(Role::Admin, None), (Role::Author, None)]);
    let post = |path: &str, body: Value| Call::post(path).token(&app.token(&admin)).json(&body).send(&app);
    post("/api/v1/sites", json!({"key": "dinas", "name": "Dinas"})).await.assert_ok();
    let listed = Call::get("/api/v1/sites/dinas/types").token(&app.token(&admin)).send(&app).await.assert_ok().json();
    assert_eq!(listed["items"].as_array().unwrap().len(), types::shipped_keys().count());
    for key in types::shipped_keys() {
        let found = Call::get(&format!("/api/v1/sites/dinas/types/{key}")).token(&app.token(&admin)).send(&app).await;
        assert_eq!(found.assert_ok().json()["key"], key);
    }
    let body = json!({"type": "pengumuman", "fields": {"title": "Libur", "body": "Isi"}});
    post("/api/v1/sites/dinas/entries", body).await.assert_ok();
}

async fn an_entry_is_shown_with_all_that_its_readers_need(app: TestApp) {
    let house = House::new(&app);
    let mut draft = house.draft(json!({"title": "Jembatan Dibuka", "summary": "Ringkas", "source": null}));
    (draft.category, draft.tags) = (Some("infrastruktur".into()), vec!["jalan".into()]);
    let row = house.write("berita", &draft);
    let shown = house.get(&format!("/api/v1/entries/{}", row.id)).await.assert_ok();
    assert_eq!(shown.header("etag"), "\"1\"");
    let entry = shown.json();
    assert_eq!(entry["fields"], json!({"title": "Jembatan Dibuka", "summary": "Ringkas"}));
    let expected = [
        ("site", json!("portal")),
        ("type", json!("berita")),
        ("locale", json!("id")),
        ("slug", json!("jembatan-dibuka")),
        ("step", json!("draft")),
        ("revision", json!(1)),
        ("digest", json!(row.closure)),
        ("revision_digest", json!(row.digest)),
        ("category", json!("infrastruktur")),
        ("tags", json!(["jalan"])),
        ("live", json!(null)),
        ("approved", json!(false)),
        ("origin", json!("written")),
        ("translations", json!([])),
    ];
    for (name, value) in expected {
        assert_eq!(entry[name], value, "{name}");
    }
    assert_eq!(entry["created_by"], json!({"id": house.author.user(), "name": "ani"}));
    house.show(&row);
    let entry = house.get(&format!("/api/v1/entries/{}", row.id)).await.json();
    assert_eq!(
        (&entry["live"]["digest"], &entry["live"]["url"]),
        (&json!(row.closure), &json!("/berita/jembatan-dibuka/"))
    );
}

async fn an_entry_of_another_site_is_not_found(app: TestApp) {
    let house = House::new(&app);
    let row = house.news("Rahasia");
    let dinas = app.site("dinas");
    let stranger = app.token(&app.user("budi", &[(Role::Editor, Some(dinas.id))]));
    let requester = app.token(&app.user("cici", &[(Role::Requester, Some(house.site.id))]));
    let entry = format!("/api/v1/entries/{}", row.id);
    let diff = format!("{entry}/diff?from={0}&to={0}", row.digest);
    for path in [entry.clone(), format!("{entry}/revisions"), format!("{entry}/revisions/{}", row.digest), diff] {
        Call::get(&path).token(&stranger).send(&app).await.assert_refused(404, "not_found");
        Call::get(&path).token(&requester).send(&app).await.assert_refused(403, "forbidden");
        Call::get(&path).send(&app).await.assert_refused(401, "unauthenticated");
        house.get(&path).await.assert_ok();
    }
    house.get("/api/v1/entries/tiada").await.assert_refused(404, "not_found");
    house.get(&format!("{entry}?fields=title")).await.assert_refused(400, "unknown_parameter");
}

async fn a_slug_comes_from_the_title_and_is_numbered_when_taken(app: TestApp) {
    let house = House::new(&app);
    let slugs: Vec<_> = (0..3).map(|_| house.news("Pasar & Murah").slug.to_string()).collect();
    assert_eq!(slugs, ["pasar-dan-murah", "pasar-dan-murah-2", "pasar-dan-murah-3"]);
    assert_eq!(house.news("…").slug.as_str(), "berita");
    let page = house.write("halaman", &house.draft(json!({"title": "Pasar & Murah"})));
    assert_eq!(page.slug.as_str(), "pasar-dan-murah", "another type has addresses of its own");
    let english = Draft { locale: Locale::parse("en").unwrap(), ..house.draft(json!({"title": "Pasar & Murah"})) };
    assert_eq!(house.write("berita", &english).slug.as_str(), "pasar-dan-murah");
    let french = Draft { locale: Locale::parse("fr").unwrap(), ..house.draft(json!({"title": "Marché"})) };
    assert_eq!(faults(house.try_write("berita", &french)), [("locale".into(), "not_a_locale_of_the_site".into())]);
}

async fn a_slug_that_was_asked_for_is_refused_when_taken(app: TestApp) {
    let house = House::new(&app);
    let wanted = Slug::parse("apbd").unwrap();
    let draft = Draft { slug: Some(wanted.clone()), ..house.draft(json!({"title": "APBD"})) };
    let row = house.write("berita", &draft);
    assert_eq!(code(house.try_write("berita", &draft)), Code::Taken);
    let other = house.news("Lain");
    assert_eq!(code(house.try_change(&other, &Patch { slug: Some(wanted), ..Patch::default() })), Code::Taken);
    // What citizens still find there is taken as well, although it is called otherwise by now.
    house.show(&row);
    let renamed = house.rename(&row, "apbd-2027");
    assert_eq!(code(house.try_write("berita", &draft)), Code::Taken);
    house.hide(&renamed).unwrap();
    assert!(house.try_write("berita", &draft).is_ok());
}

async fn what_an_entry_names_must_exist(app: TestApp) {
    let house = House::new(&app);
    let dewi = app.user("dewi", &[(Role::WebDeveloper, Some(house.site.id))]);
    let words = json!({"id": "A", "en": "A"});
    let body = json!({"title": words, "fields": [
        {"key": "title", "kind": "text", "label": words, "required": true},
        {"key": "body", "kind": "markdown", "label": words},
        {"key": "files", "kind": "asset", "label": words, "many": true},
        {"key": "about", "kind": "reference", "label": words, "types": ["pejabat"]},
    ]});
    put(&app, &dewi, "rujukan", &body).send(&app).await.assert_ok();
    let uploaded = Call::post("/api/v1/sites/portal/assets").token(&app.token(&house.author));
    let uploaded = uploaded.file("a.txt", b"isi").send(&app).await.assert_ok().json();
    let known = uploaded["items"][0]["digest"].as_str().unwrap().to_owned();
    let official = house.write("pejabat", &house.draft(json!({"title": "Ani"})));
    let news = house.news("Bukan pejabat");
    let unknown = Digest::of("tiada");
    let draft = |files: Value, body: String, about: EntryId| {
        house.draft(json!({"title": "A", "files": files, "body": body, "about": about}))
    };
    let good = draft(json!([known]), format!("![x](asset:{known})"), official.id);
    let row = house.write("rujukan", &good);
    assert_ne!(row.closure, row.digest);
    let bad = draft(json!([known, unknown]), format!("[x](asset:{unknown})"), news.id);
    let expected =
        [("fields.body", "unknown_asset"), ("fields.files[1]", "unknown_asset"), ("fields.about", "wrong_type")];
    assert_eq!(faults(house.try_write("rujukan", &bad)), expected.map(|(field, code)| (field.into(), code.into())));
    let nobody = draft(json!([]), String::new(), app.id(EntryId::new));
    assert_eq!(faults(house.try_write("rujukan", &nobody)), [("fields.about".into(), "unknown_entry".into())]);
}

async fn a_unique_value_is_taken_once(app: TestApp) {
    let house = House::new(&app);
    let dewi = app.user("dewi", &[(Role::WebDeveloper, Some(house.site.id))]);
    let words = json!({"id": "A", "en": "A"});
    let body = json!({"title": words, "fields": [
        {"key": "title", "kind": "text", "label": words, "required": true},
        {"key": "number", "kind": "text", "label": words, "unique": true},
    ]});
    put(&app, &dewi, "surat", &body).send(&app).await.assert_ok();
    let letter = |number: &str| house.draft(json!({"title": "Surat", "number": number}));
    let first = house.write("surat", &letter("1"));
    assert_eq!(faults(house.try_write("surat", &letter("1"))), [("fields.number".into(), "taken".into())]);
    let first = house.change(&first, json!({"title": "Surat pertama"}));
    house.change(&first, json!({"number": "2"}));
    assert!(house.try_write("surat", &letter("1")).is_ok());
    assert_eq!(code(house.try_write("surat", &letter("2"))), Code::Taken);
}

async fn every_change_is_a_revision_and_nothing_is_lost(app: TestApp) {
    let house = House::new(&app);
    let first = house.news("Pertama");
    let second = house.change(&first, json!({"title": "Kedua", "summary": "s"}));
    assert_eq!((second.version, second.revision, second.title.as_str()), (2, 2, "Kedua"));
    assert_eq!(code(house.try_change(&second, &Patch::default())), Code::NothingChanged);
    let back = house.change(&second, json!({"title": "Pertama", "summary": null}));
    assert_eq!((back.digest, back.closure), (first.digest, first.closure), "equal content has one digest");
    let path = format!("/api/v1/entries/{}/revisions", first.id);
    let listed = house.get(&format!("{path}?limit=2")).await.assert_ok().json();
    let numbers =
        |page: &Value| page["items"].as_array().unwrap().iter().map(|r| r["number"].clone()).collect::<Vec<_>>();
    assert_eq!(numbers(&listed), [json!(3), json!(2)]);
    let next = listed["next_cursor"].as_str().unwrap();
    let rest = house.get(&format!("{path}?limit=2&cursor={next}")).await.json();
    assert_eq!((numbers(&rest), &rest["next_cursor"]), (vec![json!(1)], &json!(null)));
    let one = house.get(&format!("{path}/{}", second.digest)).await.assert_ok().json();
    assert_eq!((&one["number"], &one["content"]["fields"]["title"]), (&json!(2), &json!("Kedua")));
    assert_eq!(Digest::of_json(&one["content"]), second.digest, "what is shown gives the digest");
    house.get(&format!("{path}/{}", Digest::of("x"))).await.assert_refused(404, "not_found");
    house.get(&format!("{path}?cursor=%25")).await.assert_refused(400, "bad_cursor");
    let authors = app.db.read_blocking(|c| store::authors_since(c, first.id, 1)).unwrap();
    assert_eq!(authors, [house.author.user().unwrap()]);
    assert_eq!(app.db.read_blocking(|c| store::authors_since(c, first.id, 3)).unwrap(), []);
}

async fn two_writers_cannot_both_win(app: TestApp) {
    let house = House::new(&app);
    let seen = house.news("Bersama");
    let won = house.change(&seen, json!({"title": "Saya dulu"}));
    let patch = Patch { category: Some(Some("budaya".into())), ..Patch::default() };
    let lost = house.try_change(&seen, &patch).unwrap_err();
    assert_eq!(lost.refusal().unwrap().code(), Code::Stale);
    assert_eq!(lost.refusal().unwrap().extras()["current_version"], won.version);
    let now = app.now();
    let state = app
        .db
        .write_blocking(|tx| store::save_state(tx, &EntryRow { step: "handed_over".into(), ..seen.clone() }, now));
    assert_eq!(code(state), Code::Stale);
    let stored = app.db.read_blocking(|c| store::require(c, seen.id)).unwrap();
    assert_eq!(stored, won);
}

async fn revisions_differ_field_by_field(app: TestApp) {
    let house = House::new(&app);
    let first = house.write("berita", &house.draft(json!({"title": "Harga beras naik", "source": "Antara"})));
    let second = house.change(&first, json!({"title": "Harga beras turun", "source": null, "author": "Ani"}));
    let path = format!("/api/v1/entries/{}/diff", first.id);
    let found = house.get(&format!("{path}?from={}&to={}", first.digest, second.digest)).await.assert_ok().json();
    assert_eq!(found["fields"][0], json!({"field": "fields.author", "after": "Ani"}));
    assert_eq!(found["fields"][1], json!({"field": "fields.source", "before": "Antara"}));
    assert_eq!(
        found["fields"][2]["pieces"],
        json!([
            {"change": "equal", "text": "Harga beras "},
            {"change": "deleted", "text": "naik"},
            {"change": "inserted", "text": "turun"},
        ])
    );
    let same = house.get(&format!("{path}?from={0}&to={0}", first.digest)).await.assert_ok().json();
    assert_eq!(same["fields"], json!([]));
    house.get(&format!("{path}?from={}", first.digest)).await.assert_refused(400, "malformed");
    house.get(&format!("{path}?from={}&to={}", first.digest, Digest::of("x"))).await.assert_refused(404, "not_found");
}

async fn lists_are_filtered_sorted_and_paged(app: TestApp) {
    let house = House::new(&app);
    let tagged = |title: &str, category: &str, tags: &[&str]| Draft {
        category: Some(category.into()),
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        ..house.draft(json!({"title": title}))
    };
    let a = house.write("berita", &tagged("Cerita", "budaya", &["satu data", "b"]));
    house.write("berita", &tagged("Angka", "ekonomi", &["b"]));
    house.write("artikel", &tagged("Budi", "budaya", &[]));
    app.clock.advance(24 * HOUR);
    let english = Draft { locale: Locale::parse("en").unwrap(), ..tagged("Dance", "budaya", &["c"]) };
    house.write("berita", &english);
    house.show(&a);
    let expected: [(&str, &[&str]); 26] = [
        ("", &["dance", "budi", "angka", "cerita"]),
        ("sort=updated_at", &["cerita", "angka", "budi", "dance"]),
        ("sort=created_at", &["cerita", "angka", "budi", "dance"]),
        ("sort=title", &["angka", "budi", "cerita", "dance"]),
        ("sort=-title", &["dance", "cerita", "budi", "angka"]),
        ("sort=-published_at", &["cerita"]),
        ("filter[type]=artikel", &["budi"]),
        ("filter[type][ne]=berita", &["budi"]),
        ("filter[type][in]=artikel,agenda", &["budi"]),
        ("filter[locale]=en", &["dance"]),
        ("filter[step]=draft&filter[category]=ekonomi", &["angka"]),
        ("filter[step]=published", &[]),
        ("filter[category]=budaya&sort=title", &["budi", "cerita", "dance"]),
        ("filter[tag]=b", &["angka", "cerita"]),
        ("filter[tag]=satu%20data", &["cerita"]),
        ("filter[tag]=satu-data", &["cerita"]),
        ("filter[tag][in]=c,satu%20data", &["dance", "cerita"]),
        ("filter[tag]=b&filter[type]=berita&sort=title", &["angka", "cerita"]),
        ("filter[slug]=budi", &["budi"]),
        ("filter[slug][prefix]=c", &["cerita"]),
        ("filter[title][prefix]=Cer", &["cerita"]),
        ("q=ERIT", &["cerita"]),
        ("q=%25", &[]),
        ("filter[created_at][gte]=2026-11-24", &["dance"]),
        ("filter[updated_at][lt]=2026-11-24T00:00:00Z", &["budi", "angka", "cerita"]),
        ("filter[published_at][gt]=2026-11-24", &["cerita"]),
    ];
    for (query, slugs) in expected {
        assert_eq!(house.slugs(query).await, slugs, "{query}");
    }
    for sort in ["-updated_at", "updated_at", "title", "-title", "created_at", "-created_at"] {
        let whole = house.slugs(&format!("sort={sort}")).await;
        let (mut paged, mut cursor) = (Vec::new(), String::new());
        loop {
            let page =
                house.get(&format!("/api/v1/sites/portal/entries?sort={sort}&limit=1{cursor}")).await.assert_ok();
            let page = page.json();
            paged
                .extend(page["items"].as_array().unwrap().iter().map(|item| item["slug"].as_str().unwrap().to_owned()));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(paged, whole, "{sort}");
    }
}

async fn a_list_gives_the_fields_that_are_asked_for(app: TestApp) {
    let house = House::new(&app);
    let row = house.write("berita", &house.draft(json!({"title": "A", "summary": "s", "body": "isi"})));
    let plain = &house.items("").await[0];
    assert_eq!(
        plain,
        &json!({
            "id": row.id, "type": "berita", "slug": "a", "locale": "id", "step": "draft", "title": "A",
            "category": null, "tags": [], "published_at": null, "publish_at": null, "unpublish_at": null, "review_at": null,
            "updated_at": row.updated_at, "version": 1, "digest": row.closure,
            "url": "/berita/a/",
        })
    );
    let asked = &house.items("fields=body,author").await[0];
    assert_eq!(asked["fields"], json!({"body": "isi"}));
    let unknown = house.get("/api/v1/sites/portal/entries?fields=colour").await;
    unknown.assert_refused(400, "unknown_field");
    assert_eq!(unknown.json()["errors"][0]["field"], "colour");
}

async fn what_a_list_does_not_know_is_named(app: TestApp) {
    let house = House::new(&app);
    let refused = [
        ("colour=red", 400, "unknown_parameter", "colour"),
        ("filter[colour]=red", 400, "unknown_filter", "filter[colour][eq]"),
        ("filter[tag][lt]=a", 400, "unknown_filter", "filter[tag][lt]"),
        ("filter[created_at]=kemarin", 422, "invalid", "filter[created_at][eq]"),
        ("sort=size", 400, "unknown_parameter", "sort"),
        ("trashed=maybe", 400, "malformed", "trashed"),
    ];
    for (query, status, code, field) in refused {
        let reply = house.get(&format!("/api/v1/sites/portal/entries?{query}")).await;
        reply.assert_refused(status, code);
        assert_eq!(reply.json()["errors"][0]["field"], field);
    }
    house.get("/api/v1/sites/portal/entries?limit=101").await.assert_refused(400, "bad_limit");
    house.get("/api/v1/sites/portal/entries?cursor=YQo").await.assert_refused(400, "bad_cursor");
}

async fn nul_characters_are_refused_and_break_nothing(app: TestApp) {
    let house = House::new(&app);
    let dewi = app.user("dewi", &[(Role::WebDeveloper, Some(house.site.id))]);
    house.get("/api/v1/sites/portal/entries?filter[title]=%00").await.assert_refused(400, "malformed");
    house.get("/api/v1/sites/portal/types/%00").await.assert_refused(404, "not_found");
    house.get("/api/v1/sites/%00/types").await.assert_refused(404, "not_found");
    house.get("/api/v1/procedures/a%00b").await.assert_refused(404, "not_found");
    let words = json!({"id": "A\0", "en": "A"});
    let title = json!({"key": "title", "kind": "text", "label": words, "required": true});
    let body = json!({"title": words, "fields": [title]});
    put(&app, &dewi, "nol", &body).send(&app).await.assert_refused(400, "malformed");
}

async fn the_trash_is_a_list_of_its_own(app: TestApp) {
    let house = House::new(&app);
    let (a, b) = (house.news("A"), house.news("B"));
    house.news("C");
    for row in [&b, &a] {
        house.save(&EntryRow { trashed_at: Some(app.now()), ..row.clone() });
        app.clock.advance(SECOND);
    }
    assert_eq!(house.slugs("").await, ["c"]);
    assert_eq!(house.slugs("trashed=true").await, ["a", "b"]);
    let first = house.get("/api/v1/sites/portal/entries?trashed=true&limit=1").await.json();
    let next = first["next_cursor"].as_str().unwrap().to_owned();
    assert_eq!(house.slugs(&format!("trashed=true&limit=1&cursor={next}")).await, ["b"]);
    assert_eq!(house.news("A").slug.as_str(), "a", "what is in the trash holds no address");
}

async fn what_is_live_has_an_address_of_its_own(app: TestApp) {
    let house = House::new(&app);
    let first = house.news("Sama");
    house.show(&first);
    house.save(&EntryRow { trashed_at: Some(app.now()), ..first.clone() });
    // Only by way of the trash can two entries want one address.
    let mut second = house.news("Lain");
    second.slug = first.slug.clone();
    assert_eq!(code(house.try_show(&second)), Code::Taken);
    assert_eq!(code(house.hide(&second)), Code::NotLive);
    let shown = app.db.read_blocking(|c| live::find(c, first.id)).unwrap().unwrap();
    assert_eq!((shown.digest, shown.card["title"].clone()), (first.digest, json!("Sama")));
}

async fn an_old_address_leads_on_until_another_takes_it(app: TestApp) {
    let house = House::new(&app);
    let site = house.site.id;
    let former = || {
        let found = app.db.read_blocking(move |c| live::former_addresses(c, site)).unwrap();
        found.into_iter().map(|address| (address.slug.to_string(), address.entry_id)).collect::<Vec<_>>()
    };
    let row = house.news("Satu");
    house.show(&row);
    let row = house.rename(&row, "dua");
    assert_eq!(former(), [], "nothing changes for citizens before the entry is shown");
    house.show(&row);
    let row = house.rename(&row, "tiga");
    house.show(&row);
    assert_eq!(former(), [("dua".to_owned(), row.id), ("satu".to_owned(), row.id)]);
    let other = house.news("Satu");
    assert_eq!(other.slug.as_str(), "satu");
    house.show(&other);
    assert_eq!(former(), [("dua".to_owned(), row.id)]);
    let row = house.rename(&row, "dua");
    house.show(&row);
    assert_eq!(former(), [("tiga".to_owned(), row.id)]);
}

async fn every_change_of_what_is_live_is_counted(app: TestApp) {
    let house = House::new(&app);
    let site = house.site.id;
    let (a, b) = (house.news("A"), house.news("B"));
    assert_eq!((house.show(&a), house.show(&b)), (1, 2));
    let published_at = app.now();
    app.clock.advance(HOUR);
    let a = app.db.read_blocking(|c| store::require(c, a.id)).unwrap();
    assert_eq!(a.published_at, Some(published_at));
    let a = house.change(&a, json!({"title": "AA"}));
    assert_eq!(house.show(&a), 3);
    assert_eq!(house.hide(&b).unwrap(), 4);
    let shown = app.db.read_blocking(move |c| live::list(c, site)).unwrap();
    assert_eq!(shown.len(), 1);
    assert_eq!((shown[0].entry_id, shown[0].revision, shown[0].sequence), (a.id, 2, 3));
    assert_eq!((shown[0].published_at, shown[0].updated_at > published_at), (published_at, true));
    assert_eq!(app.db.read_blocking(move |c| live::list_since(c, site, 3)).unwrap(), []);
    let changes = app.db.read_blocking(move |c| live::changes_since(c, site, 1)).unwrap();
    let changes: Vec<_> =
        changes.iter().map(|change| (change.sequence, change.kind.as_str(), change.entry_id)).collect();
    assert_eq!(changes, [(2, "shown", b.id), (3, "shown", a.id), (4, "hidden", b.id)]);
    let counted: i64 =
        app.db.read_blocking(move |c| Ok(sites::table.find(site).select(sites::live_sequence).first(c)?)).unwrap();
    assert_eq!(counted, 4);
}

async fn many_entries_go_live_at_once_as_they_would_one_by_one(app: TestApp) {
    let house = House::new(&app);
    let site = house.site.id;
    let (moves, stays, page) =
        (house.news("Satu"), house.news("Dua"), house.write("halaman", &house.draft(json!({"title": "Satu"}))));
    house.show(&moves);
    house.show(&stays);
    let first_published = app.now();
    app.clock.advance(HOUR);
    let stored = |row: &EntryRow| app.db.read_blocking(|c| store::require(c, row.id)).unwrap();
    let moves = house.rename(&stored(&moves), "pindah");
    let stays = house.change(&stored(&stays), json!({"summary": "Baru"}));
    house.try_show_all(&[&moves, &page, &stays]).unwrap();

    let shown = app.db.read_blocking(move |c| live::list(c, site)).unwrap();
    let order: Vec<_> = shown.iter().map(|live| (live.sequence, live.entry_id, live.slug.as_str())).collect();
    assert_eq!(order, [(3, moves.id, "pindah"), (4, page.id, "satu"), (5, stays.id, "dua")]);
    assert!(shown.iter().all(|live| stored_at(&app, live.entry_id) == Some(live.published_at)));
    assert!(shown[0].published_at == first_published && shown[1].published_at > first_published);
    let former = app.db.read_blocking(move |c| live::former_addresses(c, site)).unwrap();
    assert_eq!(former.iter().map(|old| (old.slug.as_str(), old.entry_id)).collect::<Vec<_>>(), [("satu", moves.id)]);
    let changes = app.db.read_blocking(move |c| live::changes_since(c, site, 2)).unwrap();
    let changes: Vec<_> =
        changes.iter().map(|change| (change.sequence, change.kind.as_str(), change.entry_id)).collect();
    assert_eq!(changes, [(3, "shown", moves.id), (4, "shown", page.id), (5, "shown", stays.id)]);

    let (new, taken) = (house.news("Baru"), house.rename(&house.news("Lain"), "sementara"));
    let taken = EntryRow { slug: stays.slug.clone(), ..taken };
    let refused = house.try_show_all(&[&new, &taken]).unwrap_err();
    assert_eq!(refused.refusal().map(|refusal| refusal.code()), Some(Code::Taken));
    let twin = EntryRow { slug: new.slug.clone(), ..taken };
    let refused = house.try_show_all(&[&new, &twin]).unwrap_err();
    assert_eq!(refused.refusal().map(|refusal| refusal.code()), Some(Code::Taken));
    assert_eq!(app.db.read_blocking(move |c| live::list(c, site)).unwrap().len(), 3, "none of them is shown");
    house.try_show_all(&[]).unwrap();
}

fn stored_at(app: &TestApp, id: EntryId) -> Option<Timestamp> {
    app.db.read_blocking(|c| store::require(c, id)).unwrap().published_at
}

async fn colours_that_are_hard_to_read_on_each_other_are_refused_where_the_settings_are_written(app: TestApp) {
    let house = House::new(&app);
    let write = |ink: &str| {
        let fields = json!({"title": "Situs", "color": "#1f5c4a", "color_text": ink});
        house.try_write("pengaturan", &house.draft(fields))
    };
    let refused = write("#2f6c5a").unwrap_err();
    let fault = &refused.refusal().unwrap().field_refusals()[0];
    assert_eq!((fault.field.as_str(), fault.code.as_str()), ("fields.color_text", "contrast_too_low"));
    assert!(fault.detail.contains("at least 4.5 to 1"), "{}", fault.detail);
    write("#f2d38b").unwrap();
}
