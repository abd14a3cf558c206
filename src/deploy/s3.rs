//! A bucket that speaks S3. An object appears whole or not at all; a rename is a copy and a removal.
//!
//! The manifest is written last, on the condition that it is still the one that was read: of two who deploy
//! at the same time, one gives way.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::TryStreamExt;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path;
use object_store::{
    Attribute, Attributes, BackoffConfig, ClientOptions, Error as StoreError, ObjectStore, ObjectStoreExt, PutMode,
    PutOptions, RetryConfig, UpdateVersion,
};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use super::model::{Bucket, Credentials};
use super::moves::{Files, SHOWN_BYTES_MAX, new_path};
use super::rules::{Phase, phase};
use super::work::{Going, failed};
use crate::kernel::{Context, Digest};
use crate::publish::outgoing::{NEVER_CHANGES, PAGES_CHANGE, RELEASE, content_type};

/// Requests under way at the same time: what is slow is the distance.
const IN_FLIGHT_MAX: usize = 24;
const RETRIES_MAX: usize = 3;
const RETRY_SPAN: Duration = Duration::from_secs(30);
const CONNECT_SPAN: Duration = Duration::from_secs(15);
const REQUEST_SPAN: Duration = Duration::from_secs(120);

type Flight = JoinSet<Result<(), (usize, StoreError)>>;

pub struct BucketFiles {
    store: Arc<AmazonS3>,
    runtime: Runtime,
    prefix: String,
    flight: Flight,
    /// The version of the manifest that was read.
    manifest: Option<UpdateVersion>,
    sent: Arc<AtomicU64>,
}

impl BucketFiles {
    pub fn open(bucket: &Bucket, credentials: &Credentials) -> Going<Self> {
        let (Some(id), Some(secret)) = (&credentials.access_key_id, &credentials.secret_access_key) else {
            // Without them the client would ask the machine it runs on who it is.
            return failed("open the bucket", "the target has no access_key_id and secret_access_key");
        };
        // A process that already chose one keeps it; there is only this one in the house.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let retry =
            RetryConfig { max_retries: RETRIES_MAX, retry_timeout: RETRY_SPAN, backoff: BackoffConfig::default() };
        let options =
            ClientOptions::new().with_allow_http(true).with_connect_timeout(CONNECT_SPAN).with_timeout(REQUEST_SPAN);
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&bucket.bucket)
            .with_region(&bucket.region)
            .with_access_key_id(id)
            .with_secret_access_key(secret)
            .with_client_options(options)
            .with_retry(retry);
        if let Some(endpoint) = &bucket.endpoint {
            builder = builder.with_endpoint(endpoint.trim_end_matches('/')).with_virtual_hosted_style_request(false);
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        Ok(BucketFiles {
            store: Arc::new(builder.build().context("open the bucket")?),
            runtime: runtime.context("start what speaks to the bucket")?,
            prefix: bucket.prefix.clone(),
            flight: JoinSet::new(),
            manifest: None,
            sent: Arc::new(AtomicU64::new(0)),
        })
    }

    fn path(&self, path: &str) -> Going<Path> {
        let whole = if self.prefix.is_empty() { path.to_owned() } else { format!("{}/{path}", self.prefix) };
        Ok(Path::parse(whole).with_context(|| format!("name the object {path}"))?)
    }

    /// Starts a request; waits for another one first when many are under way.
    fn start(&mut self, request: impl Future<Output = Result<(), (usize, StoreError)>> + Send + 'static) -> Going<()> {
        while self.flight.len() >= IN_FLIGHT_MAX {
            self.land()?;
        }
        self.flight.spawn_on(request, self.runtime.handle());
        Ok(())
    }

