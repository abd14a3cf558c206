//! The index that a site is searched by: what it finds, what an edit costs, and that the script reads it as it was written.

use std::collections::{BTreeMap, BTreeSet};

use lamin::db::Engine;
use lamin::publish::model::Mode;
use lamin::search;
use serde_json::{Value, json};

use super::{Tree, build, current, portal, text, tree};
use crate::browser;
use crate::live_rows::{Live, Portal};
use crate::on_both;
use crate::support::{Server, TestApp};

on_both!(
    a_page_is_found_by_its_words_until_it_is_withdrawn,
    an_edit_leaves_the_base_as_it_is,
    each_language_has_an_index_of_its_own,
    what_is_shown_again_as_it_was_is_found_once,
    what_is_beside_the_base_is_the_same_however_it_came_there,
);

/// More than an edit of a site of this size may write; the bar for 10,000 pages is the same.
const EDIT_BYTES_MAX: usize = 100_000;

/// The stems of a shard with their documents.
fn stems(shard: &[u8]) -> BTreeMap<String, Vec<usize>> {
    fn number(bytes: &mut std::slice::Iter<u8>) -> usize {
        let (mut sum, mut shift) = (0, 0);
        loop {
            let byte = *bytes.next().unwrap();
            sum |= usize::from(byte & 0x7f) << shift;
            shift += 7;
            if byte < 0x80 {
                return sum;
            }
        }
    }
    let (mut bytes, mut stem, mut found) = (shard.iter(), Vec::new(), BTreeMap::new());
    while let Some(shared) = bytes.next() {
        stem.truncate((*shared).into());
        let own = *bytes.next().unwrap();
        stem.extend(bytes.by_ref().take(own.into()));
        let (documents, length) = (number(&mut bytes), number(&mut bytes));
        let (postings, rest) = bytes.as_slice().split_at(length);
        bytes = rest.iter();
        let (mut postings, mut list, mut next) = (postings.iter(), Vec::new(), 0);
        while let Some(byte) = postings.next() {
            let gap = usize::from(byte >> 2);
            let at = next + gap + if gap == 63 { number(&mut postings) } else { 0 };
            list.push(at);
            next = at + 1;
        }
        assert_eq!(list.len(), documents);
        found.insert(String::from_utf8(stem.clone()).unwrap(), list);
    }
    found
}

/// The addresses that answer a query, read from the files as the script reads them.
pub fn found(tree: &Tree, folder: &str, query: &str) -> BTreeSet<String> {
    let directory: Value = serde_json::from_slice(&tree[&format!("{folder}indeks.json")]).unwrap();
    let mut addresses = BTreeSet::new();
    for part in directory["parts"].as_array().unwrap() {
        let at = format!("{folder}{}", part["at"].as_str().unwrap());
        let shards = part["first"].as_array().unwrap().len();
        let all: BTreeMap<String, Vec<usize>> =
            (0..shards).flat_map(|shard| stems(&tree[&format!("{at}{shard}.bin")])).collect();
        let gone: Vec<usize> = serde_json::from_value(part["gone"].clone()).unwrap();
        let holds = |stem: &String, document: usize| all.get(stem).is_some_and(|list| list.contains(&document));
        let answers = |document: usize| {
            let of = |phrase: &search::Phrase| phrase.iter().all(|stem| holds(stem, document));
            search::expand(query).iter().all(|group| group.iter().any(of))
        };
        let documents = part["docs"].as_u64().unwrap() as usize;
        for document in (0..documents).filter(|document| !gone.contains(document) && answers(*document)) {
            let chunk: Value = serde_json::from_slice(&tree[&format!("{at}{}.json", document / 10)]).unwrap();
            addresses.insert(chunk[document % 10][0].as_str().unwrap().to_owned());
        }
    }
    addresses
}

fn index_of(tree: &Tree) -> Tree {
    let of = |(path, _): &(&String, &Vec<u8>)| path.starts_with("cari/") && !path.ends_with(".html");
    tree.iter().filter(of).map(|(path, bytes)| (path.clone(), bytes.clone())).collect()
}

