//! `/api/v1/sites/{site}/assets`.

use actix_multipart::Multipart;
use actix_web::{HttpRequest, HttpResponse, get, patch, post, web};
use serde::{Deserialize, Serialize};
use utoipa_actix_web::service_config::ServiceConfig;

use super::derive::model::{Format, PictureState};
use super::derive::rules::public_path;
use super::derive::store::PictureRow;
use super::derive::{self, Derivative, Focus};
use super::model::{Alt, Asset, Kind};
use super::service::{self, Description};
use super::store::Shown;
use super::{rules, store};
use crate::app::App;
use crate::http::{Answer, Json, Params, etag, off_the_loop, upload};
use crate::identity::{Actor, Permit, cases};
use crate::kernel::{Code, Digest, Refusal, Slug};
use crate::sites;

#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct AssetPage {
    pub items: Vec<Asset>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// Stores one or many files; each is named by the digest of its bytes.
#[utoipa::path(
    tag = "media",
    params(("site" = String, Path)),
    request_body(content_type = "multipart/form-data", description = "One or more files"),
    responses((status = 201, body = AssetPage), (status = 413), (status = 415), (status = 503))
)]
#[post("/api/v1/sites/{site}/assets")]
async fn create(app: web::Data<App>, actor: Actor, path: web::Path<String>, form: Multipart) -> Answer {
    let site = visible(&app, &actor, path.into_inner()).await?;
    let _: Permit<cases::UploadAssets> = actor.permit(site.id)?;
    let files = upload::files(form, &app.config).await?;
    let accepted = service::accept_all(&app, files).await?;
    let items = service::upload(&app, &actor, site.id, accepted).await?;
    Ok(HttpResponse::Created().json(AssetPage { items, next_cursor: None }))
}

/// The files of a site, newest first: those in the library, or with `trash` those that wait in the trash.
#[utoipa::path(
    tag = "media",
    params(
        ("site" = String, Path),
        ("limit" = Option<u32>, Query),
        ("cursor" = Option<String>, Query),
        ("kind" = Option<Kind>, Query),
        ("folder" = Option<String>, Query, description = "Exactly this one; empty is the top"),
        ("tag" = Option<String>, Query),
        ("q" = Option<String>, Query, description = "Letters of name, alternative text, credit or source"),
        ("unused" = Option<bool>, Query, description = "Those that no newest and no live revision names"),
        ("trash" = Option<bool>, Query)
    ),
    responses((status = 200, body = AssetPage))
)]
#[get("/api/v1/sites/{site}/assets")]
async fn list(app: web::Data<App>, actor: Actor, path: web::Path<String>, request: HttpRequest) -> Answer {
    let mut params = Params::parse(request.query_string())?;
    let (limit, cursor, shown) = (params.limit()?, params.cursor()?, shown(&mut params)?);
    params.finish()?;
    let site = visible(&app, &actor, path.into_inner()).await?;
    let _: Permit<cases::ReadContent> = actor.permit(site.id)?;
    let page = app.db.read(move |c| store::list(c, site.id, &shown, limit, cursor.as_ref())).await?;
    Ok(HttpResponse::Ok().json(AssetPage { items: page.items, next_cursor: page.next_cursor }))
}

fn shown(params: &mut Params) -> Result<Shown, Refusal> {
    let kind = params.take("kind")?;
    let unknown = || Refusal::new(Code::Malformed).field("kind", "unknown", "picture, document, video or text");
    let tag = params.take("tag")?;
    let no_tag = || Refusal::new(Code::Malformed).field("tag", "malformed", "a tag has letters");
    Ok(Shown {
        kind: kind.map(|kind| Kind::parse(&kind).ok_or_else(unknown)).transpose()?,
        folder: params.take("folder")?.map(|folder| rules::folder(&folder)).transpose()?,
        tag: tag.map(|tag| Slug::from_title(&tag).ok_or_else(no_tag)).transpose()?,
        text: params.take("q")?.filter(|text| !text.is_empty()),
        unused: params.take_flag("unused")?.unwrap_or(false),
        trash: params.take_flag("trash")?.unwrap_or(false),
    })
}

