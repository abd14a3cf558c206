//! Every check that a procedure file must pass before it is taken into force, with the line it is refused at.

use lamin::kernel::Code;
use lamin::procedure::definition::ACTIONS;
use lamin::procedure::model::Definition;

/// A sound procedure of an entry and of a case, small enough to count lines in.
const SMALL: &str = r#"key = "small"
title = { id = "Kecil", en = "Small" }
readings = []

[document]
issuer = "Dinas"
legal_basis = []
qualifications = []
equipment = []

[hours]
kind = "weekly"
days = [
  { day = "monday", from = "08:00", to = "12:00" },
  { day = "monday", from = "13:00", to = "16:00" },
]

[[flows]]
key = "main"
title = { id = "Utama", en = "Main" }
subject = "entry"
start = "draft"

[[flows.steps]]
key = "draft"
title = { id = "Konsep", en = "Draft" }
actors = ["author"]
edits = ["author"]

[[flows.steps]]
key = "check"
title = { id = "Periksa", en = "Check" }
actors = ["approver"]
time = { kind = "span", amount = 1, unit = "hours", words = "1 jam" }
fields = [
  { key = "note", label = { id = "Catatan", en = "Note" }, kind = "text" },
]

[[flows.steps]]
key = "ready"
title = { id = "Siap", en = "Ready" }
actors = ["publisher"]

[[flows.steps]]
key = "live"
title = { id = "Tayang", en = "Live" }
end = true

[[flows.transitions]]
command = "submit"
title = { id = "Serahkan", en = "Submit" }
from = ["draft"]
to = "check"
roles = ["author"]

[[flows.transitions]]
command = "approve"
title = { id = "Setujui", en = "Approve" }
from = ["check"]
to = "ready"
roles = ["approver"]
other_than = ["authors", "submit"]
fields = ["note"]
action = "approve"

[[flows.transitions]]
command = "publish"
title = { id = "Tayangkan", en = "Publish" }
from = ["ready"]
to = "live"
roles = ["publisher"]
action = "publish"

[[flows]]
key = "second"
title = { id = "Kedua", en = "Second" }
start = "open"
openers = ["head"]

[[flows.steps]]
key = "open"
title = { id = "Terbuka", en = "Open" }
actors = ["head"]

[[flows.steps]]
key = "closed"
title = { id = "Tertutup", en = "Closed" }
end = true

[[flows.transitions]]
command = "close"
title = { id = "Tutup", en = "Close" }
from = ["open"]
to = "closed"
roles = ["head"]
"#;

/// The line of `SMALL` whose text is `words`, the `nth` of them from 1.
fn line(words: &str, nth: usize) -> usize {
    let mut found = SMALL.lines().enumerate().filter(|(_, line)| *line == words);
    found.nth(nth - 1).map(|(at, _)| at + 1).unwrap_or_else(|| panic!("{words:?} stands less than {nth} times"))
}

/// Changes one line of `SMALL` and says what loading answers. An empty `with` leaves the line out.
fn with_line(at: usize, with: &str) -> Result<Definition, String> {
    let lines = SMALL.lines().enumerate().filter_map(|(index, line)| {
        let line = if index + 1 == at { with } else { line };
        (index + 1 != at || !with.is_empty()).then(|| format!("{line}\n"))
    });
    Definition::load(&lines.collect::<String>(), "small.toml").map_err(|refusal| {
        assert_eq!(refusal.code(), Code::BadDefinition);
        assert_eq!(refusal.extras()["file"], "small.toml");
        let first = refusal.detail_text().lines().next().unwrap_or_default();
        let (line, reason) = (&refusal.extras()["line"], refusal.extras()["reason"].as_str().unwrap_or_default());
        assert_eq!(first, format!("small.toml:{line}: {reason}"));
        refusal.detail_text().to_owned()
    })
}

/// `words` (the `nth` of them in `SMALL`) become `with`; the refusal stands at that very line.
#[track_caller]
fn refused_there(words: &str, nth: usize, with: &str, reason: &str) {
    refused(words, nth, with, (words, nth), reason);
}

/// The same, for a refusal at another line of `SMALL`.
#[track_caller]
fn refused(words: &str, nth: usize, with: &str, place: (&str, usize), reason: &str) {
    let expected = format!("small.toml:{}: {reason}", line(place.0, place.1));
    assert_eq!(with_line(line(words, nth), with).unwrap_err(), expected);
}

