//! Which derivatives a picture is to have. Pure.

use super::model::{Derivative, Focus, Format, PictureState, Reading};
use crate::kernel::Digest;
use crate::media::{Asset, Kind, rules};

/// Changes whenever the same original gives other bytes: it is part of what names a derivative.
pub const VERSION: u32 = 3;

/// Of the whole picture, in pixels: a phone, a phone of many pixels, a text's width, a screen's.
const WIDTHS: [u32; 4] = [400, 800, 1280, 2048];
/// Of a card.
const CARD_WIDTHS: [u32; 2] = [400, 800];
/// The sides of a card.
const CARD_SIDES: (u32, u32) = (16, 9);

/// The address of a picture leads to its widest form up to this: enough for a screen and for a share picture.
const USUAL_WIDTH_MAX: u32 = 1280;
/// Of the first page of a document, in pixels: at the side of its own page, and in a list.
const PAGE_WIDTHS: [u32; 2] = [480, 160];
/// A longer page is drawn narrower.
const PAGE_HEIGHT_MAX: u32 = 960;
/// What is kept of the text of a document.
pub const TEXT_BYTES_MAX: usize = 64 * 1024;
/// The pages that its text is looked for on.
pub const TEXT_PAGES_MAX: usize = 200;

/// A picture that needs more memory than this when it is read is shown as it is.
pub const DECODED_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// A picture of no more colours is a drawing and no photograph.
pub const DRAWING_COLOURS_MAX: usize = 256;

/// What of a picture a derivative shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    Whole,
    Card(Focus),
    /// The first page of a document.
    Page,
}

/// One derivative that is to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recipe {
    pub cut: Cut,
    pub width: u32,
    pub height: u32,
}

impl Recipe {
    /// Says all that the bytes depend on beside the original.
    pub fn text(&self, format: Format) -> String {
        let cut = match self.cut {
            Cut::Whole => "whole".to_owned(),
            Cut::Card(focus) => format!("card@{focus}"),
            Cut::Page => "page".to_owned(),
        };
        format!("{VERSION} {cut} {}x{} {format}", self.width, self.height)
    }
}

/// The name of a derivative: the digest of its original and its recipe.
pub fn name(original: &Digest, recipe: &str) -> Digest {
    Digest::of(format!("{original} {recipe}"))
}

/// The public address of a derivative. `file` is the name of the original.
pub fn public_path(derivative: &Derivative, file: &str) -> String {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let Derivative { name, width, media_type, .. } = derivative;
    rules::public_path(name, &format!("{stem}-{width}.{}", media_type.extension()))
}

/// Whether every browser reads it.
pub fn is_plain(file: &Derivative) -> bool {
    file.media_type != Format::Avif
}

/// What the address of a picture leads to: the widest that every browser reads and that is not too wide; else the
/// narrowest. With it nothing that is published names the original.
pub fn usual(files: &[Derivative]) -> Option<&Derivative> {
    let mut plain = files.iter().filter(|file| is_plain(file));
    let fitting = plain.clone().filter(|file| file.width <= USUAL_WIDTH_MAX).max_by_key(|file| file.width);
    fitting.or_else(|| plain.next())
}

/// The widest that every browser reads.
pub fn widest(files: &[Derivative]) -> Option<&Derivative> {
    files.iter().filter(|file| is_plain(file)).max_by_key(|file| file.width)
}

/// What is to be made of an upright picture, the widest of the whole first; none is wider than the picture itself.
pub fn recipes((width, height): (u32, u32), focus: Option<Focus>) -> Vec<Recipe> {
    let whole =
        widths(&WIDTHS, width).map(|to| Recipe { cut: Cut::Whole, width: to, height: share(height, to, width) });
    let mut recipes: Vec<Recipe> = whole.collect();
    if let (Some(focus), Some(widest)) = (focus, recipes.first()) {
        // Cards are cut from the widest.
        let (_, _, cut_width, _) = card_box((widest.width, widest.height), focus);
        let (across, down) = CARD_SIDES;
        let card = |to: u32| Recipe { cut: Cut::Card(focus), width: to, height: share(down, to, across) };
        recipes.extend(widths(&CARD_WIDTHS, cut_width).map(card));
    }
    recipes
}

