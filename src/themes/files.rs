//! Where the files of a theme come from: the themes folder, the program itself, or the store.
#![expect(clippy::disallowed_methods, reason = "themes are read here")]

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use serde_json::json;

use super::layers::{self, PARENT, THEME_BYTES_MAX};
use super::model::Files;
use crate::kernel::{Context, Digest, Error, Result, canonical};
use crate::ports::Storage;

/// The theme of a site that has none of its own.
const HOUSE_THEME: &str = "lamin";

/// The built-in theme.
#[derive(rust_embed::RustEmbed)]
#[folder = "themes/lamin/"]
struct Lamin;

/// What stands there for a site now, with its name: `<folder>/<site key>`, else `<folder>/lamin`, else the built-in theme.
/// The files of the theme that it extends stand in it under `parent/`.
pub fn found(themes_folder: &str, site_key: &str) -> Result<(String, Files)> {
    if !themes_folder.is_empty() {
        for name in [site_key, HOUSE_THEME] {
            let folder = Path::new(themes_folder).join(name);
            if folder.is_dir() {
                return Ok((name.to_owned(), at(&folder)?));
            }
        }
    }
    Ok((HOUSE_THEME.to_owned(), built_in()))
}

/// The theme in a folder. The one that it extends stands beside it, or comes with Lamin.
pub fn at(folder: &Path) -> Result<Files> {
    let mut files = of_folder(folder)?;
    files.retain(|path, _| !path.starts_with(PARENT));
    if let Some(name) = layers::extends(&files) {
        let beside = folder.parent().unwrap_or(folder).join(&name);
        let below = match beside.is_dir() && beside != folder {
            true => of_folder(&beside)?,
            false if name == HOUSE_THEME => built_in(),
            false => Files::new(),
        };
        files.extend(below.into_iter().map(|(path, bytes)| (format!("{PARENT}{path}"), bytes)));
    }
    Ok(files)
}

fn built_in() -> Files {
    let file = |path: Cow<'static, str>| Some((path.to_string(), Lamin::get(&path)?.data.into_owned()));
    Lamin::iter().filter_map(file).collect()
}

/// Reads on until there is more than a theme may have, which [`layers::refuse_excess`] then tells.
fn of_folder(folder: &Path) -> Result<Files> {
    let mut files = Files::new();
    let mut bytes_read = 0;
    for found in walkdir::WalkDir::new(folder).sort_by_file_name() {
        let found = found.with_context(|| format!("read the theme {}", folder.display()))?;
        let path = found.path().strip_prefix(folder).unwrap_or(found.path()).to_string_lossy().into_owned();
        if found.file_type().is_file() && !path.split('/').any(|part| part.starts_with('.')) {
            let bytes = std::fs::read(found.path()).with_context(|| format!("read {}", found.path().display()))?;
            bytes_read += bytes.len();
            files.insert(path, bytes);
        }
        if bytes_read > THEME_BYTES_MAX || files.len() > layers::FILES_MAX {
            break;
        }
    }
    Ok(files)
}

/// The list of a theme's files, which its digest names.
fn list(files: &Files) -> String {
    let digests: Vec<_> = files.iter().map(|(path, bytes)| json!([path, Digest::of(bytes)])).collect();
    canonical::to_string(&json!(digests))
}

/// What names a theme.
pub fn digest_of(files: &Files) -> Digest {
    Digest::of(list(files))
}

/// Keeps a theme: each file, and the list of them, by their digests.
pub fn keep(storage: &dyn Storage, files: &Files) -> Result<()> {
    for bytes in files.values() {
        storage.put(&Digest::of(bytes), bytes)?;
    }
    let list = list(files);
    storage.put(&Digest::of(&list), list.as_bytes())
}

/// The digests of a kept theme's files.
pub fn kept_list(storage: &dyn Storage, digest: &Digest) -> Result<BTreeMap<String, Digest>> {
    let list = checked(storage, digest)?;
    let list: Vec<(String, Digest)> = serde_json::from_slice(&list).context("read the list of a theme's files")?;
    Ok(list.into_iter().collect())
}

/// The files of a kept theme.
pub fn kept(storage: &dyn Storage, digest: &Digest) -> Result<Files> {
    let list = kept_list(storage, digest)?;
    list.into_iter().map(|(path, digest)| Ok((path, checked(storage, &digest)?))).collect()
}

/// What citizens see was approved by its digest, so what is stored must still have it.
fn checked(storage: &dyn Storage, digest: &Digest) -> Result<Vec<u8>> {
    let lost = |why: &str| Error::broken("read a kept theme", format!("{digest} {why}"));
    let bytes = storage.get(digest)?.ok_or_else(|| lost("is not in the store any more"))?;
    match Digest::of(&bytes) == *digest {
        true => Ok(bytes),
        false => Err(lost("was changed in the store")),
    }
}
