//! Hosts and words of gambling: lists with their matchers. Pure; knows no other room but the kernel.
//!
//! Web pages of governments are broken into to carry such links, and they come in with pasted text as well. The lists
//! are files of their own, one entry a line, so that they can be read and mended without reading code.
//!
//! `gambling` serves the checks before publication, where a person reads each finding. `fold`, `words` and `names` serve
//! the watching of foreign pages, which hide what they say and are written in any language.

pub mod fold;
mod gambling;
mod names;
pub mod words;

pub use gambling::{host_of, is_gambling_address, promotions};
pub use names::{is_doubtful_host, is_gambling_host, is_gambling_name, leads_to_gambling};
