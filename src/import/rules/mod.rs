//! The decisions of an import, without files, database or clock.

pub mod body;
pub mod confirmation;
pub mod dates;
pub mod front;
pub mod groups;
pub mod identity;
pub mod keys;
pub mod layout;
pub mod links;
pub mod mapping;
pub mod redirects;
pub mod shortcodes;
pub mod values;
