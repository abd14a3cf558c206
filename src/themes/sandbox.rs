//! What a template may cost. Templates see no file, no network and no environment: Tera is built without its
//! loaders, and nothing but its own filters is registered. It refuses templates that include themselves and ends
//! components that call themselves; here stands what it leaves open: time, work and output.

use std::cell::Cell;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use tera::{Kwargs, State, Tera, Value};

use super::tags::{self, Kind};

/// The largest page.
pub const PAGE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Rounds of all loops of a page together.
pub const LOOP_STEPS_MAX: u32 = 200_000;
/// How long the making of one page may take.
pub const PAGE_SECONDS_MAX: u64 = 10;
/// The longest list that `range` makes.
pub const RANGE_ITEMS_MAX: i64 = 1_000;

/// Counts the rounds of loops; stands at the beginning of each.
const STEP: &str = "lamin_step";
/// So many rounds pass between two looks at the clock.
const STEPS_BETWEEN_LOOKS: u32 = 256;

/// What the page that this thread makes has cost.
#[derive(Clone, Copy)]
struct Cost {
    steps: u32,
    bytes: usize,
    until: Instant,
}

thread_local! {
    static COST: Cell<Option<Cost>> = const { Cell::new(None) };
}

/// Templates that keep to the limits when [`render`] renders them.
pub fn tera<'s>(templates: impl Iterator<Item = (&'s str, String)>) -> Result<Tera, tera::Error> {
    let mut tera = Tera::default();
    tera.register_function(STEP, |_: Kwargs, _: &State| step());
    tera.register_function("range", |given: Kwargs, _: &State| range(&given));
    tera.register_filter("js", |value: &Value, _: Kwargs, _: &State| js(value));
    tera.add_raw_templates(templates.map(|(name, source)| (name, counted(&source))))?;
    Ok(tera)
}

/// Renders a template within the limits.
pub fn render(tera: &Tera, template: &str, context: &tera::Context, out: &mut Vec<u8>) -> Result<(), tera::Error> {
    let until = Instant::now() + Duration::from_secs(PAGE_SECONDS_MAX);
    COST.set(Some(Cost { steps: 0, bytes: 0, until }));
    let rendered = tera.render_to(template, context, Bounded(out));
    COST.set(None);
    rendered
}

/// Has every loop count its rounds. Lines stay where they are.
fn counted(source: &str) -> String {
    let mut out = String::with_capacity(source.len() + 64);
    for piece in tags::pieces(source) {
        out.push_str(piece.text);
        if piece.kind == Kind::Statement && piece.word() == "for" {
            out.push_str("{{ lamin_step() }}");
        }
    }
    out
}

/// Lists within lists would be counted by nobody: the first place of such a one, in bytes.
pub fn nested_lists(source: &str) -> Option<usize> {
    let nested = |piece: &tags::Piece| {
        let own = usize::from(piece.word() == "for");
        let code = without_texts(piece.text);
        let words = code.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
        piece.kind != Kind::Text && piece.kind != Kind::Comment && words.filter(|word| *word == "for").count() > own + 1
    };
    tags::pieces(source).into_iter().find(nested).map(|piece| piece.at)
}

fn without_texts(tag: &str) -> String {
    let mut code = tag.to_owned();
    for text in tags::quoted(tag) {
        if !text.is_empty() {
            code = code.replace(text, "");
        }
    }
    code
}

fn step() -> Result<&'static str, tera::Error> {
    let Some(mut cost) = COST.get() else { return Ok("") };
    cost.steps += 1;
    COST.set(Some(cost));
    if cost.steps > LOOP_STEPS_MAX {
        return Err(tera::Error::message(format!("the loops of the page have more than {LOOP_STEPS_MAX} rounds")));
    }
    if cost.bytes > PAGE_BYTES_MAX {
        return Err(tera::Error::message(too_large()));
    }
    if cost.steps % STEPS_BETWEEN_LOOKS == 0 && Instant::now() > cost.until {
        return Err(tera::Error::message(too_slow()));
    }
    Ok("")
}