async fn a_page_is_found_by_its_words_until_it_is_withdrawn(app: TestApp) {
    let portal = portal(&app).await;
    let written = |title: &str| Live::new("layanan", "izin-usaha").titled(title).long("body", "Syaratnya **e-KTP**.");
    portal.show(&app, &[written("Perizinan usaha mikro")]).await;
    build(&app, Mode::Changed);
    let address = BTreeSet::from(["/layanan/izin-usaha/".to_owned()]);
    let now = || tree(&current(&app));
    for query in ["izin", "usaha perizinan", "mengizinkan", "kartu tanda penduduk", "syarat KTP"] {
        assert_eq!(found(&now(), "cari/", query), address, "{query}");
    }
    assert!(found(&now(), "cari/", "izin tambang").is_empty());
    portal.show(&app, &[written("Pajak restoran")]).await;
    build(&app, Mode::Changed);
    assert!(found(&now(), "cari/", "izin").is_empty());
    assert_eq!(found(&now(), "cari/", "perpajakan"), address);
    let says = |words: &str| now().into_values().any(|bytes| String::from_utf8_lossy(&bytes).contains(words));
    assert!(says("Pajak restoran") && !says("Perizinan usaha"), "no card shows what is not shown any more");
    portal.hide(&app, &written("Pajak restoran")).await;
    build(&app, Mode::Changed);
    assert!(found(&now(), "cari/", "pajak").is_empty());
    let stems_left = index_of(&now()).into_iter().filter(|(path, _)| path.ends_with(".bin"));
    assert!(stems_left.into_iter().all(|(_, shard)| !stems(&shard).contains_key("restoran")), "not even a word stays");
    assert_eq!(found(&now(), "cari/", "berita jembatan").len(), 45);
}

async fn an_edit_leaves_the_base_as_it_is(app: TestApp) {
    let portal = portal(&app).await;
    let body =
        |number: u32| (0..200).map(|word| format!("kata{} ", (number * 37 + word * 13) % 900)).collect::<String>();
    let entry = |number: u32| Live::new("artikel", &format!("artikel-{number}")).long("body", body(number));
    portal.show(&app, &(0..110).map(entry).collect::<Vec<_>>()).await;
    build(&app, Mode::Fresh);
    let before = index_of(&tree(&current(&app)));
    portal.show(&app, &[entry(7).titled("Sesuatu yang lain"), entry(8).titled("Lagi")]).await;
    build(&app, Mode::Changed);
    let after = index_of(&tree(&current(&app)));
    let written: usize =
        after.iter().filter(|(path, bytes)| before.get(*path) != Some(bytes)).map(|(_, bytes)| bytes.len()).sum();
    assert!((1..EDIT_BYTES_MAX).contains(&written), "{written}");
    let directory: Value = serde_json::from_slice(&before["cari/indeks.json"]).unwrap();
    let base = format!("cari/{}", directory["parts"][0]["at"].as_str().unwrap());
    let shards = |tree: &Tree| -> Tree {
        let mut tree = tree.clone();
        tree.retain(|path, _| path.starts_with(&base) && path.ends_with(".bin"));
        tree
    };
    assert!(shards(&before).len() > 2 && shards(&before) == shards(&after), "no shard of the base was written anew");
    assert_eq!(found(&tree(&current(&app)), "cari/", "sesuatu").len(), 1);
}

async fn each_language_has_an_index_of_its_own(app: TestApp) {
    portal(&app).await;
    build(&app, Mode::Fresh);
    let tree = tree(&current(&app));
    assert_eq!(found(&tree, "en/cari/", "meetings"), BTreeSet::from(["/en/agenda/meeting/".to_owned()]));
    assert!(found(&tree, "cari/", "meeting").iter().all(|address| !address.starts_with("/en/")));
    assert!(text(&tree, "en/cari/index.html").contains("data-index=\"/en/cari/indeks.json\""));
    assert!(text(&tree, "index.html").contains("action=\"/cari/\""));
    assert!(!text(&tree, "sitemap.xml").contains("/cari/"));
}

async fn what_is_shown_again_as_it_was_is_found_once(app: TestApp) {
    let portal = Portal::open(&app, "portal").await;
    let [stays, goes] = ["tinggal", "pergi"].map(|slug| Live::new("agenda", slug).titled("Rapat kerja"));
    portal.show(&app, &[stays.clone(), goes.clone()]).await;
    // Begins a base that holds the other alone.
    portal.hide(&app, &goes).await;
    for mode in [Mode::Changed, Mode::Fresh] {
        // As when its picture gets other forms.
        portal.show(&app, std::slice::from_ref(&stays)).await;
        build(&app, mode);
        assert_eq!(found(&tree(&current(&app)), "cari/", "rapat"), BTreeSet::from(["/agenda/tinggal/".to_owned()]));
    }
}

