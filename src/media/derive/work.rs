//! All derivatives of one picture.

use std::collections::HashMap;

use super::credit::Credit;
use super::document::Document;
use super::encode::{self, Encoded, WRITES_AVIF};
use super::model::{Derivative, Derived, Focus, Format, Made};
use super::picture::{self, Opened, Pixels, Unreadable};
use super::rules::{self, Cut, Recipe};
use crate::kernel::Digest;

/// How much is made of a picture at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// What every browser reads.
    Plain,
    /// And AVIF, where it is smaller.
    Whole,
}

/// What was made of a file.
#[derive(Default)]
pub struct Work {
    /// `None`: it has nothing to show.
    pub derived: Option<Derived>,
    /// Of a document: what it says.
    pub text: Option<String>,
    /// Of a document: why not all of it could be read.
    pub fault: Option<String>,
    /// Those that were not known, with their bytes.
    pub new: Vec<(Made, Vec<u8>)>,
    /// Whether AVIF can still follow.
    pub unfinished: bool,
}

#[cfg(test)]
impl Work {
    /// What is shown of a picture.
    pub fn shown(&self) -> &Derived {
        self.derived.as_ref().expect("a picture shows something")
    }
}

/// Makes derivatives; those in `known` are taken as they are, by their names.
pub fn derive(
    (digest, file): (&Digest, &[u8]),
    focus: Option<Focus>,
    extent: Extent,
    known: &HashMap<Digest, Made>,
) -> Result<Work, Unreadable> {
    let opened = picture::read(file)?;
    let size = opened.size();
    let recipes = rules::recipes(size, focus);
    let credit = opened.credit.clone();
    let exact = !opened.is_jpeg && opened.is_drawing();
    let widest = upright(opened, &recipes)?;
    let fallback = if exact || widest.alpha { Format::Png } else { Format::Jpeg };
    let mut desk = Desk { digest, known, credit, fallback, extent, new: Vec::new() };
    let (mut whole, mut card) = (Vec::new(), Vec::new());
    // Each size is made of the next larger one.
    let mut before: HashMap<bool, Pixels> = HashMap::new();
    for recipe in &recipes {
        let cut = matches!(recipe.cut, Cut::Card(_));
        let from = before.get(&cut).unwrap_or(&widest);
        let pixels = match recipe.cut {
            _ if (from.width, from.height) == (recipe.width, recipe.height) => from.clone(),
            Cut::Card(focus) if !before.contains_key(&true) => {
                let part = rules::card_box((widest.width, widest.height), focus);
                widest.smaller((recipe.width, recipe.height), Some(part))?
            }
            Cut::Card(_) | Cut::Whole | Cut::Page => from.smaller((recipe.width, recipe.height), None)?,
        };
        let into = if cut { &mut card } else { &mut whole };
        into.extend(desk.files_of(recipe, &pixels)?);
        before.insert(cut, pixels);
    }
    // The smallest is as good as any for it.
    let color = before.get(&false).map(Pixels::mean_colour).unwrap_or_default();
    let kept = |all| worthwhile(all, file.len() as u64);
    let derived = Derived { width: size.0, height: size.1, color, whole: kept(whole), card: kept(card) };
    let unfinished = extent == Extent::Plain && fallback == Format::Jpeg && WRITES_AVIF;
    desk.new.retain(|(made, _)| derived.all().any(|kept| kept.name == made.derivative.name));
    Ok(Work { derived: Some(derived), new: desk.new, unfinished, ..Work::default() })
}

