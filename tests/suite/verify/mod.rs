//! Is what a reader gets what was signed?

mod host;
mod release;
mod site;
