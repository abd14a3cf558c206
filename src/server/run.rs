//! Putting the server together, starting and stopping it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::body::MessageBody;
use actix_web::dev::{ServerHandle, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Compress, from_fn};
use actix_web::{Error, HttpRequest, HttpResponse, HttpServer, web};
use tokio::signal::unix::{SignalKind, signal};
use utoipa_actix_web::AppExt;

use super::docs::{self, Documents};
use super::health::Ready;
use super::{admin, fallback, finding, idempotency, packing, request};
use crate::app::App;
use crate::delivery;
use crate::http::Problem;
use crate::jobs::Handlers;
use crate::kernel::{Context, Result};
use crate::notices::Bell;
use crate::preview::show::{self, Previews};
use crate::preview::staging;
use crate::publish::serve::Published;

/// What every server thread shares.
#[derive(Clone)]
pub struct Serving {
    app: web::Data<App>,
    documents: web::Data<Documents>,
    ready: web::Data<Ready>,
    delivery: web::Data<delivery::Model>,
    published: web::Data<Published>,
    previews: web::Data<Previews>,
    bell: web::Data<Bell>,
}

impl Serving {
    pub fn new(app: App) -> Self {
        Serving {
            delivery: web::Data::new(delivery::Model::new(app.config.delivery_cache_bytes_max)),
            published: web::Data::new(Published::new(app.clone())),
            previews: web::Data::new(Previews::new(app.clone())),
            bell: web::Data::new(Bell::default()),
            app: web::Data::new(app),
            documents: web::Data::from(Documents::shared()),
            ready: web::Data::new(Ready::default()),
        }
    }

    /// From now on `/readyz` looks at the database instead of saying "still starting".
    pub fn set_ready(&self) {
        self.ready.set();
    }
}

/// The whole service of one thread; tests drive the same.
pub fn app(
    serving: &Serving,
) -> actix_web::App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody + use<>>,
        Error = Error,
        InitError = (),
    > + use<>,
> {
    let (app, _) = actix_web::App::new()
        .into_utoipa_app()
        .app_data(serving.app.clone())
        .app_data(serving.documents.clone())
        .app_data(serving.ready.clone())
        .app_data(serving.delivery.clone())
        .app_data(serving.published.clone())
        .app_data(serving.previews.clone())
        .app_data(serving.bell.clone())
        .configure(super::routes)
        .split_for_parts();
    app.route("/openapi.json", web::get().to(docs::json))
        .route("/docs", web::get().to(docs::reference))
        .route("/admin", web::get().to(admin::door))
        .service(web::scope("/admin").wrap(Compress::default()).route("/{path:.*}", web::get().to(admin::answer)))
        .route("/preview/{token}", web::get().to(show::page))
        .route("/preview/{token}/{path:.*}", web::get().to(show::file))
        .default_service(web::to(unrouted))
        .wrap(from_fn(idempotency::idempotent))
        .wrap(from_fn(packing::packed))
        .wrap(from_fn(request::identified))
}

async fn unrouted(
    request: HttpRequest,
    documents: web::Data<Documents>,
    published: web::Data<Published>,
    app: web::Data<App>,
    model: web::Data<delivery::Model>,
) -> Result<HttpResponse, Problem> {
    if let Some(key) = staging::of_host(&app, &request) {
        return Ok(staging::answer(&app, &key, &request).await?);
    }
    if fallback::is_reserved(request.path()) {
        return fallback::refuse(&request, &documents);
    }
    match finding::results(&request, &app, &model, &published).await {
        Ok(Some(answer)) => return Ok(answer),
        Ok(None) => {}
        // The page itself says what else one can do.
        Err(error) => tracing::warn!(%error, path = request.path(), "a search was not answered"),
    }
    Ok(published.answer(&request).await?)
}

/// A server that has been started.
pub struct Running {
    pub address: SocketAddr,
    handle: ServerHandle,
    bell: web::Data<Bell>,
    stop_worker: Arc<AtomicBool>,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
    worker: tokio::task::JoinHandle<()>,
    follower: tokio::task::JoinHandle<()>,
}

impl Running {
    /// Ends when the server does: by [`Running::stop`], SIGINT or SIGTERM.
    pub async fn ended(self) -> Result<()> {
        self.server.await.context("serve")?.context("serve")?;
        self.follower.abort();
        self.stop_worker.store(true, Ordering::Relaxed);
        self.worker.await.context("end the worker")
    }

    /// Lets requests and the running job end, then stops.
    pub async fn stop(self) -> Result<()> {
        self.bell.close();
        self.handle.stop(true).await;
        self.ended().await
    }
}

/// Stops at SIGINT or SIGTERM. The library that listens would do so too, but it would wait for whoever has a stream of
/// events open.
async fn stop_when_told(handle: ServerHandle, bell: web::Data<Bell>) {
    let (interrupt, terminate) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
    let (Ok(mut interrupt), Ok(mut terminate)) = (interrupt, terminate) else {
        tracing::error!("cannot be told to stop by a signal");
        return;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    bell.close();
    handle.stop(true).await;
}

/// How long requests may still take after a stop was asked for.
const SHUTDOWN_SECONDS: u64 = 10;

/// Listens, serves, and works on jobs until stopped.
pub fn start(
    serving: &Serving,
    handlers: Handlers,
    on_tick: impl Fn(&App) -> Result<()> + Send + Sync + 'static,
) -> Result<Running> {
    let config = &serving.app.config;
    let shared = serving.clone();
    let mut server = HttpServer::new(move || app(&shared)).shutdown_timeout(SHUTDOWN_SECONDS).disable_signals();
    if config.server_threads > 0 {
        server = server.workers(config.server_threads);
    }
    let server = server.bind(config.listen).with_context(|| format!("listen on {}", config.listen))?;
    let address = server.addrs().first().copied().unwrap_or(config.listen);
    let server = server.run();
    let handle = server.handle();
    tokio::spawn(stop_when_told(handle.clone(), serving.bell.clone()));
    let stop_worker = Arc::new(AtomicBool::new(false));
    let app = App::clone(&serving.app);
    let follower = tokio::spawn(delivery::Model::clone(&serving.delivery).follow(app.clone()));
    let worker = tokio::spawn(crate::jobs::work(app, handlers, on_tick, stop_worker.clone()));
    let (bell, server) = (serving.bell.clone(), tokio::spawn(server));
    Ok(Running { address, handle, bell, stop_worker, server, worker, follower })
}