/// The pixels that the first page of a document is drawn in, by its size in points.
pub fn page_size((width, height): (f32, f32)) -> Option<(u32, u32)> {
    let is_size = |side: f32| side.is_finite() && side >= 1.0;
    if !is_size(width) || !is_size(height) {
        return None;
    }
    let [widest, ..] = PAGE_WIDTHS;
    let scale = (widest as f32 / width).min(PAGE_HEIGHT_MAX as f32 / height);
    let side = |side: f32| ((side * scale).round() as u32).max(1);
    Some((side(width), side(height)))
}

/// What is to be made of a page that was drawn in this size, the widest first.
pub fn page_recipes((width, height): (u32, u32)) -> Vec<Recipe> {
    let page = |to: u32| Recipe { cut: Cut::Page, width: to, height: share(height, to, width) };
    widths(&[PAGE_WIDTHS[1], width], width).map(page).collect()
}

/// How far a document or text was read, by what is kept of its text and by what waits to be done with it.
pub fn how_read(asset: &Asset, text: Option<&str>, state: Option<PictureState>) -> Reading {
    let is_cut = |text: &str| match asset.kind {
        Kind::Text => asset.size_bytes > TEXT_BYTES_MAX as i64,
        // A letter that would not fit is left out, and takes at most four bytes.
        _ => asset.pages.is_some_and(|pages| pages > TEXT_PAGES_MAX as i32) || text.len() + 4 > TEXT_BYTES_MAX,
    };
    match (text, state) {
        (Some(text), _) if is_cut(text) => Reading::Beginning,
        (Some(_), _) => Reading::Whole,
        (None, Some(PictureState::Unread)) if !super::READS_PDF => Reading::Never,
        (None, Some(PictureState::Waiting | PictureState::Unread)) => Reading::Waiting,
        (None, Some(PictureState::Partly | PictureState::Ready | PictureState::Failed)) => Reading::Silent,
        (None, None) => Reading::Never,
    }
}

/// The beginning of a text, at most so many bytes of it.
pub fn beginning(text: &str, bytes_max: usize) -> &str {
    &text[..text.floor_char_boundary(bytes_max)]
}

/// The widths that a picture of this width is made in: those that it reaches, and its own when it is less than the widest.
fn widths(of: &[u32], own: u32) -> impl Iterator<Item = u32> {
    let widest = own.min(of.last().copied().unwrap_or(own)).max(1);
    let narrower = of.iter().rev().copied().filter(move |width| *width < widest);
    std::iter::once(widest).chain(narrower)
}

/// `side × to / of`, rounded, at least 1.
fn share(side: u32, to: u32, of: u32) -> u32 {
    let (side, to, of) = (u64::from(side), u64::from(to), u64::from(of.max(1)));
    u32::try_from(((side * to + of / 2) / of).max(1)).unwrap_or(u32::MAX)
}

/// The largest box of a card's sides that a picture holds, as near to the focus as it can be: left, top, width, height.
pub fn card_box((width, height): (u32, u32), focus: Focus) -> (u32, u32, u32, u32) {
    let (across, down) = CARD_SIDES;
    let box_width = width.min(share(height, across, down)).max(1);
    let box_height = height.min(share(box_width, down, across)).max(1);
    let (x, y) = focus.shares();
    let start = |side: u32, part: u32, at: f64| {
        let middle = f64::from(side) * at - f64::from(part) / 2.0;
        middle.clamp(0.0, f64::from(side - part)) as u32
    };
    (start(width, box_width, x), start(height, box_height, y), box_width, box_height)
}

