//! Pixels of a file: read once, made smaller, turned upright, brought to sRGB.

use std::io::Cursor;

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{PixelType, ResizeOptions, Resizer};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, Limits, RgbImage, RgbaImage};
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

use super::credit::Credit;
use super::rules;

/// Why a file cannot be shown in other forms than its own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(pub String);

impl Unreadable {
    pub fn new(cause: impl std::fmt::Display) -> Unreadable {
        Unreadable(cause.to_string())
    }
}

/// Pixels of 8 bits: red, green, blue, and in a picture with holes how much is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pixels {
    pub width: u32,
    pub height: u32,
    pub alpha: bool,
    pub bytes: Vec<u8>,
}

/// A file that was read, as it lies in it.
pub struct Opened {
    pixels: Pixels,
    /// The four parts of a pixel are inks, of which 255 is all.
    inks: bool,
    profile: Option<ColorProfile>,
    orientation: Orientation,
    pub credit: Credit,
    /// It was a JPEG, which never was exact.
    pub is_jpeg: bool,
}

/// Reads a picture; of a moving one its first frame.
pub fn read(file: &[u8]) -> Result<Opened, Unreadable> {
    let reader = image::ImageReader::new(Cursor::new(file)).with_guessed_format().map_err(Unreadable::new)?;
    let is_jpeg = reader.format() == Some(ImageFormat::Jpeg);
    let mut decoder = reader.into_decoder().map_err(Unreadable::new)?;
    // Of inks there are four, whatever the decoder makes of them.
    let inks = is_jpeg && rules::jpeg_components(file) == Some(4);
    let needs = if inks { decoder.total_bytes() / 3 * 4 } else { decoder.total_bytes() };
    if needs > rules::DECODED_BYTES_MAX {
        let limit = rules::DECODED_BYTES_MAX;
        return Err(Unreadable(format!("it takes {needs} bytes when it is read; at most {limit}")));
    }
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(rules::DECODED_BYTES_MAX);
    decoder.set_limits(limits).map_err(Unreadable::new)?;
    let exif = decoder.exif_metadata().ok().flatten().unwrap_or_default();
    let icc = decoder.icc_profile().ok().flatten();
    let profile = icc.and_then(|icc| ColorProfile::new_from_slice(&icc).ok());
    let pixels =
        if inks { read_inks(file)? } else { of(DynamicImage::from_decoder(decoder).map_err(Unreadable::new)?) };
    Ok(Opened {
        pixels,
        inks,
        profile,
        orientation: Orientation::from_exif_chunk(&exif).unwrap_or(Orientation::NoTransforms),
        credit: Credit::read(&exif),
        is_jpeg,
    })
}

fn of(image: DynamicImage) -> Pixels {
    let (width, height, alpha) = (image.width(), image.height(), image.color().has_alpha());
    let bytes = if alpha { image.into_rgba8().into_raw() } else { image.into_rgb8().into_raw() };
    Pixels { width, height, alpha, bytes }
}

/// A JPEG for print. Its reader stops at an error by unwinding.
fn read_inks(file: &[u8]) -> Result<Pixels, Unreadable> {
    let read = || -> std::io::Result<Pixels> {
        let jpeg = mozjpeg::Decompress::with_markers(&[mozjpeg::Marker::APP(14)]).from_mem(file)?;
        // Whoever names Adobe writes how much light is left, and not how much ink there is.
        let light = jpeg.markers().any(|marker| marker.data.starts_with(b"Adobe"));
        let mut lines = jpeg.to_colorspace(mozjpeg::ColorSpace::JCS_CMYK)?;
        let side = |side: usize| u32::try_from(side).unwrap_or(u32::MAX);
        let (width, height) = (side(lines.width()), side(lines.height()));
        let mut bytes: Vec<u8> = lines.read_scanlines()?;
        lines.finish()?;
        if light {
            bytes.iter_mut().for_each(|part| *part = 255 - *part);
        }
        Ok(Pixels { width, height, alpha: true, bytes })
    };
    let read = std::panic::catch_unwind(read);
    read.map_err(|_| Unreadable("its inks cannot be read".into()))?.map_err(Unreadable::new)
}

impl Opened {
    /// Width and height of the upright picture.
    pub fn size(&self) -> (u32, u32) {
        let Pixels { width, height, .. } = self.pixels;
        if self.lies() { (height, width) } else { (width, height) }
    }

    fn lies(&self) -> bool {
        match self.orientation {
            Orientation::Rotate90 | Orientation::Rotate270 => true,
            Orientation::Rotate90FlipH | Orientation::Rotate270FlipH => true,
            Orientation::NoTransforms | Orientation::Rotate180 => false,
            Orientation::FlipHorizontal | Orientation::FlipVertical => false,
        }
    }

    /// Whether it has so few colours that it was drawn and not photographed.
    pub fn is_drawing(&self) -> bool {
        let mut colours = std::collections::HashSet::new();
        let mut before: &[u8] = &[];
        for pixel in self.pixels.bytes.chunks_exact(self.pixels.parts()) {
            if pixel != before && colours.insert(pixel) && colours.len() > rules::DRAWING_COLOURS_MAX {
                return false;
            }
            before = pixel;
        }
        !self.inks
    }

