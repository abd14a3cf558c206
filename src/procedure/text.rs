//! A procedure as the official document: plain text in the source's language, in the order of its own parts.

use super::model::{
    AUTHORS, Definition, Document, Flow, FormField, FormKind, Hours, Rhythm, SAME, SpanUnit, StandardTime, Step,
    Subject, TransitionRule,
};
use crate::calendar::model::{ClockTime, Weekday};
use crate::identity::Role;

/// Columns of running text.
const LINE_WIDTH: usize = 120;

/// The table of steps: heading and width of each column.
const COLUMNS: [(&str, usize); 7] = [
    ("No", 7),
    ("Kegiatan", 34),
    ("Pelaksana", 18),
    ("Kelengkapan", 26),
    ("Waktu", 14),
    ("Output", 22),
    ("Keterangan", 22),
];

/// The whole SOP for reading and printing: head, lists, flows with their steps and moves, forms, readings.
/// Lines end in `\n` and carry no trailing blanks.
pub fn as_text(definition: &Definition) -> String {
    let mut out = Paper::default();
    out.line("STANDAR OPERASIONAL PROSEDUR");
    out.line(&definition.title.id.to_uppercase());
    out.line(&format!("({})", definition.title.en));
    head(&definition.document, &mut out);
    out.heading("WAKTU PELAKSANAAN YANG DIHITUNG");
    hours(&definition.hours, &mut out);
    for flow in &definition.flows {
        flow_text(flow, &mut out);
    }
    if !definition.readings.is_empty() {
        out.heading("PEMBACAAN NASKAH");
        for (at, reading) in definition.readings.iter().enumerate() {
            out.item(&format!("{}. ", at + 1), &reading.place);
            out.item("   Naskah : ", &reading.source);
            out.item("   Dibaca : ", &reading.chosen);
            out.item("   Alasan : ", &reading.reason);
        }
    }
    out.text
}

/// What has been written so far.
#[derive(Default)]
struct Paper {
    text: String,
}

impl Paper {
    fn line(&mut self, words: &str) {
        self.text.push_str(words.trim_end());
        self.text.push('\n');
    }

    fn heading(&mut self, words: &str) {
        self.line("");
        self.line(words);
    }

    /// Words after a label, wrapped to stand under their own beginning.
    fn item(&mut self, label: &str, words: &str) {
        let indent = label.chars().count();
        for (at, part) in wrap(words, LINE_WIDTH - indent).iter().enumerate() {
            let before = if at == 0 { label.to_owned() } else { " ".repeat(indent) };
            self.line(&format!("{before}{part}"));
        }
    }

    fn list(&mut self, heading: &str, items: &[String]) {
        if items.is_empty() {
            return;
        }
        self.heading(heading);
        for (at, words) in items.iter().enumerate() {
            self.item(&format!("{:>2}. ", at + 1), words);
        }
    }

    fn part(&mut self, heading: &str, words: &str) {
        if !words.is_empty() {
            self.heading(heading);
            self.item("", words);
        }
    }
}

fn head(document: &Document, out: &mut Paper) {
    out.line("");
    for (label, words) in [
        ("Penerbit       : ", &document.issuer),
        ("Bidang         : ", &document.unit),
        ("Alamat         : ", &document.address),
        ("Terbitan       : ", &document.edition),
        ("Nomor SOP      : ", &document.number),
        ("Tgl Pembuatan  : ", &document.created),
        ("Tgl Revisi     : ", &document.revised),
        ("Tgl Pengesahan : ", &document.approved),
        ("Disahkan Oleh  : ", &document.approved_by),
    ] {
        out.item(label, if words.is_empty() { "(tidak disebut dalam naskah)" } else { words });
    }
    out.part("PENGANTAR", &document.introduction);
    out.list("PROSEDUR", &document.procedure);
    out.list("DASAR HUKUM", &document.legal_basis);
    out.list("DASAR HUKUM (bagian isi)", &document.legal_basis_body);
    out.part("PENANGGUNG JAWAB", &document.responsible);
    out.part("WAKTU PELAKSANAAN", &document.schedule);
    out.list("KUALIFIKASI PELAKSANA", &document.qualifications);
    out.list("KUALIFIKASI PELAKSANA (bagian isi)", &document.qualifications_body);
    out.list("KETERKAITAN", &document.related);
    out.list("PERALATAN/PERLENGKAPAN", &document.equipment);
    out.list("PERALATAN/PERLENGKAPAN (bagian isi)", &document.equipment_body);
    out.part("PERINGATAN", &document.warning);
    out.list("PENCATATAN DAN PENDATAAN", &document.records);
}

