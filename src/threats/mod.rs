//! Hosts and words of gambling: lists with their matchers. Pure; knows no other room but the kernel.
//!
//! Web pages of governments are broken into to carry such links, and they come in with pasted text as well. The lists
//! are files of their own, one entry a line, so that they can be read and mended without reading code.

mod gambling;

pub use gambling::{host_of, is_gambling_address, promotions};
