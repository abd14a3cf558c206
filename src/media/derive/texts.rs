//! What documents say, in the database.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::db::schema::{document_texts, sites};
use crate::db::{Conn, Tx};
use crate::kernel::id::SiteId;
use crate::kernel::{Digest, Result};

/// Digests in one statement.
const FILES_AT_ONCE: usize = 500;

/// Keeps what a document says. It counts from the site's next change on, which is that of the entries that name it.
/// Says whether nothing was known of it.
pub fn keep(tx: &mut Tx, site: SiteId, digest: &Digest, text: &str) -> Result<bool> {
    let known = document_texts::table.find((site, digest)).select(document_texts::sequence);
    if known.first::<i64>(&mut **tx).optional()?.is_some() {
        return Ok(false);
    }
    let last: i64 = sites::table.find(site).select(sites::live_sequence).first(&mut **tx)?;
    diesel::insert_into(document_texts::table)
        .values((
            document_texts::site_id.eq(site),
            document_texts::digest.eq(*digest),
            document_texts::text.eq(text),
            document_texts::sequence.eq(last + 1),
        ))
        .execute(&mut **tx)?;
    Ok(true)
}

/// What these files say, of those that say something.
pub fn of(connection: &mut Conn, site: SiteId, files: &[Digest]) -> Result<HashMap<Digest, String>> {
    let mut found = HashMap::new();
    for some in files.chunks(FILES_AT_ONCE) {
        let texts = document_texts::table
            .filter(document_texts::site_id.eq(site).and(document_texts::digest.eq_any(some)))
            .select((document_texts::digest, document_texts::text));
        found.extend(texts.load::<(Digest, String)>(connection)?);
    }
    Ok(found)
}
