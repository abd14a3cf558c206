//! Pictures of every odd kind come out right.

use std::collections::HashMap;
use std::io::Cursor;

use image::codecs::png::PngEncoder;
use image::{DynamicImage, ImageEncoder, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

use super::credit::Credit;
use super::model::{Focus, Format};
use super::picture::{self, Pixels, Unreadable};
use super::work::{self, Extent, Work};
use crate::kernel::Digest;

fn made(file: &[u8]) -> Work {
    work::derive((&Digest::of(file), file), None, Extent::Plain, &HashMap::new()).unwrap()
}

/// Upright and in sRGB, in its own size.
fn pixels(file: &[u8]) -> Pixels {
    let opened = picture::read(file).unwrap();
    let size = opened.size();
    opened.upright(size).unwrap()
}

fn at(pixels: &Pixels, x: u32, y: u32) -> [u8; 3] {
    let parts = if pixels.alpha { 4 } else { 3 };
    let from = (y * pixels.width + x) as usize * parts;
    pixels.bytes[from..from + 3].try_into().unwrap()
}

fn near(one: [u8; 3], other: [u8; 3], by: u8) -> bool {
    one.iter().zip(other).all(|(one, other)| one.abs_diff(other) <= by)
}

/// Left half one colour, right half another.
fn halves(width: u32, height: u32, left: [u8; 3], right: [u8; 3]) -> RgbImage {
    RgbImage::from_fn(width, height, |x, _| Rgb(if x < width / 2 { left } else { right }))
}

/// Of too many colours to be a drawing.
fn photograph(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let wave = ((x * x / 7 + y * 3) % 64) as u8;
        Rgb([(x * 255 / width) as u8, (y * 255 / height) as u8 / 2 + wave, 255 - wave])
    })
}

fn file(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.into().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn jpeg(width: u32, space: mozjpeg::ColorSpace, bytes: &[u8], exif: Option<&[u8]>) -> Vec<u8> {
    let parts = if space == mozjpeg::ColorSpace::JCS_CMYK { 4 } else { 3 };
    let mut jpeg = mozjpeg::Compress::new(space);
    jpeg.set_size(width as usize, bytes.len() / parts / width as usize);
    jpeg.set_quality(95.0);
    let mut jpeg = jpeg.start_compress(Vec::new()).unwrap();
    if let Some(exif) = exif {
        jpeg.write_marker(mozjpeg::Marker::APP(1), &[b"Exif\0\0", exif].concat());
    }
    jpeg.write_scanlines(bytes).unwrap();
    jpeg.finish().unwrap()
}

/// EXIF with an orientation, a place on the Earth and an owner.
fn exif(orientation: u16) -> Vec<u8> {
    let mut chunk = b"MM\0\x2a\0\0\0\x08\0\x03".to_vec();
    chunk.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1]);
    chunk.extend(orientation.to_be_bytes());
    chunk.extend([0, 0]);
    chunk.extend([0x82, 0x98, 0, 2, 0, 0, 0, 10, 0, 0, 0, 50]);
    chunk.extend([0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 60]);
    chunk.extend([0, 0, 0, 0]);
    chunk.extend(b"Ani Damar\0");
    chunk.extend(b"GPSPOSITION");
    chunk
}

#[test]
fn every_orientation_comes_out_upright() {
    let (red, blue) = ([250, 10, 10], [10, 10, 250]);
    let lying = halves(64, 32, red, blue);
    // Where the left half is after it was turned as the number says.
    let expected = [
        (1, (64, 32), (4, 16)),
        (2, (64, 32), (60, 16)),
        (3, (64, 32), (60, 16)),
        (4, (64, 32), (4, 16)),
        (5, (32, 64), (16, 4)),
        (6, (32, 64), (16, 4)),
        (7, (32, 64), (16, 60)),
        (8, (32, 64), (16, 60)),
    ];
    for (orientation, size, (x, y)) in expected {
        let file = jpeg(64, mozjpeg::ColorSpace::JCS_RGB, lying.as_raw(), Some(&exif(orientation)));
        let upright = pixels(&file);
        assert_eq!((upright.width, upright.height), size, "{orientation}");
        assert!(near(at(&upright, x, y), red, 12), "{orientation}: {:?}", at(&upright, x, y));
    }
}

