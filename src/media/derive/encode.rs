//! Files of pixels.

use std::io::Cursor;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder, ImageFormat};

use super::credit::Credit;
use super::model::Format;
use super::picture::{Pixels, Unreadable};
use super::score;

/// The lowest and the highest quality of a JPEG that is tried: below, blocks show in skies; above, nobody sees more.
const QUALITY_MIN: u8 = 45;
const QUALITY_MAX: u8 = 85;
/// How often a quality is tried.
const QUALITY_STEPS: usize = 4;
/// How alike a JPEG is to be to what was encoded.
const SIMILARITY_WANTED: f64 = 0.955;
/// Tried on so many patches a side, each of so many pixels a side: a multiple of the 16 that a JPEG codes together,
/// so that patches beside one another do not touch.
const PATCHES: u32 = 4;
const PATCH: u32 = 64;
/// A picture of no more pixels is tried whole.
const SAMPLE_PIXELS_MAX: u32 = 2 * PATCHES * PATCHES * PATCH * PATCH;

/// A file that was made, and how.
pub struct Encoded {
    pub format: Format,
    pub bytes: Vec<u8>,
    pub quality: Option<u8>,
    pub similarity: Option<f64>,
}

/// A JPEG of the lowest quality that is alike enough; `pixels` have no holes.
pub fn jpeg(pixels: &Pixels, credit: &Credit) -> Result<Encoded, Unreadable> {
    let (quality, similarity) = quality(&sample(pixels))?;
    let bytes = jpeg_at(pixels, quality, Coding::Progressive, credit.write().as_deref())?;
    Ok(Encoded { format: Format::Jpeg, bytes, quality: Some(quality), similarity: Some(similarity) })
}

/// Halves the range of qualities a few times; says what was measured at the chosen one.
fn quality(sample: &Pixels) -> Result<(u8, f64), Unreadable> {
    let wanted = score::brightness(&sample.bytes);
    let measure = |quality: u8| -> Result<f64, Unreadable> {
        let bytes = jpeg_at(sample, quality, Coding::Sequential, None)?;
        let read = image::load_from_memory_with_format(&bytes, ImageFormat::Jpeg).map_err(Unreadable::new)?;
        Ok(score::similarity(&wanted, &score::brightness(read.into_rgb8().as_raw()), sample.width as usize))
    };
    let (mut low, mut high) = (QUALITY_MIN, QUALITY_MAX);
    let mut enough = None;
    for _ in 0..QUALITY_STEPS {
        let middle = low + (high - low) / 2;
        let found = measure(middle)?;
        if found >= SIMILARITY_WANTED {
            (high, enough) = (middle, Some(found));
        } else {
            low = (middle + 1).min(high);
        }
    }
    match enough {
        Some(found) => Ok((high, found)),
        None => Ok((high, measure(high)?)),
    }
}

/// Patches from all over the picture, as one small picture.
fn sample(pixels: &Pixels) -> Pixels {
    let Pixels { width, height, .. } = *pixels;
    let side = PATCHES * PATCH;
    if width * height <= SAMPLE_PIXELS_MAX || width < side || height < side {
        return pixels.clone();
    }
    let from = |length: u32, patch: u32| (length - PATCH) * patch / (PATCHES - 1) / 16 * 16;
    let row_bytes = width as usize * 3;
    let mut bytes = Vec::with_capacity((side * side * 3) as usize);
    for row in 0..side {
        let top = (from(height, row / PATCH) + row % PATCH) as usize * row_bytes;
        for patch in 0..PATCHES {
            let left = top + from(width, patch) as usize * 3;
            bytes.extend_from_slice(&pixels.bytes[left..left + PATCH as usize * 3]);
        }
    }
    Pixels { width: side, height: side, alpha: false, bytes }
}

/// The order of what a JPEG holds; the pixels are the same in both.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Coding {
    /// Quickest, for a try.
    Sequential,
    /// Smaller, and a slow line shows the whole picture early, if coarsely.
    Progressive,
}

/// The encoder stops at an error by unwinding.
///
/// Without the search for coefficients that cost least (trellis) and without tries of orders of scans: at the same
/// similarity files are as large, and they are made in a quarter of the time. The tables are those of the standard
/// (ITU-T T.81, annex K), those for colours finer, or skies get bands.
fn jpeg_at(pixels: &Pixels, quality: u8, coding: Coding, exif: Option<&[u8]>) -> Result<Vec<u8>, Unreadable> {
    let write = || -> std::io::Result<Vec<u8>> {
        let mut jpeg = mozjpeg::Compress::new(mozjpeg::ColorSpace::JCS_RGB);
        jpeg.set_size(pixels.width as usize, pixels.height as usize);
        jpeg.set_fastest_defaults();
        let (brightness, colours) = (f32::from(quality), 100.0 - f32::from(100 - quality) * 0.75);
        jpeg.set_quality(brightness);
        jpeg.set_chroma_qtable(&mozjpeg::qtable::AnnexK_Chroma.scaled(colours, colours));
        if coding == Coding::Progressive {
            jpeg.set_progressive_mode();
        }
        let mut jpeg = jpeg.start_compress(Vec::new())?;
        if let Some(exif) = exif {
            jpeg.write_marker(mozjpeg::Marker::APP(1), &[b"Exif\0\0", exif].concat());
        }
        jpeg.write_scanlines(&pixels.bytes)?;
        jpeg.finish()
    };
    let written = std::panic::catch_unwind(write);
    written.map_err(|_| Unreadable("it could not be written as JPEG".into()))?.map_err(Unreadable::new)
}

