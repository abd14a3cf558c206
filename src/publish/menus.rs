//! The menus of a site: links one below another, a level deep.

use serde_json::Value as Json;
use tera::Value;

use super::model::Snapshot;
use super::plan::Plan;
use super::views::map;

/// The menus of a language: its own, or else the default one's with the labels of the language and
/// with addresses in the language where the site has them.
pub fn menus(snapshot: &Snapshot, plan: &Plan, (locale, name): (usize, &str), prefix: &str) -> Value {
    let at = |place: &str| {
        let of = |locale: usize| {
            let mut menus = snapshot.steering.iter().filter(move |e| e.type_key == "menu" && e.locale == locale);
            menus.find(|entry| entry.text("location") == Some(place))
        };
        let items = of(locale).or_else(|| of(0)).and_then(|menu| menu.fields.get("items")).and_then(Json::as_array);
        let link = |item: &Json| {
            let text = |field: &str| item.get(field).and_then(Json::as_str).filter(|text| !text.is_empty());
            let label = if name.starts_with("en") { text("label_en").or(text("label")) } else { text("label") };
            let url = text("url")?;
            let own = format!("{prefix}{url}");
            let url = if url.starts_with('/') && plan.known.contains(&own) { own } else { url.to_owned() };
            let safe = url.starts_with('/') || url.starts_with("https://") || url.starts_with("http://");
            let below = item.get("below").and_then(Json::as_bool).unwrap_or_default();
            safe.then(|| Link { label: label.unwrap_or(&url).to_owned(), below, url, children: Vec::new() })
        };
        let links = items.into_iter().flatten().filter_map(link);
        Value::from(nested(links).iter().map(Link::shown).collect::<Vec<Value>>())
    };
    map([("main", at("main")), ("footer", at("footer"))])
}

/// A link of a menu.
struct Link {
    label: String,
    url: String,
    below: bool,
    children: Vec<Link>,
}

impl Link {
    fn shown(&self) -> Value {
        let children: Vec<Value> = self.children.iter().map(Link::shown).collect();
        map([("label", self.label.as_str().into()), ("url", self.url.as_str().into()), ("children", children.into())])
    }
}

/// Links below the nearest one above them that is not below another; the first of all is below none.
fn nested(links: impl Iterator<Item = Link>) -> Vec<Link> {
    links.fold(Vec::new(), |mut top: Vec<Link>, link| {
        match top.last_mut().filter(|_| link.below) {
            Some(parent) => parent.children.push(link),
            None => top.push(link),
        }
        top
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_stand_below_the_nearest_one_that_is_below_none() {
        let link = |label: &str, below| Link { label: label.into(), url: "/".into(), below, children: Vec::new() };
        let links = [("a", true), ("b", false), ("c", true), ("d", true), ("e", false)];
        let top = nested(links.into_iter().map(|(label, below)| link(label, below)));
        let told: Vec<(&str, Vec<&str>)> = top
            .iter()
            .map(|link| (link.label.as_str(), link.children.iter().map(|child| child.label.as_str()).collect()))
            .collect();
        assert_eq!(told, [("a", vec![]), ("b", vec!["c", "d"]), ("e", vec![])]);
    }
}