fn range(given: &Kwargs) -> Result<Vec<i64>, tera::Error> {
    let (start, end) = (given.get::<i64>("start")?.unwrap_or_default(), given.must_get::<i64>("end")?);
    let by = given.get::<i64>("step_by")?.unwrap_or(1);
    let count = end.saturating_sub(start).max(0) / by.max(1);
    if by < 1 || count > RANGE_ITEMS_MAX {
        let why = format!("range makes at most {RANGE_ITEMS_MAX} numbers, and step_by is at least 1");
        return Err(tera::Error::message(why));
    }
    Ok((start..end).step_by(usize::try_from(by).unwrap_or(1)).collect())
}

/// A value as a JSON string that can stand in a script: nothing in it ends that script.
fn js(value: &Value) -> Result<Value, tera::Error> {
    let text = match value.as_str() {
        Some(text) => serde_json::to_string(text),
        None => serde_json::to_string(&value.to_string()),
    };
    let text = text.map_err(|error| tera::Error::message(error.to_string()))?;
    Ok(Value::safe_string(&text.replace('<', "\\u003c")))
}

fn too_large() -> String {
    format!("the page is larger than {PAGE_BYTES_MAX} bytes")
}

fn too_slow() -> String {
    format!("the page takes longer than {PAGE_SECONDS_MAX} seconds")
}

/// Output with an end.
struct Bounded<'o>(&'o mut Vec<u8>);

impl Write for Bounded<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(mut cost) = COST.get() {
            cost.bytes += bytes.len();
            COST.set(Some(cost));
            // A loop tells it first, with its line.
            if cost.bytes > 2 * PAGE_BYTES_MAX {
                return Err(io::Error::other(too_large()));
            }
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(source: &str) -> Result<String, String> {
        let tera = tera([("a.html", source.to_owned())].into_iter()).map_err(|error| error.to_string())?;
        let mut out = Vec::new();
        render(&tera, "a.html", &tera::Context::new(), &mut out).map_err(|error| error.to_string())?;
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn a_text_in_a_script_stays_a_text() {
        let source = r#"{% set text = '</script>" & ' %}{{ text | js }} {{ 7 | js }}"#;
        assert_eq!(rendered(source).unwrap(), r#""\u003c/script>\" & " "7""#);
    }

    #[test]
    fn loops_end_and_say_where() {
        let twice = "{% for a in range(end=1000) %}{% for b in range(end=1000) %}";
        let bomb = format!("<p>\n{twice}\n{{% for c in range(end=9) %}}{{% endfor %}}{{% endfor %}}{{% endfor %}}");
        let error = rendered(&bomb).unwrap_err();
        assert!(error.contains("rounds") && error.contains("a.html:"), "{error}");
        assert_eq!(rendered("{% for a in range(end=3) %}{{ a }}{% endfor %}").unwrap(), "012");
        assert!(rendered("{% for a in range(end=1001) %}{% endfor %}").unwrap_err().contains("at most 1000"));
    }

    #[test]
    fn output_ends() {
        let line = "x".repeat(40_000);
        let error = rendered(&format!("{{% for a in range(end=1000) %}}{line}{{% endfor %}}")).unwrap_err();
        assert!(error.contains("larger than 4194304 bytes") && error.contains("a.html:1"), "{error}");
    }

    #[test]
    fn a_template_that_goes_in_circles_is_refused() {
        assert!(rendered("{% include \"a.html\" %}").unwrap_err().contains("Circular"));
        let own = "{% component a(x) %}{{ <a x={x} /> }}{% endcomponent a %}{{ <a x={1} /> }}";
        assert!(rendered(own).unwrap_err().contains("recursion"));
    }

    #[test]
    fn files_network_and_environment_are_out_of_reach() {
        for source in ["{{ get_env(name=\"PATH\") }}", "{{ load_data(path=\"/etc/passwd\") }}", "{{ now() }}"] {
            assert!(rendered(source).is_err(), "{source}");
        }
        assert!(rendered("{% include \"/etc/passwd\" %}").is_err());
    }

    #[test]
    fn lists_within_lists_are_found() {
        assert_eq!(nested_lists("{% for a in [b for b in c] %}{{ [x for x in \"for for\"] }}"), None);
        assert_eq!(nested_lists("ab{{ [[x for x in y] for y in z] }}"), Some(2));
    }
}
