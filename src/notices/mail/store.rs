//! The mail server in the database: one row at most.

use diesel::prelude::*;

use super::model::{Security, Server};
use crate::db::schema::mail_server;
use crate::db::{Conn, Tx};
use crate::kernel::{Error, Result, Timestamp};

/// The only row.
const ONLY: i32 = 1;

type Row = (i32, String, i32, String, String, Option<String>, String, String, i32, Timestamp);

/// `None` where letters are not sent.
pub fn find(connection: &mut Conn) -> Result<Option<Server>> {
    let row = mail_server::table.find(ONLY).select(mail_server::all_columns).first::<Row>(connection).optional()?;
    let Some(row) = row else { return Ok(None) };
    let (_, host, port, security, username, password, from_address, from_name, version, updated_at) = row;
    let broken = || Error::broken("read the mail server", format!("port {port}, security {security:?}"));
    let port = u16::try_from(port).map_err(|_| broken())?;
    let security = Security::parse(&security).ok_or_else(broken)?;
    Ok(Some(Server { host, port, security, username, password, from_address, from_name, version, updated_at }))
}

pub fn save(tx: &mut Tx, server: &Server) -> Result<()> {
    remove(tx)?;
    diesel::insert_into(mail_server::table)
        .values((
            mail_server::id.eq(ONLY),
            mail_server::host.eq(&server.host),
            mail_server::port.eq(i32::from(server.port)),
            mail_server::security.eq(server.security.as_str()),
            mail_server::username.eq(&server.username),
            mail_server::password.eq(&server.password),
            mail_server::from_address.eq(&server.from_address),
            mail_server::from_name.eq(&server.from_name),
            mail_server::version.eq(server.version),
            mail_server::updated_at.eq(server.updated_at),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

pub fn remove(tx: &mut Tx) -> Result<()> {
    diesel::delete(mail_server::table.find(ONLY)).execute(&mut **tx)?;
    Ok(())
}
