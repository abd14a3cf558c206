//! The theme's own files as they go out: in the site's colour, under names that change with their bytes.

use std::collections::BTreeMap;

use super::feeds::File;
use super::model::Snapshot;
use super::views;
use crate::kernel::Digest;
use crate::themes::theme::Theme;

/// The files, and their addresses by their plain names.
pub fn theme_files(snapshot: &Snapshot, theme: &Theme) -> (Vec<File>, tera::Value) {
    let (colour, ink) = views::colours(snapshot);
    let mut files = Vec::new();
    let mut addresses: BTreeMap<String, String> = BTreeMap::new();
    for (name, bytes) in &theme.assets {
        let bytes = if name.ends_with(".css") {
            let mut styled = format!(":root{{--site:{colour};--on-site:{ink}}}").into_bytes();
            styled.extend_from_slice(bytes);
            styled
        } else {
            bytes.clone()
        };
        let mark = &Digest::of(&bytes).as_str()[..12].to_owned();
        let path = match name.rsplit_once('.') {
            Some((stem, extension)) => format!("theme/{stem}.{mark}.{extension}"),
            None => format!("theme/{name}.{mark}"),
        };
        addresses.insert(name.clone(), format!("/{path}"));
        files.push((path, bytes));
    }
    (files, addresses.into())
}
