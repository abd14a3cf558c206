//! Colours, and how well two of them are told apart.

use std::fmt;

/// The least contrast at which a text is read easily (WCAG 2.2, 1.4.3).
pub const CONTRAST_MIN: f64 = 4.5;

/// A colour of a screen, written `#rrggbb`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour([u8; 3]);

impl Colour {
    pub const BLACK: Colour = Colour([0; 3]);
    pub const WHITE: Colour = Colour([255; 3]);

    /// Reads `#rrggbb`, in small or capital letters.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?;
        let fits = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = u32::from_str_radix(digits, 16).ok().filter(|_| fits)?;
        let [_, red, green, blue] = number.to_be_bytes();
        Some(Colour([red, green, blue]))
    }

    /// Red, green, blue.
    pub fn parts(self) -> [u8; 3] {
        self.0
    }

    /// The relative luminance of WCAG, 0 to 1.
    fn luminance(self) -> f64 {
        let linear = |value: u8| {
            let share = f64::from(value) / 255.0;
            if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        let [red, green, blue] = self.0.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// The contrast of two colours, 1 to 21.
    pub fn contrast(self, other: Colour) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// Black or white, whichever is read better on it: one of them always is read easily.
    pub fn ink(self) -> Colour {
        if self.contrast(Colour::BLACK) > self.contrast(Colour::WHITE) { Colour::BLACK } else { Colour::WHITE }
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colour(text: &str) -> Colour {
        Colour::parse(text).unwrap()
    }

    #[test]
    fn contrasts_are_those_of_wcag() {
        let contrast = |one, two| (colour(one).contrast(colour(two)) * 100.0).round() / 100.0;
        assert_eq!(contrast("#000000", "#ffffff"), 21.0);
        assert_eq!((contrast("#777777", "#ffffff"), contrast("#ffffff", "#777777")), (4.48, 4.48));
        assert_eq!(contrast("#767676", "#ffffff"), 4.54);
    }

    #[test]
    fn text_on_any_colour_can_be_read() {
        assert_eq!((colour("#1f5c4a").ink(), colour("#FFD500").ink()), (Colour::WHITE, Colour::BLACK));
        for grey in 0..=255_u8 {
            let ground = Colour([grey; 3]);
            assert!(ground.contrast(ground.ink()) >= CONTRAST_MIN, "{ground}");
        }
    }

    #[test]
    fn nothing_but_six_digits_is_a_colour() {
        assert_eq!(colour("#ABCDEF").to_string(), "#abcdef");
        for bad in ["", "red", "#abc", "abcdef", "#12345g", "#+12345", " #123456", "#1234567"] {
            assert_eq!(Colour::parse(bad), None, "{bad}");
        }
    }
}
