//! The bot in the database: one row at most.

use diesel::prelude::*;

use crate::db::schema::telegram_bot;
use crate::db::{Conn, Tx};
use crate::kernel::{Result, Timestamp};

/// The only row.
const ONLY: i32 = 1;

/// The token of the bot, sealed; `None` where there is no bot.
pub fn find(connection: &mut Conn) -> Result<Option<String>> {
    Ok(telegram_bot::table.find(ONLY).select(telegram_bot::token).first(connection).optional()?)
}

/// Keeps a token, or forgets the one that there is.
pub fn save(tx: &mut Tx, sealed: Option<&str>, now: Timestamp) -> Result<()> {
    diesel::delete(telegram_bot::table.find(ONLY)).execute(&mut **tx)?;
    if let Some(token) = sealed {
        diesel::insert_into(telegram_bot::table)
            .values((telegram_bot::id.eq(ONLY), telegram_bot::token.eq(token), telegram_bot::updated_at.eq(now)))
            .execute(&mut **tx)?;
    }
    Ok(())
}
