//! What is handed out on paper or as a sheet: official reports as PDF, tables as XLSX and CSV. Pure: data in, bytes out, and the
//! same bytes for the same data.

mod pdf;
mod sheet;

pub use pdf::{Document, Picture, pdf};
pub use sheet::{CSV_COMMENT, Cell, Column, Sheet, armed, csv, unarmed, xlsx};

use crate::kernel::Timestamp;

/// Somebody who signs, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    pub name: String,
    pub at: Timestamp,
}

/// Whether this binary prints PDF.
pub const PRINTS_PDF: bool = cfg!(feature = "pdf");
