//! Files of a release: which of them a path names, and their bytes.
#![expect(clippy::disallowed_methods, reason = "the home of published files")]

use std::ops::Range;
use std::path::{Path, PathBuf};

use actix_web::http::header::{self, HeaderMap};
use actix_web::web::Bytes;

use crate::kernel::Digest;

/// Larger files are read in pieces and not kept.
const CACHED_FILE_BYTES_MAX: u64 = 512 * 1024;
const PIECE_BYTES: usize = 64 * 1024;

/// How a file is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Coding {
    Plain,
    Gzip,
    Brotli,
}

impl Coding {
    /// Behind the file's name.
    pub fn ending(self) -> &'static str {
        match self {
            Coding::Plain => "",
            Coding::Gzip => ".gz",
            Coding::Brotli => ".br",
        }
    }

    /// In `Content-Encoding`.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Coding::Plain => None,
            Coding::Gzip => Some("gzip"),
            Coding::Brotli => Some("br"),
        }
    }
}

impl Held {
    pub fn size(&self) -> u64 {
        match self {
            Held::Bytes(bytes) => bytes.len() as u64,
            Held::Large { size, .. } => *size,
        }
    }
}

/// A file as it was found: its bytes when it is small.
pub struct Cached {
    pub coding: Coding,
    pub etag: String,
    pub body: Held,
}

/// The bytes of a small file; of a large one where they are.
pub enum Held {
    Bytes(Bytes),
    Large { path: PathBuf, size: u64 },
}

/// The path below the site's root that a request asks for, decoded; `None` for what no file can be:
/// a way upward, an empty or hidden part (but `.well-known`), a control character, a compressed copy.
pub fn site_path(path: &str) -> Option<String> {
    let path = percent_decode(path.strip_prefix('/')?)?;
    let mut parts = path.split('/').peekable();
    while let Some(part) = parts.next() {
        let last = parts.peek().is_none();
        let hidden = part.starts_with('.') && part != ".well-known";
        if (part.is_empty() && !last) || hidden || part.contains(['\\', '\0']) || part.chars().any(char::is_control) {
            return None;
        }
    }
    (!path.ends_with(".br") && !path.ends_with(".gz")).then_some(path)
}

fn percent_decode(text: &str) -> Option<String> {
    if !text.contains('%') {
        return Some(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let pair = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&pair).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// Codings that the reader takes, best first; `Plain` always comes last.
pub fn accepted(headers: &HeaderMap) -> Vec<Coding> {
    let text = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let takes = |name: &str| {
        text.split(',').any(|part| {
            let mut words = part.split(';').map(str::trim);
            let named = words.next().is_some_and(|word| word.eq_ignore_ascii_case(name));
            let refused = words.any(|word| {
                word.strip_prefix("q=").and_then(|q| q.parse::<f32>().ok()).is_some_and(|quality| quality <= 0.0)
            });
            named && !refused
        })
    };
    let known = [("br", Coding::Brotli), ("gzip", Coding::Gzip)];
    known.into_iter().filter(|(name, _)| takes(name)).map(|(_, coding)| coding).chain([Coding::Plain]).collect()
}

/// The first of these forms that there is.
pub fn read_best(root: &Path, path: &str, accepted: &[Coding]) -> Option<Cached> {
    accepted.iter().find_map(|coding| read_file(root, path, *coding))
}

fn read_file(root: &Path, path: &str, coding: Coding) -> Option<Cached> {
    let file = root.join(format!("{path}{}", coding.ending()));
    let about = std::fs::metadata(&file).ok().filter(std::fs::Metadata::is_file)?;
    // Nothing we write is a link; should somebody place one, it leads nowhere.
    let real = std::fs::canonicalize(&file).ok()?;
    if !real.starts_with(std::fs::canonicalize(root).ok()?) {
        return None;
    }
    let tail = coding.name().map(|name| format!("-{name}")).unwrap_or_default();
    if about.len() <= CACHED_FILE_BYTES_MAX {
        let bytes = std::fs::read(&real).ok()?;
        let etag = format!("\"{}{tail}\"", &Digest::of(&bytes).as_str()[..24]);
        return Some(Cached { coding, etag, body: Held::Bytes(bytes.into()) });
    }
    let etag = match media_mark(path) {
        Some(mark) => format!("\"{mark}{tail}\""),
        None => {
            let written = about.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
            format!("\"{:x}-{:x}{tail}\"", about.len(), written.as_nanos())
        }
    };
    Some(Cached { coding, etag, body: Held::Large { path: real, size: about.len() } })
}

/// The letters of its digest in the address of a stored file.
fn media_mark(path: &str) -> Option<&str> {
    path.strip_prefix("media/")?.split('/').next().filter(|mark| mark.len() == 16)
}

/// These bytes of a file in pieces, each read off the event loop.
pub fn pieces(path: PathBuf, range: Range<u64>) -> impl futures_util::Stream<Item = Result<Bytes, std::io::Error>> {
    use std::io::{Read, Seek, SeekFrom};
    let begin = (path, range, None::<std::fs::File>);
    futures_util::stream::try_unfold(begin, |(path, mut range, open)| async move {
        let read = move || {
            let mut file = match open {
                Some(file) => file,
                None => {
                    let mut file = std::fs::File::open(&path)?;
                    file.seek(SeekFrom::Start(range.start))?;
                    file
                }
            };
            let left = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
            let mut piece = vec![0; left.min(PIECE_BYTES)];
            let length = file.read(&mut piece)?;
            piece.truncate(length);
            range.start += length as u64;
            Ok::<_, std::io::Error>((piece, (path, range, Some(file))))
        };
        let (piece, next) = actix_web::web::block(read).await.map_err(std::io::Error::other)??;
        Ok((!piece.is_empty()).then(|| (Bytes::from(piece), next)))
    })
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn no_path_leads_out_of_a_release() {
        assert_eq!(site_path("/").as_deref(), Some(""));
        assert_eq!(site_path("/berita/a/").as_deref(), Some("berita/a/"));
        assert_eq!(site_path("/.well-known/lamin/seal.json").as_deref(), Some(".well-known/lamin/seal.json"));
        assert_eq!(site_path("/media/0123456789abcdef/a%2Db.png").as_deref(), Some("media/0123456789abcdef/a-b.png"));
        for bad in [
            "/../x",
            "/a/../../x",
            "/%2e%2e/x",
            "/a//b",
            "/.git/config",
            "/a%00b",
            "/a%5c..%5cb",
            "/%2Fetc/passwd",
            "/a%zz",
            "x",
            "/index.html.br",
            "/a/..%2f..%2fetc",
        ] {
            assert_eq!(site_path(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_best_coding_that_is_not_refused_is_chosen() {
        let of = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(text));
            accepted(&headers)
        };
        assert_eq!(of("gzip, deflate, br"), [Coding::Brotli, Coding::Gzip, Coding::Plain]);
        assert_eq!(of("br;q=0, gzip;q=0.5"), [Coding::Gzip, Coding::Plain]);
        assert_eq!(of("identity"), [Coding::Plain]);
    }
}
