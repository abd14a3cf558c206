//! SVG, reduced: only elements and attributes of two lists are kept, and nothing leads out of the file.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use quick_xml::Reader;
use quick_xml::escape::{escape, unescape};
use quick_xml::events::{BytesStart, Event};

use super::reason::{Reason, beyond, byte, unfit};
use crate::kernel::{Error, Result};

const DEPTH_MAX: usize = 64;
const ELEMENTS_MAX: u64 = 50_000;
/// Elements that are drawn when every `use` has been followed.
const DRAWN_MAX: u64 = 200_000;
/// What browsers take where a picture has no size (CSS 2, 10.3.2).
const SIZE_WITHOUT: (u32, u32) = (300, 150);
const SIDE_MAX: f64 = 10_000.0;

const ELEMENTS: &str = "\
    svg g defs symbol use title desc path rect circle ellipse line polyline polygon text tspan textPath \
    linearGradient radialGradient stop pattern clipPath mask marker filter feBlend feColorMatrix \
    feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting feDisplacementMap feDistantLight \
    feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feMerge feMergeNode feMorphology \
    feOffset fePointLight feSpecularLighting feSpotLight feTile feTurbulence style";
/// They go, and what is in them stays.
const UNWRAPPED: &[&str] = &["a", "switch"];

const ATTRIBUTES: &str = "\
    id class style transform viewBox preserveAspectRatio x y x1 x2 y1 y2 cx cy r rx ry fx fy fr d points width \
    height pathLength offset href gradientUnits gradientTransform spreadMethod patternUnits patternContentUnits \
    patternTransform clipPathUnits maskUnits maskContentUnits markerUnits markerWidth markerHeight refX refY \
    orient fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-linecap stroke-linejoin \
    stroke-miterlimit stroke-dasharray stroke-dashoffset opacity color display visibility overflow clip-path \
    clip-rule mask filter marker-start marker-mid marker-end stop-color stop-opacity flood-color flood-opacity \
    lighting-color color-interpolation color-interpolation-filters paint-order vector-effect shape-rendering \
    text-rendering image-rendering mix-blend-mode isolation enable-background font-family font-size font-style \
    font-weight font-variant font-stretch letter-spacing word-spacing text-anchor text-decoration text-transform \
    dominant-baseline alignment-baseline baseline-shift writing-mode direction unicode-bidi dx dy rotate \
    textLength lengthAdjust startOffset method spacing filterUnits primitiveUnits in in2 result mode type values \
    tableValues slope intercept amplitude exponent operator k1 k2 k3 k4 order kernelMatrix divisor bias targetX \
    targetY edgeMode preserveAlpha surfaceScale diffuseConstant specularConstant specularExponent scale \
    xChannelSelector yChannelSelector azimuth elevation z pointsAtX pointsAtY pointsAtZ limitingConeAngle \
    stdDeviation radius baseFrequency numOctaves seed stitchTiles role aria-label aria-hidden aria-labelledby \
    lang";

/// The reduced text and its size in pixels.
#[derive(Debug, PartialEq, Eq)]
pub struct Reduced {
    pub text: String,
    pub size: (u32, u32),
}

/// Writes the picture anew from what the lists name.
pub fn reduce(text: &str) -> Result<Reduced> {
    let mut reader = Reader::from_str(text);
    let mut writing = Writing::default();
    while !writing.ended {
        let event = reader.read_event().map_err(|_| broken(&reader))?;
        match event {
            Event::Start(element) => writing.open(&element, false),
            Event::Empty(element) => writing.open(&element, true),
            Event::End(_) => writing.close(),
            Event::Text(text) => {
                writing.words(&unescape(&text.into_inner()).unwrap_or_default());
                Ok(())
            }
            Event::CData(text) => {
                writing.words(&text.into_inner());
                Ok(())
            }
            Event::GeneralRef(name) => {
                writing.words(&unescape(&format!("&{};", name.into_inner())).unwrap_or_default());
                Ok(())
            }
            Event::Eof => Err(unfit(Reason::Truncated, byte(reader.buffer_position()), "the picture has no end")),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => Ok(()),
        }?;
    }
    loop {
        match reader.read_event().map_err(|_| broken(&reader))? {
            Event::Eof => break,
            Event::Comment(_) | Event::PI(_) => {}
            Event::Text(text) if text.trim_ascii().is_empty() => {}
            _ => return Err(unfit(Reason::Polyglot, byte(reader.buffer_position()), "something follows the picture")),
        }
    }
    writing.finish()
}