/// Without loss.
pub fn png(pixels: &Pixels, credit: &Credit) -> Result<Encoded, Unreadable> {
    let mut bytes = Cursor::new(Vec::new());
    let mut png = PngEncoder::new_with_quality(&mut bytes, CompressionType::Best, FilterType::Adaptive);
    if let Some(exif) = credit.write() {
        png.set_exif_metadata(exif).map_err(Unreadable::new)?;
    }
    let kind = if pixels.alpha { ExtendedColorType::Rgba8 } else { ExtendedColorType::Rgb8 };
    png.write_image(&pixels.bytes, pixels.width, pixels.height, kind).map_err(Unreadable::new)?;
    Ok(Encoded { format: Format::Png, bytes: bytes.into_inner(), quality: None, similarity: None })
}

/// Whether JPEG are written with the processor's vector instructions: that takes an assembler (`nasm`) while compiling.
pub const JPEG_HAS_VECTORS: bool = cfg!(jpeg_vectors);
/// Whether this program can write AVIF.
pub const WRITES_AVIF: bool = cfg!(feature = "avif");

/// About as good as a JPEG of that quality; `pixels` have no holes.
///
/// The scale is another, but the same number comes near: on six pictures the one of the same similarity was 8 lower to
/// 23 higher, 6 higher in the mean. What is lost with it is grain.
#[cfg(feature = "avif")]
pub fn avif(pixels: &Pixels, quality: u8, credit: &Credit) -> Result<Encoded, Unreadable> {
    /// From 1, the slowest, to 10.
    const SPEED: u8 = 9;
    let rgb: Vec<ravif::RGB8> = pixels
        .bytes
        .as_chunks::<3>()
        .0
        .iter()
        .map(|[red, green, blue]| ravif::RGB8::new(*red, *green, *blue))
        .collect();
    let image = ravif::Img::new(rgb.as_slice(), pixels.width as usize, pixels.height as usize);
    // One thread: the server has other work, and one thread gives the same bytes everywhere.
    let mut encoder =
        ravif::Encoder::new().with_quality(f32::from(quality)).with_speed(SPEED).with_num_threads(Some(1));
    encoder = encoder.with_bit_depth(ravif::BitDepth::Eight);
    if let Some(exif) = credit.write() {
        encoder = encoder.with_exif(exif);
    }
    let bytes = encoder.encode_rgb(image).map_err(Unreadable::new)?.avif_file;
    Ok(Encoded { format: Format::Avif, bytes, quality: Some(quality), similarity: None })
}

#[cfg(not(feature = "avif"))]
pub fn avif(_: &Pixels, _: u8, _: &Credit) -> Result<Encoded, Unreadable> {
    Err(Unreadable("this program was built without AVIF".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(width: u32, height: u32, grain: u32) -> Pixels {
        let value = |at: u32| {
            let (x, y) = (at % width, at / width);
            let rough = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)) >> 24;
            ((x * 255 / width + y * 255 / height) / 2 * (256 - grain) / 256 + rough * grain / 256) as u8
        };
        let bytes = (0..width * height).flat_map(|at| [value(at), value(at) / 2, 255 - value(at)]).collect();
        Pixels { width, height, alpha: false, bytes }
    }

    #[test]
    fn the_quality_follows_from_what_the_picture_needs() {
        let credit = Credit::default();
        let calm = jpeg(&noise(320, 240, 0), &credit).unwrap();
        let rough = jpeg(&noise(320, 240, 24), &credit).unwrap();
        assert!(calm.quality < rough.quality, "{:?} {:?}", calm.quality, rough.quality);
        assert!(calm.similarity.unwrap() >= SIMILARITY_WANTED);
        assert!((QUALITY_MIN..=QUALITY_MAX).contains(&rough.quality.unwrap()));
    }

    #[test]
    fn a_large_picture_is_tried_on_patches_from_all_over_it() {
        let large = noise(1280, 800, 60);
        let patches = sample(&large);
        assert_eq!((patches.width, patches.height, patches.bytes.len()), (256, 256, 256 * 256 * 3));
        let corner =
            |pixels: &Pixels, x: u32, y: u32| pixels.bytes[((y * pixels.width + x) * 3) as usize..][..3].to_vec();
        assert_eq!(corner(&patches, 0, 0), corner(&large, 0, 0));
        assert_eq!(corner(&patches, 255, 255), corner(&large, 1216 + 63, 736 + 63));
        assert_eq!(sample(&noise(300, 200, 60)), noise(300, 200, 60));
    }

    #[test]
    fn a_jpeg_is_progressive_and_shows_what_was_tried() {
        let pixels = noise(320, 240, 24);
        let made = jpeg(&pixels, &Credit::default()).unwrap();
        let tried = jpeg_at(&pixels, made.quality.unwrap(), Coding::Sequential, None).unwrap();
        let frames = |file: &[u8]| [0xC0, 0xC2].map(|frame| file.windows(4).any(|part| part == [0xFF, frame, 0, 17]));
        assert_eq!((frames(&tried), frames(&made.bytes)), ([true, false], [false, true]));
        let shown = |file: &[u8]| image::load_from_memory(file).unwrap().into_rgb8();
        assert!(shown(&tried) == shown(&made.bytes));
    }

    #[test]
    fn the_same_pixels_give_the_same_bytes() {
        let pixels = noise(400, 300, 60);
        assert_eq!(jpeg(&pixels, &Credit::default()).unwrap().bytes, jpeg(&pixels, &Credit::default()).unwrap().bytes);
    }
}
