//! The site that themes are checked with: every shipped type in both languages, with all of its fields and with none.
//! The same each time.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::content::model::{Content, ContentType, Field, FieldKind, WithdrawalReason, Withdrawn};
use crate::content::{rules as contents, types};
use crate::kernel::id::{EntryId, GroupId, SiteId};
use crate::kernel::time::{self, HOUR};
use crate::kernel::{Digest, Error, Locale, Result, Slug, Timestamp};
use crate::media::derive::model::Format;
use crate::media::derive::{Derivative, Derived};
use crate::publish::cut::Cut;
use crate::publish::model::{Asset, Card, Gone, SiteFacts, Snapshot, Steering, has_picture, text_in};
use crate::publish::share::store::Shares;
use crate::publish::snapshot;

pub const BASE_URL: &str = "https://portal.example";
const LOCALES: &[&str] = &["id", "en"];
/// 2026-01-02T00:00:00Z.
const BEGINS: i64 = 1_767_312_000_000_000;
/// Enough for a second page of a list.
const NEWS: usize = 25;

/// How much of the site there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filled {
    /// Entries with all fields and entries with none, menus, settings, withdrawals.
    Whole,
    /// Entries with the fields that their types require, and nothing around them.
    Bare,
    /// No entries at all.
    Empty,
}

pub struct Site {
    pub snapshot: Snapshot,
    pub bodies: HashMap<EntryId, Map<String, Value>>,
}

/// The types of the site.
pub fn types() -> impl Iterator<Item = Arc<ContentType>> {
    types::shipped_keys().filter_map(types::shipped)
}

pub fn site(filled: Filled) -> Result<Site> {
    let facts = SiteFacts {
        id: SiteId::new(at(0), [0; 10]),
        key: "portal".into(),
        name: "Portal Uji".into(),
        hosts: Vec::new(),
        zone: time::zone("Asia/Makassar")?,
        zone_name: "Asia/Makassar".into(),
        locales: LOCALES.iter().map(|locale| (*locale).to_owned()).collect(),
        live_sequence: 1,
    };
    let snapshot = Snapshot {
        site: facts,
        cards: Vec::new(),
        steering: Vec::new(),
        former: Vec::new(),
        gone: Vec::new(),
        assets: [(picture(), asset())].into(),
        attached: HashMap::new(),
        derivatives: HashMap::new(),
        cut: Cut::default(),
        shares: Shares::default(),
        shapes: types().map(|of| (of.key.clone(), snapshot::shape(&of))).collect(),
    };
    let mut site = Site { snapshot, bodies: HashMap::new() };
    match filled {
        Filled::Whole => site.fill()?,
        Filled::Bare => site.each_type(&[false])?,
        Filled::Empty => {}
    }
    site.snapshot.cards.sort_by(snapshot::in_order);
    let order = |entry: &Steering| (entry.type_key.clone(), entry.locale, entry.slug.clone());
    site.snapshot.steering.sort_by_key(order);
    Ok(site)
}

fn at(hours: i64) -> Timestamp {
    Timestamp::from_micros(BEGINS + hours * HOUR)
}

fn picture() -> Digest {
    Digest::of("the picture of the fixture")
}

fn asset() -> Asset {
    let (name, media_type) = ("Gambar Uji.jpg".to_owned(), "image/jpeg".to_owned());
    let page = Derivative {
        name: Digest::of("the page of the fixture"),
        sha256: Digest::of("its bytes"),
        media_type: Format::Png,
        width: 160,
        height: 226,
        bytes: 4_321,
    };
    let page = Derived { width: 160, height: 226, color: "#f0f0f0".into(), whole: vec![page], card: Vec::new() };
    // A document as well: where it stands decides what is shown of it.
    let page = Some(page.into());
    Asset { name, media_type, bytes: 123_456, width: Some(1280), height: Some(853), derived: None, page }
}

impl Site {
    fn fill(&mut self) -> Result<()> {
        self.each_type(&[true, false])?;
        let news = types().find(|of| of.key == "berita");
        for number in 0..NEWS {
            if let Some(of) = &news {
                self.add(of, 0, &format!("berita-lain-{number}"), number % 2 == 0)?;
            }
        }
        for (locale, name) in LOCALES.iter().enumerate() {
            self.settle(locale, name)?;
            for (number, reason) in WithdrawalReason::ALL.iter().enumerate() {
                let told = Withdrawn {
                    type_key: "berita".into(),
                    locale: Locale::parse(name)?,
                    slug: Slug::parse(&format!("ditarik-{number}"))?,
                    entry: self.next_id(),
                    title: if number == 0 { String::new() } else { text(200) },
                    office: text(60),
                    reason: *reason,
                    notice: if number % 2 == 0 { text(300) } else { String::new() },
                    at: at(9_000),
                };
                self.snapshot.gone.push(Gone { locale, told });
            }
        }
        Ok(())
    }

    /// An entry of each type with pages in each language, once for each of these.
    fn each_type(&mut self, whole: &[bool]) -> Result<()> {
        for of in types().filter(|of| of.pages) {
            for locale in 0..LOCALES.len() {
                for whole in whole {
                    self.add(&of, locale, if *whole { "penuh" } else { "kosong" }, *whole)?;
                }
            }
        }
        Ok(())
    }

