//! The pictures themselves.

use super::paint::png;
use super::{HEIGHT, Recipe, WIDTH};
use crate::kernel::Colour;
use crate::media::derive::picture::Pixels;

const BYTES_MAX: usize = 60_000;

fn recipe(ground: &str, name: &str, title: &str, note: &str) -> Recipe {
    let ground = Colour::parse(ground).unwrap();
    let [name, title, note] = [name, title, note].map(str::to_owned);
    Recipe { ground, ink: ground.ink(), seal: None, name, title, note }
}

/// A disc of every colour, with a hole.
fn seal() -> Pixels {
    let bytes = (0..92_u32 * 92).flat_map(|at| {
        let (x, y) = ((at % 92) as i32 - 46, (at / 92) as i32 - 46);
        let far = x * x + y * y;
        [(at % 92 * 2) as u8, (at / 92 * 2) as u8, 180, if (400..2100).contains(&far) { 255 } else { 0 }]
    });
    Pixels { width: 92, height: 92, alpha: true, bytes: bytes.collect() }
}

fn read(bytes: &[u8]) -> image::RgbImage {
    image::load_from_memory(bytes).unwrap().into_rgb8()
}

#[test]
fn a_picture_is_small_and_shows_its_two_colours() {
    let long = "Peraturan Gubernur tentang Standar Pelayanan Administrasi Terpadu Kecamatan dan Tata Cara Pengaduan \
        Masyarakat pada Perangkat Daerah di Lingkungan Pemerintah Provinsi Nusantara Timur Raya Tahun Anggaran 2026";
    for (seal, title) in [(None, "Musrenbang"), (Some(seal()), long), (None, long)] {
        let recipe = recipe("#1f5c4a", "Pemerintah Provinsi", title, "Berita · 21 November 2026");
        let bytes = png(&recipe, seal.as_ref()).unwrap();
        assert!(bytes.len() < BYTES_MAX, "{} bytes", bytes.len());
        let image = read(&bytes);
        assert_eq!((image.width(), image.height()), (WIDTH, HEIGHT));
        assert_eq!(image.get_pixel(5, 5).0, [0x1f, 0x5c, 0x4a]);
        let white = image.pixels().filter(|pixel| pixel.0 == [255; 3]).count();
        assert!(white > 4_000, "letters: {white}");
        // Nothing is written over the edge of what a title may take.
        assert!(
            image.enumerate_pixels().all(|(x, _, pixel)| (40..1_160).contains(&x) || pixel.0 == [0x1f, 0x5c, 0x4a])
        );
    }
}

#[test]
fn the_same_recipe_gives_the_same_bytes_and_letters_without_a_shape_are_left_out() {
    let one = recipe("#ffd400", "Kota", "Beasiswa 表 dibuka", "x");
    let other = recipe("#ffd400", "Kota", "Beasiswa dibuka", "x");
    assert_eq!(png(&one, None).unwrap(), png(&one, None).unwrap());
    assert_eq!(png(&one, None).unwrap(), png(&other, None).unwrap());
    assert_ne!(png(&one, None).unwrap(), png(&recipe("#ffd400", "Kota", "Beasiswa", "x"), None).unwrap());
    assert!(png(&recipe("#000000", "", "", ""), None).is_ok());
}

#[test]
fn the_seal_keeps_its_colours_and_its_holes() {
    let recipe = recipe("#1f5c4a", "Kota", "Judul", "Catatan");
    let image = read(&png(&recipe, Some(&seal())).unwrap());
    let [red, green, blue] = image.get_pixel(76 + 46 + 30, 64 + 46).0;
    assert!(red > 130 && (70..120).contains(&green) && blue > 150, "{red} {green} {blue}");
    assert_eq!(image.get_pixel(76 + 46, 64 + 46).0, [0x1f, 0x5c, 0x4a]);
}
