//! What a document shows of itself before it is opened: its text and a picture of its first page.
//!
//! A PDF is read by a process of its own, because a file may be made so that its reader runs on, takes all memory or dies of it. `write_text` and `write_page` are
//! what that process says, [`heard`] reads it: the length of the text, the text, the sides of the page, its pixels.
//! The text comes first, so that it is there when drawing fails.

use std::io::{self, Write};

use super::picture::Pixels;
use super::rules::{TEXT_BYTES_MAX, beginning};

/// The command of this program that reads a PDF from its standard input.
pub const COMMAND: &str = "read-document";
/// What that command may take: seconds of a processor, and bytes of addresses, of which the allocator sets some aside unused.
pub const SECONDS_MAX: u64 = 20;
pub const MEMORY_BYTES_MAX: u64 = 1024 * 1024 * 1024;
/// More than it can have to say.
pub const TOLD_BYTES_MAX: u64 = 4 * 1024 * 1024;

const NUMBER_BYTES: usize = 4;
const PIXEL_BYTES: usize = 3;

/// A document that was opened.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Document {
    pub page: Option<Pixels>,
    /// Empty when it has none.
    pub text: String,
    /// Why there is not all of it.
    pub fault: Option<String>,
}

/// A text file or a table.
pub fn of_text(file: &[u8]) -> Document {
    let end = file.len().min(TEXT_BYTES_MAX);
    // The judge has seen that it is UTF-8; the end may cut a letter.
    let text = String::from_utf8_lossy(&file[..end]);
    Document { text: readable(&text), ..Document::default() }
}

/// Letters and the spaces between them: what a database keeps.
pub fn readable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split(|letter: char| letter.is_whitespace() || letter.is_control()).filter(|word| !word.is_empty())
    {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out.truncate(beginning(&out, TEXT_BYTES_MAX).len());
    out
}

/// Says the text of a document.
pub fn write_text(text: &str, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(&(text.len() as u32).to_le_bytes())?;
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Says how its first page looks, which has no holes.
pub fn write_page(page: &Pixels, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(&page.width.to_le_bytes())?;
    out.write_all(&page.height.to_le_bytes())?;
    out.write_all(&page.bytes)?;
    out.flush()
}

/// What was said, as far as it goes; `ended` tells how the process ended, if not well.
pub fn heard(said: &[u8], ended: Option<String>) -> Document {
    let (length, rest) = number(said);
    let (text, rest) = rest.split_at(length.unwrap_or_default().min(rest.len()));
    let text = readable(&String::from_utf8_lossy(text));
    let (width, rest) = number(rest);
    let (height, rest) = number(rest);
    let page = width.zip(height).and_then(|(width, height)| {
        let whole = width.checked_mul(height)?.checked_mul(PIXEL_BYTES)? == rest.len() && !rest.is_empty();
        let sides = (u32::try_from(width).ok()?, u32::try_from(height).ok()?);
        whole.then(|| Pixels { width: sides.0, height: sides.1, alpha: false, bytes: rest.to_vec() })
    });
    let fault = ended.or_else(|| page.is_none().then(|| "its first page cannot be drawn".to_owned()));
    Document { page, text, fault }
}

fn number(said: &[u8]) -> (Option<usize>, &[u8]) {
    match said.split_first_chunk::<NUMBER_BYTES>() {
        Some((number, rest)) => (usize::try_from(u32::from_le_bytes(*number)).ok(), rest),
        None => (None, &[]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_until_the_end_is_kept() {
        let page = Pixels { width: 2, height: 1, alpha: false, bytes: vec![1, 2, 3, 4, 5, 6] };
        let mut said = Vec::new();
        write_text("Laporan\u{0} \n tahunan", &mut said).unwrap();
        let text_only = said.len();
        write_page(&page, &mut said).unwrap();
        let whole = heard(&said, None);
        assert_eq!((whole.text.as_str(), &whole.page, &whole.fault), ("Laporan tahunan", &Some(page), &None));
        for cut in 0..said.len() {
            let part = heard(&said[..cut], Some("killed".into()));
            assert_eq!((part.page, part.fault.as_deref()), (None, Some("killed")), "{cut}");
            assert_eq!(part.text == "Laporan tahunan", cut >= text_only, "{cut}");
        }
        assert_eq!(heard(&said[..text_only], None).fault.as_deref(), Some("its first page cannot be drawn"));
        assert_eq!(heard(&[255; 64], None).page, None);
    }

    #[test]
    fn a_long_text_ends_with_a_whole_letter() {
        let text = of_text("é".repeat(TEXT_BYTES_MAX).as_bytes()).text;
        assert!(text.len() <= TEXT_BYTES_MAX + 2 && text.starts_with("éé"));
        assert_eq!(of_text("a;b\r\nc;d\n".as_bytes()).text, "a;b c;d");
    }
}
