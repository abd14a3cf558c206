//! Is something hidden by its style? Inline declarations and simple rules of the page's own style sheets.

use std::collections::HashMap;

/// How sure it is that readers do not see an element.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hiding {
    /// Readers see it.
    #[default]
    None,
    /// Honest pages hide menus, dialogues and words for screen readers like that.
    Usual,
    /// Nobody hides an honest thing like that.
    Odd,
}

/// Rules that are kept of one page.
const RULES_MAX: usize = 4096;
/// Distance from the window's edge, in pixels, from which nothing is seen.
const OFF_SCREEN_PIXELS: f64 = 400.0;

/// Hiding by class, id or element, from `<style>`.
#[derive(Debug, Default)]
pub struct Sheet {
    rules: HashMap<String, (Hiding, &'static str)>,
}

impl Sheet {
    /// Reads the rules of one style element. Rules inside `@media` and the like are passed over: they hide on some screens only.
    pub fn read(&mut self, css: &str) {
        let (mut at, mut depth) = (0, 0usize);
        let mut selector = 0..0;
        let mut is_conditional = false;
        for (position, letter) in css.char_indices() {
            match letter {
                '{' => {
                    depth += 1;
                    if depth == 1 {
                        selector = at..position;
                        is_conditional = css[selector.clone()].trim_start().starts_with('@');
                        at = position + 1;
                    }
                }
                '}' if depth > 0 => {
                    depth -= 1;
                    if depth == 0 {
                        if !is_conditional && at <= position {
                            self.rule(&css[selector.clone()], &css[at..position]);
                        }
                        at = position + 1;
                    }
                }
                _ => {}
            }
        }
    }

    fn rule(&mut self, selectors: &str, declarations: &str) {
        let (hiding, how) = of_declarations(declarations);
        if hiding == Hiding::None {
            return;
        }
        let selectors = selectors.rsplit("*/").next().unwrap_or(selectors);
        for selector in selectors.split(',') {
            let last = selector.split_whitespace().last().unwrap_or_default();
            // A state is not how the page stands there, and what only some elements have is none of ours.
            if last.contains([':', '[', '>', '+', '~', '*']) {
                continue;
            }
            // The narrowest name of the last element: "ul.menu" is kept as ".menu".
            let name = last.rfind(['.', '#']).map_or(last, |at| &last[at..]);
            let alone = selector.split_whitespace().count() == 1;
            if self.rules.len() < RULES_MAX && (alone || name.starts_with(['.', '#'])) {
                self.rules.insert(name.to_ascii_lowercase(), (hiding, how));
            }
        }
    }

    /// Hides what has this id.
    pub fn hide_by_script(&mut self, name: &str) {
        if self.rules.len() < RULES_MAX {
            self.rules.insert(name.to_ascii_lowercase(), (Hiding::Odd, "hidden by a script"));
        }
    }