/// One more transition, beginning with an empty line.
fn more(command: &str, from: &str, to: &str, role: &str) -> String {
    format!(
        "\n[[flows.transitions]]\ncommand = \"{command}\"\ntitle = {{ id = \"Lagi\", en = \"More\" }}\n\
         from = [\"{from}\"]\nto = \"{to}\"\nroles = [\"{role}\"]\n"
    )
}

#[test]
fn the_small_procedure_is_sound() {
    Definition::load(SMALL, "small.toml").unwrap();
}

#[test]
fn what_is_not_toml_is_refused() {
    let reason = "entry: string values must be quoted, expected literal string";
    refused_there("subject = \"entry\"", 1, "subject = entry", reason);
}

#[test]
fn unknown_words_are_refused() {
    let roles = "author, editor, approver, publisher, head, agency_head, sub_coordinator, operator, web_developer, \
                 secretary, monitor, requester, auditor, admin";
    let reason = format!("[\"kabid\"]: invalid; role not_a_role: one of {roles}");
    refused_there("roles = [\"approver\"]", 1, "roles = [\"kabid\"]", &reason);
    let reason = "ends: unknown field, expected one of `key`, `title`, `sop_rows`, `activity`, `actors`, `actor_words`, \
                  `needs`, `time`, `output`, `remark`, `end`, `edits`, `fields`";
    refused_there("end = true", 1, "ends = true", &reason.replace("ends: unknown field", "unknown field `ends`"));
    let day = r#"  { day = "monday", from = "08:00", to = "12:00" },"#;
    let reason = "\"senin\" is none of monday, tuesday, wednesday, thursday, friday, saturday, sunday";
    refused_there(day, 1, &day.replace("monday", "senin"), reason);
    refused_there(day, 1, &day.replace("08:00", "8.00"), "\"8.00\" is not a time such as 08:00");
    refused_there(
        "kind = \"weekly\"",
        1,
        "kind = \"daily\"",
        "unknown variant `daily`, expected one of `always`, `calendar_days`, `weekly`",
    );
    let time = r#"time = { kind = "span", amount = 1, unit = "hours", words = "1 jam" }"#;
    refused_there(time, 1, &time.replace("hours", "weeks"), "\"weeks\" is none of minutes, hours, days, months");
}

#[test]
fn keys_are_sound_and_stand_once() {
    let not_a_key = "is not a key: small letters, digits and _, a letter first";
    refused_there("key = \"small\"", 1, "key = \"Small\"", &format!("\"Small\" {not_a_key}"));
    refused_there("key = \"second\"", 1, "key = \"main\"", "there are two flows \"main\"");
    refused_there("key = \"second\"", 1, "key = \"the second\"", &format!("\"the second\" {not_a_key}"));
    for word in ["same", "authors", "hold", "resume"] {
        let reserved = format!("{word:?} has a meaning of its own and cannot be a key");
        refused_there("command = \"close\"", 1, &format!("command = {word:?}"), &reserved);
    }
    let again = "end = true\n\n[[flows.steps]]\nkey = \"live\"\ntitle = { id = \"Tayang\", en = \"Live\" }\nend = true";
    let answer = with_line(line("end = true", 1), again).unwrap_err();
    assert_eq!(answer, format!("small.toml:{}: there are two steps \"live\"", line("end = true", 1) + 3));
    refused_there("command = \"close\"", 1, "command = \"2\"", &format!("\"2\" {not_a_key}"));
    let field = r#"  { key = "note", label = { id = "Catatan", en = "Note" }, kind = "text" },"#;
    refused_there(field, 1, &format!("{field}{field}"), "there are two fields \"note\"");
}

#[test]
fn words_stand_in_both_languages() {
    refused_there(
        "title = { id = \"Kecil\", en = \"Small\" }",
        1,
        "title = { id = \"Kecil\", en = \"\" }",
        "the words in \"en\" are missing",
    );
    refused_there(
        "title = { id = \"Utama\", en = \"Main\" }",
        1,
        "title = { id = \" \", en = \"Main\" }",
        "the words in \"id\" are missing",
    );
    refused_there(
        "title = { id = \"Siap\", en = \"Ready\" }",
        1,
        "title = { id = \"Siap\", en = \"\" }",
        "the words in \"en\" are missing",
    );
    refused_there(
        "title = { id = \"Tutup\", en = \"Close\" }",
        1,
        "title = { id = \"\", en = \"Close\" }",
        "the words in \"id\" are missing",
    );
    let field = r#"  { key = "note", label = { id = "Catatan", en = "Note" }, kind = "text" },"#;
    refused_there(field, 1, &field.replace("\"Note\"", "\"\""), "the words in \"en\" are missing");
    refused_there(field, 1, &field.replace(", en = \"Note\"", ""), "{ id = \"Catatan\" }: missing field `en`");
}

