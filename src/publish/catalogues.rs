//! What programs of others read: data sets as DCAT, the register of public information, regulations as the legal
//! network takes them.

use serde_json::{Map, Value, json};

use super::dates;
use super::feeds::File;
use super::model::{Asset, Card, Show, text_in};
use super::pictures;
use super::plan::{List, ListKind};
use super::views::World;
use crate::kernel::{Context, Digest, Result};
use crate::reports::csv;

/// Types whose sections have lists for programs, with the files below the section's address.
const DATA: &str = "data";
const DATA_FILE: &str = "katalog.jsonld";
const INFORMATION: &str = "informasi";
const INFORMATION_JSON: &str = "daftar.json";
const INFORMATION_CSV: &str = "daftar.csv";
const REGULATIONS: &str = "regulasi";
const REGULATIONS_FILE: &str = "jdih.json";

/// The seven columns that the law asks for, the class before them and the address after: our fields, their names.
const INFORMATION_COLUMNS: &[(&str, &str)] = &[
    ("number", "nomor"),
    ("title", "ringkasan_isi_informasi"),
    ("unit", "unit_yang_menguasai"),
    ("responsible", "penanggung_jawab_pembuatan"),
    ("made", "waktu_dan_tempat_pembuatan"),
    ("form", "bentuk_informasi"),
    ("retention", "jangka_waktu_penyimpanan"),
    ("information_class", "klasifikasi"),
];
const ADDRESS_COLUMN: &str = "alamat";

/// The lists of all sections that have one; with `changed`, of those that show one of these cards.
pub fn catalogues(world: &World, changed: Option<&[u32]>) -> Result<Vec<File>> {
    let mut files = Vec::new();
    for list in &world.plan.lists {
        let ListKind::Section(key) = &list.kind else { continue };
        if changed.is_some_and(|cards| !cards.iter().any(|card| list.entries.contains(card))) {
            continue;
        }
        let path = |name: &str| format!("{}{name}", &list.base[1..]);
        match &**key {
            DATA => files.push((path(DATA_FILE), text(&catalogue(world, list))?)),
            INFORMATION => {
                let rows = information(world, list);
                files.push((path(INFORMATION_CSV), csv(columns(), rows.iter().cloned())?));
                files.push((path(INFORMATION_JSON), text(&as_objects(&rows))?));
            }
            REGULATIONS => files.push((path(REGULATIONS_FILE), text(&regulations(world, list))?)),
            _ => {}
        }
    }
    Ok(files)
}

fn text(json: &Value) -> Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(json).context("write a list for programs")?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// An entry of a list, with its fields read.
struct Item<'w> {
    card: &'w Card,
    fields: Map<String, Value>,
    address: String,
}

impl Item<'_> {
    fn text(&self, name: &str) -> &str {
        text_in(&self.fields, name).unwrap_or_default()
    }
}

/// Newest first.
fn items<'w>(world: &'w World, list: &'w List) -> impl Iterator<Item = Item<'w>> {
    list.entries.iter().rev().map(|at| {
        let card = &world.snapshot.cards[*at as usize];
        let address = format!("{}{}", world.base_url, world.plan.addresses[*at as usize]);
        Item { card, fields: card.fields(), address }
    })
}

/// The label of a choice in the language of a list.
fn label(world: &World, list: &List, item: &Item, field: &str) -> String {
    let key = item.text(field);
    let show = world.snapshot.shapes.get(&*item.card.type_key).and_then(|shape| shape.fields.get(field));
    let english = world.locales[list.locale].clock.is_english();
    match show {
        Some(Show::Choice(labels)) => labels.get(key).map_or(key, |(id, en)| if english { en } else { id }).to_owned(),
        _ => key.to_owned(),
    }
}

/// A stored file that a field names, with its address.
fn file<'w>(world: &'w World, item: &Item, field: &str) -> Option<(String, &'w Asset)> {
    let digest = Digest::parse(item.text(field))?;
    let asset = world.snapshot.assets.get(&digest)?;
    Some((format!("{}{}", world.base_url, pictures::url(&digest, asset)), asset))
}

