//! `/preview/<token>`: the page of one revision and the files that it needs.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header;
use actix_web::{HttpResponse, HttpResponseBuilder, web};
use moka::sync::Cache;

use super::model::Preview;
use super::{rules, service};
use crate::app::App;
use crate::http::{Answer, off_the_loop};
use crate::kernel::id::PreviewId;
use crate::kernel::{Code, Refusal, Result};
use crate::publish::ahead::Shown;
use crate::publish::serve::{SECURITY, content_type, secure};

/// Pages in memory, so that their files need no second rendering.
const SHOWN_MAX: u64 = 32;
/// After so long the site around the page is read again: on a large site that costs a second.
const SHOWN_FRESH: Duration = Duration::from_secs(30);

/// What was rendered lately; one for a process. Whether a link is open is asked of the database each time.
pub struct Previews {
    app: App,
    shown: Cache<PreviewId, Arc<Shown>>,
}

impl Previews {
    pub fn new(app: App) -> Self {
        let shown = Cache::builder().max_capacity(SHOWN_MAX).time_to_live(SHOWN_FRESH).build();
        Previews { app, shown }
    }

    async fn render(&self, preview: Preview) -> Result<Arc<Shown>> {
        if let Some(shown) = self.shown.get(&preview.id) {
            return Ok(shown);
        }
        let (app, id) = (self.app.clone(), preview.id);
        let shown = off_the_loop("render a preview", move || service::render(&app, &preview)).await?;
        let shown = Arc::new(shown);
        self.shown.insert(id, shown.clone());
        Ok(shown)
    }
}

/// The page.
pub async fn page(previews: web::Data<Previews>, token: web::Path<String>) -> Answer {
    let preview = service::opened(&previews.app, &token).await?;
    let shown = previews.render(preview).await?;
    let html = rules::dressed(&String::from_utf8_lossy(&shown.html), &format!("/preview/{token}"), &shown.locale);
    Ok(framed(&mut HttpResponse::Ok()).content_type("text/html; charset=utf-8").body(html))
}

/// A file that the page names: of the theme, or placed by the revision.
pub async fn file(previews: web::Data<Previews>, path: web::Path<(String, String)>) -> Answer {
    let (token, path) = path.into_inner();
    let preview = service::opened(&previews.app, &token).await?;
    if path == rules::BAR_PATH {
        return Ok(private(&mut HttpResponse::Ok()).content_type("text/css; charset=utf-8").body(rules::BAR_STYLE));
    }
    let shown = previews.render(preview).await?;
    let found = match (shown.theme.get(&path), shown.media.get(&path)) {
        (Some(bytes), _) => Some(bytes.clone()),
        (None, Some(digest)) => previews.app.storage.get(digest)?,
        (None, None) => None,
    };
    let bytes = found.ok_or_else(|| Refusal::new(Code::NotFound))?;
    Ok(private(&mut HttpResponse::Ok()).content_type(content_type(&path)).body(bytes))
}

/// A page that the admin shows beside what it is made of: nobody else may put it into a frame.
fn framed(answer: &mut HttpResponseBuilder) -> &mut HttpResponseBuilder {
    private(answer);
    for (name, value) in SECURITY {
        match name {
            "Content-Security-Policy" => {
                answer.insert_header((name, value.replace("frame-ancestors 'none'", "frame-ancestors 'self'")));
            }
            "X-Frame-Options" => {
                answer.insert_header((name, "SAMEORIGIN"));
            }
            _ => {}
        }
    }
    answer
}

/// The headers of what nobody else may see: not kept, not found by search engines, its address told to nobody.
pub fn private(answer: &mut HttpResponseBuilder) -> &mut HttpResponseBuilder {
    secure(answer);
    answer
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header(("X-Robots-Tag", "noindex, nofollow"))
}