fn broken(reader: &Reader<&[u8]>) -> Error {
    unfit(Reason::Broken, byte(reader.error_position()), "XML that cannot be read")
}

/// What becomes of an element that is open.
enum Open {
    Kept(&'static str),
    Unwrapped,
    Dropped,
    /// Its words are gathered and written at its end, if they are safe.
    Style(String),
}

#[derive(Default)]
struct Writing {
    out: String,
    open: Vec<Open>,
    dropped: usize,
    elements: u64,
    size: Option<(u32, u32)>,
    uses: Uses,
    ended: bool,
}

impl Writing {
    fn open(&mut self, element: &BytesStart, empty: bool) -> Result<()> {
        self.elements += 1;
        if self.elements > ELEMENTS_MAX || self.open.len() >= DEPTH_MAX {
            let detail = format!("more than {ELEMENTS_MAX} elements or {DEPTH_MAX} within one another");
            return Err(beyond("limit_elements", ELEMENTS_MAX, detail));
        }
        let name = element.name();
        let (prefix, local) = name.as_ref().split_once(':').unwrap_or(("", name.as_ref()));
        let known = ELEMENTS.split_ascii_whitespace().find(|known| *known == local);
        let known = known.filter(|_| prefix.is_empty() || prefix == "svg");
        if self.open.is_empty() && known != Some("svg") {
            return Err(unfit(Reason::Markup, "root", "markup that is no picture"));
        }
        let opened = match known {
            _ if self.dropped > 0 => Open::Dropped,
            Some("style") => Open::Style(String::new()),
            Some(name) => Open::Kept(name),
            None if UNWRAPPED.contains(&local) && prefix.is_empty() => Open::Unwrapped,
            None => Open::Dropped,
        };
        match opened {
            Open::Kept(name) => self.write_start(name, element),
            Open::Dropped => self.dropped += 1,
            Open::Unwrapped | Open::Style(_) => {}
        }
        self.open.push(opened);
        if empty { self.close() } else { Ok(()) }
    }

    fn write_start(&mut self, name: &'static str, element: &BytesStart) {
        self.out.push('<');
        self.out.push_str(name);
        if self.open.is_empty() {
            self.out.push_str(" xmlns=\"http://www.w3.org/2000/svg\"");
        }
        let (mut seen, mut id, mut target) = (HashSet::new(), None, None);
        let (mut width, mut height, mut view) = (None, None, None);
        for attribute in element.attributes().with_checks(false).flatten() {
            let key = attribute.key.as_ref();
            let key = key.strip_prefix("xlink:").filter(|key| *key == "href").unwrap_or(key);
            let Ok(value) = unescape(&attribute.value) else { continue };
            let Some(known) = ATTRIBUTES.split_ascii_whitespace().find(|known| *known == key) else { continue };
            if !is_safe(known, &value) || !seen.insert(known) {
                continue;
            }
            match known {
                "id" => id = Some(value.to_string()),
                "href" if name == "use" => target = value.strip_prefix('#').map(str::to_owned),
                "width" => width = pixels(&value),
                "height" => height = pixels(&value),
                "viewBox" => view = view_box(&value),
                _ => {}
            }
            let _ = write!(self.out, " {known}=\"{}\"", escape(&*value));
        }
        if self.open.is_empty() {
            self.size = Some(size(width, height, view));
        }
        self.out.push('>');
        self.uses.open(id, target);
    }

