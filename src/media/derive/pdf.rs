//! PDF: the text of its pages and the look of the first one. To be called in a process of its own, see `document`.

use std::io::Write;

use hayro::hayro_interpret::font::{Glyph, GlyphRun};
use hayro::hayro_interpret::hayro_cmap::BfString;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache,
    InterpreterSettings, SoftMask, TransformExt, interpret_page,
};
use hayro::hayro_syntax::Pdf;
use hayro::hayro_syntax::page::Page;
use hayro::kurbo::{Affine, BezPath, Point, Rect};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};

use super::document;
use super::picture::{Pixels, Unreadable};
use super::rules::{self, TEXT_BYTES_MAX, TEXT_PAGES_MAX};

/// Units of a glyph in the square of its font.
const UNITS: f64 = 1000.0;
/// Parts of a font's size: a larger gap between two letters parts words, a larger step aside begins a line.
const GAP: f64 = 0.18;
const STEP: f64 = 0.5;

/// Says what a PDF says, then how it looks.
pub fn tell(file: Vec<u8>, out: &mut dyn Write) -> Result<(), Unreadable> {
    let pdf = Pdf::new(file).map_err(|error| Unreadable(format!("it cannot be read: {error:?}")))?;
    document::write_text(&text(&pdf), out).map_err(Unreadable::new)?;
    let page = pdf.pages().first().ok_or_else(|| Unreadable("it has no page".into()))?;
    document::write_page(&draw(page)?, out).map_err(Unreadable::new)
}

/// The beginning of its text.
fn text(pdf: &Pdf) -> String {
    let mut reader = Reader::default();
    let cache = InterpreterCache::new();
    for page in pdf.pages().iter().take(TEXT_PAGES_MAX) {
        let (width, height) = page.render_dimensions();
        let upright = page.initial_transform(true).to_kurbo();
        let paper = Rect::new(0.0, 0.0, width.into(), height.into());
        let mut context = Context::new(upright, paper, &cache, page.xref(), InterpreterSettings::default());
        interpret_page(page, &mut context, &mut reader);
        reader.end = None;
        reader.put("\n");
        if reader.is_full() {
            break;
        }
    }
    document::readable(&reader.text)
}

/// Its first page on white paper.
fn draw(page: &Page) -> Result<Pixels, Unreadable> {
    let (width, height) = page.render_dimensions();
    let (wide, high) = rules::page_size((width, height)).ok_or_else(|| Unreadable("its page has no size".into()))?;
    // Half a pixel more: the renderer cuts what is left of a pixel off.
    let scale = |pixels: u32, points: f32| (pixels as f32 + 0.5) / points;
    let paper = PixmapSettings { x_scale: scale(wide, width), y_scale: scale(high, height), bg_color: WHITE };
    let settings = (InterpreterSettings::default(), RenderSettings::default());
    let drawn = hayro::render(page, &RenderCache::new(), &settings.0, &settings.1, &paper);
    let (width, height) = (u32::from(drawn.width()), u32::from(drawn.height()));
    let opaque = drawn.data_as_u8_slice().as_chunks::<4>().0.iter();
    let bytes = opaque.flat_map(|[red, green, blue, _]| [*red, *green, *blue]).collect();
    Ok(Pixels { width, height, alpha: false, bytes })
}

/// Hears the letters of a page in the order in which they are drawn.
#[derive(Default)]
struct Reader {
    text: String,
    /// Where the last letter ended, and the size of its font.
    end: Option<(Point, f64)>,
}

impl Reader {
    /// Until spaces are taken out there may be more than is kept.
    fn is_full(&self) -> bool {
        self.text.len() >= 2 * TEXT_BYTES_MAX
    }

    fn put(&mut self, text: &str) {
        if !self.is_full() {
            self.text.push_str(text);
        }
    }

    fn letter(&mut self, glyph: &Glyph, place: Affine) {
        let [across, up, ..] = place.as_coeffs();
        let unit = across.hypot(up).max(f64::MIN_POSITIVE);
        let size = unit * UNITS;
        let begin = place * Point::ORIGIN;
        if let Some((end, before)) = self.end {
            let (x, y) = (begin.x - end.x, begin.y - end.y);
            let (along, aside) = ((x * across + y * up) / unit, (y * across - x * up) / unit);
            let size = size.max(before);
            if aside.abs() > STEP * size || along > GAP * size || along < -STEP * size {
                self.put(" ");
            }
        }
        let advance = match glyph {
            Glyph::Outline(glyph) => glyph.advance_width(),
            Glyph::Type3(glyph) => glyph.advance_width(),
        };
        self.end = Some((place * Point::new(advance.unwrap_or_default().into(), 0.0), size));
        match glyph.as_unicode() {
            Some(BfString::Char(letter)) => self.put(letter.encode_utf8(&mut [0; 4])),
            Some(BfString::String(letters)) => self.put(&letters),
            None => {}
        }
    }
}

impl<'a> Device<'a> for Reader {
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, mode: &DrawMode) {
        // Of letters that are filled and outlined the filling comes too.
        if matches!(mode, DrawMode::Stroke(_)) {
            return;
        }
        for glyph in run.glyphs() {
            self.letter(glyph, props.transform * glyph.transform());
        }
    }

    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn draw_image(&mut self, _: Image<'a, '_>, _: ImageDrawProps<'a>) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}
