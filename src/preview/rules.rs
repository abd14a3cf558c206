//! How long a link lasts, which host is a staging host, and what a preview looks like: pure.

use super::model::NewPreview;
use crate::kernel::time::MINUTE;
use crate::kernel::{Code, Refusal, Slug};

/// For a user.
pub const USER_MINUTES_MAX: i64 = 15;
/// For a person without an account: seven days.
pub const GUEST_MINUTES_MAX: i64 = 7 * 24 * 60;
const RECIPIENT_LETTERS_MAX: usize = 120;

/// How long a link lasts, in microseconds, and who it is for.
pub fn span_and_recipient(new: &NewPreview) -> Result<(i64, String), Refusal> {
    let most = if new.recipient.is_some() { GUEST_MINUTES_MAX } else { USER_MINUTES_MAX };
    let minutes = match (new.minutes, &new.recipient) {
        (Some(minutes), _) => minutes,
        (None, None) => USER_MINUTES_MAX,
        (None, Some(_)) => {
            return Err(Refusal::new(Code::Invalid).field("minutes", "required", "how long the link is to last"));
        }
    };
    if !(1..=most).contains(&minutes) {
        let rule = format!("1 to {most}, for this kind of link");
        return Err(Refusal::new(Code::Invalid).field("minutes", "out_of_range", rule));
    }
    let recipient = new.recipient.as_deref().unwrap_or_default().trim();
    let plain = !recipient.chars().any(char::is_control) && recipient.chars().count() <= RECIPIENT_LETTERS_MAX;
    if new.recipient.is_some() && (recipient.is_empty() || !plain) {
        let rule = format!("the name of the person, at most {RECIPIENT_LETTERS_MAX} letters");
        return Err(Refusal::new(Code::Invalid).field("recipient", "required", rule));
    }
    Ok((minutes * MINUTE, recipient.to_owned()))
}

/// A host without its port.
pub fn host_name(host: &str) -> &str {
    let port = |(_, port): &(&str, &str)| port.bytes().all(|byte| byte.is_ascii_digit());
    host.rsplit_once(':').filter(port).map_or(host, |(name, _)| name).trim_end_matches('.')
}

/// The key of the site whose staging host this is: `staging.<key>.<this server>`. `Some("")` for a host that only
/// looks like one: nothing is shown there.
pub fn staged_site(host: &str, server_host: &str) -> Option<String> {
    let name = host_name(host).to_ascii_lowercase();
    let rest = name.strip_prefix("staging.")?;
    let key = [server_host, "localhost"].iter().find_map(|server| rest.strip_suffix(server)?.strip_suffix('.'));
    // `staging.localhost` is the host of a site with that key.
    if rest == server_host || rest == "localhost" {
        return None;
    }
    Some(key.filter(|key| Slug::parse(key).is_ok()).unwrap_or_default().to_owned())
}

/// The staging host of a site, as an address: `http://staging.portal.localhost:8080`.
pub fn staging_url(server_url: &str, key: &str) -> String {
    match server_url.split_once("://") {
        Some((scheme, host)) => format!("{scheme}://staging.{key}.{host}"),
        None => server_url.to_owned(),
    }
}

/// The page with a bar that says what it is, and its files asked for below `root`.
pub fn dressed(html: &str, root: &str, locale: &str) -> String {
    let (title, rest) = if locale.starts_with("en") {
        ("Preview.", "This page is not published and may still change.")
    } else {
        ("Pratinjau.", "Halaman ini belum tayang dan masih dapat berubah.")
    };
    let bar = format!("<div class=\"lamin-preview\" role=\"status\"><strong>{title}</strong> {rest}</div>");
    let head = format!(
        "<meta name=\"robots\" content=\"noindex, nofollow\"><link rel=\"stylesheet\" href=\"{root}/{BAR_PATH}\"></head>"
    );
    let html = html.replacen("</head>", &head, 1);
    let html = match html.find("<body").and_then(|at| Some(at + html[at..].find('>')? + 1)) {
        Some(at) => format!("{}{bar}{}", &html[..at], &html[at..]),
        None => format!("{bar}{html}"),
    };
    // Text holds no bare quotes before a slash; attributes do.
    ["theme", "media"].iter().fold(html, |html, folder| {
        let with = |quote: &str| (format!("{quote}/{folder}/"), format!("{quote}{root}/{folder}/"));
        let patterns = [with("\""), with("'"), with("="), with(", ")];
        patterns.iter().fold(html, |html, (from, to)| html.replace(from.as_str(), to))
    })
}

/// The bar's own style sheet, because pages allow no style of their own.
pub const BAR_PATH: &str = "bar.css";
pub const BAR_STYLE: &str = ".lamin-preview{position:sticky;top:0;z-index:9999;margin:0;padding:.6rem 1rem;background:#7a2e00;\
    color:#fff;font:1rem/1.4 system-ui,sans-serif;text-align:center}@media print{.lamin-preview{position:static}}";

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(recipient: Option<&str>, minutes: Option<i64>) -> Result<(i64, String), Refusal> {
        span_and_recipient(&NewPreview { revision: None, recipient: recipient.map(str::to_owned), minutes })
    }

    #[test]
    fn a_link_lasts_minutes_for_a_user_and_days_for_a_guest() {
        assert_eq!(asked(None, None).unwrap(), (15 * MINUTE, String::new()));
        assert_eq!(asked(Some(" Bu Sri "), Some(10_080)).unwrap(), (10_080 * MINUTE, "Bu Sri".into()));
        for (recipient, minutes) in
            [(None, Some(16)), (None, Some(0)), (Some("a"), Some(10_081)), (Some("a"), None), (Some(" "), Some(5))]
        {
            assert!(asked(recipient, minutes).is_err(), "{recipient:?} {minutes:?}");
        }
    }

    #[test]
    fn a_staging_host_is_told_from_a_sites_own() {
        let of = |host: &str| staged_site(host, "cms.example.go.id");
        assert_eq!(of("staging.portal.localhost:8080").as_deref(), Some("portal"));
        assert_eq!(of("STAGING.portal.cms.example.go.id.").as_deref(), Some("portal"));
        assert_eq!(of("staging.portal.example.org").as_deref(), Some(""), "somebody else's name shows nothing");
        assert_eq!(of("staging.a.b.localhost").as_deref(), Some(""));
        assert_eq!(of("portal.localhost:8080"), None);
        assert_eq!(of("staging.localhost"), None, "a site may have that key");
        assert_eq!(staging_url("http://localhost:8080", "portal"), "http://staging.portal.localhost:8080");
    }

    #[test]
    fn a_preview_says_so_and_asks_for_its_own_files() {
        let page =
            "<html><head><link href=\"/theme/a.css\"></head><body class=x><img src=/media/1/a.png></body></html>";
        let html = dressed(page, "/preview/t", "id");
        assert!(
            html.contains("<body class=x><div class=\"lamin-preview\" role=\"status\"><strong>Pratinjau."),
            "{html}"
        );
        assert!(html.contains("\"/preview/t/theme/a.css\"") && html.contains("=/preview/t/media/1/a.png"), "{html}");
        assert!(html.contains("noindex") && html.contains("/preview/t/bar.css"));
        assert!(dressed(page, "/preview/t", "en").contains("Preview.</strong>"));
    }
}
