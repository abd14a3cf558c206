//! The library: where files stand, which entries name them, the trash, and what may be thrown away for good.
//!
//! A file is in use while the newest or the live revision of an entry names it. Older revisions name files too: these
//! leave the library, but their bytes stay, because what was once approved can always be shown again.

pub mod api;
pub mod care;
pub mod model;
pub mod service;
pub mod store;
