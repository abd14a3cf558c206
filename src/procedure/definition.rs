//! Reading a procedure file: what its refusals say, and the five that ship.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::checks;
use super::model::Definition;
use crate::kernel::{Code, Refusal, line_of};

pub use super::text::as_text;

/// Every action that a transition may name; `boot` binds them. The first five belong to entries and are bound
/// by the engine of publication, the others by the features they name; one that is not bound does nothing yet.
pub const ACTIONS: &[&str] = &[
    "approve",
    "edit",
    "publish",
    "unschedule",
    "withdraw",
    "incident.close",
    "monitor.recap",
    "monitor.round",
    "site.create",
    "site.redeploy",
];

/// The SOPs that ship, as (file name, source), in the order of `shared/sop`.
pub fn built_in() -> Vec<(&'static str, &'static str)> {
    vec![
        ("website_management.toml", include_str!("../../procedures/website_management.toml")),
        ("website_monitoring.toml", include_str!("../../procedures/website_monitoring.toml")),
        ("website_security.toml", include_str!("../../procedures/website_security.toml")),
        ("website_creation.toml", include_str!("../../procedures/website_creation.toml")),
        ("ppid_website_security.toml", include_str!("../../procedures/ppid_website_security.toml")),
    ]
}

/// One thing that is wrong, and the line (from 1) where it stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fault {
    pub line: usize,
    pub reason: String,
}

impl Definition {
    /// Reads and checks a procedure; `file` is what a refusal calls it.
    ///
    /// Refuses with `bad_definition`: the detail has one line `file:line: reason` for each fault, the extras
    /// `file`, `line` and `reason` name the first.
    pub fn load(source: &str, file: &str) -> Result<Definition, Refusal> {
        let definition: Definition =
            toml::from_str(source).map_err(|error| refuse(file, &[fault_of(source, &error)]))?;
        let places = Places::read(source).map_err(|error| refuse(file, &[fault_of(source, &error)]))?;
        let mut faults = checks::faults(&definition, &places);
        if faults.is_empty() {
            return Ok(definition);
        }
        faults.sort();
        faults.dedup();
        Err(refuse(file, &faults))
    }
}

fn refuse(file: &str, faults: &[Fault]) -> Refusal {
    let lines: Vec<_> = faults.iter().map(|fault| format!("{file}:{}: {}", fault.line, fault.reason)).collect();
    let mut refusal = Refusal::new(Code::BadDefinition).detail(lines.join("\n")).extra("file", file);
    if let Some(first) = faults.first() {
        refusal = refusal.extra("line", first.line).extra("reason", first.reason.clone());
    }
    refusal
}

/// What the TOML reader or serde said. Where the message names the offending word, its line counts, because
/// serde places what is wrong inside a tagged table at the table; where it does not, the word is added.
fn fault_of(source: &str, error: &toml::de::Error) -> Fault {
    let span = error.span().unwrap_or(0..0);
    let message = error.message().trim().replace('\n', ", ");
    if let Some(offset) = named_in(&message).and_then(|word| source.get(span.start..)?.find(&word)) {
        return Fault { line: line_of(source, span.start + offset), reason: message };
    }
    let words = source.get(span.clone()).unwrap_or_default().trim();
    let reason = if words.is_empty() || words.contains('\n') { message } else { format!("{words}: {message}") };
    Fault { line: line_of(source, span.start), reason }
}

/// The word of the source that a message quotes: a value in its quotes, or the key of an unknown field.
fn named_in(message: &str) -> Option<String> {
    if let Some(rest) = message.strip_prefix("unknown field `").or_else(|| message.strip_prefix("unknown variant `")) {
        return rest.split('`').next().map(str::to_owned);
    }
    let value = message.strip_prefix('"')?.split('"').next()?;
    Some(format!("\"{value}\""))
}

/// One step down into a TOML document.
#[derive(Debug, Clone, Copy)]
pub(super) enum At<'a> {
    Key(&'a str),
    Item(usize),
}

/// Where the parts of a TOML document stand in its source.
pub(super) struct Places<'a> {
    source: &'a str,
    root: Spanned<DeTable<'a>>,
}

impl<'a> Places<'a> {
    fn read(source: &'a str) -> Result<Self, toml::de::Error> {
        Ok(Places { source, root: DeTable::parse(source)? })
    }

    /// The line of a part; where it is absent, the line of the nearest part around it.
    pub fn line(&self, path: &[At<'_>]) -> usize {
        let mut offset = self.root.span().start;
        let Some((At::Key(first), rest)) = path.split_first() else { return line_of(self.source, offset) };
        let Some((key, mut value)) = self.root.get_ref().get_key_value(*first) else {
            return line_of(self.source, offset);
        };
        offset = key.span().start;
        for at in rest {
            let next = match (at, value.get_ref()) {
                (At::Key(name), DeValue::Table(table)) => {
                    table.get_key_value(*name).map(|(key, value)| (key.span().start, value))
                }
                (At::Item(index), DeValue::Array(items)) => items.get(*index).map(|item| (item.span().start, item)),
                (_, _) => None,
            };
            let Some((start, inner)) = next else { break };
            (offset, value) = (start, inner);
        }
        line_of(self.source, offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_procedure_that_ships_loads() {
        for (file, source) in built_in() {
            let definition = Definition::load(source, file).unwrap_or_else(|refusal| panic!("{refusal}"));
            assert_eq!(format!("{}.toml", definition.key), file);
        }
    }
}