/// How many parts of colour a pixel of a JPEG has, by its frame header: 4 is CMYK.
pub fn jpeg_components(bytes: &[u8]) -> Option<u8> {
    let mut at = 2;
    loop {
        let (mark, kind) = (*bytes.get(at)?, *bytes.get(at + 1)?);
        if mark != 0xff {
            return None;
        }
        match kind {
            // Fill, and marks without a body.
            0xff => at += 1,
            0x01 | 0xd0..=0xd7 => at += 2,
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => return bytes.get(at + 9).copied(),
            _ => at += 2 + usize::from(u16::from_be_bytes([*bytes.get(at + 2)?, *bytes.get(at + 3)?])),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(size: (u32, u32)) -> Vec<(u32, u32)> {
        recipes(size, None).iter().map(|recipe| (recipe.width, recipe.height)).collect()
    }

    #[test]
    fn no_derivative_is_larger_than_its_original() {
        assert_eq!(whole((4032, 3024)), [(2048, 1536), (1280, 960), (800, 600), (400, 300)]);
        assert_eq!(whole((1000, 10)), [(1000, 10), (800, 8), (400, 4)]);
        assert_eq!(whole((800, 801)), [(800, 801), (400, 401)]);
        assert_eq!(whole((32, 4)), [(32, 4)]);
        assert_eq!(whole((9000, 1)).last(), Some(&(400, 1)));
    }

    #[test]
    fn a_card_is_cut_around_the_focus_and_stays_inside() {
        let at = |x, y| Focus::at(x, y).unwrap();
        assert_eq!(card_box((1600, 1200), at(0.5, 0.5)), (0, 150, 1600, 900));
        assert_eq!(card_box((1600, 1200), at(0.1, 0.9)), (0, 300, 1600, 900));
        assert_eq!(card_box((3200, 900), at(0.75, 0.0)), (1600, 0, 1600, 900));
        assert_eq!(card_box((1, 1), at(1.0, 1.0)), (0, 0, 1, 1));
        let cards = recipes((1000, 2000), Some(at(0.5, 0.2)));
        let cards: Vec<_> = cards.iter().filter(|recipe| recipe.cut != Cut::Whole).collect();
        assert_eq!(cards.iter().map(|card| (card.width, card.height)).collect::<Vec<_>>(), [(800, 450), (400, 225)]);
    }

    #[test]
    fn a_name_is_that_of_the_original_the_cut_the_size_and_the_format() {
        let recipe = |width, cut| Recipe { cut, width, height: 9 };
        let focus = Focus::at(0.25, 1.0).unwrap();
        let texts = [
            recipe(16, Cut::Whole).text(Format::Jpeg),
            recipe(17, Cut::Whole).text(Format::Jpeg),
            recipe(16, Cut::Whole).text(Format::Avif),
            recipe(16, Cut::Card(focus)).text(Format::Jpeg),
        ];
        let names: std::collections::BTreeSet<Digest> = texts.iter().map(|text| name(&Digest::of("a"), text)).collect();
        assert_eq!(names.len(), 4);
        assert!(!names.contains(&name(&Digest::of("b"), &texts[0])));
        assert_eq!(texts[3], "3 card@250,1000 16x9 image/jpeg");
    }

    #[test]
    fn a_page_fits_into_its_box_whatever_its_size() {
        assert_eq!(page_size((595.0, 842.0)), Some((480, 679)));
        assert_eq!(page_size((100.0, 10_000.0)), Some((10, 960)));
        assert_eq!(page_size((f32::NAN, 1.0)), None);
        let made = |size| page_recipes(size).iter().map(|page| (page.width, page.height)).collect::<Vec<_>>();
        assert_eq!(made((480, 679)), [(480, 679), (160, 226)]);
        assert_eq!(made((10, 960)), [(10, 960)]);
        assert_eq!(page_recipes((10, 9))[0].text(Format::Jpeg), "3 page 10x9 image/jpeg");
    }

    #[test]
    fn a_focus_lies_inside_of_the_picture() {
        assert_eq!(Focus::at(0.1234, 1.0).map(|focus| focus.to_string()), Some("123,1000".into()));
        for (x, y) in [(-0.01, 0.5), (0.5, 1.01), (f64::NAN, 0.5)] {
            assert_eq!(Focus::at(x, y), None);
        }
        assert_eq!(Focus::parse("1001,0"), None);
        assert_eq!(Focus::parse("123,1000"), Focus::at(0.123, 1.0));
    }
}
