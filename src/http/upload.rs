//! Multipart forms: the files of a request, within limits, on their way to the spool.

use std::io::Write;

use actix_multipart::{Field, Multipart, MultipartError};
use futures_util::StreamExt;
use tempfile::NamedTempFile;

use super::Problem;
use super::body::too_large;
use crate::config::Config;
use crate::kernel::{Code, Context, Refusal};

/// How many files one request brings at most.
pub const FILES_MAX: usize = 20;

/// So much of a file is in memory at once.
const PIECE_BYTES: usize = 256 * 1024;

/// One file as it came, in the spool: its name is the sender's claim.
#[derive(Debug)]
pub struct Upload {
    pub name: String,
    pub file: NamedTempFile,
}

/// Every file of the form, each within the settings' limit. A form without files is refused.
pub async fn files(mut form: Multipart, config: &Config) -> Result<Vec<Upload>, Problem> {
    let mut files = Vec::new();
    while let Some(field) = form.next().await {
        let field = field.map_err(unreadable)?;
        let name = field.content_disposition().and_then(|about| about.get_filename().map(str::to_owned));
        let Some(name) = name else {
            return Err(Refusal::new(Code::Malformed).detail("every part of the form is a file with a name").into());
        };
        if files.len() == FILES_MAX {
            let limit = format!("at most {FILES_MAX} files at once");
            return Err(Refusal::new(Code::TooLarge).detail(limit).extra("limit_files", FILES_MAX).into());
        }
        files.push(Upload { name, file: spooled(field, config).await? });
    }
    if files.is_empty() {
        return Err(Refusal::new(Code::Invalid).field("file", "required", "send at least one file").into());
    }
    Ok(files)
}

/// Writes a file to the spool as it comes.
async fn spooled(mut field: Field, config: &Config) -> Result<NamedTempFile, Problem> {
    let mut file = NamedTempFile::new_in(config.spool()).context("make a file for an upload")?;
    let (mut piece, mut length) = (Vec::new(), 0);
    while let Some(chunk) = field.next().await {
        let chunk = chunk.map_err(unreadable)?;
        length += chunk.len();
        if length > config.upload_bytes_max {
            return Err(too_large(config.upload_bytes_max).into());
        }
        piece.extend_from_slice(&chunk);
        if piece.len() >= PIECE_BYTES {
            file = append(file, std::mem::take(&mut piece)).await?;
        }
    }
    Ok(append(file, piece).await?)
}

/// Off the event loop, because a disk may be slow.
async fn append(mut file: NamedTempFile, piece: Vec<u8>) -> crate::kernel::Result<NamedTempFile> {
    let writing = tokio::task::spawn_blocking(move || file.write_all(&piece).map(|()| file));
    writing.await.context("write an upload")?.context("write an upload")
}

/// The one file of a form that takes no more.
pub async fn one_file(form: Multipart, config: &Config) -> Result<Upload, Problem> {
    let mut files = files(form, config).await?;
    match (files.pop(), files.is_empty()) {
        (Some(file), true) => Ok(file),
        _ => Err(Refusal::new(Code::Malformed).detail("one file at a time").into()),
    }
}

/// 415 for a body that is no form at all, 400 for a form that is broken.
fn unreadable(error: MultipartError) -> Refusal {
    let code = match error {
        MultipartError::ContentTypeMissing
        | MultipartError::ContentTypeParse
        | MultipartError::ContentTypeIncompatible => Code::UnsupportedMedia,
        // Not our enumeration: whatever else it grows is a broken form.
        _ => Code::Malformed,
    };
    Refusal::new(code).detail(error.to_string())
}
