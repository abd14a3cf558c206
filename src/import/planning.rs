//! What the site has already decides which groups and redirects the pages of a folder get.

use std::collections::{HashMap, HashSet};

use super::REDIRECTS;
use super::model::{Finding, ProblemCode};
use super::rules::redirects::{self, Moved, Redirect};
use super::store::Address;
use super::survey::Survey;
use crate::app::App;
use crate::kernel::Locale;
use crate::kernel::id::GroupId;

/// Findings with the number of their page.
type Findings = Vec<(usize, Finding)>;

/// The translation group of every page: that of an entry which the site has and that is its translation,
/// or a new one. No group gets a second entry of a locale; a page that would be one is told.
pub fn groups(app: &App, survey: &Survey, known: &HashMap<Address, GroupId>) -> (Vec<GroupId>, Findings) {
    let mut locales: HashMap<GroupId, HashSet<&Locale>> = HashMap::new();
    let mut by_name: HashMap<String, Vec<GroupId>> = HashMap::new();
    for ((type_key, locale, slug), group) in known {
        locales.entry(*group).or_default().insert(locale);
        by_name.entry(format!("slug:{type_key}/{slug}")).or_default().push(*group);
    }
    let mut of_family: HashMap<usize, GroupId> = HashMap::new();
    for page in &survey.pages {
        let names = if page.alone { &[] } else { page.identity.names.as_slice() };
        let named = || names.iter().filter_map(|name| by_name.get(name)).flatten().min();
        if let Some(group) = known.get(&page.key()).or_else(named) {
            of_family.entry(page.group).or_insert(*group);
        }
    }
    let (mut groups, mut findings) = (Vec::with_capacity(survey.pages.len()), Vec::new());
    for (at, page) in survey.pages.iter().enumerate() {
        let group = *of_family.entry(page.group).or_insert_with(|| app.id(GroupId::new));
        let has_locale = locales.get(&group).is_some_and(|locales| locales.contains(&page.identity.locale));
        if has_locale && !known.contains_key(&page.key()) {
            let text = "the site has another translation in this language; this one stands alone";
            findings.push((at, Finding::warning(0, ProblemCode::TranslationUnclear, text)));
            groups.push(app.id(GroupId::new));
        } else {
            locales.entry(group).or_default().insert(&page.identity.locale);
            groups.push(group);
        }
    }
    (groups, findings)
}

/// Redirects of the pages that are `new`, by page; those of the others were made with them.
pub fn redirects(survey: &Survey, new: &[usize]) -> (HashMap<usize, Vec<Redirect>>, Findings) {
    let new: HashSet<usize> = new.iter().copied().collect();
    let moved =
        survey.pages.iter().map(|page| Moved { address: page.address.as_deref(), aliases: &page.identity.aliases });
    let pages: Vec<Moved> = moved.collect();
    let own = survey.pages.iter().filter(|page| page.identity.type_key == REDIRECTS);
    let (planned, mut findings) = redirects::plan(&pages, own.map(|page| page.identity.slug.clone()).collect());
    findings.retain(|(at, _)| new.contains(at));
    let mut by_page: HashMap<usize, Vec<Redirect>> = HashMap::new();
    for redirect in planned.into_iter().filter(|redirect| new.contains(&redirect.page)) {
        by_page.entry(redirect.page).or_default().push(redirect);
    }
    (by_page, findings)
}
