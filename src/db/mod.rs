//! The database: one set of query functions for SQLite and PostgreSQL.
//!
//! [`Db::read`] and [`Db::write`] run a closure on a thread of their own, off the event loop; the
//! `_blocking` twins serve the worker and the command line. What changes something takes a [`Tx`],
//! which only `write` makes.

mod like;
mod migrations;
mod pool;
pub(crate) mod rows;
pub mod schema;
mod types;

pub(crate) use like::{like_anywhere, lower};
pub use migrations::{migrate, pending_migrations};
pub use pool::{Conn, Db, DbSettings, Durability, Engine, Tx, refuse_old_engine, version};

/// A boxed query is needed where filters are chosen at run time; this names its backend.
pub type Backend = <Conn as diesel::Connection>::Backend;