/// What is made of a document that was opened: pictures of its first page, its text.
pub fn of_document(digest: &Digest, opened: Document, known: &HashMap<Digest, Made>) -> Result<Work, Unreadable> {
    let Document { page, text, fault } = opened;
    let text = (!text.is_empty()).then_some(text);
    let Some(page) = page else { return Ok(Work { text, fault, ..Work::default() }) };
    // Small letters on paper: a PNG of them is twice as large.
    let (credit, extent, fallback) = (Credit::default(), Extent::Plain, Format::Jpeg);
    let mut desk = Desk { digest, known, credit, fallback, extent, new: Vec::new() };
    let mut whole = Vec::new();
    for recipe in rules::page_recipes((page.width, page.height)) {
        let size = (recipe.width, recipe.height);
        let pixels = if size == (page.width, page.height) { page.clone() } else { page.smaller(size, None)? };
        whole.extend(desk.files_of(&recipe, &pixels)?);
    }
    whole.sort_by_key(|file| file.width);
    let color = page.mean_colour();
    let derived = Derived { width: page.width, height: page.height, color, whole, card: Vec::new() };
    Ok(Work { derived: Some(derived), text, fault, new: desk.new, unfinished: false })
}

fn upright(opened: Opened, recipes: &[Recipe]) -> Result<Pixels, Unreadable> {
    let widest = recipes.first().map(|recipe| (recipe.width, recipe.height));
    let size = widest.unwrap_or_else(|| opened.size());
    opened.upright(size)
}

/// The narrowest first, without what is no smaller than the original; but never without anything that every browser
/// reads. AVIF stays where it is smaller than what it stands for.
fn worthwhile(all: Vec<Derivative>, original_bytes: u64) -> Vec<Derivative> {
    let plain = all.iter().filter(|file| file.media_type != Format::Avif);
    let mut kept: Vec<Derivative> = plain.clone().filter(|file| file.bytes < original_bytes).cloned().collect();
    if kept.is_empty() {
        kept.extend(plain.clone().max_by_key(|file| file.width).cloned());
    }
    let bytes_of = |width: u32| kept.iter().find(|file| file.width == width).map(|file| file.bytes);
    let avif = all.iter().filter(|file| file.media_type == Format::Avif);
    let avif: Vec<Derivative> =
        avif.filter(|file| bytes_of(file.width).is_some_and(|bytes| file.bytes < bytes)).cloned().collect();
    kept.extend(avif);
    kept.sort_by_key(|file| (file.width, file.media_type));
    kept
}

/// What the files of one picture have in common.
struct Desk<'w> {
    digest: &'w Digest,
    known: &'w HashMap<Digest, Made>,
    credit: Credit,
    fallback: Format,
    extent: Extent,
    new: Vec<(Made, Vec<u8>)>,
}

impl Desk<'_> {
    /// The files of one size.
    fn files_of(&mut self, recipe: &Recipe, pixels: &Pixels) -> Result<Vec<Derivative>, Unreadable> {
        let credit = self.credit.clone();
        let (plain, quality) = self.file(recipe, self.fallback, |format| match format {
            Format::Png => encode::png(pixels, &credit),
            Format::Jpeg | Format::Avif => encode::jpeg(pixels, &credit),
        })?;
        let mut files = vec![plain];
        let Some(quality) = quality else { return Ok(files) };
        let made_before = self.known.contains_key(&rules::name(self.digest, &recipe.text(Format::Avif)));
        if made_before || (self.extent == Extent::Whole && WRITES_AVIF) {
            files.push(self.file(recipe, Format::Avif, |_| encode::avif(pixels, quality, &credit))?.0);
        }
        Ok(files)
    }

    fn file(
        &mut self,
        recipe: &Recipe,
        format: Format,
        encode: impl FnOnce(Format) -> Result<Encoded, Unreadable>,
    ) -> Result<(Derivative, Option<u8>), Unreadable> {
        let text = recipe.text(format);
        let name = rules::name(self.digest, &text);
        if let Some(known) = self.known.get(&name) {
            return Ok((known.derivative.clone(), known.quality));
        }
        let Encoded { format, bytes, quality, similarity } = encode(format)?;
        let Recipe { width, height, .. } = *recipe;
        let (sha256, size) = (Digest::of(&bytes), bytes.len() as u64);
        let derivative = Derivative { name, sha256, media_type: format, width, height, bytes: size };
        self.new.push((Made { derivative: derivative.clone(), recipe: text, quality, similarity }, bytes));
        Ok((derivative, quality))
    }
}
