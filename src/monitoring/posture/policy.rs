//! Content security policies, as the Mozilla Observatory judges them.

use std::collections::HashMap;

/// What a policy comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judged {
    Absent,
    Invalid,
    InsecureScheme,
    UnsafeInline,
    UnsafeEval,
    InsecurePassive,
    UnsafeStyles,
    NoUnsafe,
    NoUnsafeDefaultNone,
}

/// Sources by directive; several policies hold together, and the Observatory joins them.
pub struct Policy(HashMap<String, Vec<String>>);

const WILD: [&str; 6] = ["*", "http:", "https:", "http://*", "https://*", "data:"];

impl Policy {
    pub fn read(texts: &[&str]) -> Option<Self> {
        let mut found: HashMap<String, Vec<String>> = HashMap::new();
        let directives = texts.iter().flat_map(|text| text.split([';', ',']));
        for directive in directives {
            let mut words = directive.split_whitespace().map(str::to_ascii_lowercase);
            let Some(name) = words.next() else { continue };
            // The first of a name counts.
            found.entry(name).or_insert_with(|| words.collect());
        }
        (!found.is_empty()).then_some(Policy(found))
    }

    fn sources(&self, names: &[&str]) -> Option<&[String]> {
        names.iter().find_map(|name| self.0.get(*name)).map(Vec::as_slice)
    }

    fn has(&self, directive: &str, source: &str) -> bool {
        self.sources(&[directive]).is_some_and(|sources| sources.iter().any(|one| one == source))
    }

    /// Who may frame the page is restricted.
    pub fn restricts_frames(&self) -> bool {
        self.sources(&["frame-ancestors"])
            .is_some_and(|sources| !sources.iter().any(|one| WILD.contains(&one.as_str())))
    }

    /// Judges the policy of a page that was served over HTTPS.
    pub fn judge(&self) -> Judged {
        let known = |name: &String| name.ends_with("-src") || KNOWN.contains(&name.as_str());
        if !self.0.keys().any(known) {
            return Judged::Invalid;
        }
        let none = ["*".to_owned()];
        let scripts = self.sources(&["script-src", "default-src"]).unwrap_or(&none);
        let objects = self.sources(&["object-src", "default-src"]).unwrap_or(&none);
        let styles = self.sources(&["style-src", "default-src"]).unwrap_or(&none);
        let insecure =
            |sources: &[String]| sources.iter().any(|one| one.starts_with("http:") || one.starts_with("ftp:"));
        let is_passive = |name: &String| name == "img-src" || name == "media-src";
        if self.0.iter().any(|(name, sources)| name.ends_with("-src") && !is_passive(name) && insecure(sources)) {
            return Judged::InsecureScheme;
        }
        if is_unsafe(scripts) || objects.iter().any(|one| WILD.contains(&one.as_str())) {
            return Judged::UnsafeInline;
        }
        if scripts.iter().any(|one| one == "'unsafe-eval'") {
            return Judged::UnsafeEval;
        }
        if self.0.iter().any(|(name, sources)| is_passive(name) && insecure(sources)) {
            return Judged::InsecurePassive;
        }
        if is_unsafe(styles) {
            return Judged::UnsafeStyles;
        }
        let forms = self.has("form-action", "'none'") || self.has("form-action", "'self'");
        if self.has("default-src", "'none'") && forms { Judged::NoUnsafeDefaultNone } else { Judged::NoUnsafe }
    }
}

const KNOWN: [&str; 8] = [
    "base-uri",
    "form-action",
    "frame-ancestors",
    "sandbox",
    "report-uri",
    "report-to",
    "upgrade-insecure-requests",
    "block-all-mixed-content",
];

/// Whether anything may be written into the page, or come from anywhere. Browsers that know nonces and digests ignore
/// `unsafe-inline` beside them.
fn is_unsafe(sources: &[String]) -> bool {
    let has = |wanted: &str| sources.iter().any(|one| one == wanted);
    let named = sources.iter().any(|one| one.starts_with("'nonce-") || one.starts_with("'sha"));
    let wild = sources.iter().any(|one| WILD.contains(&one.as_str()));
    (has("'unsafe-inline'") && !named) || (wild && !has("'strict-dynamic'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_are_judged_as_the_observatory_does() {
        let judge = |text: &str| Policy::read(&[text]).map_or(Judged::Absent, |policy| policy.judge());
        for (text, expected) in [
            ("", Judged::Absent),
            ("nonsense here", Judged::Invalid),
            ("default-src 'none'; script-src 'self'; form-action 'self'", Judged::NoUnsafeDefaultNone),
            ("default-src 'self'", Judged::NoUnsafe),
            ("default-src 'none'", Judged::NoUnsafe),
            ("default-src 'self'; style-src 'self' 'unsafe-inline'", Judged::UnsafeStyles),
            ("default-src 'self'; img-src http:", Judged::InsecurePassive),
            ("default-src 'self'; script-src 'self' 'unsafe-eval'", Judged::UnsafeEval),
            ("default-src 'self' 'unsafe-inline'", Judged::UnsafeInline),
            ("default-src 'self'; script-src 'nonce-abc' 'unsafe-inline'", Judged::NoUnsafe),
            ("script-src 'nonce-abc' 'strict-dynamic' https:; object-src 'none'; style-src 'self'", Judged::NoUnsafe),
            ("img-src 'self'", Judged::UnsafeInline),
            ("default-src https:", Judged::UnsafeInline),
            ("default-src 'self'; script-src http://cdn.example", Judged::InsecureScheme),
            ("upgrade-insecure-requests", Judged::UnsafeInline),
        ] {
            assert_eq!(judge(text), expected, "{text}");
        }
        assert!(Policy::read(&["frame-ancestors 'self'"]).unwrap().restricts_frames());
        assert!(!Policy::read(&["frame-ancestors *"]).unwrap().restricts_frames());
    }
}