/// DCAT-AP as JSON-LD. What a data set does not say is left out.
fn catalogue(world: &World, list: &List) -> Value {
    let view = &world.locales[list.locale];
    let publisher = json!({"@type": "foaf:Organization", "foaf:name": view.title, "foaf:homepage": {"@id": format!("{}/", world.base_url)}});
    let datasets: Vec<Value> = items(world, list).map(|item| dataset(world, list, &item, &publisher)).collect();
    let newest = list.entries.iter().map(|at| world.snapshot.cards[*at as usize].changed_at()).max();
    let mut catalogue = json!({
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
            "vcard": "http://www.w3.org/2006/vcard/ns#",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
        },
        "@id": format!("{}{}", world.base_url, list.base),
        "@type": "dcat:Catalog",
        "dct:title": said(&world.list_title(list), &view.locale),
        "dct:description": said(&view.description, &view.locale),
        "dct:publisher": publisher,
        "dct:language": language(&view.locale),
        "foaf:homepage": {"@id": format!("{}{}", world.base_url, list.base)},
        "dcat:dataset": datasets,
    });
    if let Some(newest) = newest {
        catalogue["dct:modified"] = moment(dates::iso(&view.clock.at(newest)));
    }
    catalogue
}

fn dataset(world: &World, list: &List, item: &Item, publisher: &Value) -> Value {
    let view = &world.locales[list.locale];
    let described = ["summary", "definition", "concept", "title"].iter().map(|name| item.text(name));
    let description = described.into_iter().find(|text| !text.is_empty()).unwrap_or_default();
    let mut dataset = json!({
        "@id": item.address,
        "@type": "dcat:Dataset",
        "dct:identifier": item.address,
        "dct:title": said(&item.card.title, &view.locale),
        "dct:description": said(description, &view.locale),
        "dct:issued": moment(dates::iso(&view.clock.at(item.card.published_at))),
        "dct:modified": moment(dates::iso(&view.clock.at(item.card.changed_at()))),
        "dct:publisher": publisher,
        "dct:language": language(&view.locale),
        "dcat:landingPage": {"@id": item.address},
    });
    let keywords: Vec<Value> = item.card.tags.iter().map(|tag| said(&tag.text, &view.locale)).collect();
    let license = item.text("licence_url");
    let more = [
        (
            "dct:creator",
            Some(item.text("producer"))
                .filter(|name| !name.is_empty())
                .map(|name| json!({"@type": "foaf:Organization", "foaf:name": name})),
        ),
        (
            "dct:accrualPeriodicity",
            frequency(item.text("frequency")).map(
                |name| json!({"@id": format!("http://publications.europa.eu/resource/authority/frequency/{name}")}),
            ),
        ),
        ("dcat:keyword", Some(json!(keywords)).filter(|_| !keywords.is_empty())),
        ("dct:license", (!license.is_empty()).then(|| json!({"@id": license}))),
        ("dcat:distribution", distributions(world, item)),
    ];
    for (name, value) in more {
        if let Some(value) = value {
            dataset[name] = value;
        }
    }
    dataset
}

fn distributions(world: &World, item: &Item) -> Option<Value> {
    let license = item.text("licence_url");
    let mut found = Vec::new();
    if let Some((address, asset)) = file(world, item, "file") {
        let (media_type, bytes) = asset.served();
        let mut distribution = json!({
            "@id": address,
            "@type": "dcat:Distribution",
            "dcat:accessURL": {"@id": item.address},
            "dcat:downloadURL": {"@id": address},
            "dcat:mediaType": {"@id": format!("http://www.iana.org/assignments/media-types/{media_type}")},
            "dcat:byteSize": {"@value": bytes.to_string(), "@type": "xsd:nonNegativeInteger"},
        });
        if !license.is_empty() {
            distribution["dct:license"] = json!({"@id": license});
        }
        found.push(distribution);
    }
    let source = item.text("source_url");
    if !source.is_empty() {
        found.push(json!({"@id": source, "@type": "dcat:Distribution", "dcat:accessURL": {"@id": source}}));
    }
    (!found.is_empty()).then(|| json!(found))
}

