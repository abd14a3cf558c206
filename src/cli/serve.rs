//! `lamin serve`: API, published site and worker.

use std::process::ExitCode;

use clap::Args;

use super::{Place, demo, engine_name};
use crate::app::App;
use crate::boot;
use crate::identity;
use crate::kernel::{Context, Error, Result};
use crate::memory;
use crate::server::{self, Serving};

/// Serve the API and the published sites, and work on what is due
#[derive(Args)]
pub struct Serve {
    /// Address and port to listen on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// Create and publish the demo site with one account per role; only on a loopback address
    #[arg(long)]
    demo: bool,
}

impl Serve {
    pub fn run(self, place: &Place) -> Result<ExitCode> {
        let flags: Vec<(&str, String)> = self.listen.iter().map(|listen| ("listen", listen.clone())).collect();
        let config = place.config(&flags)?;
        if self.demo && !config.listen.ip().is_loopback() {
            let why = "--demo creates accounts that anyone can guess at: listen on a loopback address";
            return Err(Error::broken("start the demo", why));
        }
        boot::log_to_stderr(&config);
        memory::spare();
        let app = boot::open(config)?;
        let threads = actix_web::rt::System::new();
        threads.block_on(serve(app, self.demo))?;
        Ok(ExitCode::SUCCESS)
    }
}

async fn serve(app: App, with_demo: bool) -> Result<()> {
    boot::load_procedures(&app).await?;
    let serving = Serving::new(app.clone());
    let (handlers, on_tick) = boot::worker();
    let running = server::start(&serving, handlers, on_tick)?;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let watching = tokio::spawn(boot::watch(app.clone(), stopped));
    let port = running.address.port();
    println!("Lamin {} on {}, database {}", env!("CARGO_PKG_VERSION"), running.address, engine_name(&app));
    println!("  site       http://localhost:{port}/");
    println!("  admin      http://localhost:{port}/admin/");
    println!("  API        http://localhost:{port}/api/v1   reference http://localhost:{port}/docs");
    println!("  delivery   http://localhost:{port}/delivery/v1");
    if with_demo {
        let preparing = app.clone();
        let outcome = tokio::task::spawn_blocking(move || demo::prepare(&preparing)).await;
        let accounts = outcome.context("prepare the demo")??;
        println!("{accounts}");
    } else if let Some(link) = identity::service::setup_link(&app).await? {
        println!("  first administrator (this link works once, for 24 hours): {link}");
    }
    serving.set_ready();
    tracing::info!(address = %running.address, "ready");
    let ended = running.ended().await;
    stop.send_replace(true);
    watching.await.context("end looking at websites")?;
    ended
}
