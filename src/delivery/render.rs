//! The JSON text of lists and entries. Pure.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::index::Found;
use super::model::{Card, Settings};
use super::query::Include;
use super::rules;
use crate::kernel::id::EntryId;

/// What a list or entry is rendered with.
pub struct Page<'p> {
    pub settings: &'p Settings,
    pub index: &'p super::index::Index,
    /// Fields to send; `None` for all that are at hand.
    pub fields: Option<&'p [String]>,
    pub include: Include,
    /// Whole fields of entries that ask for more than their card holds.
    pub whole: &'p HashMap<EntryId, Map<String, Value>>,
}

impl Page<'_> {
    /// `{items, next_cursor?, total?}`
    pub fn list(&self, found: &Found, next_cursor: Option<&str>, total: Option<usize>) -> String {
        let mut out = String::with_capacity(found.cards.len() * 1024 + 64);
        out.push_str("{\"items\":[");
        for (at, card) in found.cards.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            self.item(&mut out, card);
        }
        out.push(']');
        if self.include.references {
            self.included(&mut out, &found.cards);
        }
        if let Some(cursor) = next_cursor {
            member(&mut out, "next_cursor", cursor);
        }
        if let Some(total) = total {
            // Writing to a string cannot fail.
            let _ = write!(out, ",\"total\":{total}");
        }
        out.push('}');
        out
    }

    /// One entry with its whole fields.
    pub fn entry(&self, card: &Arc<Card>) -> String {
        let mut out = String::with_capacity(4096);
        self.item(&mut out, card);
        if self.include.references {
            out.pop();
            self.included(&mut out, std::slice::from_ref(card));
            out.push('}');
        }
        out
    }

    /// `,"included":[…]`: the live entries that these refer to, each once, as in a list.
    fn included(&self, out: &mut String, cards: &[Arc<Card>]) {
        let mut seen = BTreeSet::new();
        for card in cards {
            let Some(content_type) = self.settings.types.get(&*card.type_key) else { continue };
            let fields = serde_json::from_str(&card.fields).unwrap_or_default();
            seen.extend(rules::referred(&content_type.fields, &fields));
        }
        let alone = Page { fields: None, include: Include::default(), whole: &HashMap::new(), ..*self };
        out.push_str(",\"included\":[");
        for (at, card) in seen.into_iter().filter_map(|entry| self.index.find(entry)).enumerate() {
            if at > 0 {
                out.push(',');
            }
            alone.item(out, card);
        }
        out.push(']');
    }

    fn item(&self, out: &mut String, card: &Card) {
        out.push_str("{\"id\":\"");
        out.push_str(card.entry.as_str());
        out.push('"');
        member(out, "type", &card.type_key);
        member(out, "slug", &card.slug);
        member(out, "locale", &card.locale);
        out.push_str(",\"step\":\"published\"");
        member(out, "title", &card.title);
        match &card.category {
            Some(category) => member(out, "category", category),
            None => out.push_str(",\"category\":null"),
        }
        out.push_str(",\"tags\":");
        out.push_str(&Value::from(card.tags.iter().map(|tag| Value::from(&**tag)).collect::<Vec<_>>()).to_string());
        // Writing to a string cannot fail.
        let _ = write!(out, ",\"published_at\":\"{}\",\"updated_at\":\"{}\"", card.published_at, card.updated_at);
        let _ = write!(out, ",\"version\":{}", card.revision);
        match rules::entry_url(card, self.settings) {
            Some(url) => member(out, "url", &url),
            None => out.push_str(",\"url\":null"),
        }
        out.push_str(",\"fields\":");
        self.fields(out, card);
        if self.include.translations {
            out.push_str(",\"translations\":");
            out.push_str(&self.translations(card).to_string());
        }
        out.push('}');
    }

    fn fields(&self, out: &mut String, card: &Card) {
        let whole = self.whole.get(&card.entry);
        let Some(names) = self.fields else {
            match whole {
                Some(whole) => out.push_str(&Value::Object(whole.clone()).to_string()),
                None => out.push_str(&card.fields),
            }
            return;
        };
        let on_card;
        let source = match whole {
            Some(whole) => whole,
            None => {
                on_card = serde_json::from_str(&card.fields).unwrap_or_default();
                &on_card
            }
        };
        let chosen = names.iter().filter_map(|name| Some((name.clone(), source.get(name)?.clone())));
        out.push_str(&Value::Object(chosen.collect()).to_string());
    }

    fn translations(&self, card: &Card) -> Value {
        let others = self.index.group(card.group).filter(|other| other.entry != card.entry);
        others.map(|other| rules::translation(other, self.settings)).collect()
    }
}

fn member(out: &mut String, name: &str, value: &str) {
    out.push_str(",\"");
    out.push_str(name);
    out.push_str("\":");
    out.push_str(&Value::from(value).to_string());
}