    /// Settings, menus and categories of a language.
    fn settle(&mut self, locale: usize, name: &str) -> Result<()> {
        for of in types().filter(|of| !of.pages && of.key != "pengalihan") {
            let mut fields = values(&of.fields, true);
            match of.key.as_str() {
                "menu" => {
                    for place in ["main", "footer"] {
                        let item = |url: &str| json!({"label": text(40), "label_en": text(40), "url": url});
                        let mut menu = fields.clone();
                        menu.insert("location".into(), place.into());
                        let mut below = item("/agenda/");
                        below["below"] = true.into();
                        let items = json!([item("/"), item("/berita/"), below, item("https://x.example/")]);
                        menu.insert("items".into(), items);
                        self.steer(&of.key, (locale, name), place, menu)?;
                    }
                }
                "pengaturan" => {
                    fields.insert("base_url".into(), BASE_URL.into());
                    fields.insert("color".into(), "#1f5c4a".into());
                    fields.insert("color_text".into(), "#ffffff".into());
                    fields.remove("theme_settings");
                    self.steer(&of.key, (locale, name), "situs", fields)?;
                }
                _ => self.steer(&of.key, (locale, name), "uji", fields)?,
            }
        }
        Ok(())
    }

    fn steer(
        &mut self,
        key: &str,
        (locale, name): (usize, &str),
        slug: &str,
        fields: Map<String, Value>,
    ) -> Result<()> {
        let digest = Digest::of(format!("{key} {name} {slug}"));
        self.snapshot.steering.push(Steering { type_key: key.into(), locale, slug: slug.into(), digest, fields });
        Ok(())
    }

    fn next_id(&self) -> EntryId {
        let number = self.bodies.len() + self.snapshot.gone.len();
        let mut chance = [0; 10];
        chance[..8].copy_from_slice(&(number as u64).to_be_bytes());
        EntryId::new(at(0), chance)
    }

    fn add(&mut self, of: &ContentType, locale: usize, slug: &str, whole: bool) -> Result<()> {
        let mut fields = values(&of.fields, whole);
        if whole && of.key == "darurat" {
            // What ended before the newest entry is no longer on any page.
            fields.insert("end".into(), "2030-01-01T00:00:00+08:00".into());
        }
        let content = Content {
            type_key: of.key.clone(),
            locale: Locale::parse(LOCALES[locale])?,
            slug: Slug::parse(&format!("{slug}-{}", of.key))?,
            category: whole.then(|| "uji".into()),
            tags: if whole { vec!["Uji Coba".into()] } else { Vec::new() },
            fields,
        };
        if let Err(faults) = contents::check(of, &content) {
            return Err(Error::broken("make the fixture site", format!("{faults:?}")));
        }
        let fields = contents::card(of, &content);
        let (category, tags) = snapshot::terms(&fields);
        let entry = self.next_id();
        let published_at = at(self.bodies.len() as i64 * 7);
        // An entry and its translation share a group.
        let mut group = [0; 10];
        let name = Digest::of(format!("{slug} {}", of.key));
        group.copy_from_slice(&name.as_str().as_bytes()[..10]);
        self.snapshot.cards.push(Card {
            entry,
            type_key: of.key.as_str().into(),
            locale,
            slug: content.slug.to_string(),
            group: GroupId::new(at(0), group),
            revision: 1,
            digest: content.digest(),
            published_at,
            updated_at: published_at,
            title: text_in(&fields, "title").unwrap_or(slug).into(),
            has_picture: has_picture(&fields),
            card: Value::Object(fields).to_string().into(),
            category,
            tags,
        });
        self.bodies.insert(entry, content.fields);
        Ok(())
    }
}

/// A value of every field, or of those that are required.
fn values(fields: &[Field], whole: bool) -> Map<String, Value> {
    let wanted = fields.iter().filter(|field| whole || field.required);
    wanted.map(|field| (field.key.clone(), value(field))).collect()
}

fn value(field: &Field) -> Value {
    let one = match field.kind {
        FieldKind::Text if field.color => json!("#1f5c4a"),
        FieldKind::Text => json!(text(field.max_length.map_or(200, |most| most as usize))),
        FieldKind::Markdown => json!(markdown(&field.key)),
        FieldKind::Number => json!(field.min.unwrap_or(7.0).max(1.0) as i64),
        FieldKind::Boolean => json!(true),
        FieldKind::Date => json!("2026-11-21"),
        FieldKind::Datetime => json!("2026-11-21T08:30:00+08:00"),
        FieldKind::Choice => json!(field.choices.first().map(|choice| choice.key.clone())),
        FieldKind::Reference => json!(EntryId::new(at(0), [9; 10])),
        FieldKind::Asset => json!(picture()),
        FieldKind::Components => {
            return json!([values(&field.fields, true), values(&field.fields, false)]);
        }
        FieldKind::Url if field.origin => json!("https://api.example"),
        FieldKind::Url => json!("/berita/"),
        FieldKind::Email => json!("surat@portal.example"),
        FieldKind::Geo => json!({"lat": -0.5, "lon": 117.1}),
        FieldKind::Json => json!({}),
    };
    if field.is_list() { json!([one]) } else { one }
}

/// A text with everything that a careless template stumbles over.
fn text(letters_max: usize) -> String {
    let text = "Teks \"uji\" & <b>coba</b> 'satu' \\ {{ dua }} – é 表";
    text.chars().take(letters_max).collect()
}

/// With a heading of its own, so that several on a page have different anchors.
fn markdown(name: &str) -> String {
    let picture = picture();
    format!(
        "Paragraf **tebal** dengan [tautan](/berita/).\n\n## Judul & <tanda> {name}\n\n- satu\n- dua\n\n\
         | a | b |\n|---|---|\n| 1 | 2 |\n\n![Gambar](asset:{picture})\n\n> Kutipan\n"
    )
}

/// Names of the fields that entries of any type can have: the long ones, or those that are in cards.
pub fn field_names(long: bool) -> BTreeSet<String> {
    let of = |of: Arc<ContentType>| {
        let fields = of.fields.iter().filter(|field| field.is_long() == long);
        fields.map(|field| field.key.clone()).collect::<Vec<_>>()
    };
    types().filter(|of| of.pages).flat_map(of).collect()
}
