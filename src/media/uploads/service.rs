//! Making, continuing and tidying uploads.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Seek, SeekFrom, Write};
use std::path::PathBuf;

use serde_json::json;
use tempfile::{NamedTempFile, TempPath};

use super::model::Coming;
use super::store;
use crate::app::App;
use crate::db::Tx;
use crate::identity::{Actor, Permit, cases};
use crate::jobs::{self, Job, NewJob, Outcome};
use crate::kernel::id::{JobId, SiteId, UploadId};
use crate::kernel::time::DAY;
use crate::kernel::{Code, Context, Refusal, Result, Timestamp};
use crate::media::Asset;
use crate::media::service::{accept, check_quota, upload};

/// From the first request to the last.
const UPLOAD_SPAN: i64 = 2 * DAY;
/// Unfinished ones of one person.
const OPEN_UPLOADS_MAX: i64 = 100;
const NAME_BYTES_MAX: usize = 255;
pub const TIDY_JOB: &str = "media.tidy";

/// Begins an upload of so many bytes.
///
/// Refusals: `too_large` for the settings' limit and the site's quota, `too_many_requests`, `invalid`.
pub async fn create(app: &App, actor: &Actor, site: SiteId, (length, name): (u64, String)) -> Result<Coming> {
    let _: Permit<cases::UploadAssets> = actor.permit(site)?;
    let user = actor.user().ok_or_else(|| Refusal::new(Code::Forbidden))?;
    let max = app.config.resumable_bytes_max as u64;
    if length > max {
        let detail = format!("{length} bytes; at most {max}");
        return Err(Refusal::new(Code::TooLarge).detail(detail).extra("limit_bytes", max).into());
    }
    if length == 0 || name.len() > NAME_BYTES_MAX {
        let rule = format!("at least one byte, and a name of at most {NAME_BYTES_MAX} bytes");
        return Err(Refusal::new(Code::Invalid).field("Upload-Length", "out_of_range", rule).into());
    }
    let (now, id, job) = (app.now(), app.id(UploadId::new), app.id(JobId::new));
    let expires_at = now.plus(UPLOAD_SPAN);
    let new = Coming {
        id,
        site_id: site,
        user_id: user,
        name,
        length_bytes: length,
        digest: None,
        created_at: now,
        expires_at,
    };
    // The file first: a row without one would be an upload that nobody can go on with.
    File::create_new(path(app, id)).context("make a file for an upload")?;
    let quota = app.config.site_bytes_max as u64;
    let made = app.db.write(move |tx| {
        if store::count_of(tx, user)? >= OPEN_UPLOADS_MAX {
            let detail = format!("at most {OPEN_UPLOADS_MAX} unfinished uploads of one person");
            return Err(Refusal::new(Code::TooManyRequests).detail(detail).into());
        }
        let coming = store::coming_bytes(tx, site)?.saturating_add(length);
        check_quota(tx, site, coming, quota)?;
        store::insert(tx, &new)?;
        enqueue_tidying(tx, job, expires_at, now)?;
        Ok(new.clone())
    });
    let made = made.await;
    if made.is_err() {
        remove(app, id)?;
    }
    made
}

/// An upload of this person for this site that has not expired, and how far it is.
pub async fn find(app: &App, actor: &Actor, site: SiteId, id: &str) -> Result<(Coming, u64)> {
    let _: Permit<cases::UploadAssets> = actor.permit(site)?;
    let id = UploadId::parse(id)?;
    let found = app.db.read(move |connection| store::find(connection, id)).await?;
    let mine = |coming: &Coming| coming.site_id == site && Some(coming.user_id) == actor.user();
    let coming = found.filter(|coming| mine(coming) && coming.expires_at > app.now());
    let coming = coming.ok_or_else(|| Refusal::new(Code::NotFound))?;
    let offset = match (&coming.digest, std::fs::metadata(path(app, id))) {
        (Some(_), _) => coming.length_bytes,
        (None, Ok(file)) => file.len(),
        (None, Err(error)) if error.kind() == ErrorKind::NotFound => return Err(Refusal::new(Code::NotFound).into()),
        (None, Err(error)) => return Err(error).context("look at an upload"),
    };
    Ok((coming, offset))
}

/// The file of an upload, in one hand at a time.
pub struct Held {
    pub file: File,
    pub offset: u64,
}

