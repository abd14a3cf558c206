//! Looking for a piece of a text.

diesel::define_sql_function! {
    /// Small letters: of ASCII on SQLite, of all on PostgreSQL.
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

/// What `LIKE … ESCAPE '\\'` takes for any text that holds this one, in small letters.
pub(crate) fn holding(text: &str) -> String {
    let literal = text.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{literal}%")
}
