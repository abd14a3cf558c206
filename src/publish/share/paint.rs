//! A recipe as a PNG: letters of one font, in two colours and the shades between them.

use std::collections::HashMap;
use std::sync::LazyLock;

use ab_glyph::{Font, FontRef, Glyph, PxScale, ScaleFont, point};
use unicode_normalization::UnicodeNormalization;

use super::rules::{self, Area, HEIGHT, Line, RULE, Recipe, SEAL, WIDTH};
use crate::kernel::{Colour, Context, Error, Result};
use crate::media::derive::picture::Pixels;

static FONT: LazyLock<Option<FontRef<'static>>> =
    LazyLock::new(|| FontRef::try_from_slice(include_bytes!("plus-jakarta-sans.ttf")).ok());

/// Shades from ground to ink, both included: enough for smooth letters, few enough for small files.
const SHADES: usize = 16;
/// How much of the ink the line between title and note has.
const RULE_SHADE: u8 = 96;
/// What a PNG with a palette can tell apart.
const COLOURS_MAX: usize = 256;

/// The bytes of a picture.
pub fn png(recipe: &Recipe, seal: Option<&Pixels>) -> Result<Vec<u8>> {
    let font = FONT.as_ref().ok_or_else(|| Error::broken("draw letters", "the built-in font cannot be read"))?;
    let recipe = Recipe {
        name: drawable(font, &recipe.name),
        title: drawable(font, &recipe.title),
        note: drawable(font, &recipe.note),
        ..recipe.clone()
    };
    let mut canvas = Canvas::new();
    canvas.fill(RULE, RULE_SHADE);
    for line in rules::lines(&recipe, seal.is_some(), &|text, size| width(font, text, size)) {
        canvas.write(font, &line);
    }
    canvas.encode((recipe.ground, recipe.ink), seal)
}

/// What the font has letters for.
fn drawable(font: &FontRef, text: &str) -> String {
    text.nfc().filter(|letter| letter.is_whitespace() || font.glyph_id(*letter).0 != 0).collect()
}

/// The font in a size; its own is measured from the lowest to the highest letter.
fn scale(font: &FontRef, size: f32) -> PxScale {
    PxScale::from(size * font.height_unscaled() / font.units_per_em().unwrap_or(1000.0))
}

fn width(font: &FontRef, text: &str, size: f32) -> f32 {
    glyphs(font, text, size).1
}

/// The letters of a line that begins at zero, and where it ends.
fn glyphs(font: &FontRef, text: &str, size: f32) -> (Vec<Glyph>, f32) {
    let scaled = font.as_scaled(scale(font, size));
    let (mut glyphs, mut x): (Vec<Glyph>, f32) = (Vec::new(), 0.0);
    for letter in text.chars() {
        let id = scaled.glyph_id(letter);
        x += glyphs.last().map_or(0.0, |before| scaled.kern(before.id, id));
        glyphs.push(id.with_scale_and_position(scaled.scale(), point(x, 0.0)));
        x += scaled.h_advance(id);
    }
    (glyphs, x)
}

/// How much ink is on each pixel.
struct Canvas(Vec<u8>);

impl Canvas {
    fn new() -> Self {
        Canvas(vec![0; (WIDTH * HEIGHT) as usize])
    }

    fn add(&mut self, x: i64, y: i64, ink: u8) {
        let inside = (0..i64::from(WIDTH)).contains(&x) && (0..i64::from(HEIGHT)).contains(&y);
        if inside && let Some(pixel) = self.0.get_mut((y * i64::from(WIDTH) + x) as usize) {
            *pixel = pixel.saturating_add(ink);
        }
    }

    fn fill(&mut self, (left, top, width, height): Area, ink: u8) {
        for y in top..top + height {
            for x in left..left + width {
                self.add(x.into(), y.into(), ink);
            }
        }
    }

    fn write(&mut self, font: &FontRef, line: &Line) {
        for mut glyph in glyphs(font, &line.text, line.size).0 {
            glyph.position.x += line.left;
            glyph.position.y = line.baseline;
            let Some(outline) = font.outline_glyph(glyph) else { continue };
            let corner = outline.px_bounds().min;
            let (left, top) = (corner.x as i64, corner.y as i64);
            outline.draw(|x, y, covered| {
                let ink = (covered.clamp(0.0, 1.0) * 255.0).round() as u8;
                self.add(left + i64::from(x), top + i64::from(y), ink);
            });
        }
    }

