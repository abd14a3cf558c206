//! How pages place a picture: in the width and the format that a reader's screen asks for.

use tera::Value;

use super::model::Asset;
use super::views::{format_name, map};
use crate::content::markdown::Drawn;
use crate::kernel::Digest;
use crate::media::derive::model::Format;
use crate::media::derive::rules::{is_plain, public_path, usual, widest};
use crate::media::derive::{Derivative, Derived};
use crate::media::rules;

/// How wide pictures in texts are shown.
const TEXT_SIZES: &str = "(min-width: 46rem) 46rem, 100vw";

/// The address of a stored file; of a picture, that of what every browser reads.
pub fn url(digest: &Digest, asset: &Asset) -> String {
    asset.usual().map_or_else(|| rules::public_path(digest, &asset.name), |file| public_path(file, &asset.name))
}

/// How a text places a picture; `None` until its derivatives are ready.
pub fn drawn(asset: &Asset) -> Option<Drawn> {
    let files = &asset.derived.as_ref()?.whole;
    let usual = usual(files)?;
    let avif = srcset(files, asset, |file| file.media_type == Format::Avif);
    let plain = srcset(files, asset, is_plain);
    Some(Drawn {
        sources: avif.map(|srcset| (Format::Avif.as_str(), srcset)).into_iter().collect(),
        srcset: plain.filter(|srcset| srcset.contains(',')).unwrap_or_default(),
        sizes: TEXT_SIZES,
        width: usual.width,
        height: usual.height,
    })
}

/// What a template gets of a picture whose derivatives are ready.
pub fn view(asset: &Asset, derived: &Derived, size: impl Fn(i64) -> String) -> Option<Value> {
    let whole = forms(&derived.whole, asset)?;
    let usual = usual(&derived.whole)?;
    let mut view = whole;
    let name = public_path(usual, &asset.name);
    let own = [
        ("name", asset.name.as_str().into()),
        ("type", usual.media_type.as_str().into()),
        ("format", format_name(&name).into()),
        ("size", size(i64::try_from(usual.bytes).unwrap_or(i64::MAX)).into()),
        ("color", derived.color.as_str().into()),
        ("card", forms(&derived.card, asset).map_or_else(Value::none, map_of)),
    ];
    view.extend(own);
    view.push(("large", public_path(widest(&derived.whole)?, &asset.name).into()));
    Some(map_of(view))
}

/// What a template gets of the first page of a document.
pub fn page(asset: &Asset, derived: &Derived) -> Option<Value> {
    let mut view = forms(&derived.whole, asset)?;
    view.push(("color", derived.color.as_str().into()));
    Some(map_of(view))
}

fn map_of(pairs: Vec<(&'static str, Value)>) -> Value {
    let mut made = tera::value::Map::with_capacity(pairs.len());
    made.extend(pairs.into_iter().map(|(name, value)| (tera::value::Key::Str(name), value)));
    Value::from(made)
}

/// Address, sides and widths of one cut of a picture; `None` when there is no file of it.
fn forms(files: &[Derivative], asset: &Asset) -> Option<Vec<(&'static str, Value)>> {
    let usual = usual(files)?;
    let avif = srcset(files, asset, |file| file.media_type == Format::Avif);
    let source = |srcset: String| map([("type", Format::Avif.as_str().into()), ("srcset", srcset.into())]);
    let sources: Vec<Value> = avif.map(source).into_iter().collect();
    Some(vec![
        ("url", public_path(usual, &asset.name).into()),
        ("width", usual.width.into()),
        ("height", usual.height.into()),
        ("srcset", srcset(files, asset, is_plain).filter(|srcset| srcset.contains(',')).into()),
        ("sources", sources.into()),
    ])
}

fn srcset(files: &[Derivative], asset: &Asset, of: impl Fn(&Derivative) -> bool) -> Option<String> {
    let file = |file: &Derivative| format!("{} {}w", public_path(file, &asset.name), file.width);
    let files: Vec<String> = files.iter().filter(|file| of(file)).map(file).collect();
    (!files.is_empty()).then(|| files.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(width: u32, media_type: Format) -> Derivative {
        let name = Digest::of(format!("{width} {media_type}"));
        Derivative { name, sha256: name, media_type, width, height: width * 3 / 4, bytes: 1000 }
    }

    fn asset(whole: Vec<Derivative>) -> Asset {
        let derived = Derived { width: 4032, height: 3024, color: "#102030".into(), whole, card: Vec::new() };
        let (name, media_type) = ("foto.jpg".to_owned(), "image/jpeg".to_owned());
        Asset {
            name,
            media_type,
            bytes: 9,
            width: Some(4032),
            height: Some(3024),
            derived: Some(derived.into()),
            page: None,
        }
    }

    #[test]
    fn a_text_offers_every_width_and_the_better_format_first() {
        let whole =
            [400, 1280, 2048].into_iter().flat_map(|width| [file(width, Format::Avif), file(width, Format::Jpeg)]);
        let asset = asset(whole.collect());
        let drawn = drawn(&asset).unwrap();
        assert_eq!((drawn.width, drawn.height), (1280, 960));
        assert_eq!(drawn.srcset.matches(".jpg ").count(), 3);
        assert_eq!(drawn.sources.len(), 1);
        assert!(drawn.sources[0].1.ends_with("/foto-2048.avif 2048w"), "{drawn:?}");
        assert!(url(&Digest::of("a"), &asset).ends_with("/foto-1280.jpg"));
    }

    #[test]
    fn a_small_picture_is_placed_with_its_sides_alone() {
        let asset = asset(vec![file(120, Format::Png)]);
        let drawn = drawn(&asset).unwrap();
        assert_eq!((drawn.srcset.as_str(), drawn.sources.len(), drawn.width), ("", 0, 120));
    }
}