    /// Waits for one request. What was to be renamed and is not there is told by its place in the list.
    fn land(&mut self) -> Going<Option<usize>> {
        match self.runtime.block_on(self.flight.join_next()) {
            None | Some(Ok(Ok(()))) => Ok(None),
            Some(Ok(Err((at, StoreError::NotFound { .. })))) => Ok(Some(at)),
            Some(Ok(Err((_, error)))) => failed("speak to the bucket", tell(&error)),
            Some(Err(error)) => failed("speak to the bucket", error.to_string()),
        }
    }

    /// Puts the manifest where it is read, if it is still the one that we have seen.
    fn point(&mut self, from: &str, to: &str) -> Going<bool> {
        let (from, to) = (self.path(from)?, self.path(to)?);
        let (store, seen) = (self.store.clone(), self.manifest.take());
        let outcome = self.runtime.block_on(async move {
            let bytes = store.get(&from).await?.bytes().await?;
            let mode = seen.map_or(PutMode::Create, PutMode::Update);
            let options = PutOptions { mode, attributes: attributes(RELEASE, false), ..PutOptions::default() };
            let put = store.put_opts(&to, bytes.clone().into(), options.clone()).await;
            match put {
                // A store that knows no conditions.
                Err(StoreError::NotImplemented { .. } | StoreError::NotSupported { .. }) => {
                    let plain = PutOptions { mode: PutMode::Overwrite, ..options };
                    store.put_opts(&to, bytes.into(), plain).await?;
                }
                outcome => drop(outcome?),
            }
            store.delete(&from).await
        });
        match outcome {
            Ok(()) => Ok(true),
            Err(StoreError::NotFound { .. }) => Ok(false),
            Err(StoreError::Precondition { .. } | StoreError::AlreadyExists { .. }) => {
                failed("deploy", "somebody else put another manifest into the bucket meanwhile")
            }
            Err(error) => failed("speak to the bucket", tell(&error)),
        }
    }
}

fn tell(error: &StoreError) -> String {
    let mut text = error.to_string();
    let mut next = std::error::Error::source(error);
    while let Some(cause) = next {
        let more = cause.to_string();
        if !text.contains(&more) {
            text.push_str(&format!(": {more}"));
        }
        next = cause.source();
    }
    text
}

/// Pages may change with the next release; what is named by its content never does.
fn attributes(path: &str, packed: bool) -> Attributes {
    let cache = match phase(path) {
        Phase::Assets => NEVER_CHANGES,
        Phase::Pages | Phase::Proof => PAGES_CHANGE,
    };
    let mut attributes = Attributes::new();
    attributes.insert(Attribute::ContentType, content_type(path).into());
    attributes.insert(Attribute::CacheControl, cache.into());
    if packed {
        attributes.insert(Attribute::ContentEncoding, "gzip".into());
    }
    attributes
}

fn is_text(path: &str) -> bool {
    [".html", ".xml", ".css", ".js", ".json", ".svg", ".txt"].iter().any(|ending| path.ends_with(ending))
}

/// A bucket cannot choose among copies, so texts are stored packed: every browser takes them so.
fn packed(path: &str, bytes: &[u8]) -> Option<Vec<u8>> {
    const BYTES_MIN: usize = 1024;
    let fitting = is_text(path) && bytes.len() >= BYTES_MIN && phase(path) != Phase::Proof;
    fitting.then(|| crate::publish::outgoing::gzip(bytes).ok()).flatten()
}

impl Files for BucketFiles {
    fn read(&mut self, path: &str) -> Going<Option<Vec<u8>>> {
        let (store, place) = (self.store.clone(), self.path(path)?);
        let outcome = self.runtime.block_on(async move {
            let found = store.get(&place).await?;
            let version = UpdateVersion { e_tag: found.meta.e_tag.clone(), version: found.meta.version.clone() };
            if found.meta.size > SHOWN_BYTES_MAX {
                return Ok((version, None));
            }
            Ok((version, Some(found.bytes().await?.to_vec())))
        });
        match outcome {
            Ok((version, Some(bytes))) => {
                if path == RELEASE {
                    self.manifest = Some(version);
                }
                Ok(Some(bytes))
            }
            Ok((_, None)) => failed("read from the bucket", format!("{path} is larger than it can be")),
            Err(StoreError::NotFound { .. }) => Ok(None),
            Err(error) => failed("read from the bucket", tell(&error)),
        }
    }

