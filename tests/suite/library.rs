//! The library of files: where they are used, folders and tags, the trash, and what may be thrown away for good.

use std::io::Write;
use std::process::Command;

use diesel::prelude::*;
use lamin::content::live;
use lamin::db::schema::{asset_uses, assets, derivatives, installation};
use lamin::db::{DbSettings, Engine};
use lamin::identity::Role;
use lamin::kernel::Digest;
use lamin::kernel::time::DAY;
use lamin::media::library::care::Collected;
use serde_json::{Value, json};

use crate::editorial::{Item, Newsroom};
use crate::hostile_files::made::{packed, pdf_with, stream};
use crate::on_both;
use crate::support::{Call, Reply, TestApp};

on_both!(
    a_file_tells_which_entries_name_it,
    what_is_in_use_does_not_go_into_the_trash,
    a_file_in_the_trash_is_placed_by_nobody_and_comes_back,
    files_are_found_by_folder_tag_kind_words_and_whether_they_are_used,
    many_files_are_changed_together_or_not_at_all,
    another_file_takes_the_place_of_one_and_what_shows_it_is_approved_again,
    who_describes_files_may_not_always_trash_them,
    only_what_nobody_names_is_forgotten_and_removed,
    damage_and_loss_are_found,
    a_document_tells_what_its_readers_get,
    an_older_installation_learns_once_which_files_its_revisions_name,
);

const PATH: &str = "/api/v1/sites/portal/assets";

async fn upload(room: &Newsroom, name: &str, bytes: &[u8]) -> String {
    let reply = Call::post(PATH).token(&room.token(Role::Author)).file(name, bytes).send(&room.app).await.assert_ok();
    reply.json()["items"][0]["digest"].as_str().unwrap().to_owned()
}

async fn written_with<'n>(room: &'n Newsroom, title: &str, digest: &str) -> Item<'n> {
    let item = room.written(title).await;
    item.edits(Role::Author, json!({"body": format!("[Lampiran](asset:{digest})")})).await.assert_ok();
    item
}

async fn uses(room: &Newsroom, digest: &str) -> Value {
    room.get(Role::Author, &format!("{PATH}/{digest}/uses")).await.assert_ok().json()
}

