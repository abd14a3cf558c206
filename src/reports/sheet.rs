//! Tables as people open them in a spreadsheet.

use jiff::civil::Date;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet};

use crate::kernel::{Context as _, Error, Result};

/// Excel cuts names of sheets there, and takes none of these letters.
const NAME_LETTERS_MAX: usize = 31;
const NAME_WITHOUT: [char; 7] = ['[', ']', ':', '*', '?', '/', '\\'];
/// What a cell holds in the format.
const CELL_LETTERS_MAX: usize = 32_767;
/// By what a spreadsheet takes a text for a formula (OWASP, CSV injection).
const FORMULA_STARTS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];
/// Lines that begin so are left out by readers of lists; a cell that does is quoted.
pub const CSV_COMMENT: u8 = b'#';

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Empty,
    Text(String),
    Number(f64),
    Date(Date),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        if text.is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        if text.is_empty() { Cell::Empty } else { Cell::Text(text) }
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Cell::Empty, Into::into)
    }
}

impl From<i32> for Cell {
    fn from(number: i32) -> Self {
        Cell::Number(number.into())
    }
}

impl From<Date> for Cell {
    fn from(date: Date) -> Self {
        Cell::Date(date)
    }
}

/// The head of a column, and how many letters wide it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    pub title: String,
    pub width_letters: u8,
}

impl Column {
    pub fn new(title: &str, width_letters: u8) -> Self {
        Column { title: title.to_owned(), width_letters }
    }
}

/// A table; each row has a cell for each column.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    pub name: String,
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<Cell>>,
}

/// As CSV (RFC 4180) in UTF-8, with the mark by which spreadsheets know it. No text is taken for a formula.
pub fn csv<'a, Row>(head: impl IntoIterator<Item = &'a str>, rows: impl IntoIterator<Item = Row>) -> Result<Vec<u8>>
where
    Row: IntoIterator<Item: Into<Cell>>,
{
    let doing = "write a table";
    let mut writer = csv::WriterBuilder::new();
    writer.terminator(csv::Terminator::CRLF).comment(Some(CSV_COMMENT));
    let mut writer = writer.from_writer("\u{feff}".into());
    writer.write_record(head).context(doing)?;
    for row in rows {
        writer.write_record(row.into_iter().map(|cell| plain(cell.into()))).context(doing)?;
    }
    writer.into_inner().map_err(|error| Error::broken(doing, error.into_error()))
}

fn plain(cell: Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => armed(text),
        Cell::Number(number) => number.to_string(),
        Cell::Date(date) => date.to_string(),
    }
}

/// A text that no spreadsheet takes for a formula: behind an apostrophe if need be.
pub fn armed(text: String) -> String {
    if is_formula(&text) { format!("'{text}") } else { text }
}

/// The text that [`armed`] was given.
pub fn unarmed(text: &str) -> &str {
    text.strip_prefix('\'').filter(|_| is_formula(text)).unwrap_or(text)
}

/// Behind however many apostrophes, so that taking one off gives what was.
fn is_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(FORMULA_STARTS)
}

/// As XLSX, one page for each table. Texts stay texts, whatever they begin with.
pub fn xlsx(title: &str, sheets: &[Sheet]) -> Result<Vec<u8>> {
    let mut book = Workbook::new();
    let failed = |error| Error::broken("write a workbook", error);
    // The time of writing would make two files of one table.
    let made = ExcelDateTime::from_ymd(2000, 1, 1).map_err(failed)?;
    book.set_properties(&DocProperties::new().set_title(title).set_creation_datetime(&made));
    for sheet in sheets {
        book.push_worksheet(page(sheet).map_err(failed)?);
    }
    book.save_to_buffer().map_err(failed)
}

