//! A folder compared with what was signed: every file on the disk, also those that nobody lists.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde_json::json;
use sha2::Digest as _;

use super::model::{Kind, Problem, Signed};
use crate::kernel::{Context, Digest, Result};
use crate::publish::listing::Listed;
use crate::publish::manifest;

const PIECE_BYTES: usize = 64 * 1024;

/// What is wrong with a folder, and how many bytes were read to know it.
pub fn compare(root: &Path, signed: &Signed) -> Result<(Vec<Problem>, u64)> {
    let files: Vec<&Listed> = signed.served().collect();
    let outcomes: Vec<(Option<Problem>, u64)> =
        files.par_iter().map(|file| listed(root, file)).collect::<Result<_>>()?;
    let mut bytes = outcomes.iter().map(|(_, bytes)| bytes).sum();
    let mut problems: Vec<Problem> = outcomes.into_iter().filter_map(|(problem, _)| problem).collect();
    for found in others(root, signed)? {
        let (problem, read) = unlisted(root, &found, signed)?;
        problems.extend(problem);
        bytes += read;
    }
    problems.sort_by(|a, b| (a.kind, &a.path).cmp(&(b.kind, &b.path)));
    Ok((problems, bytes))
}

fn listed(root: &Path, file: &Listed) -> Result<(Option<Problem>, u64)> {
    let path = root.join(&*file.path);
    let doing = || format!("read {}", path.display());
    match std::fs::symlink_metadata(&path) {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            let detail = json!({"expected": {"sha256": file.sha256, "size": file.size}});
            return Ok((Some(Problem::new(Kind::Missing, &*file.path, detail)), 0));
        }
        about => {
            if !about.with_context(doing)?.is_file() {
                return Ok((Some(Problem::changed(file, json!({"why": "it is no plain file"}))), 0));
            }
        }
    }
    let (digest, size) = digest_of(File::open(&path).with_context(doing)?, u64::MAX).with_context(doing)?;
    let same = digest == file.sha256 && size == file.size;
    Ok(((!same).then(|| Problem::changed(file, json!({"sha256": digest, "size": size}))), size))
}

/// Digest and size of what a reader gives, of which at most `bytes_max` are read.
pub fn digest_of(reader: impl Read, bytes_max: u64) -> io::Result<(Digest, u64)> {
    let mut reader = reader.take(bytes_max);
    let mut state = sha2::Sha256::new();
    let mut piece = vec![0; PIECE_BYTES];
    let mut size = 0;
    loop {
        let read = reader.read(&mut piece)?;
        if read == 0 {
            return Ok((Digest::from_bytes(state.finalize().into()), size));
        }
        state.update(&piece[..read]);
        size += read as u64;
    }
}

/// Paths of everything in the folder but directories, listed files and the two files of the proof.
fn others(root: &Path, signed: &Signed) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(root).sort_by_file_name() {
        let entry = entry.with_context(|| format!("walk through {}", root.display()))?;
        let path: PathBuf = entry.path().strip_prefix(root).unwrap_or(entry.path()).into();
        let path = path.to_string_lossy().into_owned();
        let own = [manifest::RELEASE, manifest::SEAL].contains(&path.as_str());
        if !entry.file_type().is_dir() && !own && signed.find(&path).is_none() {
            found.push(path);
        }
    }
    Ok(found)
}

/// Something that nobody lists may be a compressed copy of something that is: then it must unpack to it.
fn unlisted(root: &Path, path: &str, signed: &Signed) -> Result<(Option<Problem>, u64)> {
    let full = root.join(path);
    let doing = || format!("read {}", full.display());
    let about = std::fs::symlink_metadata(&full).with_context(doing)?;
    let original = [".br", ".gz"].iter().find_map(|ending| Some((*ending, signed.find(path.strip_suffix(ending)?)?)));
    let Some((ending, original)) = original.filter(|_| about.is_file()) else {
        let detail = json!({"size": about.len(), "plain_file": about.is_file()});
        return Ok((Some(Problem::new(Kind::Added, path, detail)), 0));
    };
    let file = File::open(&full).with_context(doing)?;
    // One byte more than it may unpack to is enough to know that it is another file.
    let limit = original.size + 1;
    let unpacked = match ending {
        ".br" => digest_of(brotli::Decompressor::new(file, PIECE_BYTES), limit),
        _ => digest_of(flate2::read::MultiGzDecoder::new(file), limit),
    };
    let problem = match unpacked {
        Ok((digest, size)) if digest == original.sha256 && size == original.size => None,
        Ok(_) => Some("it unpacks to something else than its original"),
        Err(_) => Some("it does not unpack"),
    };
    let changed = |why| Problem::new(Kind::Changed, path, json!({"why": why, "copy_of": original.path}));
    Ok((problem.map(changed), about.len()))
}