#[test]
fn the_place_where_a_picture_was_taken_goes_and_its_owner_stays() {
    let image = photograph(500, 300);
    let original = jpeg(500, mozjpeg::ColorSpace::JCS_RGB, image.as_raw(), Some(&exif(6)));
    let holds = |bytes: &[u8], word: &[u8]| bytes.windows(word.len()).any(|part| part == word);
    assert!(holds(&original, b"GPSPOSITION"));
    let work = work::derive((&Digest::of("a"), &original), None, Extent::Whole, &HashMap::new()).unwrap();
    assert_eq!((work.shown().width, work.shown().height), (300, 500));
    assert!(!work.new.is_empty());
    for (made, bytes) in &work.new {
        assert!(!holds(bytes, b"GPSPOSITION"), "{made:?}");
        assert!(holds(bytes, b"Ani Damar"), "{made:?}");
    }
    let jpeg = work.new.iter().find(|(made, _)| made.derivative.media_type == Format::Jpeg).unwrap();
    let read = picture::read(&jpeg.1).unwrap();
    assert_eq!((read.size(), &read.credit), ((300, 500), &Credit { copyright: b"Ani Damar".to_vec(), artist: vec![] }));
}

#[test]
fn inks_become_light() {
    // As Adobe writes them: 255 is none.
    let inks: Vec<u8> =
        (0..32 * 32).flat_map(|at| if at % 32 < 16 { [0, 255, 255, 255] } else { [255, 255, 0, 255] }).collect();
    let upright = pixels(&jpeg(32, mozjpeg::ColorSpace::JCS_CMYK, &inks, None));
    assert!(!upright.alpha);
    assert!(near(at(&upright, 4, 16), [0, 255, 255], 12), "cyan: {:?}", at(&upright, 4, 16));
    assert!(near(at(&upright, 28, 16), [255, 255, 0], 12), "yellow: {:?}", at(&upright, 28, 16));
}

#[test]
fn a_wide_colour_space_is_brought_to_srgb() {
    let image = RgbImage::from_pixel(20, 20, Rgb([180, 120, 60]));
    let mut file = Vec::new();
    let mut png = PngEncoder::new(&mut file);
    png.set_icc_profile(moxcms::ColorProfile::new_display_p3().encode().unwrap()).unwrap();
    png.write_image(image.as_raw(), 20, 20, image::ExtendedColorType::Rgb8).unwrap();
    let found = at(&pixels(&file), 10, 10);
    // By the matrices of Display P3 and sRGB.
    assert!(near(found, [189, 118, 45], 3), "{found:?}");
}

#[test]
fn sixteen_bits_become_eight() {
    let deep = image::ImageBuffer::<Rgb<u16>, _>::from_pixel(30, 20, Rgb([0x8000, 0xffff, 0x0102]));
    let found = pixels(&file(DynamicImage::ImageRgb16(deep), ImageFormat::Png));
    assert!(near(at(&found, 5, 5), [128, 255, 1], 1), "{:?}", at(&found, 5, 5));
}

/// A moving WebP of two frames.
fn moving_webp(first: &RgbImage, second: &RgbImage) -> Vec<u8> {
    let chunk = |name: &[u8; 4], body: &[u8]| {
        let padding = vec![0; body.len() % 2];
        [name.as_slice(), &(body.len() as u32).to_le_bytes(), body, &padding].concat()
    };
    let three = |number: u32| number.to_le_bytes()[..3].to_vec();
    let size = [three(first.width() - 1), three(first.height() - 1)].concat();
    let frame = |image: &RgbImage| {
        let still = file(image.clone(), ImageFormat::WebP);
        // Beyond "RIFF", the size and "WEBP" stands the picture's own chunk.
        let body = [vec![0; 6], size.clone(), three(100), vec![0], still[12..].to_vec()].concat();
        chunk(b"ANMF", &body)
    };
    let head = [vec![0b10, 0, 0, 0], size.clone()].concat();
    let chunks = [chunk(b"VP8X", &head), chunk(b"ANIM", &[0; 6]), frame(first), frame(second)].concat();
    let body = [b"WEBP".as_slice(), &chunks].concat();
    chunk(b"RIFF", &body)
}

#[test]
fn of_what_moves_the_first_frame_is_shown() {
    let (green, red) = (halves(40, 30, [0, 200, 0], [0, 200, 0]), halves(40, 30, [200, 0, 0], [200, 0, 0]));
    let found = pixels(&moving_webp(&green, &red));
    assert!(near(at(&found, 20, 15), [0, 200, 0], 3), "WebP: {:?}", at(&found, 20, 15));
    let mut gif = Vec::new();
    let frames = [&green, &red].map(|image| image::Frame::new(DynamicImage::from(image.clone()).into_rgba8()));
    image::codecs::gif::GifEncoder::new(&mut gif).encode_frames(frames).unwrap();
    let found = pixels(&gif);
    assert!(near(at(&found, 20, 15), [0, 200, 0], 8), "GIF: {:?}", at(&found, 20, 15));
}