#[test]
fn service_hours_open_before_they_close_and_do_not_overlap() {
    let (morning, afternoon) = (
        r#"  { day = "monday", from = "08:00", to = "12:00" },"#,
        r#"  { day = "monday", from = "13:00", to = "16:00" },"#,
    );
    refused_there(
        morning,
        1,
        &morning.replace("08", "12"),
        "service on monday ends at 12:00 before it begins at 12:00",
    );
    refused_there(afternoon, 1, &afternoon.replace("13", "11"), "service on monday overlaps an earlier line");
}

#[test]
fn a_flow_starts_at_one_step_that_is_no_end_and_somebody_opens_it() {
    refused_there("start = \"open\"", 1, "start = \"opened\"", "there is no step \"opened\" to start from");
    refused_there("start = \"open\"", 1, "start = \"closed\"", "the start \"closed\" is an end");
    refused_there(
        "start = \"open\"",
        1,
        "start = [\"open\", \"closed\"]",
        "[\"open\", \"closed\"]: invalid type: sequence, expected a string",
    );
    refused_there("openers = [\"head\"]", 1, "openers = []", "flow \"second\" names nobody who may open a case");
}

#[test]
fn every_step_has_an_actor_a_sound_time_and_sound_fields() {
    refused_there("actors = [\"publisher\"]", 1, "actors = []", "nobody acts in step \"ready\"");
    let time = r#"time = { kind = "span", amount = 1, unit = "hours", words = "1 jam" }"#;
    refused_there(time, 1, &time.replace("= 1,", "= 0,"), "a standard time is 1 to 10000, not 0");
    refused_there(time, 1, &time.replace("= 1,", "= 10001,"), "a standard time is 1 to 10000, not 10001");
    let agreed = r#"time = { kind = "agreed", words = "sesuai jadwal" }"#;
    refused_there(time, 1, agreed, "no field of flow \"main\" agrees the date of this step");
    let field = r#"  { key = "note", label = { id = "Catatan", en = "Note" }, kind = "text" },"#;
    let choices = "field \"note\": choices belong to the kind \"choice\", and it needs some";
    refused_there(field, 1, &field.replace("\"text\"", "\"choice\""), choices);
    refused_there(field, 1, &field.replace("\"text\"", "\"text\", choices = [\"a\"]"), choices);
    let agrees = field.replace("\"text\"", "\"text\", agrees = true");
    refused_there(field, 1, &agrees, "field \"note\": only a date can agree the due date");
    let untaken = "no transition from \"check\" takes the field \"note\"";
    refused("fields = [\"note\"]", 1, "fields = []", (field, 1), untaken);
    refused_there(
        "fields = [\"note\"]",
        1,
        "fields = [\"note\", \"letter\"]",
        "step \"check\" has no field \"letter\"",
    );
}

#[test]
fn what_belongs_to_entries_is_refused_elsewhere() {
    let edits = "actors = [\"head\"]; edits = [\"head\"]".replace("; ", "\n");
    let place = line("actors = [\"head\"]", 1) + 1;
    let answer = with_line(place - 1, &edits).unwrap_err();
    assert_eq!(answer, format!("small.toml:{place}: only entries have content to edit"));
    let roles = "roles = [\"head\"]";
    let answer = with_line(line(roles, 1), &format!("{roles}\nother_than = [\"authors\"]")).unwrap_err();
    assert_eq!(answer, format!("small.toml:{}: only entries have authors", line(roles, 1) + 1));
    for action in ["edit", "publish", "unschedule", "withdraw"] {
        let answer = with_line(line(roles, 1), &format!("{roles}\naction = \"{action}\"")).unwrap_err();
        let expected = format!("small.toml:{}: the action {action:?} is for entries", line(roles, 1) + 1);
        assert_eq!(answer.lines().next().unwrap(), expected);
    }
}

