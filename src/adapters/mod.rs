//! One file for each port and kind. Only `boot` chooses among them.

mod addresses;
mod chance;
mod clock;
mod fetcher;
mod folder;
mod tls;

pub use chance::SystemChance;
pub use clock::SystemClock;
pub use fetcher::HttpFetcher;
pub use folder::FolderStorage;
