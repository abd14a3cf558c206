//! What a theme lets a site choose: a schema in `theme.toml`, values in the site's settings entry. Pure.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::content::model::Choice;
use crate::kernel::{Colour, Words};

pub const SETTINGS_MAX: usize = 50;
/// The longest text.
pub const TEXT_CHARS_MAX: usize = 500;

/// By their keys.
pub type Settings = BTreeMap<String, Setting>;

crate::words! {
    /// What a setting holds.
    pub enum SettingKind {
        Text = "text",
        Boolean = "boolean",
        Number = "number",
        /// `#rrggbb`.
        Color = "color",
        /// The key of one of `choices`.
        Choice = "choice",
    }
}

/// `[settings.<key>]` of `theme.toml`.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    pub kind: SettingKind,
    pub label: Words,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<Words>,
    /// What holds until a site says otherwise.
    pub default: Value,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
}

impl Setting {
    fn fits(&self, value: &Value) -> bool {
        let text = value.as_str();
        match self.kind {
            SettingKind::Text => text.is_some_and(|text| text.chars().count() <= TEXT_CHARS_MAX),
            SettingKind::Boolean => value.is_boolean(),
            SettingKind::Number => value.is_number(),
            SettingKind::Color => text.is_some_and(|text| Colour::parse(text).is_some()),
            SettingKind::Choice => text.is_some_and(|text| self.choices.iter().any(|choice| choice.key == text)),
        }
    }
}

/// What is wrong with a schema: the key, and why.
pub fn faults(settings: &Settings) -> Option<(&str, &'static str)> {
    if settings.len() > SETTINGS_MAX {
        return Some(("settings", "at most 50 settings"));
    }
    settings.iter().find_map(|(key, setting)| {
        let named = key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        let choice = setting.kind == SettingKind::Choice;
        let why = match setting {
            _ if !named => "a key has small letters, digits and _",
            _ if choice == setting.choices.is_empty() => "choices belong to a choice, which has at least one",
            _ if !setting.fits(&setting.default) => "the default does not fit the kind",
            _ => return None,
        };
        Some((key.as_str(), why))
    })
}

/// The value of every setting: what a site gives where it fits, else the default. Also what did not fit.
pub fn values(settings: &Settings, given: Option<&Map<String, Value>>) -> (BTreeMap<String, Value>, Vec<String>) {
    let mut left = Vec::new();
    let of = |(key, setting): (&String, &Setting)| {
        let value = given.and_then(|given| given.get(key));
        let fits = value.filter(|value| setting.fits(value));
        if value.is_some() && fits.is_none() {
            left.push(format!("theme_settings.{key}: no {}", setting.kind.as_str()));
        }
        (key.clone(), fits.unwrap_or(&setting.default).clone())
    };
    let values = settings.iter().map(of).collect();
    let unknown = given.into_iter().flatten().filter(|(key, _)| !settings.contains_key(*key));
    left.extend(unknown.map(|(key, _)| format!("theme_settings.{key}: the theme has no such setting")));
    (values, left)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn settings(json: Value) -> Settings {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn a_site_chooses_within_the_schema_and_the_rest_is_told() {
        let words = json!({"id": "A", "en": "A"});
        let schema = settings(json!({
            "news": {"kind": "number", "label": words, "default": 6},
            "accent": {"kind": "color", "label": words, "default": "#1f5c4a"},
            "look": {"kind": "choice", "label": words, "default": "calm", "choices": [{"key": "calm", "label": words}]},
        }));
        assert_eq!(faults(&schema), None);
        let given = json!({"news": 4, "accent": "green", "other": 1});
        let (values, left) = values(&schema, given.as_object());
        assert_eq!(json!(values), json!({"news": 4, "accent": "#1f5c4a", "look": "calm"}));
        assert_eq!(left, ["theme_settings.accent: no color", "theme_settings.other: the theme has no such setting"]);
    }

    #[test]
    fn a_default_that_does_not_fit_is_a_fault() {
        let words = json!({"id": "A", "en": "A"});
        let schema = settings(json!({"on": {"kind": "boolean", "label": words, "default": "yes"}}));
        assert_eq!(faults(&schema), Some(("on", "the default does not fit the kind")));
    }
}
