//! Storing many rows at once.

/// How many rows one statement of PostgreSQL holds. It takes 65,535 parameters, and no table has a hundred columns.
pub(crate) const STATEMENT_ROWS_MAX: usize = 500;

/// Stores rows, each of them a tuple of columns with their values.
///
/// PostgreSQL gets many with each statement, because each statement costs a round trip. SQLite has none to pay
/// and gets them one by one with a statement that is prepared once; so does PostgreSQL for a single row.
macro_rules! insert_all {
    ($tx:expr, $table:expr, $rows:expr) => {{
        let rows: Vec<_> = $rows.into_iter().collect();
        match &mut **$tx {
            $crate::db::Conn::Postgres(postgres) if rows.len() > 1 => {
                let mut rows = rows.into_iter();
                loop {
                    let part: Vec<_> = rows.by_ref().take($crate::db::rows::STATEMENT_ROWS_MAX).collect();
                    if part.is_empty() {
                        break;
                    }
                    diesel::insert_into($table).values(part).execute(postgres)?;
                }
            }
            connection => {
                for row in rows {
                    diesel::insert_into($table).values(row).execute(connection)?;
                }
            }
        }
    }};
}
pub(crate) use insert_all;