fn page(sheet: &Sheet) -> std::result::Result<Worksheet, rust_xlsxwriter::XlsxError> {
    let head =
        Format::new().set_bold().set_text_wrap().set_align(FormatAlign::Top).set_border_bottom(FormatBorder::Thin);
    let text = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    let date = text.clone().set_num_format("yyyy-mm-dd");
    let mut page = Worksheet::new();
    let name: String =
        sheet.name.chars().filter(|letter| !NAME_WITHOUT.contains(letter)).take(NAME_LETTERS_MAX).collect();
    page.set_name(name)?.set_landscape().set_freeze_panes(1, 0)?.set_repeat_rows(0, 0)?;
    for (at, column) in (0u16..).zip(&sheet.columns) {
        page.set_column_width(at, f64::from(column.width_letters))?;
        page.write_string_with_format(0, at, &column.title, &head)?;
    }
    for (line, row) in (1u32..).zip(&sheet.rows) {
        for (at, cell) in (0u16..).zip(row) {
            match cell {
                Cell::Empty => {}
                Cell::Text(value) => {
                    let value: String = value.chars().take(CELL_LETTERS_MAX).collect();
                    page.write_string_with_format(line, at, value, &text)?;
                }
                Cell::Number(value) => {
                    page.write_number_with_format(line, at, *value, &text)?;
                }
                Cell::Date(value) => match u16::try_from(value.year()) {
                    Ok(year @ 1900..) => {
                        let day =
                            ExcelDateTime::from_ymd(year, value.month().unsigned_abs(), value.day().unsigned_abs())?;
                        page.write_datetime_with_format(line, at, day, &date)?;
                    }
                    // The format knows no day before 1900.
                    _ => {
                        page.write_string_with_format(line, at, value.to_string(), &text)?;
                    }
                },
            }
        }
    }
    if let (Some(last), true) =
        (u16::try_from(sheet.columns.len()).ok().and_then(|all| all.checked_sub(1)), !sheet.rows.is_empty())
    {
        page.autofilter(0, 0, u32::try_from(sheet.rows.len()).unwrap_or(u32::MAX), last)?;
    }
    Ok(page)
}

#[cfg(test)]
mod tests {
    use calamine::{Data, Reader as _};

    use super::*;

    fn sheet() -> Sheet {
        let cells = |text: &str, number: i32, date: Option<Date>| vec![text.into(), number.into(), date.into()];
        Sheet {
            name: "Rekap: berita/artikel [agenda] yang namanya panjang sekali".to_owned(),
            columns: vec![Column::new("Perangkat daerah", 30), Column::new("Hari", 6), Column::new("Tanggal", 12)],
            rows: vec![
                cells("=HYPERLINK(\"http://jahat.example\")", 3, Some(jiff::civil::date(2026, 11, 20))),
                cells("Dinas \"Kominfo\", Kota; satu", -4, None),
                cells("@SUM(A1)\nbaris", 0, Some(jiff::civil::date(1, 2, 3))),
            ],
        }
    }

    #[test]
    fn what_looks_like_a_formula_stays_a_text_in_both_forms() {
        let text = String::from_utf8(csv(["Perangkat daerah", "Hari", "Tanggal"], sheet().rows).unwrap()).unwrap();
        assert_eq!(
            text,
            "\u{feff}Perangkat daerah,Hari,Tanggal\r\n\"'=HYPERLINK(\"\"http://jahat.example\"\")\",3,2026-11-20\r\n\
             \"Dinas \"\"Kominfo\"\", Kota; satu\",-4,\r\n\"'@SUM(A1)\nbaris\",0,0001-02-03\r\n"
        );
        let bytes = xlsx("Rekap", &[sheet()]).unwrap();
        let mut book = calamine::Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
        assert_eq!(book.sheet_names(), ["Rekap beritaartikel agenda yang"]);
        let range = book.worksheet_range_at(0).unwrap().unwrap();
        assert_eq!(range.get_value((1, 0)), Some(&Data::String("=HYPERLINK(\"http://jahat.example\")".to_owned())));
        assert!(book.worksheet_formula("Rekap beritaartikel agenda yang").unwrap().is_empty());
        assert_eq!(range.get_value((2, 1)), Some(&Data::Float(-4.0)));
        // Days since the last one of 1899, as the format counts.
        assert_eq!(range.get_value((1, 2)).unwrap().to_string(), "46346");
        assert_eq!(range.get_value((3, 2)), Some(&Data::String("0001-02-03".to_owned())));
    }

    #[test]
    fn the_same_table_gives_the_same_bytes() {
        assert_eq!(xlsx("Rekap", &[sheet()]).unwrap(), xlsx("Rekap", &[sheet()]).unwrap());
    }
}