    /// How an element of this name, id and classes is hidden.
    pub fn look(&self, name: &str, id: Option<&str>, classes: Option<&str>) -> (Hiding, &'static str) {
        if self.rules.is_empty() {
            return (Hiding::None, "");
        }
        let find = |key: String| self.rules.get(&key).copied();
        let by_class = classes.unwrap_or_default().split_whitespace().take(64);
        by_class
            .filter_map(|class| find(format!(".{}", class.to_ascii_lowercase())))
            .chain(id.and_then(|id| find(format!("#{}", id.to_ascii_lowercase()))))
            .chain(find(name.to_owned()))
            .max_by_key(|(hiding, _)| *hiding)
            .unwrap_or((Hiding::None, ""))
    }
}

/// How declarations hide, and by what.
pub fn of_declarations(css: &str) -> (Hiding, &'static str) {
    let mut found = (Hiding::None, "");
    let mut look = Look::default();
    for declaration in css.split(';').take(256) {
        let Some((name, value)) = declaration.split_once(':') else { continue };
        let name = name.trim().to_ascii_lowercase();
        let value = value.to_ascii_lowercase().replace("!important", "");
        let value = value.trim();
        let by_itself = look.take(&name, value);
        if by_itself.0 > found.0 {
            found = by_itself;
        }
    }
    let together = look.together();
    if together.0 > found.0 { together } else { found }
}

/// What hides only together with other declarations.
#[derive(Default)]
struct Look {
    color: Option<String>,
    ground: Option<String>,
    is_flat: bool,
    is_cut: bool,
    is_reader: bool,
}

impl Look {
    fn take(&mut self, name: &str, value: &str) -> (Hiding, &'static str) {
        let zero = || length(value).is_some_and(|pixels| pixels.abs() < 1.0);
        let odd = |is: bool, how: &'static str| if is { (Hiding::Odd, how) } else { (Hiding::None, "") };
        match name {
            "display" => odd(value == "none", "display: none"),
            "visibility" => odd(matches!(value, "hidden" | "collapse"), "visibility: hidden"),
            "content-visibility" => odd(value == "hidden", "content-visibility: hidden"),
            "opacity" => odd(value.trim_end_matches('%').parse::<f64>().is_ok_and(|share| share < 0.06), "opacity: 0"),
            "filter" => odd(value.contains("opacity=0)") || value.contains("opacity(0"), "opacity: 0"),
            "font-size" => odd(length(value).is_some_and(|pixels| pixels <= 1.5), "font-size: 0"),
            "font" => {
                odd(value.starts_with("0/") || value.starts_with("0 ") || value.starts_with("0px"), "font-size: 0")
            }
            "left" | "top" | "right" | "bottom" | "margin-left" | "margin-top" | "text-indent" | "margin" | "inset" => {
                let off = value.split_whitespace().filter_map(length).any(|pixels| pixels <= -OFF_SCREEN_PIXELS);
                odd(off, "outside of the window")
            }
            "transform" => {
                let shift = value
                    .strip_prefix("translate")
                    .and_then(|rest| rest.split_once('-'))
                    .and_then(|(_, rest)| number(rest));
                odd(value.contains("scale(0") && !value.contains("scale(0."), "scale: 0")
                    .max(odd(shift.is_some_and(|by| by >= OFF_SCREEN_PIXELS), "outside of the window"))
            }
            "clip" | "clip-path" => {
                let nothing = value.contains("inset(50%") || value.contains("inset(100%") || value.contains("circle(0");
                self.is_reader |= value.starts_with("rect(1px");
                odd(nothing || value.starts_with("rect(0"), "clipped away")
            }
            "height" | "max-height" | "width" | "max-width" => {
                self.is_flat |= zero() || length(value).is_some_and(|pixels| (0.0..=2.0).contains(&pixels));
                (Hiding::None, "")
            }
            "overflow" | "overflow-x" | "overflow-y" => {
                self.is_cut |= matches!(value, "hidden" | "auto" | "scroll" | "clip");
                (Hiding::None, "")
            }
            "color" => {
                self.color = Some(colour(value));
                odd(
                    value == "transparent" || value.starts_with("rgba(") && value.ends_with(",0)"),
                    "color: transparent",
                )
            }
            "background" | "background-color" => {
                self.ground = Some(colour(value));
                (Hiding::None, "")
            }
            _ => (Hiding::None, ""),
        }
    }

