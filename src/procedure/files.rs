//! The procedure files and the calendar that the settings name; the built-in ones where they name none.
#![expect(clippy::disallowed_methods, reason = "files that the settings name are read once, at start")]

use std::path::Path;

use super::definition;
use crate::calendar::model::{HOLIDAYS_BUILT_IN, HOLIDAYS_FILE};
use crate::config::Config;
use crate::kernel::{Context, Result};

/// A file's name and its text.
pub struct SourceFile {
    pub name: String,
    pub text: String,
}

impl SourceFile {
    fn new(name: &str, text: &str) -> Self {
        SourceFile { name: name.into(), text: text.into() }
    }
}

/// Procedures that ship.
pub fn built_in() -> Vec<SourceFile> {
    definition::built_in().into_iter().map(|(name, text)| SourceFile::new(name, text)).collect()
}

/// Every `*.toml` of the folder that the settings name, by name; the built-in ones without a setting.
pub fn procedures(config: &Config) -> Result<Vec<SourceFile>> {
    if config.procedures_folder.is_empty() {
        return Ok(built_in());
    }
    let folder = Path::new(&config.procedures_folder);
    let doing = || format!("read the folder of procedures {}", folder.display());
    let mut files = Vec::new();
    for item in std::fs::read_dir(folder).with_context(doing)? {
        let path = item.with_context(doing)?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if path.extension().is_some_and(|ending| ending == "toml") && !name.starts_with("holidays") {
            let text = std::fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
            files.push(SourceFile { name, text });
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

/// The calendar of holidays.
pub fn calendar(config: &Config) -> Result<SourceFile> {
    if config.holidays_file.is_empty() {
        return Ok(SourceFile::new(HOLIDAYS_FILE, HOLIDAYS_BUILT_IN));
    }
    let text = std::fs::read_to_string(&config.holidays_file);
    let text = text.with_context(|| format!("read the holidays from {}", config.holidays_file))?;
    Ok(SourceFile { name: config.holidays_file.clone(), text })
}
