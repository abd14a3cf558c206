//! `lamin media`: are the stored files whole, and what does nobody need any more?

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::Place;
use crate::app::App;
use crate::kernel::{Digest, Result};
use crate::media::library::care::{self, Named};
use crate::{media, procedure, publish, themes, verify};

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
    pub fn run(self, place: &Place) -> Result<ExitCode> {
        let app = place.open()?;
        match self.what {
            What::Verify { json } => verify_all(&app, json),
            What::Gc { remove } => collect(&app, remove),
        }
    }
}

fn verify_all(app: &App, json: bool) -> Result<ExitCode> {
    let found = care::verify(app.storage.as_ref(), &named(app)?)?;
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
    let forgotten = care::forget(app, remove)?;
    let collected = care::collect(app.storage.as_ref(), &named(app)?, remove)?;
    let (files, bytes) = (collected.files, collected.bytes);
    match remove {
        true => println!("removed {files} files, {bytes} bytes; {forgotten} left the trash for good"),
        false => {
            println!("{files} files, {bytes} bytes can go, and {forgotten} leave the trash; --remove does it");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Everything that any part of the house stores by its digest.
fn named(app: &App) -> Result<Named> {
    let mut named = Named::new();
    let mut add = |who: &'static str, digests: Vec<Digest>| {
        for digest in digests {
            named.entry(digest).or_insert(who);
        }
    };
    let db = &app.db;
    add("the library", db.read_blocking(media::library::store::stored)?);
    add("the attachments of cases", db.read_blocking(procedure::store::stored)?);
    add("the evidence of findings", db.read_blocking(verify::store::stored)?);
    add("themes", themes::service::stored(app)?);
    add("kept releases", publish::service::stored(app)?);
    Ok(named)
}