#[test]
fn drawings_and_pictures_with_holes_are_kept_exactly_and_photographs_become_jpeg() {
    let drawing = made(&file(halves(900, 300, [255, 255, 255], [0, 60, 120]), ImageFormat::Png));
    assert!(drawing.shown().whole.iter().all(|file| file.media_type == Format::Png) && !drawing.unfinished);
    let mut holes = RgbaImage::from_pixel(500, 200, Rgba([200, 10, 10, 255]));
    for (x, _, pixel) in holes.enumerate_pixels_mut().filter(|(x, ..)| *x < 250) {
        *pixel = Rgba([(x % 256) as u8, 90, (x % 7) as u8 * 30, 0]);
    }
    let holes = made(&file(holes, ImageFormat::Png));
    assert!(holes.shown().whole.iter().all(|file| file.media_type == Format::Png));
    let (_, bytes) = &holes.new[0];
    assert!(picture::read(bytes).unwrap().upright((400, 160)).unwrap().alpha, "the holes stay holes");
    let photograph = made(&file(photograph(900, 300), ImageFormat::Png));
    let widths: Vec<u32> = photograph.shown().whole.iter().map(|file| file.width).collect();
    assert_eq!(widths, [400, 800, 900]);
    assert!(photograph.shown().whole.iter().all(|file| file.media_type == Format::Jpeg));
}

#[test]
fn what_was_made_before_is_taken_as_it_is() {
    let original = file(photograph(600, 400), ImageFormat::Png);
    let digest = Digest::of(&original);
    let first = made(&original);
    assert!(first.new.iter().all(|(made, bytes)| made.derivative.sha256 == Digest::of(bytes)));
    let known: HashMap<Digest, _> = first.new.iter().map(|(made, _)| (made.derivative.name, made.clone())).collect();
    let focus = Focus::at(0.2, 0.8);
    let second = work::derive((&digest, &original), focus, Extent::Plain, &known).unwrap();
    assert_eq!(second.shown().whole, first.shown().whole);
    let new: Vec<(u32, u32)> =
        second.new.iter().map(|(made, _)| (made.derivative.width, made.derivative.height)).collect();
    assert_eq!(new, [(600, 338), (400, 225)], "only the crops are made");
}

#[test]
fn what_cannot_be_read_is_said_and_nothing_is_made() {
    let whole = file(photograph(300, 200), ImageFormat::Png);
    let read = |file: &[u8]| picture::read(file).map(drop);
    assert!(read(&whole[..whole.len() / 2]).is_err());
    assert!(read(b"no picture").is_err());
    // A header alone may promise more than a server has.
    let mut bomb = file(RgbImage::new(1, 1), ImageFormat::Png);
    bomb[16..24].copy_from_slice(&[0, 0, 0x40, 0, 0, 0, 0x40, 0]);
    let mut table = [0_u32; 256];
    for (at, entry) in table.iter_mut().enumerate() {
        *entry = (0..8).fold(at as u32, |sum, _| if sum & 1 == 1 { 0xedb8_8320 ^ (sum >> 1) } else { sum >> 1 });
    }
    let sum =
        bomb[12..29].iter().fold(!0, |sum: u32, byte| table[((sum ^ u32::from(*byte)) & 255) as usize] ^ (sum >> 8));
    bomb[29..33].copy_from_slice(&(!sum).to_be_bytes());
    let Err(Unreadable(why)) = read(&bomb) else { panic!("it was read") };
    assert!(why.contains("at most"), "{why}");
}

#[test]
#[cfg(feature = "avif")]
fn avif_follows_in_the_sides_of_what_every_browser_reads_and_is_smaller() {
    let original = file(photograph(900, 600), ImageFormat::Png);
    let digest = Digest::of(&original);
    let first = made(&original);
    assert!(first.unfinished);
    let known: HashMap<Digest, _> = first.new.into_iter().map(|(made, _)| (made.derivative.name, made)).collect();
    let whole = || work::derive((&digest, &original), None, Extent::Whole, &known).unwrap();
    let second = whole();
    assert!(!second.unfinished && !second.new.is_empty());
    for (made, bytes) in &second.new {
        let file = &made.derivative;
        assert_eq!((file.media_type, &bytes[4..12]), (Format::Avif, b"ftypavif".as_slice()));
        // The box with the sides: version, width, height.
        let sides = bytes.windows(4).position(|part| part == b"ispe").unwrap() + 8;
        let side = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
        assert_eq!((side(sides), side(sides + 4)), (file.width, file.height));
        let plain = |other: &&super::Derivative| other.media_type == Format::Jpeg && other.width == file.width;
        let plain = second.shown().whole.iter().find(plain).unwrap();
        assert!((file.height, file.bytes < plain.bytes) == (plain.height, true), "{file:?} {plain:?}");
    }
    assert!(whole().new == second.new, "the same bytes every time");
}
