//! The five procedures that ship: what they must hold, and how they print.

use lamin::procedure::definition;
use lamin::procedure::model::{Definition, Flow, StandardTime};

use crate::support::golden;

fn shipped() -> Vec<Definition> {
    definition::built_in().into_iter().map(|(file, source)| Definition::load(source, file).unwrap()).collect()
}

fn flows() -> Vec<(String, Flow)> {
    let named = |definition: Definition| {
        let key = definition.key;
        definition.flows.into_iter().map(move |flow| (format!("{key}/{}", flow.key), flow))
    };
    shipped().into_iter().flat_map(named).collect()
}

#[test]
fn the_procedures_print_as_their_golden_documents() {
    for definition in shipped() {
        let text = definition::as_text(&definition);
        assert!(text.lines().all(|line| line == line.trim_end()));
        golden(&format!("procedures/{}.txt", definition.key), &text);
    }
}

#[test]
fn a_procedure_survives_being_stored_as_json() {
    for definition in shipped() {
        let json = serde_json::to_string(&definition).unwrap();
        assert_eq!(serde_json::from_str::<Definition>(&json).unwrap(), definition);
    }
}

#[test]
fn the_official_documents_are_whole() {
    for definition in shipped() {
        let document = &definition.document;
        assert!(document.legal_basis.len() >= 3, "{}", definition.key);
        assert!(document.qualifications.len() >= 2, "{}", definition.key);
        assert!(document.equipment.len() >= 4, "{}", definition.key);
        assert!(!document.related.is_empty() && !document.warning.is_empty(), "{}", definition.key);
        assert!(definition.readings.len() >= 5, "{}", definition.key);
    }
    let creation = &shipped()[3].document;
    assert_eq!(creation.number, "000.8.3.3.3/25/SOP/DKISP/2024");
    assert_eq!(
        (creation.created.as_str(), creation.revised.as_str(), creation.approved.as_str()),
        ("03 Januari 2022", "10 Juli 2024", "02 Agustus 2024")
    );
}

#[test]
fn every_row_of_every_sop_is_a_step() {
    let rows = |key: &str| {
        let flows = flows();
        let steps = flows.iter().filter(|(name, _)| name.starts_with(key)).flat_map(|(_, flow)| &flow.steps);
        let mut rows: Vec<String> = steps.flat_map(|step| step.sop_rows.clone()).collect();
        rows.sort_by_key(|row| row.parse::<u32>().unwrap_or(0));
        rows.dedup();
        rows.join(" ")
    };
    assert_eq!(rows("website_management"), "1 2 3 4 5 6 7");
    assert_eq!(rows("website_monitoring"), "1 2 3 4");
    assert_eq!(rows("website_security"), "1 2 3 4 5");
    assert_eq!(rows("website_creation"), "1 2 3 4 5 6 7 8 9 10 11");
    assert_eq!(rows("ppid_website_security"), "A.1 A.2 B.1 B.2 B.3 B.4 B.5 C.1 C.2");
}

#[test]
fn every_row_keeps_what_the_sop_says_of_it() {
    for (name, flow) in flows() {
        let mut seen = Vec::new();
        for step in &flow.steps {
            let place = format!("{name}/{}", step.key);
            assert_eq!(step.end, step.sop_rows.is_empty(), "{place}");
            if !step.end {
                assert!(!step.activity.is_empty() && !step.actor_words.is_empty(), "{place}");
            }
            if !seen.contains(&&step.sop_rows) {
                assert!(step.end || !step.needs.is_empty() && !step.output.is_empty(), "{place}");
            }
            seen.push(&step.sop_rows);
        }
    }
}

