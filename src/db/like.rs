//! Looking for a piece of a text.

diesel::define_sql_function! {
    /// Small letters: of ASCII on SQLite, of all on PostgreSQL.
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

/// A pattern of LIKE for what stands anywhere in a text in small letters; to be escaped with a backslash.
pub(crate) fn like_anywhere(text: &str) -> String {
    let mut pattern = String::from("%");
    // The engines change the size of ASCII letters alone.
    for letter in text.to_ascii_lowercase().chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern + "%"
}
