//! Which picture a page names, and what it shows.

use std::collections::HashMap;

use rayon::prelude::*;
use tera::Value;

use super::rules::{self, HEIGHT, Recipe, WIDTH};
use crate::kernel::Digest;
use crate::publish::plan::Page;
use crate::publish::views::{self, World, map};

/// Entries that do not tell a day, as a rule.
const WITHOUT_DAY: &[&str] =
    &["data", "faq", "halaman", "informasi", "layanan", "maklumat", "opd", "pejabat", "regulasi"];

/// What a picture stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// A language of the site: all pages but those of entries.
    Site(usize),
    /// An entry, by its place among the cards.
    Card(u32),
}

/// The pictures that pages of a release name.
#[derive(Debug, Default)]
pub struct Standing {
    /// Those that are made, by where they stand, with the digests of their bytes.
    pub ready: HashMap<String, Digest>,
    pub missing: usize,
}

impl World<'_> {
    /// What the picture of a page shows; `None` when it needs none: its entry has a picture, or the theme shows none.
    pub fn share(&self, of: Of) -> Option<Recipe> {
        if !self.theme.about.share_pictures {
            return None;
        }
        let (snapshot, (ground, ink)) = (self.snapshot, self.colours);
        match of {
            Of::Site(at) => Some(Recipe {
                ground,
                ink,
                seal: self.seals[at],
                name: String::new(),
                title: self.locales[at].title.clone(),
                note: views::tagline(snapshot, at).to_owned(),
            }),
            Of::Card(at) => {
                let card = &snapshot.cards[at as usize];
                let view = &self.locales[card.locale];
                let kind = || {
                    let shape = snapshot.shapes.get(&*card.type_key);
                    views::section_title(self.theme, shape, &card.type_key, &view.locale)
                };
                let note = match (&*card.type_key, WITHOUT_DAY.contains(&&*card.type_key)) {
                    ("halaman", _) => String::new(),
                    (_, true) => kind(),
                    (_, false) => format!("{} · {}", kind(), view.clock.day(&view.clock.at(card.published_at))),
                };
                (!card.has_picture).then(|| Recipe {
                    ground,
                    ink,
                    seal: self.seals[card.locale],
                    name: view.title.clone(),
                    title: card.title.to_string(),
                    note,
                })
            }
        }
    }

    /// The pictures that pages name: first those of the languages, then of the entries, the newest first.
    pub fn shares(&self) -> Vec<(Digest, Of)> {
        let homes = self.plan.pages.iter().filter_map(|page| match page {
            Page::Home { locale } => Some(Of::Site(*locale)),
            _ => None,
        });
        let all: Vec<Of> = homes.chain((0..self.snapshot.cards.len() as u32).rev().map(Of::Card)).collect();
        all.into_par_iter().filter_map(|of| Some((self.share(of)?.digest(), of))).collect()
    }

    /// Which pictures a release of these pages holds.
    pub fn standing_shares(&self) -> Standing {
        let mut standing = Standing::default();
        for (name, _) in self.shares() {
            match self.snapshot.shares.ready.get(&name) {
                Some(sha256) => drop(standing.ready.insert(rules::path(&name), *sha256)),
                None => standing.missing += 1,
            }
        }
        standing
    }

    /// What a template gets of a page's picture.
    pub fn share_view(&self, of: Of) -> Value {
        let Some(recipe) = self.share(of) else { return Value::none() };
        map([
            ("url", format!("/{}", rules::path(&recipe.digest())).into()),
            ("width", WIDTH.into()),
            ("height", HEIGHT.into()),
            ("alt", recipe.title.as_str().into()),
        ])
    }
}
