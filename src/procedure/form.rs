//! Forms of transitions: what was filled in, checked against what the step asks for.

use jiff::civil::Date;
use serde_json::{Map, Value};

use super::model::{FormField, FormKind, Step, TransitionRule};
use crate::kernel::id::AttachmentId;
use crate::kernel::{Code, FieldRefusal, Refusal};

const TEXT_BYTES_MAX: usize = 500;
const LONG_TEXT_BYTES_MAX: usize = 20_000;
const ROWS_MAX: usize = 1_000;

/// The fields that a transition takes, in the step's order.
pub fn fields_of<'d>(step: &'d Step, rule: &TransitionRule) -> Vec<&'d FormField> {
    step.fields.iter().filter(|field| rule.fields.contains(&field.key)).collect()
}

/// Checks a whole form: names first (400 `unknown_field`), then every value (422, each named).
pub fn check(
    step: &Step,
    rule: &TransitionRule,
    form: &Map<String, Value>,
    attachments: &[AttachmentId],
) -> Result<(), Refusal> {
    let fields = fields_of(step, rule);
    refuse_unknown(form, &fields)?;
    let wrong: Vec<FieldRefusal> = fields.iter().filter_map(|field| check_one(field, form, attachments)).collect();
    if wrong.is_empty() { Ok(()) } else { Err(Refusal::new(Code::Invalid).fields(wrong)) }
}

/// For commands that take no form.
pub fn none(form: &Map<String, Value>) -> Result<(), Refusal> {
    refuse_unknown(form, &[])
}

/// The date that a form agrees, when it has a field for one and it is filled in.
pub fn agreed_date(step: &Step, rule: &TransitionRule, form: &Map<String, Value>) -> Option<Date> {
    let dates = fields_of(step, rule).into_iter().filter(|field| field.kind == FormKind::Date && field.agrees);
    dates.filter_map(|field| form.get(&field.key)?.as_str()?.parse().ok()).next_back()
}

fn refuse_unknown(form: &Map<String, Value>, fields: &[&FormField]) -> Result<(), Refusal> {
    let unknown: Vec<&String> = form.keys().filter(|key| !fields.iter().any(|field| field.key == **key)).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let known: Vec<&str> = fields.iter().map(|field| field.key.as_str()).collect();
    let detail = if known.is_empty() { "it takes no form".into() } else { format!("one of {}", known.join(", ")) };
    let refusal = Refusal::new(Code::UnknownField);
    Err(unknown.into_iter().fold(refusal, |refusal, key| refusal.field(format!("fields.{key}"), "unknown", &detail)))
}

fn check_one(field: &FormField, form: &Map<String, Value>, attachments: &[AttachmentId]) -> Option<FieldRefusal> {
    let value = form.get(&field.key).unwrap_or(&Value::Null);
    let wrong = if is_empty(value) {
        field.required.then(|| ("required", "fill it in".to_owned()))
    } else {
        check_value(field, value, attachments)
    };
    wrong.map(|(code, detail)| FieldRefusal { field: format!("fields.{}", field.key), code: code.into(), detail })
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(rows) => rows.iter().all(is_empty),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    }
}

fn check_value(field: &FormField, value: &Value, attachments: &[AttachmentId]) -> Option<(&'static str, String)> {
    match field.kind {
        FormKind::Text => text(value, TEXT_BYTES_MAX),
        FormKind::LongText => text(value, LONG_TEXT_BYTES_MAX),
        FormKind::Rows => rows(value),
        FormKind::Date => {
            let reads = value.as_str().is_some_and(|text| text.len() == 10 && text.parse::<Date>().is_ok());
            (!reads).then(|| ("not_a_date", "such as 2026-11-21".into()))
        }
        FormKind::Choice => {
            let known = value.as_str().is_some_and(|text| field.choices.iter().any(|choice| choice == text));
            (!known).then(|| ("not_a_choice", format!("one of {}", field.choices.join(", "))))
        }
        FormKind::Number => (!value.is_number()).then(|| ("not_a_number", "a JSON number".into())),
        FormKind::Boolean => (!value.is_boolean()).then(|| ("not_a_boolean", "true or false".into())),
        FormKind::Attachment => {
            let id = value.as_str().and_then(|text| AttachmentId::parse(text).ok());
            let known = id.is_some_and(|id| attachments.contains(&id));
            (!known).then(|| ("not_an_attachment", "the id of an attachment of this case".into()))
        }
    }
}