/// What is known of one file.
#[utoipa::path(
    tag = "media",
    params(("site" = String, Path), ("digest" = Digest, Path)),
    responses((status = 200, body = AssetDetail), (status = 404))
)]
#[get("/api/v1/sites/{site}/assets/{digest}")]
async fn one(app: web::Data<App>, actor: Actor, path: web::Path<(String, String)>) -> Answer {
    let (site, digest) = path.into_inner();
    let site = visible(&app, &actor, site).await?;
    let _: Permit<cases::ReadContent> = actor.permit(site.id)?;
    let digest = named(&digest)?;
    let found =
        app.db.read(move |c| Ok((store::find(c, site.id, &digest)?, derive::store::find(c, site.id, &digest)?)));
    let (asset, picture) = found.await?;
    let asset = asset.ok_or_else(|| Refusal::new(Code::NotFound))?;
    let etag = etag::etag(asset.version);
    Ok(HttpResponse::Ok().insert_header(("ETag", etag)).json(AssetDetail::of(asset, picture)))
}

/// An original that has no smaller form yet is shown itself, if it is no larger.
const THUMBNAIL_BYTES_MAX: i64 = 512 * 1024;

/// A small picture of a file: the narrowest whole one that was made of it. 404 for what is no picture, and for a large one of
/// which nothing has been made yet.
#[utoipa::path(
    tag = "media",
    params(("site" = String, Path), ("digest" = Digest, Path)),
    responses((status = 200, content_type = "image/*"), (status = 404))
)]
#[get("/api/v1/sites/{site}/assets/{digest}/thumbnail")]
async fn thumbnail(app: web::Data<App>, actor: Actor, path: web::Path<(String, String)>) -> Answer {
    let (site, digest) = path.into_inner();
    let site = visible(&app, &actor, site).await?;
    let _: Permit<cases::ReadContent> = actor.permit(site.id)?;
    let digest = named(&digest)?;
    let found =
        app.db.read(move |c| Ok((store::find(c, site.id, &digest)?, derive::store::find(c, site.id, &digest)?)));
    let (Some(asset), Some(picture)) = found.await? else { return Err(Refusal::new(Code::NotFound).into()) };
    let made = picture.shown.as_ref().and_then(|shown| {
        shown.whole.iter().filter(|form| form.media_type != Format::Avif).min_by_key(|form| form.width)
    });
    let (stored, media_type) = match made {
        Some(form) => (form.sha256, form.media_type.as_str().to_owned()),
        None if asset.kind == Kind::Picture && asset.size_bytes <= THUMBNAIL_BYTES_MAX => (digest, asset.media_type),
        None => return Err(Refusal::new(Code::NotFound).into()),
    };
    let storage = app.storage.clone();
    let bytes = off_the_loop("read a picture", move || storage.get(&stored)).await?;
    Ok(HttpResponse::Ok()
        .content_type(media_type)
        .insert_header(("Cache-Control", "private, max-age=300"))
        .insert_header(("X-Content-Type-Options", "nosniff"))
        .insert_header(("Content-Security-Policy", "default-src 'none'; sandbox"))
        .body(bytes.ok_or_else(|| Refusal::new(Code::NotFound))?))
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct AssetDescription {
    alt: Option<Alt>,
    credit: Option<String>,
    source: Option<String>,
    licence: Option<String>,
    /// How the people that it shows agreed. Never public.
    consent: Option<String>,
    folder: Option<String>,
    tags: Option<Vec<String>>,
    /// Of a picture: what its crops keep.
    focus: Option<FocusPoint>,
}

/// A point of a picture as shares of its width, from the left, and of its height, from the top.
#[derive(Clone, Copy, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct FocusPoint {
    #[schema(minimum = 0, maximum = 1)]
    x: f64,
    #[schema(minimum = 0, maximum = 1)]
    y: f64,
}