    fn put_new(&mut self, name: &str, bytes: &[u8], becomes: &str) -> Going<()> {
        let (store, place, sent) = (self.store.clone(), self.path(&new_path(name))?, self.sent.clone());
        let small = packed(becomes, bytes);
        let options = PutOptions { attributes: attributes(becomes, small.is_some()), ..PutOptions::default() };
        let bytes = small.unwrap_or_else(|| bytes.to_vec());
        self.start(async move {
            let size = bytes.len() as u64;
            store.put_opts(&place, bytes.into(), options).await.map_err(|error| (0, error))?;
            sent.fetch_add(size, Ordering::Relaxed);
            Ok(())
        })
    }

    fn list_new(&mut self) -> Going<HashMap<String, Option<u64>>> {
        let (store, folder) = (self.store.clone(), self.path(new_path("").trim_end_matches('/'))?);
        let found = self.runtime.block_on(async move { store.list(Some(&folder)).try_collect::<Vec<_>>().await });
        let found = match found {
            Ok(found) => found,
            Err(error) => return failed("list the new objects", tell(&error)),
        };
        let names = found.iter().filter_map(|object| object.location.filename().map(str::to_owned));
        Ok(names.filter(|name| Digest::parse(name).is_some()).map(|name| (name, None)).collect())
    }

    fn put(&mut self, path: &str, bytes: &[u8]) -> Going<()> {
        let (store, place) = (self.store.clone(), self.path(path)?);
        let payload = bytes.to_vec();
        let put = self.runtime.block_on(async move { store.put(&place, payload.into()).await });
        self.sent.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        match put {
            Ok(_) => Ok(()),
            Err(error) => failed("write to the bucket", tell(&error)),
        }
    }

    fn rename_all(&mut self, renames: &[(String, String)]) -> Going<Vec<usize>> {
        let mut absent = Vec::new();
        for (at, (from, to)) in renames.iter().enumerate() {
            if to == RELEASE {
                if !self.point(from, to)? {
                    absent.push(at);
                }
                continue;
            }
            let (store, from, to) = (self.store.clone(), self.path(from)?, self.path(to)?);
            while self.flight.len() >= IN_FLIGHT_MAX {
                absent.extend(self.land()?);
            }
            self.start(async move {
                store.copy(&from, &to).await.map_err(|error| (at, error))?;
                store.delete(&from).await.map_err(|error| (at, error))
            })?;
        }
        while !self.flight.is_empty() {
            absent.extend(self.land()?);
        }
        Ok(absent)
    }

    fn is_there(&mut self, path: &str, _size: u64) -> Going<bool> {
        let (store, place) = (self.store.clone(), self.path(path)?);
        match self.runtime.block_on(async move { store.head(&place).await }) {
            Ok(_) => Ok(true),
            Err(StoreError::NotFound { .. }) => Ok(false),
            Err(error) => failed("look at an object", tell(&error)),
        }
    }

    fn remove_all(&mut self, paths: &[String]) -> Going<()> {
        for path in paths {
            let (store, place) = (self.store.clone(), self.path(path)?);
            // Its absence comes back as a place in no list, which nobody reads.
            self.start(async move { store.delete(&place).await.map_err(|error| (0, error)) })?;
        }
        self.settle()
    }

    fn prune_folders(&mut self, _path: &str) -> Going<()> {
        Ok(())
    }

    fn settle(&mut self) -> Going<()> {
        while !self.flight.is_empty() {
            self.land()?;
        }
        Ok(())
    }

    fn takes_copies(&self) -> bool {
        false
    }

    fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }
}
