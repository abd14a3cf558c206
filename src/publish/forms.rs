//! Forms that lead from a site to another server: where searches are answered for hosts that only send files. What a
//! release says of it, and what browsers are told.

use std::borrow::Cow;
use std::path::Path;

use tera::Value;

use super::disk;
use super::feeds::File;
use super::model::Snapshot;
use super::serve::SECURITY;
use super::views::{self, map};
use crate::kernel::{Context, Origin, Result};

/// The origins that a release's forms lead to beside its own. There is no such file where there are none.
pub const JSON: &str = ".well-known/lamin/forms.json";
const POLICY: &str = "Content-Security-Policy";
const OWN: &str = "form-action 'self'";

/// Where a search of the public API is answered with a page.
pub fn search_address(api: &Origin, site_key: &str) -> String {
    format!("{api}/delivery/v1/sites/{site_key}/search")
}

/// Where a form for searching leads and, away from the site, in which language it asks. `own` is the site's own page.
pub fn search(snapshot: &Snapshot, locale: &str, own: &str) -> Value {
    match views::api(snapshot) {
        Some(api) => form(&search_address(&api, &snapshot.site.key), Some(locale)),
        None => form(own, None),
    }
}

/// A form as templates see it.
pub fn form(action: &str, locale: Option<&str>) -> Value {
    map([("action", action.into()), ("locale", locale.into())])
}

/// What a release says of its forms.
pub fn file(snapshot: &Snapshot) -> Result<Option<File>> {
    let Some(api) = views::api(snapshot) else { return Ok(None) };
    let bytes = serde_json::to_vec(&[api.as_str()]).context("write where forms lead")?;
    Ok(Some((JSON.into(), bytes)))
}

/// What the release in a folder says.
pub fn of(release: &Path) -> Result<Option<Origin>> {
    let doing = || format!("read {JSON} of a release");
    let Some(bytes) = disk::read(&release.join(JSON)).with_context(doing)? else { return Ok(None) };
    let origins: Vec<String> = serde_json::from_slice(&bytes).with_context(doing)?;
    Ok(origins.first().and_then(|origin| Origin::parse(origin)))
}

/// What browsers are told with every page: forms may lead to its own site and to this origin.
pub fn headers(origin: Option<&Origin>) -> [(&'static str, Cow<'static, str>); 5] {
    SECURITY.map(|(name, value)| match origin {
        Some(origin) if name == POLICY => (name, value.replace(OWN, &format!("{OWN} {origin}")).into()),
        _ => (name, value.into()),
    })
}

/// The policy alone; `None` where it is the usual one.
pub fn policy(origin: Option<&Origin>) -> Option<String> {
    let policy = headers(origin).into_iter().find(|(name, _)| *name == POLICY)?.1;
    origin.map(|_| policy.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_may_lead_to_one_origin_more_and_nothing_else_changes() {
        let api = Origin::parse("https://api.contoh.go.id").unwrap();
        let policy = policy(Some(&api)).unwrap();
        assert!(policy.contains("form-action 'self' https://api.contoh.go.id; base-uri 'none'"), "{policy}");
        let differing = headers(Some(&api)).into_iter().zip(SECURITY).filter(|(now, usual)| now.1 != usual.1);
        assert_eq!(differing.map(|(now, _)| now.0).collect::<Vec<_>>(), [POLICY]);
        assert_eq!(
            (super::policy(None), search_address(&api, "portal").as_str()),
            (None, "https://api.contoh.go.id/delivery/v1/sites/portal/search")
        );
    }
}