fn said(text: &str, locale: &str) -> Value {
    json!({"@value": text, "@language": locale})
}

fn moment(iso: String) -> Value {
    json!({"@value": iso, "@type": "xsd:dateTime"})
}

/// The name of a language in the vocabulary that DCAT-AP asks for.
fn language(locale: &str) -> Value {
    let name = if locale.starts_with("en") { "ENG" } else { "IND" };
    json!({"@id": format!("http://publications.europa.eu/resource/authority/language/{name}")})
}

/// The name of a frequency in that vocabulary.
fn frequency(key: &str) -> Option<&'static str> {
    Some(match key {
        "bulanan" => "MONTHLY",
        "triwulanan" => "QUARTERLY",
        "tahunan" => "ANNUAL",
        "insidental" => "IRREG",
        _ => return None,
    })
}

/// The register, by class and number; each row has the columns and the address.
fn information(world: &World, list: &List) -> Vec<Vec<String>> {
    let row = |item: Item| {
        let value = |(field, _): &(&str, &str)| match *field {
            "title" => item.card.title.to_string(),
            "information_class" => label(world, list, &item, "information_class"),
            field => item.text(field).to_owned(),
        };
        INFORMATION_COLUMNS.iter().map(value).chain([item.address.clone()]).collect::<Vec<String>>()
    };
    let mut rows: Vec<Vec<String>> = items(world, list).map(row).collect();
    rows.sort_by(|a, b| (&a[7], &a[0], &a[1]).cmp(&(&b[7], &b[0], &b[1])));
    rows
}

fn columns() -> impl Iterator<Item = &'static str> {
    INFORMATION_COLUMNS.iter().map(|(_, name)| *name).chain([ADDRESS_COLUMN])
}

fn as_objects(rows: &[Vec<String>]) -> Value {
    let object = |row: &Vec<String>| -> Map<String, Value> {
        columns().map(str::to_owned).zip(row.iter().map(|cell| json!(cell))).collect()
    };
    json!(rows.iter().map(object).collect::<Vec<_>>())
}

/// The list that the national legal network reads. Its names are theirs; what our type has no field for is empty.
fn regulations(world: &World, list: &List) -> Value {
    let regulation = |item: Item| {
        let files = [file(world, &item, "file"), file(world, &item, "abstract_file")];
        let [download, summary] =
            files.map(|file| file.map(|(address, asset)| (asset.name.clone(), address)).unwrap_or_default());
        let year = item.fields.get("year").and_then(Value::as_i64).map(|year| year.to_string()).unwrap_or_default();
        let language = match item.text("language") {
            "" => "Indonesia",
            language => language,
        };
        json!({
            "idData": item.card.slug,
            "tahun_pengundangan": year,
            "tanggal_pengundangan": item.text("promulgated_on"),
            "jenis": label(world, list, &item, "kind"),
            "noPeraturan": item.text("number"),
            "judul": item.card.title,
            "noPanggil": "",
            "singkatanJenis": item.text("abbreviation"),
            "tempatTerbit": item.text("place"),
            "penerbit": "",
            "deskripsiFisik": "",
            "sumber": item.text("gazette"),
            "subjek": item.text("subject"),
            "isbn": "",
            "status": label(world, list, &item, "status"),
            "bahasa": language,
            "bidangHukum": item.text("legal_field"),
            "teuBadan": item.text("author_body"),
            "nomorIndukBuku": "",
            "fileDownload": download.0,
            "urlDownload": download.1,
            "abstrak": summary.0,
            "urlAbstrak": summary.1,
            "urlDetailPeraturan": item.address,
            "operasi": "4",
            "display": "1",
        })
    };
    json!(items(world, list).map(regulation).collect::<Vec<_>>())
}