    /// Upright, in this size, in sRGB. Made small first: the rest is then done on few pixels.
    pub fn upright(self, (width, height): (u32, u32)) -> Result<Pixels, Unreadable> {
        let lying = if self.lies() { (height, width) } else { (width, height) };
        let small = match (self.pixels.width, self.pixels.height) == lying {
            true => self.pixels,
            false => self.pixels.resized(lying, None, !self.inks)?,
        };
        let turned = small.turned(self.orientation)?;
        Ok(turned.in_srgb(self.profile.as_ref(), self.inks)?.without_idle_alpha())
    }
}

impl Pixels {
    fn parts(&self) -> usize {
        if self.alpha { 4 } else { 3 }
    }

    /// In another size; of `cut` (left, top, width, height) alone, if there is one.
    pub fn smaller(&self, to: (u32, u32), cut: Option<(u32, u32, u32, u32)>) -> Result<Pixels, Unreadable> {
        self.resized(to, cut, true)
    }

    fn resized(
        &self,
        (width, height): (u32, u32),
        cut: Option<(u32, u32, u32, u32)>,
        last_is_alpha: bool,
    ) -> Result<Pixels, Unreadable> {
        let kind = if self.alpha { PixelType::U8x4 } else { PixelType::U8x3 };
        let from = ImageRef::new(self.width, self.height, &self.bytes, kind).map_err(Unreadable::new)?;
        let mut to = Image::new(width, height, kind);
        let mut options = ResizeOptions::new().use_alpha(last_is_alpha);
        if let Some((left, top, width, height)) = cut {
            options = options.crop(left.into(), top.into(), width.into(), height.into());
        }
        Resizer::new().resize(&from, &mut to, &options).map_err(Unreadable::new)?;
        Ok(Pixels { width, height, alpha: self.alpha, bytes: to.into_vec() })
    }

    fn turned(self, orientation: Orientation) -> Result<Pixels, Unreadable> {
        if orientation == Orientation::NoTransforms {
            return Ok(self);
        }
        let Pixels { width, height, alpha, bytes } = self;
        let image = match alpha {
            true => RgbaImage::from_raw(width, height, bytes).map(DynamicImage::ImageRgba8),
            false => RgbImage::from_raw(width, height, bytes).map(DynamicImage::ImageRgb8),
        };
        let mut image = image.ok_or_else(|| Unreadable("its pixels do not fill its size".into()))?;
        image.apply_orientation(orientation);
        Ok(of(image))
    }

    fn in_srgb(self, profile: Option<&ColorProfile>, inks: bool) -> Result<Pixels, Unreadable> {
        let wanted = if inks { DataColorSpace::Cmyk } else { DataColorSpace::Rgb };
        match profile.filter(|profile| profile.color_space == wanted) {
            Some(profile) => self.by(profile, inks),
            None if inks => Ok(self.without_profile()),
            None => Ok(self),
        }
    }

    fn by(self, profile: &ColorProfile, inks: bool) -> Result<Pixels, Unreadable> {
        let layout = if self.alpha { Layout::Rgba } else { Layout::Rgb };
        let to = if inks { Layout::Rgb } else { layout };
        let srgb = ColorProfile::new_srgb();
        let transform = profile.create_transform_8bit(layout, &srgb, to, TransformOptions::default());
        let transform = transform.map_err(|error| Unreadable(format!("its colour profile: {error:?}")))?;
        let parts = if inks { 3 } else { self.parts() };
        let mut bytes = vec![0; self.width as usize * self.height as usize * parts];
        let rows = self.bytes.chunks_exact(self.width as usize * self.parts());
        for (from, to) in rows.zip(bytes.chunks_exact_mut(self.width as usize * parts)) {
            transform.transform(from, to).map_err(|error| Unreadable(format!("its colours: {error:?}")))?;
        }
        Ok(Pixels { alpha: self.alpha && !inks, bytes, ..self })
    }

    /// Inks that nobody described, as if each took away its own colour alone.
    fn without_profile(self) -> Pixels {
        let light = |ink: u8, black: u8| (u16::from(255 - ink) * u16::from(255 - black) / 255) as u8;
        let pixels = self.bytes.as_chunks::<4>().0.iter();
        let bytes =
            pixels.flat_map(|[cyan, magenta, yellow, black]| [cyan, magenta, yellow].map(|ink| light(*ink, *black)));
        Pixels { alpha: false, bytes: bytes.collect(), ..self }
    }

    /// Without the fourth part where it says nothing.
    fn without_idle_alpha(self) -> Pixels {
        let pixels = self.bytes.as_chunks::<4>().0;
        if !self.alpha || pixels.iter().any(|[.., alpha]| *alpha < u8::MAX) {
            return self;
        }
        let bytes = pixels.iter().flat_map(|[red, green, blue, _]| [*red, *green, *blue]).collect();
        Pixels { alpha: false, bytes, ..self }
    }

    /// The mean colour, on white where there are holes, as `#rrggbb`.
    pub fn mean_colour(&self) -> String {
        let mut sums = [0_u64; 3];
        for pixel in self.bytes.chunks_exact(self.parts()) {
            let there = u64::from(pixel.get(3).copied().unwrap_or(u8::MAX));
            for (sum, part) in sums.iter_mut().zip(pixel) {
                *sum += u64::from(*part) * there + 255 * (255 - there);
            }
        }
        let count = (u64::from(self.width) * u64::from(self.height) * 255).max(1);
        let [red, green, blue] = sums.map(|sum| sum / count);
        format!("#{red:02x}{green:02x}{blue:02x}")
    }
}
