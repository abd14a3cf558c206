//! What is known of the request that is being answered, wherever in its task one is.

use std::future::Future;

/// The language in which a problem's title is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Indonesian,
    English,
}

impl Language {
    /// The first of the two that `Accept-Language` names; Indonesian when it names neither.
    pub fn of_header(accept_language: &str) -> Self {
        let named = accept_language.split(',').filter_map(|part| part.trim().get(..2));
        for language in named {
            match language.to_ascii_lowercase().as_str() {
                "id" => return Language::Indonesian,
                "en" => return Language::English,
                _ => {}
            }
        }
        Language::Indonesian
    }
}

#[derive(Debug, Clone)]
struct Current {
    id: String,
    language: Language,
}

tokio::task_local! {
    static CURRENT: Current;
}

/// Runs the rest of a request under its id.
pub async fn with<F: Future>(id: String, language: Language, rest: F) -> F::Output {
    CURRENT.scope(Current { id, language }, rest).await
}

/// The id of the request being answered; empty outside of one.
pub fn id() -> String {
    CURRENT.try_with(|current| current.id.clone()).unwrap_or_default()
}

pub fn language() -> Language {
    CURRENT.try_with(|current| current.language).unwrap_or(Language::Indonesian)
}
