//! What is live, as it is searched: the stems of each live entry, and what a result shows beside its card.
//!
//! [`rules`] reads the words of content; the index that is published with a site is made by the same function. [`store`]
//! keeps them in the database for the public API: written by [`super::live`] in the transaction that changes what is
//! live, so what is withdrawn is not found from that moment on.

pub mod rules;
pub mod service;
pub mod store;
