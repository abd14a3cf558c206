//! What addresses said, in the database.

use std::collections::HashMap;

use diesel::prelude::*;

use super::model::{Address, Answer, Said, Verdict};
use crate::db::schema::external_links;
use crate::db::{Conn, Tx};
use crate::kernel::{Digest, Error, Result, Timestamp};

type Row = (Digest, String, String, Timestamp, Timestamp);

fn said(text: &str) -> Result<Said> {
    Said::parse(text).ok_or_else(|| Error::broken("read what an address said", text.to_owned()))
}

fn from_row((digest, text, verdict, asked_at, again_at): Row) -> Result<(Digest, Answer)> {
    let verdict = Verdict::parse(&verdict).ok_or_else(|| Error::broken("read a verdict on an address", verdict))?;
    Ok((digest, Answer { said: said(&text)?, verdict, asked_at, again_at }))
}

/// What is known of these addresses.
pub fn answers(connection: &mut Conn, addresses: &[Digest]) -> Result<HashMap<Digest, Answer>> {
    let rows = external_links::table
        .filter(external_links::digest.eq_any(addresses))
        .select((
            external_links::digest,
            external_links::said,
            external_links::verdict,
            external_links::asked_at,
            external_links::again_at,
        ))
        .load::<Row>(connection)?;
    rows.into_iter().map(from_row).collect()
}

/// Whom the installation has asked since then, and what they said.
pub fn asked_since(connection: &mut Conn, since: Timestamp) -> Result<Vec<(String, Said)>> {
    let rows = external_links::table
        .filter(external_links::asked_at.gt(since))
        .select((external_links::host, external_links::said))
        .load::<(String, String)>(connection)?;
    rows.into_iter().map(|(host, text)| Ok((host, said(&text)?))).collect()
}

pub fn save(tx: &mut Tx, address: &Address, answer: &Answer) -> Result<()> {
    let digest = address.digest();
    let set = (
        external_links::host.eq(&address.host),
        external_links::said.eq(answer.said.to_string()),
        external_links::verdict.eq(answer.verdict.as_str()),
        external_links::asked_at.eq(answer.asked_at),
        external_links::again_at.eq(answer.again_at),
    );
    let changed = diesel::update(external_links::table.find(digest)).set(set.clone()).execute(&mut **tx)?;
    if changed == 0 {
        diesel::insert_into(external_links::table)
            .values((external_links::digest.eq(digest), set))
            .execute(&mut **tx)?;
    }
    Ok(())
}

/// Forgets what was asked before.
pub fn forget(tx: &mut Tx, before: Timestamp) -> Result<usize> {
    Ok(diesel::delete(external_links::table.filter(external_links::asked_at.lt(before))).execute(&mut **tx)?)
}
