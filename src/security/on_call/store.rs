//! The list in the database: one row at most. The bot is kept where notices find it too.

use diesel::prelude::*;

use super::model::OnCall;
use super::rules::REPEAT_MINUTES_DEFAULT;
use crate::db::schema::on_call;
use crate::db::{Conn, Tx};
use crate::kernel::{Error, Result, Timestamp};
use crate::notices::telegram;

/// The only row.
const ONLY: i32 = 1;

type Row = (i32, String, i32, Option<String>, i32, Timestamp);

/// An empty list where none was set.
pub fn find(connection: &mut Conn) -> Result<OnCall> {
    let row = on_call::table.find(ONLY).first::<Row>(connection).optional()?;
    let telegram_token = telegram::store::find(connection)?;
    let Some((_, people, repeat_minutes, webhook_secret, version, updated_at)) = row else {
        return Ok(OnCall {
            people: Vec::new(),
            repeat_minutes: REPEAT_MINUTES_DEFAULT,
            telegram_token,
            webhook_secret: None,
            version: 0,
            updated_at: Timestamp::from_micros(0),
        });
    };
    let people = serde_json::from_str(&people);
    let people = people.map_err(|error| Error::broken("read who is on call", error))?;
    Ok(OnCall { people, repeat_minutes, telegram_token, webhook_secret, version, updated_at })
}

pub fn save(tx: &mut Tx, list: &OnCall) -> Result<()> {
    diesel::delete(on_call::table.find(ONLY)).execute(&mut **tx)?;
    diesel::insert_into(on_call::table)
        .values((
            on_call::id.eq(ONLY),
            on_call::people.eq(serde_json::json!(list.people).to_string()),
            on_call::repeat_minutes.eq(list.repeat_minutes),
            on_call::webhook_secret.eq(&list.webhook_secret),
            on_call::version.eq(list.version),
            on_call::updated_at.eq(list.updated_at),
        ))
        .execute(&mut **tx)?;
    telegram::store::save(tx, list.telegram_token.as_deref(), list.updated_at)
}