async fn what_is_beside_the_base_is_the_same_however_it_came_there(app: TestApp) {
    let portal = portal(&app).await;
    build(&app, Mode::Fresh);
    for number in 0..40 {
        let entry = Live::new("artikel", &format!("artikel-{}", number % 25)).titled(&format!("Judul {number}"));
        portal.show(&app, &[entry]).await;
        build(&app, Mode::Changed);
    }
    let stepwise = index_of(&tree(&current(&app)));
    build(&app, Mode::Fresh);
    assert!(stepwise == index_of(&tree(&current(&app))));
}

/// What the element with this id holds.
fn held<'d>(document: &'d str, id: &str) -> &'d str {
    let rest = document.split(&format!("id=\"{id}\"")).nth(1).unwrap_or_else(|| panic!("no {id}: {document}"));
    rest.split_once('>').unwrap().1
}

#[actix_web::test]
async fn a_browser_finds_what_the_index_holds() {
    let app = TestApp::new(Engine::Sqlite);
    let portal = portal(&app).await;
    let unit = |slug: &str, title: &str, unit: &str| {
        Live::new("layanan", slug)
            .titled(title)
            .field("unit", unit)
            .long("body", "Bawa kartu tanda penduduk yang asli.")
    };
    let services =
        [unit("izin", "Perizinan & usaha", "Dinas Perdagangan"), unit("kk", "Kartu keluarga", "Dinas Kependudukan")];
    portal.show(&app, &services).await;
    build(&app, Mode::Changed);
    let server = browser::files(current(&app));
    let page = |query: &str| browser::open(format!("{}/cari/?{query}", server.origin), &[]);

    let both = page("q=syarat-syarat+KTP").await;
    assert!(held(&both, "kabar").starts_with("Tidak ada hasil"), "{both}");
    let both = page("q=membawa+KTP").await;
    assert!(held(&both, "kabar").starts_with("2 hasil"), "{both}");
    let results = held(&both, "hasil").split("</ol>").next().unwrap();
    assert!(results.contains("href=\"/layanan/izin/\"") && results.contains("&amp; usaha"), "{results}");
    assert!(results.contains("Layanan · ") && results.contains(" · Dinas Perdagangan"), "{results}");
    let one = page("q=mengizinkan").await;
    assert!(held(&one, "kabar").starts_with("1 hasil") && one.contains("<mark>Perizinan</mark>"), "{one}");
    assert!(one.contains("<title>mengizinkan | "), "{one}");
    let filtered = page("q=KTP&unit=dinas-kependudukan").await;
    assert!(
        held(&filtered, "kabar").starts_with("1 hasil") && filtered.contains("href=\"/layanan/kk/\""),
        "{filtered}"
    );
    let many = page("q=berita&type=berita").await;
    assert!(held(&many, "kabar").starts_with("45 hasil"), "{many}");
    assert_eq!(held(&many, "hasil").split("</ol>").next().unwrap().matches("<li>").count(), 10);
    if let Some(folder) = browser::pictures_folder() {
        for width in [320, 390, 1280] {
            let picture = format!("--screenshot={}", folder.join(format!("cari-{width}.png")).display());
            let size = format!("--window-size={width},1400");
            browser::open(format!("{}/cari/?q=KTP", server.origin), &[picture, size]).await;
        }
    }
}

/// A page may run scripts of its own origin alone, so the test's stands among them.
#[expect(clippy::disallowed_methods, reason = "a test's own script")]
fn add_script(app: &TestApp, script: &str) {
    // Or else a release with what is made later takes its place while the browser looks.
    super::shares::later(app);
    let root = current(app);
    let page = std::fs::read_to_string(root.join("cari/index.html")).unwrap();
    std::fs::write(root.join("cari/uji.js"), script).unwrap();
    let page = page.replace("</body>", "<script src=\"/cari/uji.js\" defer></script></body>");
    // Of the page itself a browser gets a compressed copy, which the server makes from what was signed.
    std::fs::write(root.join("cari/uji.html"), &page).unwrap();
    std::fs::remove_file(root.join("cari/index.html")).unwrap();
    std::fs::write(root.join("cari/index.html"), page).unwrap();
}