    /// In two colours, with the seal on it.
    fn encode(&self, (ground, ink): (Colour, Colour), seal: Option<&Pixels>) -> Result<Vec<u8>> {
        let shade = |at: usize| mixed(ground.parts(), ink.parts(), (at * 255 / (SHADES - 1)) as u8);
        let mut palette: Vec<[u8; 3]> = (0..SHADES).map(shade).collect();
        let mut pixels: Vec<u8> =
            self.0.iter().map(|ink| ((usize::from(*ink) * (SHADES - 1) + 127) / 255) as u8).collect();
        if let Some(seal) = seal {
            place(seal, &mut pixels, &mut palette);
        }
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, WIDTH, HEIGHT);
        encoder.set_color(png::ColorType::Indexed);
        // The highest takes five times as long for a tenth less.
        encoder.set_compression(png::Compression::Balanced);
        encoder.set_filter(png::Filter::NoFilter);
        encoder.set_palette(palette.concat());
        if palette.len() <= SHADES {
            encoder.set_depth(png::BitDepth::Four);
            pixels = pixels.as_chunks::<2>().0.iter().map(|[left, right]| left << 4 | right).collect();
        }
        let doing = "write a picture to share";
        let mut writer = encoder.write_header().context(doing)?;
        writer.write_image_data(&pixels).context(doing)?;
        writer.finish().context(doing)?;
        Ok(bytes)
    }
}

/// So much of `over` on `under`.
fn mixed(under: [u8; 3], over: [u8; 3], much: u8) -> [u8; 3] {
    let much = u32::from(much);
    let part = |at: usize| ((u32::from(under[at]) * (255 - much) + u32::from(over[at]) * much + 127) / 255) as u8;
    [part(0), part(1), part(2)]
}

/// Puts the seal into the middle of its place, in as many colours as there is room for.
fn place(seal: &Pixels, pixels: &mut [u8], palette: &mut Vec<[u8; 3]>) {
    let (left, top, width, height) = SEAL;
    let (left, top) = (left + width.saturating_sub(seal.width) / 2, top + height.saturating_sub(seal.height) / 2);
    let parts = if seal.alpha { 4 } else { 3 };
    let under = palette[0];
    // Where the seal has a hole, what is there stays.
    let there = seal.bytes.chunks_exact(parts).enumerate().filter_map(|(at, pixel)| {
        let much = pixel.get(3).copied().unwrap_or(u8::MAX);
        (much > 0).then(|| (at, mixed(under, [pixel[0], pixel[1], pixel[2]], much)))
    });
    let (places, on_ground): (Vec<usize>, Vec<[u8; 3]>) = there.unzip();
    let (colours, masked) = few(&on_ground, COLOURS_MAX - palette.len());
    let mut known: HashMap<[u8; 3], u8> = HashMap::new();
    for (colour, at) in colours.into_iter().zip(palette.len()..) {
        // There are at most 256.
        known.insert(colour, at as u8);
        palette.push(colour);
    }
    for (at, colour) in places.into_iter().zip(&masked) {
        let (x, y) = (left + at as u32 % seal.width, top + at as u32 / seal.width);
        if x < WIDTH
            && y < HEIGHT
            && let Some(index) = known.get(colour)
        {
            pixels[(y * WIDTH + x) as usize] = *index;
        }
    }
}

/// The same with fewer bits of each part of a colour, until there are so few colours; these, sorted.
fn few(pixels: &[[u8; 3]], colours_max: usize) -> (Vec<[u8; 3]>, Vec<[u8; 3]>) {
    let mut bits = 8;
    loop {
        let masked: Vec<[u8; 3]> = pixels.iter().map(|pixel| pixel.map(|part| rounded(part, bits))).collect();
        let mut colours = masked.clone();
        colours.sort_unstable();
        colours.dedup();
        if colours.len() <= colours_max || bits == 1 {
            return (colours, masked);
        }
        bits -= 1;
    }
}

/// The nearest of the values that so many bits can tell apart; black and white are among them.
fn rounded(part: u8, bits: u32) -> u8 {
    let steps = (1_u32 << bits) - 1;
    let step = (u32::from(part) * steps + 127) / 255;
    (step * 255 / steps) as u8
}
