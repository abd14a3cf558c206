//! Pictures, their derivatives, the focus of a crop.

use serde::{Deserialize, Serialize};

use crate::kernel::Digest;
use crate::kernel::id::SiteId;

crate::words! {
    /// How far the derivatives of a picture are.
    pub enum PictureState {
        /// They are to be made, or made anew. What was ready before is shown until then.
        Waiting = "waiting",
        /// A document that nobody has opened yet; a program without the feature `documents` cannot.
        Unread = "unread",
        /// There is a JPEG in each width, and AVIF, which takes longer, is to follow.
        Partly = "partly",
        Ready = "ready",
        /// The file could not be read as a picture; pages show it as it is.
        Failed = "failed",
    }
}

crate::words! {
    /// How far somebody has read what a document says.
    pub enum Reading {
        Whole = "whole",
        /// Its first pages, or its first kilobytes.
        Beginning = "beginning",
        /// It was opened and says nothing that can be read, such as pages that were scanned.
        Silent = "silent",
        /// It is about to be read.
        Waiting = "waiting",
        /// This program does not read its kind.
        Never = "never",
    }
}

crate::words! {
    /// What a derivative is.
    pub enum Format {
        Avif = "image/avif",
        Jpeg = "image/jpeg",
        Png = "image/png",
    }
}

impl Format {
    pub fn extension(self) -> &'static str {
        match self {
            Format::Avif => "avif",
            Format::Jpeg => "jpg",
            Format::Png => "png",
        }
    }
}

/// The point of a picture that a crop keeps, in thousandths of its width and height.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Focus {
    x: u16,
    y: u16,
}

impl Focus {
    /// From shares of width and height; `None` outside of 0 to 1.
    pub fn at(x: f64, y: f64) -> Option<Focus> {
        let inside = |share: f64| (0.0..=1.0).contains(&share);
        let thousandths = |share: f64| (share * 1000.0).round() as u16;
        (inside(x) && inside(y)).then(|| Focus { x: thousandths(x), y: thousandths(y) })
    }

    /// Shares of width and height.
    pub fn shares(self) -> (f64, f64) {
        (f64::from(self.x) / 1000.0, f64::from(self.y) / 1000.0)
    }

    /// Reads what `Display` writes.
    pub fn parse(text: &str) -> Option<Focus> {
        let (x, y) = text.split_once(',')?;
        let part = |text: &str| text.parse().ok().filter(|part| *part <= 1000);
        Some(Focus { x: part(x)?, y: part(y)? })
    }
}

impl std::fmt::Display for Focus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{},{}", self.x, self.y)
    }
}

/// One file made of a picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Derivative {
    /// The digest of original and recipe.
    pub name: Digest,
    /// Of its bytes, which the storage has under it.
    pub sha256: Digest,
    pub media_type: Format,
    pub width: u32,
    pub height: u32,
    pub bytes: u64,
}

/// All that pages show of a picture, ready together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Derived {
    /// Of the upright original, in pixels.
    pub width: u32,
    pub height: u32,
    /// The mean of all pixels, as `#rrggbb`: stands there until the picture has come.
    pub color: String,
    /// The whole picture, the narrowest first.
    pub whole: Vec<Derivative>,
    /// Cut for cards around the focus; empty without one.
    pub card: Vec<Derivative>,
}

impl Derived {
    pub fn all(&self) -> impl Iterator<Item = &Derivative> {
        self.whole.iter().chain(&self.card)
    }
}

/// A derivative and how it came to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Made {
    pub derivative: Derivative,
    pub recipe: String,
    /// Of the encoder, where it has one.
    pub quality: Option<u8>,
    /// To the pixels that were encoded: the mean structural similarity of what was measured.
    pub similarity: Option<f64>,
}

/// A file of a site whose derivatives are to be made, or that is to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub site: SiteId,
    pub digest: Digest,
    pub media_type: String,
    pub focus: Option<Focus>,
}
