//! The database: one set of query functions for SQLite and PostgreSQL.
//!
//! [`Db::read`] and [`Db::write`] run a closure on a thread of their own, off the event loop; the
//! `_blocking` twins serve the worker and the command line. What changes something takes a [`Tx`],
//! which only `write` makes.

pub(crate) mod like;
mod migrations;
mod pool;
pub(crate) mod rows;
pub mod schema;
mod types;

pub use migrations::{migrate, pending_migrations};
pub use pool::{Conn, Db, DbSettings, Durability, Engine, Tx, refuse_old_engine, version};

/// A boxed query is needed where filters are chosen at run time; this names its backend.
pub type Backend = <Conn as diesel::Connection>::Backend;

/// A pattern of LIKE for what stands anywhere in a text in small letters; to be escaped with a backslash.
pub(crate) fn like_anywhere(text: &str) -> String {
    let mut pattern = String::from("%");
    // The engines change the size of ASCII letters alone.
    for letter in text.to_ascii_lowercase().chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern + "%"
}