fn hours(hours: &Hours, out: &mut Paper) {
    match hours {
        Hours::Always => out.line("24 jam setiap hari, termasuk hari libur"),
        Hours::CalendarDays => {
            let rule = "Jam pelayanan tidak disebut: hari kalender; yang jatuh pada akhir pekan atau hari libur \
                        bergeser ke hari kerja berikutnya";
            out.item("", rule);
        }
        Hours::Weekly { days } => {
            for day in days {
                out.line(&format!("{:<6} {} – {}", weekday(day.day), clock(day.from), clock(day.to)));
            }
            out.line("Hari libur nasional dan cuti bersama tidak dihitung");
        }
    }
}

fn flow_text(flow: &Flow, out: &mut Paper) {
    out.line("");
    out.line(&"=".repeat(LINE_WIDTH));
    out.line(&format!("ALUR {}: {} ({})", flow.key, flow.title.id, flow.title.en));
    let begins = match (flow.subject, flow.rhythm) {
        (Subject::Entry, _) => "bersama setiap konten".to_owned(),
        (Subject::Case, Some(rhythm)) => {
            format!("dengan sendirinya {}; juga oleh {}", every(rhythm), roles(&flow.openers))
        }
        (Subject::Case, None) => format!("oleh {}", roles(&flow.openers)),
    };
    out.item("Dimulai : ", &format!("{begins}, pada langkah {}", flow.start));
    out.line("");
    table(flow, out);
    out.heading("Langkah dan isian");
    for step in &flow.steps {
        step_text(step, out);
    }
    out.heading("Tindakan");
    for rule in &flow.transitions {
        transition(rule, out);
    }
}

fn table(flow: &Flow, out: &mut Paper) {
    let rule: Vec<String> = COLUMNS.iter().map(|(_, width)| "-".repeat(width + 2)).collect();
    let rule = format!("+{}+", rule.join("+"));
    out.line(&rule);
    row(&COLUMNS.map(|(heading, _)| heading.to_owned()), out);
    out.line(&rule);
    for step in flow.steps.iter().filter(|step| !step.sop_rows.is_empty()) {
        let cells = [
            step.sop_rows.join(", "),
            step.activity.clone(),
            step.actor_words.clone(),
            step.needs.clone(),
            time(&step.time),
            step.output.clone(),
            step.remark.clone(),
        ];
        row(&cells, out);
        out.line(&rule);
    }
}

fn row(cells: &[String; 7], out: &mut Paper) {
    let wrapped: Vec<Vec<String>> = cells.iter().zip(COLUMNS).map(|(cell, (_, width))| wrap(cell, width)).collect();
    let height = wrapped.iter().map(Vec::len).max().unwrap_or(0);
    for at in 0..height {
        let parts: Vec<String> = wrapped
            .iter()
            .zip(COLUMNS)
            .map(|(lines, (_, width))| format!(" {:<width$} ", lines.get(at).map_or("", String::as_str)))
            .collect();
        out.line(&format!("|{}|", parts.join("|")));
    }
}

fn step_text(step: &Step, out: &mut Paper) {
    let mut words = format!("{} ({})", step.title.id, step.title.en);
    if !step.actors.is_empty() {
        words.push_str(&format!("; pelaksana: {}", roles(&step.actors)));
    }
    if !step.edits.is_empty() {
        words.push_str(&format!("; isi boleh diubah oleh: {}", roles(&step.edits)));
    }
    if step.end {
        words.push_str("; akhir");
    }
    out.item(&format!("  {:<16} ", step.key), &words);
    for field in &step.fields {
        out.item(&format!("    - {:<18} ", field.key), &field_text(field));
    }
}

fn field_text(field: &FormField) -> String {
    let mut words = format!("{} ({}): {}", field.label.id, field.label.en, kind(field.kind));
    if !field.choices.is_empty() {
        words.push_str(&format!(" {}", field.choices.join("/")));
    }
    if field.required {
        words.push_str(", wajib");
    }
    if field.agrees {
        words.push_str(", menjadi batas waktu");
    }
    words
}

