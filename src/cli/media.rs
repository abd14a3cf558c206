//! `lamin media`: are the stored files whole, and what does nobody need any more?

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::Place;
use crate::app::App;
use crate::kernel::{Digest, Result};
use crate::media::library::care::{self, Collected, Named};
use crate::{media, procedure, publish, security, themes, verify};

/// Look after stored files
#[derive(Args)]
pub struct Media {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Read every stored byte: is it what its name says, and is anything missing? Exit status 1 if not
    Verify {
        /// Print the findings as JSON
        #[arg(long)]
        json: bool,
    },
    /// Tell what nobody names any more: uploads that were given up, files that are long in the trash
    Gc {
        /// Remove it; without this nothing changes
        #[arg(long)]
        remove: bool,
    },
}

impl Media {
    pub(super) fn run(self, place: &Place) -> Result<ExitCode> {
        let app = place.open()?;
        match self.what {
            What::Verify { json } => verify_all(&app, json),
            What::Gc { remove } => collect(&app, remove),
        }
    }
}

fn verify_all(app: &App, json: bool) -> Result<ExitCode> {
    let library = app.db.read_blocking(media::library::store::stored)?;
    // A list of a theme that cannot be read is a finding and no reason to stop.
    let found = care::verify(app.storage.as_ref(), &named(app, library, themes::service::stored_but_unreadable)?)?;
    if json {
        println!("{}", serde_json::to_string_pretty(&found).unwrap_or_default());
    } else {
        println!("{} files, {} bytes read", found.files, found.bytes);
        found.damaged.iter().for_each(|digest| println!("damaged: {digest}"));
        found.missing.iter().for_each(|(digest, who)| println!("missing: {digest}, named by {who}"));
        if found.is_well() {
            println!("every file is what its name says, and nothing is missing");
        }
    }
    Ok(if found.is_well() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn collect(app: &App, remove: bool) -> Result<ExitCode> {
    let (forgotten, collected) = clean(app, remove)?;
    let (files, bytes) = (collected.files, collected.bytes);
    match remove {
        true => println!("removed {files} files, {bytes} bytes; {forgotten} left the trash for good"),
        false => println!("{files} files, {bytes} bytes can go, and {forgotten} leave the trash; --remove does it"),
    }
    Ok(ExitCode::SUCCESS)
}

/// Empties the trash of what is long in it, then the storage of what nothing names; returns how many files left the
/// trash. Without `remove` both are rehearsed.
pub fn clean(app: &App, remove: bool) -> Result<(usize, Collected)> {
    let forgotten = care::forget(app, remove)?;
    let named = named(app, forgotten.named, themes::service::stored)?;
    Ok((forgotten.files, care::collect(app.storage.as_ref(), &named, remove)?))
}

/// Everything that any part of the house stores by its digest.
fn named(app: &App, library: Vec<Digest>, of_themes: impl Fn(&App) -> Result<Vec<Digest>>) -> Result<Named> {
    let mut named = Named::new();
    let mut add = |who: &'static str, digests: Vec<Digest>| {
        for digest in digests {
            named.entry(digest).or_insert(who);
        }
    };
    add("the library", library);
    add("the attachments of cases", app.db.read_blocking(procedure::store::stored)?);
    add("the evidence of findings", app.db.read_blocking(verify::store::stored)?);
    add("the evidence of incidents", app.db.read_blocking(security::store::stored)?);
    add("pictures to share", app.db.read_blocking(publish::share::store::stored)?);
    add("themes", of_themes(app)?);
    add("kept releases", publish::service::stored(app)?);
    Ok(named)
}