async fn names(room: &Newsroom, query: &str) -> Vec<String> {
    let page = room.get(Role::Author, &format!("{PATH}?{query}")).await.assert_ok().json();
    let items = page["items"].as_array().unwrap().iter();
    let mut names: Vec<String> = items.map(|asset| asset["name"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

async fn trash(room: &Newsroom, role: Role, digest: &str) -> Reply {
    let path = format!("{PATH}/{digest}");
    Call::new("DELETE", &path).token(&room.token(role)).send(&room.app).await
}

async fn restore(room: &Newsroom, digest: &str) -> Reply {
    Call::post(&format!("{PATH}/{digest}/restore")).token(&room.token(Role::Author)).send(&room.app).await
}

async fn bulk(room: &Newsroom, body: Value) -> Reply {
    Call::post(&format!("{PATH}/bulk")).token(&room.token(Role::Author)).json(&body).send(&room.app).await
}

async fn a_file_tells_which_entries_name_it(app: TestApp) {
    let room = Newsroom::open(app);
    let digest = upload(&room, "denah.txt", b"denah").await;
    assert_eq!(uses(&room, &digest).await, json!({"items": [], "ever": 0}));
    let item = written_with(&room, "Denah kantor", &digest).await;
    let named = |live: bool, newest: bool| json!([{"entry": item.id, "type": "berita", "locale": "id", "title": "Denah kantor", "live": live, "newest": newest}]);
    assert_eq!(uses(&room, &digest).await["items"], named(false, true));
    item.goes_to("published").await;
    assert_eq!(uses(&room, &digest).await["items"], named(true, true));
    item.does(Role::Author, json!({"command": "revise"})).await.assert_ok();
    item.edits(Role::Author, json!({"body": "Tanpa lampiran"})).await.assert_ok();
    assert_eq!(uses(&room, &digest).await["items"], named(true, false), "citizens still see it");
    for step in ["submit", "claim", "forward"] {
        let role = if step == "submit" { Role::Author } else { Role::Editor };
        item.does(role, json!({"command": step})).await.assert_ok();
    }
    item.goes_to("published").await;
    assert_eq!(uses(&room, &digest).await, json!({"items": [], "ever": 1}), "what was once approved names it");
}

async fn what_is_in_use_does_not_go_into_the_trash(app: TestApp) {
    let room = Newsroom::open(app);
    let digest = upload(&room, "denah.txt", b"denah").await;
    let item = written_with(&room, "Denah kantor", &digest).await;
    let refused = trash(&room, Role::Author, &digest).await;
    refused.assert_refused(409, "in_use");
    assert_eq!(refused.json()["uses"][0]["entry"], json!(item.id));
    item.edits(Role::Author, json!({"body": "Tanpa lampiran"})).await.assert_ok();
    assert_eq!(trash(&room, Role::Author, &digest).await.status, 204);
    trash(&room, Role::Author, &digest).await.assert_refused(409, "nothing_changed");
    assert_eq!((names(&room, "").await, names(&room, "trash=true").await), (vec![], vec!["denah.txt".to_owned()]));
}

async fn a_file_in_the_trash_is_placed_by_nobody_and_comes_back(app: TestApp) {
    let room = Newsroom::open(app);
    let digest = upload(&room, "denah.txt", b"denah").await;
    trash(&room, Role::Author, &digest).await.assert_ok();
    let item = room.written("Denah kantor").await;
    let place = || item.edits(Role::Author, json!({"body": format!("[Lampiran](asset:{digest})")}));
    let refused = place().await;
    refused.assert_refused(422, "invalid");
    assert_eq!(refused.json()["errors"][0]["code"], "unknown_asset");
    restore(&room, &digest).await.assert_ok();
    restore(&room, &digest).await.assert_refused(409, "nothing_changed");
    place().await.assert_ok();
    item.edits(Role::Author, json!({"body": "Tanpa lampiran"})).await.assert_ok();
    trash(&room, Role::Author, &digest).await.assert_ok();
    assert_eq!(upload(&room, "lagi.txt", b"denah").await, digest);
    assert_eq!(names(&room, "").await, ["denah.txt"], "who uploads it again has it out of the trash");
}

async fn files_are_found_by_folder_tag_kind_words_and_whether_they_are_used(app: TestApp) {
    let room = Newsroom::open(app);
    let plan = upload(&room, "denah.txt", b"denah").await;
    let table = upload(&room, "anggaran.csv", b"a,b\n1,2\n").await;
    let patch = |digest: &str, body: Value| {
        Call::new("PATCH", &format!("{PATH}/{digest}")).token(&room.token(Role::Author)).seen(&json!(1)).json(&body)
    };
    let about = json!({"folder": " kantor / 2026 ", "tags": ["Gedung Baru"], "source": "Dinas PU 100%", "licence": "CC BY 4.0", "consent": "Tidak ada orang"});
    let told = patch(&plan, about).send(&room.app).await.assert_ok().json();
    assert_eq!((&told["folder"], &told["licence"]), (&json!("kantor/2026"), &json!("CC BY 4.0")));
    written_with(&room, "Anggaran", &table).await;
    let folders = room.get(Role::Author, "/api/v1/sites/portal/asset-folders").await.assert_ok().json();
    assert_eq!(folders["items"], json!([{"folder": "", "files": 1}, {"folder": "kantor/2026", "files": 1}]));
    for (query, found) in [
        ("folder=kantor/2026", "denah.txt"),
        ("folder=", "anggaran.csv"),
        ("tag=gedung-baru", "denah.txt"),
        ("q=DINAS+pu+100%25", "denah.txt"),
        ("q=anggar", "anggaran.csv"),
        ("unused=true", "denah.txt"),
    ] {
        assert_eq!(names(&room, query).await, [found], "{query}");
    }
    assert_eq!(names(&room, "kind=text").await.len(), 2);
    assert_eq!(names(&room, "q=100%25x").await, [""; 0], "a percent sign is a letter like any other");
    assert_eq!(
        names(&room, "q=en").await,
        ["denah.txt"],
        "the name has these letters; what is written in JSON does not count"
    );
    room.get(Role::Author, &format!("{PATH}?kind=lagu")).await.assert_refused(400, "malformed");
    let bad = patch(&table, json!({"folder": "../etc"})).send(&room.app).await;
    bad.assert_refused(422, "invalid");
    patch(&table, json!({"tags": ["…"]})).send(&room.app).await.assert_refused(422, "invalid");
}

async fn many_files_are_changed_together_or_not_at_all(app: TestApp) {
    let room = Newsroom::open(app);
    let (one, two) = (upload(&room, "a.txt", b"a").await, upload(&room, "b.txt", b"b").await);
    let all = json!([one, two]);
    let changed =
        bulk(&room, json!({"digests": all, "folder": "arsip", "add_tags": ["lama"]})).await.assert_ok().json();
    assert_eq!((&changed["items"][1]["folder"], &changed["items"][1]["tags"]), (&json!("arsip"), &json!(["lama"])));
    written_with(&room, "Memakai b", &two).await;
    bulk(&room, json!({"digests": all, "trash": true})).await.assert_refused(409, "in_use");
    assert_eq!(names(&room, "").await, ["a.txt", "b.txt"], "one that is in use keeps the other");
    let unknown = json!([one, Digest::of("tiada")]);
    bulk(&room, json!({"digests": unknown, "folder": "lain"})).await.assert_refused(404, "not_found");
    bulk(&room, json!({"digests": all})).await.assert_refused(422, "invalid");
    bulk(&room, json!({"digests": [one, one, two], "remove_tags": ["Lama"]})).await.assert_ok();
    assert_eq!((names(&room, "tag=lama").await.len(), names(&room, "folder=arsip").await.len()), (0, 2));
    bulk(&room, json!({"digests": [], "folder": "x"})).await.assert_refused(422, "invalid");
    bulk(&room, json!({"digests": [one], "trash": true})).await.assert_ok();
    assert_eq!(names(&room, "trash=true").await, ["a.txt"]);
}

async fn another_file_takes_the_place_of_one_and_what_shows_it_is_approved_again(app: TestApp) {
    let room = Newsroom::open(app);
    let (old, new) = (upload(&room, "lama.txt", b"lama").await, upload(&room, "baru.txt", b"baru").await);
    let said = json!({"alt": {"id": "Denah", "en": ""}, "folder": "kantor"});
    let patch =
        Call::new("PATCH", &format!("{PATH}/{old}")).token(&room.token(Role::Author)).seen(&json!(1)).json(&said);
    patch.send(&room.app).await.assert_ok();
    let live = written_with(&room, "Tayang", &old).await;
    live.goes_to("published").await;
    let draft = written_with(&room, "Rancangan", &old).await;
    let replace = |with: &str| {
        let call = Call::post(&format!("{PATH}/{old}/replace")).token(&room.token(Role::Author));
        call.json(&json!({ "with": with }))
    };
    replace(&old).send(&room.app).await.assert_refused(422, "invalid");
    replace(Digest::of("tiada").as_str()).send(&room.app).await.assert_refused(422, "invalid");
    // What an editor has in hand an author may not change, and then nothing is changed.
    let claimed = written_with(&room, "Di tangan penyunting", &old).await;
    claimed.goes_to("editing").await;
    let refused = replace(&new).send(&room.app).await;
    refused.assert_refused(403, "forbidden");
    assert_eq!(refused.json()["title"], "Di tangan penyunting");
    assert_eq!(uses(&room, &new).await["items"], json!([]));
    claimed.edits(Role::Editor, json!({"body": "Tanpa lampiran"})).await.assert_ok();

    let replaced = replace(&new).send(&room.app).await.assert_ok().json();
    let mut steps: Vec<_> = replaced["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|i| (i["title"].as_str().unwrap(), i["step"].as_str().unwrap()))
        .collect();
    steps.sort_unstable();
    assert_eq!(steps, [("Rancangan", "draft"), ("Tayang", "draft")]);
    let of_old = uses(&room, &old).await;
    assert_eq!((of_old["items"].as_array().unwrap().len(), &of_old["items"][0]["newest"]), (1, &json!(false)));
    assert_eq!(of_old["items"][0]["live"], true, "citizens see the old one until the new one is approved");
    let told = room.get(Role::Author, &format!("{PATH}/{new}")).await.assert_ok().json();
    assert_eq!((&told["alt"]["id"], &told["folder"]), (&json!("Denah"), &json!("kantor")));
    live.does(Role::Publisher, json!({"command": "publish"})).await.assert_refused(409, "wrong_step");
    live.goes_to("published").await;
    assert_eq!(uses(&room, &old).await["items"], json!([]));
    let _ = draft;
}

async fn who_describes_files_may_not_always_trash_them(app: TestApp) {
    let room = Newsroom::open(app);
    let digest = upload(&room, "a.txt", b"a").await;
    trash(&room, Role::Publisher, &digest).await.assert_refused(403, "forbidden");
    let body = json!({"digests": [digest], "trash": true});
    let call = Call::post(&format!("{PATH}/bulk")).token(&room.token(Role::Publisher)).json(&body);
    call.send(&room.app).await.assert_refused(403, "forbidden");
    room.get(Role::Requester, &format!("{PATH}/{digest}/uses")).await.assert_refused(403, "forbidden");
}

/// Runs the program beside an app, with its folders and database: whether it went well, and what it said.
pub fn lamin(app: &TestApp, arguments: &[&str]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lamin"));
    command.args(["--data".as_ref(), app.config.data.as_os_str(), "--public".as_ref(), app.config.public.as_os_str()]);
    if let DbSettings::Postgres { url, .. } = app.config.database() {
        command.args(["--set", &format!("database_url={url}")]);
    }
    let output = command.args(arguments).output().unwrap();
    (output.status.success(), String::from_utf8(output.stdout).unwrap() + &String::from_utf8_lossy(&output.stderr))
}

async fn only_what_nobody_names_is_forgotten_and_removed(app: TestApp) {
    let room = Newsroom::open(app);
    let named = upload(&room, "named.txt", b"named").await;
    let once = upload(&room, "once.txt", b"once").await;
    let unused = upload(&room, "unused.txt", b"unused").await;
    let item = written_with(&room, "Nama", &named).await;
    let other = written_with(&room, "Pernah", &once).await;
    other.edits(Role::Author, json!({"body": "Tidak lagi"})).await.assert_ok();
    item.goes_to("published").await;
    for digest in [&once, &unused] {
        trash(&room, Role::Author, digest).await.assert_ok();
    }
    let orphan = Digest::of(b"orphan");
    room.app.storage.put(&orphan, b"orphan").unwrap();
    let stored = |digest: &str| room.app.storage.get(&Digest::parse(digest).unwrap()).unwrap().is_some();
    let clean = |remove| lamin::cli::media::clean(&room.app, remove).unwrap();
    let of = |files, bytes| Collected { files, bytes };
    assert_eq!(clean(true), (0, of(0, 0)), "what was stored today stays, and so does the trash");
    room.app.clock.advance(2 * DAY);
    assert_eq!(clean(false), (0, of(1, 6)), "nobody ever named the orphan");
    room.app.clock.advance(29 * DAY);
    let young = Digest::of(b"young");
    room.app.storage.put(&young, b"young").unwrap();
    assert_eq!(clean(false), (1, of(2, 12)), "what leaves the trash counts");
    assert!(stored(&unused) && stored(orphan.as_str()), "nothing goes that is only told of");
    assert_eq!(clean(true), (1, of(2, 12)));
    assert!(!stored(&unused) && !stored(orphan.as_str()));
    assert!(stored(&named) && stored(&once), "an older revision names it");
    assert!(stored(young.as_str()), "somebody may be about to name it");
    assert_eq!(clean(true), (0, of(0, 0)));
    let kept: i64 = room.app.db.read_blocking(|c| Ok(assets::table.count().get_result(c)?)).unwrap();
    assert_eq!(kept, 2, "one that is in use, and one in the trash that an older revision names");
    let (well, told) = lamin(&room.app, &["media", "verify"]);
    assert!(well && told.contains("nothing is missing"), "{told}");
}

async fn damage_and_loss_are_found(app: TestApp) {
    let room = Newsroom::open(app);
    let (whole, lost) = (upload(&room, "a.txt", b"whole").await, upload(&room, "b.txt", b"lost").await);
    let path = |digest: &str| room.app.config.data.join("assets").join(&digest[..2]).join(&digest[2..4]).join(digest);
    std::fs::remove_file(path(&lost)).unwrap();
    std::fs::File::options().append(true).open(path(&whole)).unwrap().write_all(b"changed").unwrap();
    let (well, told) = lamin(&room.app, &["media", "verify"]);
    assert!(!well && told.contains(&format!("damaged: {whole}")), "{told}");
    assert!(told.contains(&format!("missing: {lost}, named by the library")), "{told}");
}

async fn a_document_tells_what_its_readers_get(app: TestApp) {
    let room = Newsroom::open(app);
    let told = async |bytes: &[u8]| {
        let digest = upload(&room, "a.pdf", bytes).await;
        let asset = room.get(Role::Author, &format!("{PATH}/{digest}")).await.assert_ok().json();
        [asset["pages"].clone(), asset["is_tagged"].clone(), asset["names_language"].clone()]
    };
    let (yes, no) = (json!(true), json!(false));
    assert_eq!(told(&pdf_with("", &[])).await, [json!(1), no.clone(), no.clone()]);
    let tagged = pdf_with("/StructTreeRoot 4 0 R /Lang (id-ID)", &[b"<< /Type /StructTreeRoot >>".to_vec()]);
    assert_eq!(told(&tagged).await, [json!(1), yes.clone(), yes.clone()]);
    assert_eq!(told(&pdf_with("", &[packed("<< /Lang (id) >>")])).await, [json!(1), no.clone(), yes]);
    let drawn = pdf_with("", &[stream("", b"BT /Lang /StructTreeRoot ET")]);
    assert_eq!(told(&drawn).await, [json!(1), no.clone(), no], "what a page draws says nothing of the document");
    let text = upload(&room, "a.txt", b"isi").await;
    let asset = room.get(Role::Author, &format!("{PATH}/{text}")).await.assert_ok().json();
    assert_eq!(asset["is_tagged"], Value::Null);
}

async fn an_older_installation_learns_once_which_files_its_revisions_name(app: TestApp) {
    let room = Newsroom::open(app);
    let digest = upload(&room, "denah.txt", b"denah").await;
    for number in 0..3 {
        written_with(&room, &format!("Denah {number}"), &digest).await;
    }
    let rows = || -> i64 { room.app.db.read_blocking(|c| Ok(asset_uses::table.count().get_result(c)?)).unwrap() };
    let forget = |tx: &mut lamin::db::Tx| Ok(diesel::delete(asset_uses::table).execute(&mut **tx)?);
    let fill = || room.app.db.write_blocking(lamin::content::uses::fill).unwrap();
    assert_eq!(rows(), 3);
    room.app.db.write_blocking(forget).unwrap();
    fill();
    assert_eq!(rows(), 0, "it was done when the installation was made");
    let unlearn =
        |tx: &mut lamin::db::Tx| Ok(diesel::delete(installation::table.find("asset_uses")).execute(&mut **tx)?);
    room.app.db.write_blocking(unlearn).unwrap();
    fill();
    assert_eq!(rows(), 3);
}

/// Pages follow the pictures that they name, however many revisions there were.
#[actix_web::test]
async fn only_what_citizens_see_is_drawn_again() {
    let room = Newsroom::open(TestApp::new(Engine::Sqlite));
    let digest = upload(&room, "denah.txt", b"denah").await;
    let file = Digest::parse(&digest).unwrap();
    let item = written_with(&room, "Denah kantor", &digest).await;
    let (site, now) = (room.site(), room.app.now());
    let redraw = || room.app.db.write_blocking(|tx| live::redraw(tx, site, &[file], now)).unwrap();
    assert_eq!(redraw(), 0, "a draft is nobody's to see");
    item.goes_to("published").await;
    assert_eq!(redraw(), 1);
    item.does(Role::Author, json!({"command": "revise"})).await.assert_ok();
    item.edits(Role::Author, json!({"body": "Tanpa lampiran"})).await.assert_ok();
    assert_eq!(redraw(), 1, "the live revision still names it");
    let rows: i64 = room.app.db.read_blocking(|c| Ok(asset_uses::table.count().get_result(c)?)).unwrap();
    assert_eq!(rows, 1, "a revision names a file once");
    let made: i64 = room.app.db.read_blocking(|c| Ok(derivatives::table.count().get_result(c)?)).unwrap();
    assert_eq!(made, 0);
}