/// Opens an upload where the sender believes that it is.
///
/// Refusals: `busy` while another request writes to it, `wrong_offset` with the true one.
pub fn hold(app: &App, coming: &Coming, offset: u64) -> Result<Held> {
    let file = OpenOptions::new().read(true).write(true).open(path(app, coming.id));
    let mut file = file.context("open an upload")?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(Refusal::new(Code::Busy).into()),
        Err(TryLockError::Error(error)) => return Err(error).context("lock an upload"),
    }
    let true_offset = file.seek(SeekFrom::End(0)).context("read an upload")?;
    if coming.digest.is_some() || true_offset != offset {
        let detail = format!("the upload is at byte {true_offset}");
        return Err(Refusal::new(Code::WrongOffset).detail(detail).extra("offset", true_offset).into());
    }
    Ok(Held { file, offset })
}

impl Held {
    /// Off the event loop.
    pub async fn append(mut self, piece: Vec<u8>) -> Result<Held> {
        let writing = tokio::task::spawn_blocking(move || {
            self.file.write_all(&piece)?;
            self.offset += piece.len() as u64;
            Ok::<_, std::io::Error>(self)
        });
        writing.await.context("write an upload")?.context("write an upload")
    }

    /// Forgets what came after an offset.
    pub fn cut(&self, offset: u64) -> Result<()> {
        self.file.set_len(offset).context("cut an upload")
    }
}

/// Judges a whole upload and keeps it as a file of the site. A refused one is gone.
pub async fn finish(app: &App, actor: &Actor, coming: Coming, held: Held) -> Result<Asset> {
    let (judging, id, name) = (app.clone(), coming.id, coming.name);
    let spooled = TempPath::try_from_path(path(app, id)).context("open an upload")?;
    let mut file = NamedTempFile::from_parts(held.file, spooled);
    // It stays while it is not decided: whoever sent it may ask again with an empty piece.
    file.disable_cleanup(true);
    let judged = tokio::task::spawn_blocking(move || accept(&judging, file, &name));
    let kept = match judged.await.context("judge an upload")? {
        Ok(accepted) => upload(app, actor, coming.site_id, vec![accepted]).await,
        Err(error) => Err(error),
    };
    match kept {
        Ok(assets) => {
            let asset = assets.into_iter().next().ok_or_else(|| Refusal::new(Code::NotFound))?;
            let digest = asset.digest;
            app.db.write(move |tx| store::finish(tx, id, &digest)).await?;
            remove(app, id)?;
            Ok(asset)
        }
        Err(error) => {
            let decided = [Code::UnsupportedMedia, Code::TooLarge];
            if error.refusal().is_some_and(|refusal| decided.contains(&refusal.code())) {
                app.db.write(move |tx| store::delete(tx, id)).await?;
                remove(app, id)?;
            }
            Err(error)
        }
    }
}

/// Gives an upload up.
pub async fn abandon(app: &App, coming: &Coming) -> Result<()> {
    let id = coming.id;
    app.db.write(move |tx| store::delete(tx, id)).await?;
    remove(app, id)
}

/// The job: uploads that expired go, with their files. Asks for itself again while others wait.
pub fn tidy(app: &App, _: &Job) -> Outcome {
    let now = app.now();
    let expired = app.db.read_blocking(|connection| store::expired(connection, now))?;
    for id in &expired {
        remove(app, *id)?;
        app.db.write_blocking(|tx| store::delete(tx, *id))?;
    }
    let job = app.id(JobId::new);
    app.db.write_blocking(|tx| match store::next_expiry(tx)? {
        Some(at) => enqueue_tidying(tx, job, at, now),
        None => Ok(()),
    })?;
    Ok(json!({ "removed": expired.len() }))
}

fn enqueue_tidying(tx: &mut Tx, id: JobId, run_at: Timestamp, now: Timestamp) -> Result<()> {
    let job = NewJob { kind: TIDY_JOB, payload: json!({}), unique_key: Some(TIDY_JOB.to_owned()), run_at };
    jobs::enqueue(tx, id, &job, now).map(|_| ())
}

fn path(app: &App, id: UploadId) -> PathBuf {
    app.config.spool().join(format!("upload-{id}"))
}

fn remove(app: &App, id: UploadId) -> Result<()> {
    match std::fs::remove_file(path(app, id)) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error).context("remove an upload"),
        Ok(()) | Err(_) => Ok(()),
    }
}
