//! The demo: a provincial portal, and one account for every role.
#![expect(clippy::disallowed_methods, reason = "unpacks the demo content for the import to read")]

use std::fmt::Write as _;

use rust_embed::RustEmbed;

use crate::app::App;
use crate::config;
use crate::identity::{self, Actor, Role};
use crate::import::{self, Options};
use crate::kernel::{Context, Result};
use crate::publish::model::Mode;
use crate::publish::service;
use crate::sites;

/// The folder `content/` of the source.
#[derive(RustEmbed)]
#[folder = "content/"]
struct Content;

const SITE: &str = "portal";

/// Makes what is missing of the demo and publishes it; says which accounts there are. Blocking.
pub fn prepare(app: &App) -> Result<String> {
    let folder = tempfile::tempdir().context("unpack the demo content")?;
    for name in Content::iter() {
        let Some(file) = Content::get(&name) else { continue };
        let path = folder.path().join(name.as_ref());
        std::fs::create_dir_all(path.parent().unwrap_or(folder.path())).context("unpack the demo content")?;
        std::fs::write(&path, &file.data).context("unpack the demo content")?;
    }
    let founded = app.db.read_blocking(|c| sites::store::find_by_key(c, SITE))?.is_some();
    if !founded {
        let options =
            Options { site: SITE.into(), folder: folder.path().into(), create: true, publish: true, dry_run: false };
        import::service::run(app, &options, &|_| {})?;
    }
    let report = service::build(app, SITE, Mode::Changed, &|_| {})?;
    tracing::info!(pages = report.pages, "the demo site is published");
    accounts(app)
}

/// One account per role with the same password: the chosen one, or a new one at each start.
fn accounts(app: &App) -> Result<String> {
    let password = config::demo_password().unwrap_or_else(|| identity::service::random_password(app));
    let emails: Vec<(String, Role)> = Role::ALL.iter().map(|role| (format!("{role}@demo.test"), *role)).collect();
    identity::service::ensure_demo_accounts(app, &Actor::system("demo"), &emails, &password)?;
    let mut text = format!("  demo accounts, password {password}\n");
    for (email, role) in emails {
        // Writing to a string does not fail.
        let _ = writeln!(text, "    {email:<28} {}", role.title_id());
    }
    Ok(text.trim_end().to_owned())
}
