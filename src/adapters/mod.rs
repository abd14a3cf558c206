//! One file for each port and kind. Only `boot` chooses among them.

mod chance;
mod clock;
mod folder;

pub use chance::SystemChance;
pub use clock::SystemClock;
pub use folder::FolderStorage;
