//! Where a destination in a file leads.

use super::layout::extension;
use super::shortcodes::REFERENCE;

/// The kinds that browsers show as pictures.
const PICTURES: [&str; 9] = ["jpg", "jpeg", "png", "gif", "webp", "svg", "avif", "bmp", "tiff"];

/// The endings of what `media` takes.
const ACCEPTED: [&str; 15] =
    ["jpg", "jpeg", "png", "gif", "webp", "svg", "pdf", "docx", "xlsx", "pptx", "odt", "ods", "mp4", "csv", "txt"];

/// What a destination is, before anything is looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Another website, a mail address, a place on the same page: it stays.
    Elsewhere,
    /// Another file of Markdown; `paths` within the content folder, the likeliest first.
    Markdown { paths: Vec<String>, tail: String },
    /// A file: within the content folder (`beside`), or else within `static`.
    File { beside: Option<String>, fixed: Option<String> },
    /// An address on the site, with a slash before it.
    Address { path: String, tail: String },
    /// It leaves the folder.
    Outside,
}

/// Reads a destination that stands in a file of `folder` (within the content folder).
pub fn target(destination: &str, folder: &str) -> Target {
    if let Some(reference) = destination.strip_prefix(REFERENCE) {
        return markdown(reference, folder, true);
    }
    if let Some(internal) = destination.strip_prefix("@/") {
        return markdown(&format!("/{internal}"), folder, false);
    }
    let (path, tail) = path_and_tail(destination);
    if path.is_empty() || path.starts_with("//") || has_scheme(path) {
        return Target::Elsewhere;
    }
    let kind = extension(path);
    if kind.as_deref().is_some_and(|kind| kind == "md" || kind == "markdown") {
        return markdown(destination, folder, false);
    }
    let path = decoded(path);
    match (path.strip_prefix('/'), kind) {
        (Some(rooted), Some(_)) => match joined("", rooted) {
            Some(rooted) => Target::File { beside: None, fixed: Some(rooted) },
            None => Target::Outside,
        },
        (Some(_), None) => Target::Address { path, tail: tail.to_owned() },
        (None, Some(_)) => match joined(folder, &path) {
            Some(beside) => Target::File { beside: Some(beside), fixed: joined("", &path) },
            None => Target::Outside,
        },
        (None, None) => Target::Elsewhere,
    }
}

fn markdown(destination: &str, folder: &str, guess: bool) -> Target {
    let (path, tail) = path_and_tail(destination);
    let path = decoded(path);
    let mut paths: Vec<String> = Vec::new();
    if !path.starts_with('/') {
        paths.extend(joined(folder, &path));
    }
    if path.starts_with('/') || guess {
        paths.extend(joined("", path.trim_start_matches('/')));
    }
    if paths.is_empty() {
        return Target::Outside;
    }
    if guess {
        let bare: Vec<String> = paths.iter().filter(|path| extension(path).is_none()).cloned().collect();
        paths.extend(bare.iter().flat_map(|path| [format!("{path}.md"), format!("{path}/index.md")]));
    }
    Target::Markdown { paths, tail: tail.to_owned() }
}

/// The path, and what follows it: a query, a fragment.
fn path_and_tail(destination: &str) -> (&str, &str) {
    destination.split_at(destination.find(['#', '?']).unwrap_or(destination.len()))
}

/// Whether a destination begins with a scheme such as `https:` or `asset:`.
pub fn has_scheme(destination: &str) -> bool {
    destination.split_once(':').is_some_and(|(scheme, _)| {
        !scheme.is_empty()
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
    })
}

pub fn looks_like_picture(path: &str) -> bool {
    extension(path_and_tail(path).0).is_some_and(|kind| PICTURES.contains(&kind.as_str()))
}

/// Whether a name promises a kind that is accepted, so that a refusal is about this very file.
pub fn looks_acceptable(name: &str) -> bool {
    extension(name).is_some_and(|kind| ACCEPTED.contains(&kind.as_str()))
}

/// The path from the root that `path` means in `folder`; `None` when it leads out.
fn joined(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// With `%20` and the like read; text that is no UTF-8 afterwards stays as it was.
fn decoded(path: &str) -> String {
    if !path.contains('%') {
        return path.to_owned();
    }
    let bytes = path.as_bytes();
    let digit =
        |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16)).and_then(|n| u8::try_from(n).ok());
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(byte) = bytes.get(at) {
        match (byte, digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push(high * 16 + low);
                at += 3;
            }
            (byte, _, _) => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn markdown_at(paths: &[&str], tail: &str) -> Target {
        Target::Markdown { paths: paths.iter().map(|path| (*path).to_owned()).collect(), tail: tail.into() }
    }

    #[test]
    fn links_between_files_are_read_as_both_generators_write_them() {
        assert_eq!(target("../berita/x.md#y", "opini"), markdown_at(&["berita/x.md"], "#y"));
        assert_eq!(target("@/berita/x.md", "opini"), markdown_at(&["berita/x.md"], ""));
        assert_eq!(target("/berita/x.md", "opini"), markdown_at(&["berita/x.md"], ""));
        let wanted = ["opini/x", "x", "opini/x.md", "opini/x/index.md", "x.md", "x/index.md"];
        assert_eq!(target("ref:x", "opini"), markdown_at(&wanted, ""));
        assert_eq!(target("../../x.md", "opini"), Target::Outside);
    }

    #[test]
    fn files_lie_beside_the_text_or_in_static() {
        let file = |beside: Option<&str>, fixed: Option<&str>| Target::File {
            beside: beside.map(str::to_owned),
            fixed: fixed.map(str::to_owned),
        };
        assert_eq!(target("foto%20baru.jpg", "berita/x"), file(Some("berita/x/foto baru.jpg"), Some("foto baru.jpg")));
        assert_eq!(target("/media/foto.svg", "berita"), file(None, Some("media/foto.svg")));
        assert_eq!(target("/media/../../x.svg", "berita"), Target::Outside);
    }

    #[test]
    fn what_leads_elsewhere_stays() {
        for destination in
            ["https://x.example/a.md", "mailto:a@b.example", "#a", "//x.example/a.png", "asset:aa", "", "../", "?x"]
        {
            assert_eq!(target(destination, "berita"), Target::Elsewhere, "{destination}");
        }
        assert_eq!(target("/berita/x/#a", ""), Target::Address { path: "/berita/x/".into(), tail: "#a".into() });
    }

    proptest! {
        #[test]
        fn no_destination_leaves_the_folder(destination in "[a-z./%2eF#?é@:-]{0,40}") {
            match target(&destination, "a/b") {
                Target::File { beside, fixed } => for path in beside.into_iter().chain(fixed) {
                    prop_assert!(!path.split('/').any(|part| part == ".."), "{path}");
                },
                Target::Markdown { paths, .. } => for path in paths {
                    prop_assert!(!path.split('/').any(|part| part == ".."), "{path}");
                },
                Target::Elsewhere | Target::Address { .. } | Target::Outside => {}
            }
        }
    }
}