    fn close(&mut self) -> Result<()> {
        match self.open.pop() {
            Some(Open::Kept(name)) => {
                let _ = write!(self.out, "</{name}>");
                self.uses.close();
            }
            Some(Open::Style(rules)) if is_safe_style(&rules) => {
                let _ = write!(self.out, "<style>{}</style>", escape(&*rules));
            }
            Some(Open::Dropped) => self.dropped -= 1,
            Some(Open::Unwrapped | Open::Style(_)) | None => {}
        }
        self.ended = self.open.is_empty();
        Ok(())
    }

    fn words(&mut self, words: &str) {
        match self.open.last_mut() {
            _ if self.dropped > 0 => {}
            Some(Open::Style(rules)) => rules.push_str(words),
            Some(Open::Kept(_) | Open::Unwrapped) => self.out.push_str(&escape(words)),
            Some(Open::Dropped) | None => {}
        }
    }

    fn finish(self) -> Result<Reduced> {
        if self.uses.drawn() > DRAWN_MAX {
            let detail = format!("more than {DRAWN_MAX} elements when every use is followed");
            return Err(unfit(Reason::Expands, "use", &detail));
        }
        Ok(Reduced { text: self.out, size: self.size.unwrap_or(SIZE_WITHOUT) })
    }
}

/// Nothing is fetched, run or read from another file.
fn is_safe(name: &str, value: &str) -> bool {
    match name {
        "href" => value.strip_prefix('#').is_some_and(|id| !id.is_empty()),
        "style" => is_safe_style(value),
        _ => is_safe_style(value) || !value.contains('('),
    }
}

/// No escape, no at-rule, and no function that takes an address but for `url(#…)`.
fn is_safe_style(rules: &str) -> bool {
    let rules = rules.to_ascii_lowercase();
    let calls = ["expression", "image-set", "image(", "src(", "javascript:", "behavior", "-moz-binding", "import"];
    let within = |rest: &str| rest.trim_start().trim_start_matches(['"', '\'']).starts_with('#');
    !rules.contains(['\\', '@', '<'])
        && !rules.contains("/*")
        && !calls.iter().any(|call| rules.contains(call))
        && rules.split("url").skip(1).all(|rest| match rest.trim_start().strip_prefix('(') {
            Some(address) => within(address),
            None => true,
        })
}

fn pixels(value: &str) -> Option<f64> {
    let number = value.trim().trim_end_matches("px").trim_end_matches("pt");
    number.parse().ok().filter(|side: &f64| side.is_finite() && *side > 0.0)
}

fn view_box(value: &str) -> Option<(f64, f64)> {
    let mut numbers = value.split([' ', ',', '\n', '\t']).filter(|part| !part.is_empty()).map(pixels_or_zero);
    let (width, height) = (numbers.nth(2)??, numbers.next()??);
    (width > 0.0 && height > 0.0).then_some((width, height))
}

fn pixels_or_zero(value: &str) -> Option<f64> {
    value.parse().ok().filter(|number: &f64| number.is_finite())
}

/// The missing side follows from the proportions of the view.
fn size(width: Option<f64>, height: Option<f64>, view: Option<(f64, f64)>) -> (u32, u32) {
    let (w, h) = match (width, height, view) {
        (Some(width), Some(height), _) => (width, height),
        (Some(width), None, Some((w, h))) => (width, width * h / w),
        (None, Some(height), Some((w, h))) => (height * w / h, height),
        (None, None, Some(view)) => view,
        (_, _, None) => return SIZE_WITHOUT,
    };
    let side = |side: f64| side.clamp(1.0, SIDE_MAX).round() as u32;
    (side(w), side(h))
}

/// Which element with a name holds how many others, and which names it uses.
#[derive(Default)]
struct Uses {
    named: HashMap<String, Part>,
    /// The whole picture, then each open element.
    parts: Vec<(Option<String>, Part)>,
    whole: Part,
}

#[derive(Default, Clone)]
struct Part {
    elements: u64,
    targets: Vec<String>,
}

impl Uses {
    fn open(&mut self, id: Option<String>, target: Option<String>) {
        self.parts.push((id, Part { elements: 1, targets: target.into_iter().collect() }));
    }