/// A file of a site; of a picture, or of a document's first page, with what was made of it.
#[derive(Serialize, utoipa::ToSchema)]
struct AssetDetail {
    #[serde(flatten)]
    asset: Asset,
    #[serde(skip_serializing_if = "Option::is_none")]
    picture: Option<PictureDetail>,
}

#[derive(Serialize, utoipa::ToSchema)]
struct PictureDetail {
    state: PictureState,
    #[serde(skip_serializing_if = "Option::is_none")]
    focus: Option<FocusPoint>,
    /// Why nothing can be made of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<String>,
    /// The mean of all pixels, as `#rrggbb`.
    #[serde(skip_serializing_if = "Option::is_none")]
    color: Option<String>,
    derivatives: Vec<DerivativeDetail>,
}

#[derive(Serialize, utoipa::ToSchema)]
struct DerivativeDetail {
    /// On the site, once a page places the picture.
    path: String,
    media_type: Format,
    width: u32,
    height: u32,
    size_bytes: u64,
    /// Whether it is cut around the focus.
    card: bool,
}

impl AssetDetail {
    fn of(asset: Asset, row: Option<PictureRow>) -> AssetDetail {
        // Of a document that shows nothing there is nothing to tell but why.
        let row = row.filter(|row| asset.kind == Kind::Picture || row.shown.is_some() || row.fault.is_some());
        let picture = row.map(|PictureRow { state, focus, shown, fault }| {
            let file = |card: bool| {
                let name = &asset.name;
                move |file: &Derivative| DerivativeDetail {
                    path: public_path(file, name),
                    media_type: file.media_type,
                    width: file.width,
                    height: file.height,
                    size_bytes: file.bytes,
                    card,
                }
            };
            let derivatives = shown
                .iter()
                .flat_map(|shown| shown.whole.iter().map(file(false)).chain(shown.card.iter().map(file(true))));
            let derivatives = derivatives.collect();
            let focus = focus.map(Focus::shares).map(|(x, y)| FocusPoint { x, y });
            PictureDetail { state, focus, fault, color: shown.map(|shown| shown.color), derivatives }
        });
        AssetDetail { asset, picture }
    }
}

/// Writes what is said of a file, where it stands and, of a picture, the focus of its crops. What is absent stays.
#[utoipa::path(
    tag = "media",
    params(("site" = String, Path), ("digest" = Digest, Path)),
    request_body = AssetDescription,
    responses((status = 200, body = AssetDetail), (status = 412))
)]
#[patch("/api/v1/sites/{site}/assets/{digest}")]
async fn describe(
    app: web::Data<App>,
    actor: Actor,
    path: web::Path<(String, String)>,
    request: HttpRequest,
    Json(new): Json<AssetDescription>,
) -> Answer {
    let (site, digest) = path.into_inner();
    let (site, digest) = (visible(&app, &actor, site).await?, named(&digest)?);
    let focus = new.focus.map(|FocusPoint { x, y }| (x, y));
    let AssetDescription { alt, credit, source, licence, consent, folder, tags, .. } = new;
    let new = Description { alt, credit, source, licence, consent, folder, tags, focus };
    let asset = service::describe(&app, &actor, (site.id, digest), etag::if_match(&request)?, new).await?;
    let picture = app.db.read(move |c| derive::store::find(c, site.id, &digest)).await?;
    let etag = etag::etag(asset.version);
    Ok(HttpResponse::Ok().insert_header(("ETag", etag)).json(AssetDetail::of(asset, picture)))
}

pub(super) async fn visible(app: &App, actor: &Actor, key: String) -> crate::kernel::Result<sites::Site> {
    let actor = actor.clone();
    app.db.read(move |c| sites::store::find_visible(c, &key, &actor)).await
}

pub(super) fn named(digest: &str) -> Result<Digest, Refusal> {
    Digest::parse(digest).ok_or_else(|| Refusal::new(Code::NotFound))
}

pub fn routes(config: &mut ServiceConfig<'_>) {
    super::library::api::routes(config);
    config.service(create).service(list).service(one).service(thumbnail).service(describe);
}