    fn together(&self) -> (Hiding, &'static str) {
        if self.color.is_some() && self.color == self.ground {
            return (Hiding::Odd, "the colour of its ground");
        }
        if self.is_reader {
            return (Hiding::Usual, "for screen readers");
        }
        if self.is_flat && self.is_cut { (Hiding::Odd, "no height or width") } else { (Hiding::None, "") }
    }
}

/// A length in pixels; `em` and the like by the usual size of letters.
fn length(value: &str) -> Option<f64> {
    let value = value.trim();
    let end = value.find(|letter: char| !(letter.is_ascii_digit() || matches!(letter, '.' | '-' | '+')));
    let (number, unit) = value.split_at(end.unwrap_or(value.len()));
    let number: f64 = number.parse().ok()?;
    let factor = match unit.trim() {
        "px" | "pt" | "" => 1.0,
        "em" | "rem" | "ex" | "ch" => 16.0,
        "%" | "vw" | "vh" => 10.0,
        _ => return None,
    };
    Some(number * factor)
}

fn number(text: &str) -> Option<f64> {
    let end = text.find(|letter: char| !(letter.is_ascii_digit() || letter == '.')).unwrap_or(text.len());
    text[..end].parse::<f64>().ok().map(|value| if text[end..].starts_with('%') { value * 10.0 } else { value })
}

/// One spelling for each common colour.
fn colour(value: &str) -> String {
    let value = value.split_whitespace().collect::<String>();
    match value.as_str() {
        "white" | "#fff" | "#ffffff" | "rgb(255,255,255)" => "white".into(),
        "black" | "#000" | "#000000" | "rgb(0,0,0)" => "black".into(),
        _ => match value.strip_prefix('#') {
            Some(short) if short.len() == 3 && short.is_ascii() => {
                short.chars().fold(String::from("#"), |mut long, digit| {
                    long.extend([digit, digit]);
                    long
                })
            }
            _ => value,
        },
    }
}

/// Classes by which frameworks hide.
pub fn of_classes(classes: &str) -> (Hiding, &'static str) {
    let mut names = classes.split_whitespace().take(64);
    let is_hiding = |name: &str| {
        matches!(
            name,
            "d-none"
                | "hidden"
                | "hide"
                | "invisible"
                | "visually-hidden"
                | "sr-only"
                | "screen-reader-text"
                | "element-invisible"
                | "is-hidden"
                | "visuallyhidden"
        )
    };
    // `d-none d-md-block` is shown on wider screens.
    let is_shown = classes.contains("-block")
        || classes.contains("-flex")
        || classes.contains(":block")
        || classes.contains("-inline");
    if !is_shown && names.any(|name| is_hiding(&name.to_ascii_lowercase())) {
        (Hiding::Usual, "hidden by its class")
    } else {
        (Hiding::None, "")
    }
}

/// Whether an element is one that honest pages fold away: menus, dialogues, tabs.
pub fn is_folded_away(name: &str, role: &str) -> bool {
    const PARTS: &[&str] = &[
        "menu",
        "nav",
        "dropdown",
        "modal",
        "popup",
        "pop-up",
        "mobile",
        "offcanvas",
        "tab",
        "accordion",
        "collapse",
        "submenu",
        "dialog",
        "drawer",
        "cookie",
        "lightbox",
        "tooltip",
        "skip",
        "sr-only",
        "screen-reader",
        "visually-hidden",
        "element-invisible",
        "print",
        "loader",
        "preload",
    ];
    let role = role.to_ascii_lowercase();
    matches!(name, "nav" | "dialog" | "template") || PARTS.iter().any(|part| role.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_that_hide_are_known() {
        for css in [
            "display:none",
            "DISPLAY : NONE !important",
            "position:absolute;left:-9999px",
            "text-indent:-999em",
            "font-size:0",
            "font-size:0.1px",
            "opacity:0.01",
            "height:0;overflow:hidden",
            "width:1px;height:1px;overflow:auto",
            "color:#fff;background:#ffffff",
            "visibility:hidden",
            "clip:rect(0,0,0,0)",
            "transform:translateX(-9999px)",
            "margin-top:-5000px",
            "color:transparent",
        ] {
            assert_eq!(of_declarations(css).0, Hiding::Odd, "{css}");
        }
        for css in [
            "display:block",
            "opacity:.8",
            "left:-12px",
            "color:#fff;background:#000",
            "height:0",
            "font-size:12px",
            "overflow:hidden",
            "",
        ] {
            assert_eq!(of_declarations(css).0, Hiding::None, "{css}");
        }
    }

    #[test]
    fn rules_of_a_sheet_hide_by_class_and_id() {
        let mut sheet = Sheet::default();
        sheet.read("/* x */ .a, div#b { left:-9999px } @media print { .c { display:none } } .d:hover{display:none} .e .f{display:none}");
        let odd = |id, classes| sheet.look("div", id, classes).0 == Hiding::Odd;
        assert!(odd(None, Some("z a")) && odd(Some("b"), None) && odd(None, Some("f")));
        assert!(!odd(None, Some("c")) && !odd(None, Some("d")) && !odd(None, Some("e")));
    }
}