    fn close(&mut self) {
        let Some((id, part)) = self.parts.pop() else { return };
        let around = self.parts.last_mut().map_or(&mut self.whole, |(_, part)| part);
        around.elements += part.elements;
        around.targets.extend(part.targets.iter().cloned());
        if let Some(id) = id {
            self.named.entry(id).or_insert(part);
        }
    }

    /// Never counts further than one beyond the limit.
    fn drawn(&self) -> u64 {
        self.count(&self.whole, &mut HashMap::new(), 0)
    }

    fn count(&self, part: &Part, known: &mut HashMap<String, u64>, depth: usize) -> u64 {
        // What uses itself is deeper than any picture.
        if depth > DEPTH_MAX {
            return DRAWN_MAX + 1;
        }
        let mut drawn = part.elements;
        for target in &part.targets {
            let Some(used) = self.named.get(target) else { continue };
            let more = match known.get(target) {
                Some(more) => *more,
                None => self.count(used, known, depth + 1),
            };
            known.insert(target.clone(), more);
            drawn = drawn.saturating_add(more).min(DRAWN_MAX + 1);
        }
        drawn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reduced(inner: &str) -> String {
        let text = format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 20 10\">{inner}</svg>");
        reduce(&text).unwrap().text
    }

    #[test]
    fn what_draws_stays_and_what_acts_goes() {
        let text = reduced(
            "<script>alert(1)</script><g onload=\"x()\" fill=\"url(#a)\"><a href=\"javascript:x\"><path d=\"M0 0\"/></a></g>\
             <foreignObject><p/></foreignObject><use href=\"https://x.example/a.svg#b\"/><image href=\"x.png\"/>",
        );
        assert!(text.contains("<g fill=\"url(#a)\"><path d=\"M0 0\"></path></g>"), "{text}");
        for gone in ["script", "alert", "onload", "javascript", "foreignObject", "https:", "image"] {
            assert!(!text.contains(gone), "{gone} in {text}");
        }
    }

    #[test]
    fn styles_stay_unless_they_lead_out() {
        assert!(reduced("<style>.a{fill:#f00;mask:url(#m)}</style>").contains("fill:#f00"));
        for out in ["@import 'x'", ".a{fill:url(https://x)}", ".a{fill:u\\72l(x)}", ".a{fill:url (x)}", "/**/a{}"] {
            assert!(!reduced(&format!("<style>{out}</style>")).contains("style"), "{out}");
        }
        assert!(!reduced("<rect style=\"fill:url( 'https://x')\"/>").contains("style"));
        assert!(!reduced("<rect fill=\"url(//x/y)\"/>").contains("fill"));
    }

    #[test]
    fn what_a_reduction_writes_is_not_reduced_again() {
        let once = reduced("<text x=\"1\">A &amp; B &lt;c&gt;</text><style>a{fill:#1}</style><g id=\"a\"/>");
        assert_eq!(reduce(&once).unwrap().text, once);
    }

    #[test]
    fn uses_of_uses_are_counted_and_one_of_itself_is_refused() {
        let mut text = String::from("<g id=\"a0\"><rect/></g>");
        for level in 1..8 {
            let uses = format!("<use href=\"#a{}\"/>", level - 1).repeat(10);
            text.push_str(&format!("<g id=\"a{level}\">{uses}</g>"));
        }
        let svg = |inner: &str| reduce(&format!("<svg>{inner}</svg>"));
        assert!(svg(&text).is_err());
        assert!(svg("<g id=\"a\"><use href=\"#a\"/></g>").is_err());
        assert!(svg("<defs><rect id=\"r\"/></defs><use href=\"#r\"/>").is_ok());
    }

    #[test]
    fn the_size_follows_from_what_is_there() {
        let size = |attributes: &str| reduce(&format!("<svg {attributes}/>")).unwrap().size;
        assert_eq!(size("width='40' height='30px'"), (40, 30));
        assert_eq!(size("width='40' viewBox='0 0 20 10'"), (40, 20));
        assert_eq!(size("viewBox='-5,-5,20,10'"), (20, 10));
        assert_eq!(size("width='100%'"), (300, 150));
    }
}