#[actix_web::test]
async fn what_our_server_found_stays_until_the_reader_looks_for_something_else() {
    let app = TestApp::new(Engine::Sqlite);
    let portal = portal(&app).await;
    let service = |slug: &str, title: &str| Live::new("layanan", slug).titled(title).long("body", "Bawa KTP.");
    portal.show(&app, &[service("izin", "Perizinan usaha"), service("kk", "Kartu keluarga")]).await;
    build(&app, Mode::Changed);
    // Keeps what was there when the script had come to rest, and then narrows the results.
    add_script(
        &app,
        "const form = document.querySelector('form[data-index]'), all = () => document.getElementById('hasil').outerHTML;\n\
         const first = [document.title, all()];\n\
         const wait = () => { if (!form.stems) return setTimeout(wait, 20); form.stems('').then(() => {\n\
         if (first.join() !== [document.title, all()].join()) document.body.dataset.kept = 'no';\n\
         if (!location.hash) return;\n\
         form.elements.q.value = 'usaha'; form.requestSubmit(); }); }; wait();",
    );
    let server = Server::of(&app, &[], &[]);
    let page = |rest: &str| browser::open(format!("{}/cari/?{rest}", server.url()), &[]);
    let kept = page("q=KTP&type=layanan").await;
    assert!(!kept.contains("data-kept=") && !kept.contains("<mark>"), "{kept}");
    assert!(kept.contains("<title>KTP | ") && held(&kept, "kabar").starts_with("2 hasil"), "{kept}");
    assert!(held(&kept, "saringan").contains("Layanan (2)") && kept.contains("id=\"juga\""), "{kept}");
    let other = page("q=KTP&type=layanan#lagi").await;
    assert!(held(&other, "kabar").starts_with("1 hasil") && other.contains("<mark>usaha</mark>"), "{other}");
    assert!(
        other.contains("<title>usaha | ") && !other.contains("KTP | ") && !other.contains("id=\"juga\""),
        "{other}"
    );
    assert!(held(&other, "saringan").contains("<option value=\"berita\">"), "all kinds are offered again: {other}");
}

/// Every word of the lists, through the stemmer of the script and ours.
#[actix_web::test]
async fn the_script_finds_the_stems_that_the_index_was_made_of() {
    let app = TestApp::new(Engine::Sqlite);
    Portal::open(&app, "portal").await.show(&app, &[Live::new("pengaturan", "situs")]).await;
    build(&app, Mode::Fresh);
    let lists = [include_str!("../../../src/search/families.txt"), include_str!("../../../src/search/apart.txt")];
    let mut words: Vec<&str> = lists
        .iter()
        .flat_map(|list| list.lines())
        .filter(|line| !line.starts_with('#'))
        .flat_map(str::split_whitespace)
        .collect();
    words.extend([
        "Jum’at",
        "Café",
        "anak-anaknya",
        "sayur-mayur",
        "e-KTP",
        "policies",
        "website-website",
        "東京",
        "1.250",
    ]);
    let expected: Vec<String> = words.iter().map(|word| search::terms(word).collect::<Vec<_>>().join("+")).collect();
    let script = format!(
        "const words = {}, expected = {};\n\
         const wait = () => {{ const form = document.querySelector('form[data-index]');\n\
         if (!form.stems) return setTimeout(wait, 20);\n\
         Promise.all(words.map((word) => form.stems(word))).then((stems) => {{\n\
         const wrong = words.filter((word, at) => stems[at].join('+') !== expected[at]);\n\
         document.body.dataset.stems = 'wrong: ' + wrong.length + ' of ' + words.length + ' ' + wrong.join(' '); }}); }}; wait();",
        json!(words),
        json!(expected)
    );
    add_script(&app, &script);
    let server = Server::of(&app, &[], &[]);
    let document = browser::open(format!("{}/cari/uji.html", server.url()), &[]).await;
    let told = document.split("data-stems=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
    assert!(told.starts_with("wrong: 0 of ") && words.len() > 1_500, "{told:?}");
}
