//! Drawings (SVG) as pixels, for pictures in which they stand. What is stored was reduced to a safe subset when it came in.

use super::picture::{Pixels, Unreadable};

/// Whether a stored file is one; no other kind of picture begins so.
pub fn is_svg(file: &[u8]) -> bool {
    file.first() == Some(&b'<')
}

/// A drawing in the size that `fit` makes of its own, in whole pixels. Letters that are not paths are left out: no font is given.
#[cfg(feature = "pdf")]
pub fn pixels(file: &[u8], fit: impl Fn((u32, u32)) -> (u32, u32)) -> Result<Pixels, Unreadable> {
    use resvg::tiny_skia::{Pixmap, Transform};
    use resvg::usvg::{Options, Tree};

    let tree = Tree::from_data(file, &Options::default()).map_err(Unreadable::new)?;
    let size = tree.size();
    let (width, height) = fit(((size.width().ceil() as u32).max(1), (size.height().ceil() as u32).max(1)));
    let mut pixmap = Pixmap::new(width, height).ok_or_else(|| Unreadable::new("it has no size"))?;
    let scale = Transform::from_scale(width as f32 / size.width(), height as f32 / size.height());
    resvg::render(&tree, scale, &mut pixmap.as_mut());
    Ok(Pixels { width, height, alpha: true, bytes: pixmap.take_demultiplied() })
}

#[cfg(not(feature = "pdf"))]
pub fn pixels(_: &[u8], _: impl Fn((u32, u32)) -> (u32, u32)) -> Result<Pixels, Unreadable> {
    Err(Unreadable::new("this program was built without the feature `pdf`, which draws it"))
}

#[cfg(all(test, feature = "pdf"))]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_fills_the_size_that_it_is_given_and_keeps_its_holes() {
        let svg = br##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 10"><rect width="10" height="10" fill="#1f5c4a"/></svg>"##;
        assert!(is_svg(svg));
        let drawn = pixels(svg, |(width, height)| (width * 4, height * 4)).unwrap();
        assert_eq!((drawn.width, drawn.height, drawn.bytes.len()), (80, 40, 80 * 40 * 4));
        assert_eq!(drawn.bytes[..4], [0x1f, 0x5c, 0x4a, 255]);
        assert_eq!(drawn.bytes[79 * 4..80 * 4], [0, 0, 0, 0]);
        assert!(pixels(b"<svg", |size| size).is_err());
    }
}
