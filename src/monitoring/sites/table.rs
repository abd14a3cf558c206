//! Lists as spreadsheets have them: CSV and XLSX become rows of texts, and rows of texts become both.
//!
//! Reading takes off the apostrophe that writing puts before what looks like a formula, so what was written comes back as it was.

use std::collections::BTreeMap;
use std::io::{Read, Seek};

use calamine::{DataRef, Reader as _, Xlsx};

use crate::kernel::{Code, Refusal, Result};
use crate::reports::{self, CSV_COMMENT, Cell, Column, Sheet, armed, unarmed};

/// Of a file with a list.
pub const LIST_BYTES_MAX: u64 = 5 << 20;
/// Of what a spreadsheet holds when it is unpacked.
pub const LIST_EXPANDED_BYTES_MAX: u64 = 32 << 20;
/// A list has fifteen columns; what stands far to the right of them is none.
const COLUMNS_MAX: u32 = 100;
const CELLS_MAX: usize = 1_000_000;

/// A line of a list, with its number in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub number: u64,
    pub cells: Vec<String>,
}

/// What cannot be read, and in which line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    pub line: u64,
    pub what: String,
}

/// Reads CSV as spreadsheets write it, parted by commas, semicolons or tabs. Lines without any text are left out.
pub fn read_csv(text: &str) -> (Vec<Line>, Vec<Unreadable>) {
    let text = text.trim_start_matches('\u{feff}');
    let head = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let often = |delimiter: &u8| head.bytes().filter(|byte| byte == delimiter).count();
    let delimiter = [b'\t', b';', b','].into_iter().max_by_key(often).unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new();
    reader.delimiter(delimiter).has_headers(false).flexible(true).trim(csv::Trim::All).comment(Some(CSV_COMMENT));
    let (mut lines, mut wrong) = (Vec::new(), Vec::new());
    for row in reader.from_reader(text.as_bytes()).into_records() {
        match row {
            Ok(row) => {
                let number = row.position().map_or(0, csv::Position::line);
                lines.push(Line { number, cells: row.iter().map(|cell| unarmed(cell).to_owned()).collect() });
            }
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                wrong.push(Unreadable { line, what: error.to_string() });
            }
        }
    }
    lines.retain(|line| line.cells.iter().any(|cell| !cell.is_empty()));
    (lines, wrong)
}

/// Reads the first sheet of a workbook. Its archive has been judged, and holds no more than [`LIST_EXPANDED_BYTES_MAX`].
pub fn read_xlsx(file: impl Read + Seek) -> Result<Vec<Line>> {
    let unread = |error: calamine::XlsxError| Refusal::new(Code::Malformed).detail(format!("the workbook: {error}"));
    let mut workbook = Xlsx::new(file).map_err(unread)?;
    let sheet = workbook.sheet_names().first().cloned();
    let sheet = sheet.ok_or_else(|| Refusal::new(Code::Malformed).detail("the workbook has no sheet"))?;
    let mut cells = workbook.worksheet_cells_reader(&sheet).map_err(unread)?;
    let mut rows: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    let mut read = 0;
    while let Some(cell) = cells.next_cell().map_err(unread)? {
        read += 1;
        if read > CELLS_MAX {
            return Err(Refusal::new(Code::TooLarge).detail(format!("at most {CELLS_MAX} cells")).into());
        }
        let (row, column) = cell.get_position();
        let text = text_of(cell.get_value());
        if column >= COLUMNS_MAX || text.is_empty() {
            continue;
        }
        let row = rows.entry(row).or_default();
        let column = column as usize;
        if row.len() <= column {
            row.resize(column + 1, String::new());
        }
        row[column] = unarmed(text.trim()).to_owned();
    }
    Ok(rows.into_iter().map(|(row, cells)| Line { number: u64::from(row) + 1, cells }).collect())
}

fn text_of(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(yes) => yes.to_string(),
        DataRef::DateTime(at) => at.to_string(),
        DataRef::Error(error) => error.to_string(),
        DataRef::Empty => String::new(),
    }
}

/// Writes a workbook of one sheet; every cell is a text.
pub fn write_xlsx(title: &str, head: &[&str], rows: &[Vec<String>]) -> Result<Vec<u8>> {
    let width_letters = |column| if column < 2 { 36 } else { 18 };
    let columns = head.iter().enumerate().map(|(column, name)| Column::new(name, width_letters(column))).collect();
    // Only what looks as if it had been armed needs an apostrophe here.
    let cell = |text: &String| Cell::from(if text.starts_with('\'') { armed(text.clone()) } else { text.clone() });
    let rows = rows.iter().map(|row| row.iter().map(cell).collect()).collect();
    reports::xlsx(title, &[Sheet { name: title.to_owned(), columns, rows }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Error;

    const HEAD: [&str; 2] = ["agency", "url"];

    fn rows() -> Vec<Vec<String>> {
        let texts = ["=1+1", "+62 811", "-", "@ani", "'=1", "''+a", "'biasa'", "#bukan komentar", "a;b,\"c\"", "Ängst"];
        texts.iter().map(|text| vec![(*text).to_owned(), "https://a.go.id/".to_owned()]).collect()
    }

    #[test]
    fn what_is_written_is_read_as_it_was_and_no_cell_is_a_formula() {
        let csv = String::from_utf8(reports::csv(HEAD, rows()).unwrap()).unwrap();
        let (read, wrong) = read_csv(&csv);
        assert_eq!(wrong, []);
        assert_eq!(read[1..].iter().map(|line| line.cells.clone()).collect::<Vec<_>>(), rows());
        assert!(csv.contains("'=1+1") && csv.contains("'+62 811") && csv.contains("''=1"), "{csv}");
        let starts = |line: &str| line.trim_start_matches('"').starts_with(['=', '+', '-', '@']);
        assert!(!csv.lines().any(starts), "{csv}");
        let xlsx = write_xlsx("Situs", &HEAD, &rows()).unwrap();
        let read = read_xlsx(std::io::Cursor::new(xlsx)).unwrap();
        assert_eq!(read[1..].iter().map(|line| line.cells.clone()).collect::<Vec<_>>(), rows());
        assert_eq!(read[1].number, 2);
    }

    #[test]
    fn what_is_no_workbook_is_refused() {
        assert!(matches!(read_xlsx(std::io::Cursor::new(b"PK\x03\x04nonsense".to_vec())), Err(Error::Refused(_))));
    }
}