fn text(value: &Value, bytes_max: usize) -> Option<(&'static str, String)> {
    match value.as_str() {
        None => Some(("not_a_text", "a JSON string".into())),
        Some(text) if text.len() > bytes_max => Some(("too_long", format!("at most {bytes_max} bytes"))),
        Some(_) => None,
    }
}

fn rows(value: &Value) -> Option<(&'static str, String)> {
    let Some(rows) = value.as_array() else { return Some(("not_rows", "a list of strings".into())) };
    if rows.len() > ROWS_MAX {
        return Some(("too_many", format!("at most {ROWS_MAX} rows")));
    }
    rows.iter().find_map(|row| text(row, TEXT_BYTES_MAX))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kernel::Timestamp;
    use crate::procedure::model::{StandardTime, Text};

    fn words(text: &str) -> Text {
        Text { id: text.into(), en: text.into() }
    }

    fn field(key: &str, kind: FormKind, required: bool) -> FormField {
        FormField {
            key: key.into(),
            label: words(key),
            kind,
            required,
            choices: vec!["ya".into(), "tidak".into()],
            agrees: true,
        }
    }

    fn step() -> (Step, TransitionRule) {
        let fields = FormKind::ALL.iter().map(|kind| field(kind.as_str(), *kind, true)).collect::<Vec<_>>();
        let rule = TransitionRule {
            command: "report".into(),
            title: words("report"),
            from: vec!["work".into()],
            to: "done".into(),
            roles: vec![],
            comment_required: false,
            other_than: vec![],
            fields: fields.iter().map(|field| field.key.clone()).collect(),
            requires_live_site: None,
            assigns: false,
            action: None,
        };
        let step = Step {
            key: "work".into(),
            title: words("work"),
            sop_rows: vec![],
            activity: String::new(),
            actors: vec![],
            actor_words: String::new(),
            needs: String::new(),
            time: StandardTime::None,
            output: String::new(),
            remark: String::new(),
            end: false,
            edits: vec![],
            fields,
        };
        (step, rule)
    }

    #[test]
    fn every_missing_and_every_wrong_field_is_named() {
        let (step, rule) = step();
        let refusal = check(&step, &rule, &Map::new(), &[]).unwrap_err();
        assert_eq!(refusal.field_refusals().len(), FormKind::ALL.len());
        let wrong: Map<String, Value> =
            FormKind::ALL.iter().map(|kind| (kind.as_str().to_owned(), json!({"no": 1}))).collect();
        let refusal = check(&step, &rule, &wrong, &[]).unwrap_err();
        assert_eq!((refusal.code(), refusal.field_refusals().len()), (Code::Invalid, FormKind::ALL.len()));
    }

    #[test]
    fn a_form_filled_in_passes_and_agrees_its_date() {
        let (step, rule) = step();
        let attachment = AttachmentId::new(Timestamp::from_micros(0), [7; 10]);
        let form = json!({"text": "a", "long_text": "b", "date": "2026-12-01", "choice": "ya", "number": 3,
            "boolean": false, "rows": ["x", "y"], "attachment": attachment});
        let form = form.as_object().unwrap();
        check(&step, &rule, form, &[attachment]).unwrap();
        assert_eq!(agreed_date(&step, &rule, form), Some(jiff::civil::date(2026, 12, 1)));
        let refusal = check(&step, &rule, form, &[]).unwrap_err();
        assert_eq!(refusal.field_refusals()[0].field, "fields.attachment");
    }

    #[test]
    fn a_field_that_the_form_does_not_have_is_unknown() {
        let (step, mut rule) = step();
        rule.fields = vec!["text".into()];
        let form = json!({"text": "a", "date": "2026-12-01"});
        let refusal = check(&step, &rule, form.as_object().unwrap(), &[]).unwrap_err();
        assert_eq!((refusal.code(), refusal.field_refusals()[0].field.as_str()), (Code::UnknownField, "fields.date"));
    }
}