fn transition(rule: &TransitionRule, out: &mut Paper) {
    let to = if rule.to == SAME { "tetap" } else { &rule.to };
    out.item(
        &format!("  {:<16} ", rule.command),
        &format!("{} ({}): {} → {to}", rule.title.id, rule.title.en, rule.from.join(", ")),
    );
    let mut words = format!("oleh {}", roles(&rule.roles));
    if !rule.other_than.is_empty() {
        let others: Vec<_> =
            rule.other_than.iter().map(|who| if who == AUTHORS { "penulisnya" } else { who }).collect();
        words.push_str(&format!("; bukan orang yang sama dengan: {}", others.join(", ")));
    }
    if rule.comment_required {
        words.push_str("; alasan wajib");
    }
    if !rule.fields.is_empty() {
        words.push_str(&format!("; isian: {}", rule.fields.join(", ")));
    }
    if let Some(field) = &rule.requires_live_site {
        words.push_str(&format!("; {field} menyebut situs yang sudah tayang"));
    }
    if rule.assigns {
        words.push_str("; menjadi penanggung jawabnya");
    }
    if let Some(action) = &rule.action {
        words.push_str(&format!("; memicu {action}"));
    }
    out.item(&" ".repeat(19), &words);
}

/// The source's words, and the limit that is counted where they leave a choice.
fn time(time: &StandardTime) -> String {
    match time {
        StandardTime::None => String::new(),
        StandardTime::Relative { words } => format!("{words} (tanpa batas)"),
        StandardTime::Agreed { words } => format!("{words} (tanggal yang disepakati)"),
        StandardTime::Span { amount, unit, words } => {
            let counted = format!("{amount} {}", unit_words(*unit));
            if words.to_lowercase() == counted { words.clone() } else { format!("{words} (batas {counted})") }
        }
    }
}

fn roles(roles: &[Role]) -> String {
    roles.iter().map(|role| format!("{} [{}]", role.title_id(), role.as_str())).collect::<Vec<_>>().join(", ")
}

fn every(rhythm: Rhythm) -> &'static str {
    match rhythm {
        Rhythm::WeeklyMonday => "setiap Senin",
        Rhythm::Monthly => "setiap bulan",
        Rhythm::Quarterly => "setiap 3 bulan",
        Rhythm::HalfYearly => "setiap 6 bulan",
    }
}

fn unit_words(unit: SpanUnit) -> &'static str {
    match unit {
        SpanUnit::Minutes => "menit",
        SpanUnit::Hours => "jam",
        SpanUnit::Days => "hari",
        SpanUnit::Months => "bulan",
    }
}

fn kind(kind: FormKind) -> &'static str {
    match kind {
        FormKind::Text => "teks",
        FormKind::LongText => "uraian",
        FormKind::Date => "tanggal",
        FormKind::Choice => "pilihan",
        FormKind::Number => "angka",
        FormKind::Boolean => "ya/tidak",
        FormKind::Rows => "daftar",
        FormKind::Attachment => "lampiran",
    }
}

fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Senin",
        Weekday::Tuesday => "Selasa",
        Weekday::Wednesday => "Rabu",
        Weekday::Thursday => "Kamis",
        Weekday::Friday => "Jumat",
        Weekday::Saturday => "Sabtu",
        Weekday::Sunday => "Minggu",
    }
}

/// As Indonesian writes it: `08.00`.
fn clock(time: ClockTime) -> String {
    time.to_string().replace(':', ".")
}

/// Lines of at most `width` characters; a longer word is broken. Always at least one line.
fn wrap(words: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in words.split_whitespace() {
        let mut rest: Vec<char> = word.chars().collect();
        let used = line.chars().count();
        if used > 0 && used + 1 + rest.len() > width {
            lines.push(std::mem::take(&mut line));
        }
        while rest.len() > width {
            lines.push(rest.drain(..width).collect());
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.extend(rest);
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::wrap;

    proptest! {
        #[test]
        fn wrapping_loses_no_letter_and_keeps_the_width(words in "[a-z é/]{0,200}", width in 1_usize..40) {
            let lines = wrap(&words, width);
            prop_assert!(lines.iter().all(|line| line.chars().count() <= width));
            let letters = |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>();
            prop_assert_eq!(letters(&lines.concat()), letters(&words));
        }
    }
}
