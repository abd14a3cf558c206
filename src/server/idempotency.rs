//! `Idempotency-Key`: a POST that is sent again gets the first answer again, and is not done twice.

use actix_web::body::{BoxBody, MessageBody, to_bytes};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpResponse, web};
use diesel::prelude::*;

use crate::app::App;
use crate::db::schema::idempotency;
use crate::http::{Problem, body};
use crate::identity::Actor;
use crate::kernel::id::UserId;
use crate::kernel::time::{DAY, MINUTE};
use crate::kernel::{Code, Digest, Refusal, Timestamp};

const KEY_BYTES_MAX: usize = 128;
/// How long an answer can be asked for again.
const KEPT: i64 = DAY;
/// A request that never ended (its server died) blocks its key no longer than this.
const PENDING_MAX: i64 = MINUTE;

/// Not even a digest of what is posted here is kept. Repeating them does no harm: an e-mail address is taken once.
fn holds_secrets(path: &str) -> bool {
    path.starts_with("/api/v1/auth/") || path.starts_with("/api/v1/users") || path.ends_with("/webhooks")
}

/// Headers that belong to the answer.
const HEADERS_KEPT: [&str; 3] = ["location", "etag", "content-type"];

/// Middleware. Uploads pass through: they are named by their digest and repeat harmlessly anyway.
pub async fn idempotent(
    mut incoming: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match begin(&mut incoming).await {
        Ok(Begun::Anew(None)) => Ok(next.call(incoming).await?.map_into_boxed_body()),
        Ok(Begun::Anew(Some(held))) => match next.call(incoming).await {
            Ok(response) => held.end(response.map_into_boxed_body()).await,
            Err(error) => {
                held.forget().await.map_err(Problem::from)?;
                Err(error)
            }
        },
        Ok(Begun::Before(answer)) => Ok(incoming.into_response(answer)),
        // Answered here, so that the middleware around this one sees an answer like any other.
        Err(error) => Ok(incoming.into_response(error.as_response_error().error_response())),
    }
}

enum Begun {
    /// To be done now; with a key, under its hold.
    Anew(Option<Held>),
    Before(HttpResponse),
}

async fn begin(incoming: &mut ServiceRequest) -> Result<Begun, Error> {
    let (Some(key), Some(app)) = (wanted_key(incoming)?, incoming.app_data::<web::Data<App>>().cloned()) else {
        return Ok(Begun::Anew(None));
    };
    let Some(user) = incoming.extract::<Actor>().await?.user() else { return Ok(Begun::Anew(None)) };
    let mut payload = incoming.take_payload();
    let bytes = body::read(&mut payload, app.config.json_bytes_max).await?;
    let request = Digest::of([incoming.path().as_bytes(), b"\n", &bytes].concat());
    incoming.set_payload(Payload::from(web::Bytes::from(bytes)));
    let held = Held { app, user, key, request };
    match held.begin().await.map_err(Problem::from)? {
        Some(answer) => Ok(Begun::Before(answer)),
        None => Ok(Begun::Anew(Some(held))),
    }
}

