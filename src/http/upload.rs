//! Multipart forms: the files of a request, within limits.

use actix_multipart::{Multipart, MultipartError};
use futures_util::StreamExt;

use super::Problem;
use super::body::too_large;
use crate::kernel::{Code, Refusal};

/// How many files one request brings at most.
pub const FILES_MAX: usize = 20;

/// One file as it came: its name is the sender's claim.
#[derive(Debug)]
pub struct Upload {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Every file of the form, each at most `file_bytes_max` large. A form without files is refused.
pub async fn files(mut form: Multipart, file_bytes_max: usize) -> Result<Vec<Upload>, Problem> {
    let mut files = Vec::new();
    while let Some(field) = form.next().await {
        let mut field = field.map_err(unreadable)?;
        let name = field.content_disposition().and_then(|about| about.get_filename().map(str::to_owned));
        let Some(name) = name else {
            return Err(Refusal::new(Code::Malformed).detail("every part of the form is a file with a name").into());
        };
        if files.len() == FILES_MAX {
            let limit = format!("at most {FILES_MAX} files at once");
            return Err(Refusal::new(Code::TooLarge).detail(limit).extra("limit_files", FILES_MAX).into());
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = field.next().await {
            let chunk = chunk.map_err(unreadable)?;
            if bytes.len() + chunk.len() > file_bytes_max {
                return Err(too_large(file_bytes_max).into());
            }
            bytes.extend_from_slice(&chunk);
        }
        files.push(Upload { name, bytes });
    }
    if files.is_empty() {
        return Err(Refusal::new(Code::Invalid).field("file", "required", "send at least one file").into());
    }
    Ok(files)
}

/// The one file of a form that takes no more.
pub async fn one_file(form: Multipart, file_bytes_max: usize) -> Result<Upload, Problem> {
    let mut files = files(form, file_bytes_max).await?;
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
