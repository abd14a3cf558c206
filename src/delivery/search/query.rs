//! What a request for a search asks for, read from its query string. Pure.

use super::model::{Asked, Filters};
use crate::http::Params;
use crate::kernel::{Code, Locale, Refusal};
use crate::search::expand;

/// Letters that a query may have. Of its words, [`crate::search::QUERY_TERMS_MAX`] are looked at.
pub const QUERY_LETTERS_MAX: usize = 200;
/// Pages of results that are shown; who has not found it by then asks otherwise.
pub const PAGES_MAX: usize = 500;
/// Results on a page unless the request says otherwise.
const RESULTS_USUAL: &str = "10";

/// Reads the query string of a search; `locale` is what is searched when it names none. What a form sends empty counts
/// as not sent.
pub fn read(query: &str, locale: &Locale) -> Result<Asked, Refusal> {
    let mut params = Params::parse(query)?;
    let mut given = |name: &str| params.take(name).map(|value| value.filter(|text| !text.trim().is_empty()));
    let words = given("q")?.ok_or_else(|| wrong("q", "required", "words to look for"))?;
    if words.chars().count() > QUERY_LETTERS_MAX {
        return Err(wrong("q", "too_long", format!("at most {QUERY_LETTERS_MAX} letters")));
    }
    let (type_key, unit) = (given("type")?, given("unit")?);
    let year =
        given("year")?.map(|text| text.parse().map_err(|_| wrong("year", "not_a_number", "a year such as 2026")));
    let page = given("page")?.map_or(Some(1), |text| text.parse().ok()).filter(|page| (1..=PAGES_MAX).contains(page));
    let page = page.ok_or_else(|| wrong("page", "not_a_page", format!("1 to {PAGES_MAX}")))?;
    let locale = match given("locale")? {
        Some(text) => {
            Locale::parse(&text).map_err(|_| wrong("locale", "not_a_locale", "such as id, en or zh-Hans"))?.to_string()
        }
        None => locale.to_string(),
    };
    let limit = limit(given("limit")?)?;
    params.finish()?;
    let groups = expand(&words);
    let filters = Filters { type_key, year: year.transpose()?, unit };
    Ok(Asked { words: words.trim().to_owned(), groups, locale, filters, page, limit })
}

fn limit(text: Option<String>) -> Result<usize, Refusal> {
    let number = text.as_deref().unwrap_or(RESULTS_USUAL).parse().map_err(|_| Refusal::new(Code::BadLimit))?;
    Ok(crate::kernel::page::Limit::new(Some(number))?.items())
}

fn wrong(field: &str, code: &'static str, detail: impl Into<String>) -> Refusal {
    Refusal::new(Code::Malformed).field(field, code, detail)
}

/// The same query string with another page.
pub fn with_page(query: &str, page: usize) -> String {
    let kept =
        url::form_urlencoded::parse(query.as_bytes()).filter(|(name, value)| name != "page" && !value.is_empty());
    let mut made = url::form_urlencoded::Serializer::new(String::new());
    made.extend_pairs(kept);
    if page > 1 {
        made.append_pair("page", &page.to_string());
    }
    made.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<Asked, Refusal> {
        super::read(query, &Locale::indonesian())
    }

    #[test]
    fn what_a_form_sends_empty_counts_as_not_sent() {
        let asked = read("q=+jembatan+dermaga+&type=&year=&unit=").unwrap();
        assert_eq!((asked.words.as_str(), asked.groups.len(), asked.page, asked.limit), ("jembatan dermaga", 2, 1, 10));
        assert_eq!(asked.filters, Filters::default());
    }

    #[test]
    fn what_is_wrong_is_named() {
        let long = format!("q={}", "a".repeat(QUERY_LETTERS_MAX + 1));
        let cases =
            [("", "q"), ("q=+", "q"), (&long, "q"), ("q=a&year=x", "year"), ("q=a&page=0", "page"), ("q=a&b=c", "b")];
        for (query, field) in cases {
            assert_eq!(read(query).unwrap_err().field_refusals()[0].field, field, "{query}");
        }
        assert_eq!(read("q=a&limit=101").unwrap_err().code(), Code::BadLimit);
    }

    #[test]
    fn a_page_keeps_what_was_asked() {
        assert_eq!(with_page("q=izin&type=&page=2&year=2026", 3), "q=izin&year=2026&page=3");
        assert_eq!(with_page("q=izin&page=2", 1), "q=izin");
    }
}