fn wanted_key(incoming: &ServiceRequest) -> Result<Option<String>, Problem> {
    let Some(header) = incoming.headers().get("Idempotency-Key") else { return Ok(None) };
    let content_type = incoming.headers().get("Content-Type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    if incoming.method() != Method::POST
        || content_type.starts_with("multipart/")
        || !incoming.path().starts_with("/api/v1/")
        || holds_secrets(incoming.path())
    {
        return Ok(None);
    }
    let key = header.to_str().unwrap_or_default();
    if key.is_empty() || key.len() > KEY_BYTES_MAX {
        let rule = format!("1 to {KEY_BYTES_MAX} bytes");
        return Err(Refusal::new(Code::Malformed).field("Idempotency-Key", "malformed", rule).into());
    }
    Ok(Some(key.to_owned()))
}

struct Held {
    app: web::Data<App>,
    user: UserId,
    key: String,
    request: Digest,
}

type Kept = (String, i32, String, String, Timestamp);

impl Held {
    /// The first answer, if there is one; else the key is ours until [`Held::end`].
    async fn begin(&self) -> crate::kernel::Result<Option<HttpResponse>> {
        let (user, key, request, now) = (self.user, self.key.clone(), self.request, self.app.now());
        let kept: Option<Kept> = self
            .app
            .db
            .write(move |tx| {
                diesel::delete(idempotency::table.filter(idempotency::created_at.lt(now.plus(-KEPT))))
                    .execute(&mut **tx)?;
                let columns = (
                    idempotency::request,
                    idempotency::status,
                    idempotency::headers,
                    idempotency::body,
                    idempotency::created_at,
                );
                let row = idempotency::table.find((user, &key));
                let kept = row.select(columns).first::<Kept>(&mut **tx).optional()?;
                let abandoned = |kept: &Kept| kept.1 == 0 && kept.4 < now.plus(-PENDING_MAX);
                if kept.as_ref().is_some_and(abandoned) {
                    diesel::delete(row).execute(&mut **tx)?;
                } else if kept.is_some() {
                    return Ok(kept);
                }
                diesel::insert_into(idempotency::table)
                    .values((
                        idempotency::actor_id.eq(user),
                        idempotency::key.eq(&key),
                        idempotency::request.eq(request.as_str()),
                        idempotency::status.eq(0),
                        idempotency::headers.eq("[]"),
                        idempotency::body.eq(""),
                        idempotency::created_at.eq(now),
                    ))
                    .execute(&mut **tx)?;
                Ok(None)
            })
            .await?;
        let Some((request, status, headers, body, _)) = kept else { return Ok(None) };
        if request != self.request.as_str() {
            return Err(Refusal::new(Code::IdempotencyMismatch).into());
        }
        if status == 0 {
            return Err(Refusal::new(Code::Busy).into());
        }
        Ok(Some(repeat(status, &headers, body)))
    }

    /// Keeps what was answered, unless it was a failure: that may be tried again.
    async fn end(self, response: ServiceResponse<BoxBody>) -> Result<ServiceResponse<BoxBody>, Error> {
        let (request, response) = response.into_parts();
        let (head, body) = response.into_parts();
        let bytes = to_bytes(body)
            .await
            .map_err(|error| Problem::from(crate::kernel::Error::broken("read an answer", error.to_string())))?;
        let status = i32::from(head.status().as_u16());
        if status >= 500 {
            self.forget().await.map_err(Problem::from)?;
        } else {
            let kept: Vec<(&str, &str)> = HEADERS_KEPT
                .iter()
                .filter_map(|name| Some((*name, head.headers().get(*name)?.to_str().ok()?)))
                .collect();
            let headers = serde_json::json!(kept).to_string();
            let text = String::from_utf8_lossy(&bytes).into_owned();
            self.keep(status, headers, text).await.map_err(Problem::from)?;
        }
        Ok(ServiceResponse::new(request, head.set_body(BoxBody::new(bytes))))
    }

    async fn keep(&self, status: i32, headers: String, body: String) -> crate::kernel::Result<()> {
        let (user, key) = (self.user, self.key.clone());
        self.app
            .db
            .write(move |tx| {
                diesel::update(idempotency::table.find((user, &key)))
                    .set((
                        idempotency::status.eq(status),
                        idempotency::headers.eq(&headers),
                        idempotency::body.eq(&body),
                    ))
                    .execute(&mut **tx)?;
                Ok(())
            })
            .await
    }

    async fn forget(&self) -> crate::kernel::Result<()> {
        let (user, key) = (self.user, self.key.clone());
        self.app
            .db
            .write(move |tx| {
                diesel::delete(idempotency::table.find((user, &key))).execute(&mut **tx)?;
                Ok(())
            })
            .await
    }
}

fn repeat(status: i32, headers: &str, body: String) -> HttpResponse {
    let status = u16::try_from(status).ok().and_then(|status| StatusCode::from_u16(status).ok());
    let mut answer = HttpResponse::build(status.unwrap_or(StatusCode::OK));
    let headers: Vec<(String, String)> = serde_json::from_str(headers).unwrap_or_default();
    for (name, value) in headers {
        answer.insert_header((name, value));
    }
    answer.insert_header(("Idempotency-Replayed", "true")).body(body)
}