#[test]
fn a_site_that_must_be_live_is_named_by_a_text_that_must_be_filled_in() {
    let roles = "roles = [\"head\"]";
    let answer = with_line(line(roles, 1), &format!("{roles}\nrequires_live_site = \"address\"")).unwrap_err();
    let expected = "step \"open\" has no required text \"address\" in this form";
    assert_eq!(answer, format!("small.toml:{}: {expected}", line(roles, 1) + 1));
    let action = "action = \"approve\"";
    let answer = with_line(line(action, 1), &format!("{action}\nrequires_live_site = \"note\"")).unwrap_err();
    let expected = "only cases name a site in their form";
    assert_eq!(answer.lines().next().unwrap(), format!("small.toml:{}: {expected}", line(action, 1) + 1));
}

#[test]
fn every_transition_moves_somebody_from_a_step_to_a_step() {
    refused_there("from = [\"ready\"]", 1, "from = [\"done\"]", "there is no step \"done\"");
    refused_there("from = [\"ready\"]", 1, "from = []", "\"publish\" leaves no step");
    refused_there("to = \"live\"", 1, "to = \"done\"", "there is no step \"done\"");
    refused_there("roles = [\"publisher\"]", 1, "roles = []", "nobody may \"publish\"");
    refused_there(
        "from = [\"open\"]",
        1,
        "from = [\"open\", \"closed\"]",
        "\"closed\" is an end, and a case does not leave its end",
    );
    refused_there(
        "other_than = [\"authors\", \"submit\"]",
        1,
        "other_than = [\"authors\", \"send\"]",
        "there is no command \"send\" in flow \"main\"",
    );
}

#[test]
fn from_one_step_a_command_means_one_thing() {
    let again = more("close", "open", "closed", "head");
    let last = line("roles = [\"head\"]", 1);
    let answer = with_line(last, &format!("roles = [\"head\"]\n{again}")).unwrap_err();
    assert_eq!(answer, format!("small.toml:{}: there are two \"close\" from step \"open\"", last + 3));
}

#[test]
fn actions_are_known() {
    let reason = format!("there is no action \"print\"; known are {}", ACTIONS.join(", "));
    refused_there("action = \"publish\"", 1, "action = \"print\"", &reason);
}

#[test]
fn every_step_is_reached_and_can_end() {
    let unreached = "step \"closed\" is never reached from \"open\"";
    let endless = "from step \"open\" no end is reached";
    let answer = with_line(line("to = \"closed\"", 1), "to = \"same\"").unwrap_err();
    let (open, closed) = (line("key = \"open\"", 1), line("key = \"closed\"", 1));
    assert_eq!(answer, format!("small.toml:{open}: {endless}\nsmall.toml:{closed}: {unreached}"));
    let answer = with_line(line("end = true", 2), "actors = [\"head\"]").unwrap_err();
    assert_eq!(
        answer,
        format!("small.toml:{open}: {endless}\nsmall.toml:{closed}: from step \"closed\" no end is reached")
    );
}

#[test]
fn nothing_is_published_without_an_approval_by_another_person() {
    let unapproved = "\"publish\" can be reached in step \"ready\" without an approval by another person";
    let publish = ("action = \"publish\"", 1);
    // No approval at all.
    refused("action = \"approve\"", 1, "comment_required = false", publish, unapproved);
    // A way around it.
    let around = format!("action = \"publish\"\n{}", more("skip", "draft", "ready", "editor"));
    refused("action = \"publish\"", 1, &around, publish, unapproved);
    // The content may still change after it, by a step or by a command.
    let edits = "action = \"publish\"\n[[flows.steps]]\nkey = \"desk\"\ntitle = { id = \"Meja\", en = \"Desk\" }\n\
                 actors = [\"editor\"]\nedits = [\"editor\"]\n";
    let there_and_back = more("take", "ready", "desk", "editor") + &more("give", "desk", "ready", "editor");
    refused("action = \"publish\"", 1, &format!("{edits}{there_and_back}"), publish, unapproved);
    let edit = format!("action = \"publish\"\n{}action = \"edit\"\n", more("mend", "ready", "same", "editor"));
    refused("action = \"publish\"", 1, &edit, publish, unapproved);
    // With the way back through the approval all is well.
    let back = format!("action = \"publish\"\n{}action = \"edit\"\n", more("mend", "ready", "check", "editor"));
    with_line(line("action = \"publish\"", 1), &back).unwrap();
}

#[test]
fn an_approval_that_an_author_could_give_is_none() {
    let reason = "an approval must be by somebody else: other_than = [\"authors\"]";
    let without = "other_than = [\"submit\"]";
    refused(
        "other_than = [\"authors\", \"submit\"]",
        1,
        without,
        ("other_than = [\"authors\", \"submit\"]", 1),
        reason,
    );
}
