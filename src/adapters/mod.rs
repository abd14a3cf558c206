//! One file for each port and kind. Only `boot` chooses among them.

mod addresses;
mod apart;
mod chance;
mod clamav;
mod clock;
mod fetcher;
mod folder;
mod mailer;
mod prober;
mod tls;
mod unpacking;

pub use apart::Child;
pub use chance::SystemChance;
pub use clamav::ClamAv;
pub use clock::SystemClock;
pub use fetcher::HttpFetcher;
pub use folder::FolderStorage;
pub use mailer::SmtpMailer;
pub use prober::HttpProber;
