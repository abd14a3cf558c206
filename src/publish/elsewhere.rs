//! A page of a site at another address than its own: results of a search, where the site's own host cannot search.

use super::feeds;
use crate::kernel::Origin;

/// Where such a page stands, and whose it is.
#[derive(Debug, Clone)]
pub struct Elsewhere {
    /// Its address, where its form and its other pages lead.
    pub address: String,
    /// Where the site stands.
    pub site: Origin,
}

impl Elsewhere {
    /// The page as it can stand here: what it names is asked of the site, and what only its script needs is left out.
    pub fn page(&self, html: &str, query: &str) -> String {
        let html = without(&without(html, "<script", "</script>"), "<link rel=\"preload\"", ">");
        // A base leads anchors away, too.
        let here = feeds::escape(&format!("{}?{query}", self.address));
        let html = html.replace("href=\"#", &format!("href=\"{here}#"));
        html.replacen("<head>", &format!("<head><base href=\"{}/\">", self.site), 1)
    }

    /// The policy of the page: it shows what the site would show, and runs nothing.
    pub fn policy(&self) -> String {
        let site = &self.site;
        format!(
            "default-src 'none'; style-src {site}; img-src {site} data:; font-src {site}; form-action 'self' {site}; \
             base-uri {site}; frame-ancestors 'none'"
        )
    }
}

/// A text without what stands from a beginning to the next end.
fn without(text: &str, begin: &str, end: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(begin) {
        kept.push_str(before);
        rest = after.split_once(end).map_or("", |(_, rest)| rest);
    }
    kept + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_at_another_address_asks_its_site_for_everything_and_runs_nothing() {
        let site = Origin::of("https://portal.example").unwrap();
        let elsewhere = Elsewhere { address: "https://api.example/search".into(), site };
        let html = "<html><head><link rel=\"preload\" href=\"/a\"><link rel=\"stylesheet\" href=\"/b\"><script>{}</script></head>\
            <body><a href=\"#isi\">a</a><a href=\"/c/\">c</a><script src=\"/d\" defer></script></body></html>";
        assert_eq!(
            elsewhere.page(html, "q=a&type=\"b"),
            "<html><head><base href=\"https://portal.example/\"><link rel=\"stylesheet\" href=\"/b\"></head><body>\
             <a href=\"https://api.example/search?q=a&amp;type=&quot;b#isi\">a</a><a href=\"/c/\">c</a></body></html>"
        );
        assert!(elsewhere.policy().contains("base-uri https://portal.example;"));
        assert_eq!(without("a<script b", "<script", "</script>"), "a");
    }
}