#[test]
fn the_standard_times_are_those_of_the_sops() {
    let times = |name: &str| {
        let flows = flows();
        let (_, flow) = flows.iter().find(|(key, _)| key == name).unwrap();
        let time = |time: &StandardTime| match time {
            StandardTime::None => "-".to_owned(),
            StandardTime::Relative { words } => words.clone(),
            StandardTime::Span { amount, unit, .. } => format!("{amount} {unit}"),
            StandardTime::Agreed { .. } => "agreed".to_owned(),
        };
        let steps = flow.steps.iter().filter(|step| !step.end);
        steps.map(|step| time(&step.time)).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(times("website_management/publication"), "1 days, 3 hours, 3 hours, 1 hours, 15 minutes");
    assert_eq!(times("website_monitoring/monitoring"), "10 minutes, 120 minutes, 10 minutes, 15 minutes");
    assert_eq!(times("website_security/securing"), "-, 10 minutes, relatif, 10 minutes, 15 minutes");
    assert_eq!(
        times("website_creation/creation"),
        "2 minutes, 3 minutes, 2 minutes, 25 minutes, 30 minutes, -, 15 minutes, 3 days, 7 days, 90 minutes, 2 minutes, 2 minutes"
    );
    assert_eq!(times("ppid_website_security/content_list"), "3 months, -, -");
    assert_eq!(times("ppid_website_security/content_upload"), "1 months");
    assert_eq!(times("ppid_website_security/development"), ["agreed"; 10].join(", "));
    assert_eq!(times("ppid_website_security/coordinator_evaluation"), "6 months, -");
    assert_eq!(times("ppid_website_security/head_evaluation"), "1 months");
}

/// The table "SOP 1 on an entry" of the contract.
#[test]
fn publication_has_exactly_the_commands_of_the_contract() {
    let flows = flows();
    let (_, flow) = flows.iter().find(|(name, _)| name == "website_management/publication").unwrap();
    let steps: Vec<_> = flow.steps.iter().map(|step| step.key.as_str()).collect();
    assert_eq!(steps, ["draft", "handed_over", "editing", "filtering", "approved", "published", "withdrawn"]);
    let table: Vec<String> = flow
        .transitions
        .iter()
        .map(|rule| {
            let roles: Vec<_> = rule.roles.iter().map(|role| role.as_str()).collect();
            let reason = if rule.comment_required { " (comment)" } else { "" };
            format!("{}{reason} | {} | {} → {}", rule.command, roles.join(", "), rule.from.join(", "), rule.to)
        })
        .collect();
    let expected = [
        "submit | author | draft → handed_over",
        "claim | editor | handed_over → editing",
        "return (comment) | editor | handed_over, editing → draft",
        "forward | editor | editing → filtering",
        "approve | approver | filtering → approved",
        "reject (comment) | approver | filtering → editing",
        "decline (comment) | publisher | approved → editing",
        "publish | publisher | approved → published",
        "unschedule | publisher | approved → same",
        "edit | editor | filtering, approved → editing",
        "revise | author, editor | published, withdrawn → draft",
        "withdraw (comment) | publisher, approver | published → withdrawn",
        "withdraw (comment) | publisher, approver | draft, handed_over, editing, filtering, approved → same",
    ];
    assert_eq!(table, expected);
}

/// Whoever does the work does not pass judgement on it.
#[test]
fn every_judgement_is_by_somebody_else() {
    for (name, flow) in flows() {
        for rule in &flow.transitions {
            let judges = ["approve", "accept", "sign", "go_online", "accept_draft", "accept_offline"];
            if judges.contains(&rule.command.as_str()) {
                assert!(!rule.other_than.is_empty(), "{name}: {}", rule.command);
            }
        }
    }
}

#[test]
fn every_way_back_asks_for_a_reason() {
    for (name, flow) in flows() {
        for rule in &flow.transitions {
            let back = ["return", "reject", "decline", "refuse", "withdraw", "dispose_again"];
            if back.iter().any(|word| rule.command.starts_with(word)) {
                assert!(rule.comment_required, "{name}: {}", rule.command);
            }
        }
    }
}
