//! Lists of websites: what their columns mean, for the import and for a round on the command line.

use std::collections::{BTreeMap, HashMap};

use url::Url;

use super::model::{Kept, Responsible, Wanted};
use super::rules::{BETWEEN_GROUPS, DAYS_MAX};
use super::table::{self, Line};
use crate::monitoring::look::model::Section;

/// Websites of one list.
pub const SITES_MAX: usize = 10_000;

/// One website of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    pub line: u64,
    /// Its host where the list names none.
    pub agency: String,
    pub url: Url,
    /// Where its sections stand, as far as the list says so.
    pub sections: HashMap<Section, Url>,
    said: Vec<Said>,
}

/// What a cell, or cells that belong together, say of a website. A list without a column says nothing of it.
#[derive(Debug, Clone, PartialEq)]
enum Said {
    Agency(String),
    Software(Option<String>),
    /// Its cell and that of its days.
    Part(Section, Option<Place>, Option<Option<u16>>),
    /// The cells of the name and of the contact.
    Responsible(Option<String>, Option<String>),
    Groups(Vec<String>),
    Hosts(Vec<String>),
    Interval(i32),
    Active(bool),
}

/// What a cell says of where a section stands.
#[derive(Debug, Clone, PartialEq)]
enum Place {
    Nowhere,
    Somewhere,
    At(Url),
}

/// What is wrong with a list, and in which line and column.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, serde::Serialize, utoipa::ToSchema)]
#[error("line {line}: {what}")]
#[schema(as = ListMistake)]
pub struct Wrong {
    pub line: u64,
    /// Empty: the line as a whole.
    pub column: String,
    /// `malformed`, `out_of_range`, `repeated`, …
    pub code: String,
    /// For developers, in English.
    #[serde(rename = "detail")]
    pub what: String,
}

impl Wrong {
    pub fn new(line: u64, (column, code): (&str, &str), what: impl Into<String>) -> Self {
        Wrong { line, column: column.to_owned(), code: code.to_owned(), what: what.into() }
    }
}

/// The columns as an export names them.
pub const COLUMNS: [&str; 15] = [
    "agency",
    "url",
    "software",
    "berita",
    "berita_days",
    "artikel",
    "artikel_days",
    "agenda",
    "agenda_days",
    "responsible",
    "contact",
    "groups",
    "hosts",
    "interval_seconds",
    "active",
];
const YES: &str = "ya";
const NO: &str = "tidak";

/// The column that goes by a name; other names than those of an export are as people call them.
fn column(name: &str) -> Option<&'static str> {
    let name = name.trim().to_lowercase().replace([' ', '-'], "_");
    let own = COLUMNS.into_iter().find(|column| *column == name);
    own.or(match name.as_str() {
        "alamat" | "website" | "situs" | "address" => Some("url"),
        "opd" | "perangkat_daerah" | "instansi" | "nama" | "name" => Some("agency"),
        "perangkat_lunak" | "cms" => Some("software"),
        "berita_url" | "news" => Some("berita"),
        "berita_hari" | "news_days" => Some("berita_days"),
        "artikel_url" | "articles" => Some("artikel"),
        "artikel_hari" | "articles_days" => Some("artikel_days"),
        "agenda_url" | "events" => Some("agenda"),
        "agenda_hari" | "events_days" => Some("agenda_days"),
        "penanggung_jawab" | "pic" => Some("responsible"),
        "kontak" => Some("contact"),
        "kelompok" | "grup" => Some("groups"),
        "host" => Some("hosts"),
        "jeda_detik" | "interval" => Some("interval_seconds"),
        "aktif" => Some("active"),
        _ => None,
    })
}

/// What was read of a list: websites, what is wrong, and columns that mean nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reading {
    pub sites: Vec<Listed>,
    pub wrong: Vec<Wrong>,
    pub ignored: Vec<String>,
}

/// Reads a list of CSV: a line of names of columns, then a line for each website. A list of bare addresses, one a line, is one too.
pub fn read(text: &str) -> Result<Vec<Listed>, Vec<Wrong>> {
    let reading = read_csv(text);
    if reading.wrong.is_empty() { Ok(reading.sites) } else { Err(reading.wrong) }
}

/// The same, with all that is wrong beside what is not.
pub fn read_csv(text: &str) -> Reading {
    let (lines, unreadable) = table::read_csv(text);
    let mut reading = read_lines(&lines);
    reading.wrong.extend(unreadable.into_iter().map(|one| Wrong::new(one.line, ("", "malformed"), one.what)));
    reading.wrong.sort_by_key(|one| one.line);
    reading
}

/// Reads lines, the first of which names the columns, unless it holds an address.
pub fn read_lines(lines: &[Line]) -> Reading {
    let mut reading = Reading::default();
    let Some(first) = lines.first() else { return reading };
    let mut columns = BTreeMap::new();
    let mut rest = lines;
    let is_head = first.cells.iter().any(|cell| column(cell) == Some("url"));
    if !is_head && first.cells.iter().any(|cell| is_address(cell)) {
        columns.insert("url", 0);
    } else {
        rest = &lines[1..];
        for (at, name) in first.cells.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
            match column(name) {
                Some(column) => drop(columns.entry(column).or_insert(at)),
                None => reading.ignored.push(name.clone()),
            }
        }
    }
    if !columns.contains_key("url") {
        reading.wrong.push(Wrong::new(first.number, ("url", "required"), "no column url"));
        return reading;
    }
    if rest.len() > SITES_MAX {
        reading.wrong.push(Wrong::new(0, ("", "too_many"), format!("more than {SITES_MAX} websites")));
        return reading;
    }
    for line in rest {
        let mut wrong = Vec::new();
        match listed(line, &columns, &mut wrong) {
            Some(site) if wrong.is_empty() => reading.sites.push(site),
            Some(_) | None => reading.wrong.append(&mut wrong),
        }
    }
    reading
}

fn is_address(text: &str) -> bool {
    address(text).is_some_and(|url| url.host_str().is_some_and(|host| host.contains('.') || host == "localhost"))
}

/// A line while it is read.
struct Cells<'l> {
    line: &'l Line,
    columns: &'l BTreeMap<&'static str, usize>,
    wrong: &'l mut Vec<Wrong>,
}

impl Cells<'_> {
    /// What stands in a column; `None` when the list has none of that name.
    fn of(&self, column: &str) -> Option<&str> {
        let at = self.columns.get(column)?;
        Some(self.line.cells.get(*at).map(String::as_str).unwrap_or_default())
    }

    fn complain(&mut self, column: &str, code: &str, what: String) {
        self.wrong.push(Wrong::new(self.line.number, (column, code), what));
    }

    fn number<N: std::str::FromStr>(&mut self, column: &str) -> Option<Option<N>> {
        let text = self.of(column)?.to_owned();
        if text.is_empty() {
            return Some(None);
        }
        match text.parse() {
            Ok(number) => Some(Some(number)),
            Err(_) => {
                self.complain(column, "malformed", format!("{text:?} is no whole number"));
                None
            }
        }
    }

    fn part(&mut self, section: Section, site: &Url) -> Option<Said> {
        let place = match self.of(section.as_str()).map(str::to_owned) {
            None => None,
            Some(text) if text.is_empty() => Some(Place::Nowhere),
            Some(text) => match yes_or_no(&text) {
                Some(true) => Some(Place::Somewhere),
                Some(false) => Some(Place::Nowhere),
                None => match place(site, &text) {
                    Some(url) => Some(Place::At(url)),
                    None => {
                        self.complain(section.as_str(), "malformed", format!("{text:?} is no address"));
                        return None;
                    }
                },
            },
        };
        let column = format!("{section}_days");
        let days = self.number::<u16>(&column);
        if let Some(Some(days)) = days
            && !(1..=DAYS_MAX).contains(&days)
        {
            self.complain(&column, "out_of_range", format!("1 to {DAYS_MAX} days"));
        }
        (place.is_some() || days.is_some()).then_some(Said::Part(section, place, days))
    }

    fn said(&mut self, site: &Url) -> Vec<Said> {
        let mut said = Vec::new();
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        said.extend(self.of("agency").and_then(some).map(Said::Agency));
        said.extend(self.of("software").map(some).map(Said::Software));
        for section in Section::ALL {
            said.extend(self.part(*section, site));
        }
        let (name, contact) = (self.of("responsible").map(str::to_owned), self.of("contact").map(str::to_owned));
        if name.is_some() || contact.is_some() {
            said.push(Said::Responsible(name, contact));
        }
        let parts = |text: &str, between: fn(char) -> bool| -> Vec<String> {
            text.split(between).map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
        };
        said.extend(self.of("groups").map(|text| Said::Groups(parts(text, |c| c == BETWEEN_GROUPS || c == '\n'))));
        said.extend(self.of("hosts").map(|text| Said::Hosts(parts(text, |c| ";,".contains(c) || c.is_whitespace()))));
        said.extend(self.number("interval_seconds").flatten().map(Said::Interval));
        if let Some(text) = self.of("active").and_then(some) {
            match yes_or_no(&text) {
                Some(yes) => said.push(Said::Active(yes)),
                None => self.complain("active", "not_a_choice", format!("{text:?} is neither yes nor no")),
            }
        }
        said
    }
}

fn yes_or_no(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        YES | "y" | "yes" | "true" | "x" | "1" | "aktif" => Some(true),
        NO | "no" | "false" | "0" | "-" => Some(false),
        _ => None,
    }
}

/// An address of a website, also one that begins at its root.
fn place(site: &Url, text: &str) -> Option<Url> {
    match text.contains("://") || text.starts_with(['/', '?']) {
        true => site.join(text).ok().filter(|url| matches!(url.scheme(), "http" | "https")),
        // `dinas.go.id/berita`, but not `berita`.
        false => address(text).filter(|url| url.host_str().is_some_and(|host| host.contains('.'))),
    }
}

fn listed(line: &Line, columns: &BTreeMap<&'static str, usize>, wrong: &mut Vec<Wrong>) -> Option<Listed> {
    let mut cells = Cells { line, columns, wrong };
    let text = cells.of("url").unwrap_or_default().to_owned();
    let Some(url) = address(&text) else {
        cells.complain("url", "malformed", format!("{text:?} is no address of a website"));
        return None;
    };
    let said = cells.said(&url);
    let mut agency = url.host_str().unwrap_or_default().to_owned();
    let mut sections = HashMap::new();
    for one in &said {
        match one {
            Said::Agency(name) => agency.clone_from(name),
            Said::Part(section, Some(Place::At(at)), _) => drop(sections.insert(*section, at.clone())),
            Said::Part(..) | Said::Software(_) | Said::Responsible(..) | Said::Groups(_) => {}
            Said::Hosts(_) | Said::Interval(_) | Said::Active(_) => {}
        }
    }
    Some(Listed { line: line.number, agency, url, sections, said })
}

impl Listed {
    /// What a website is to be, by what it is now (`None`: it is new) and what the list says of it.
    pub fn wanted(&self, now: Option<Wanted>) -> Wanted {
        let mut wanted = now.unwrap_or_else(|| Wanted::new(self.agency.clone(), self.url.to_string()));
        for said in &self.said {
            say(&mut wanted, said.clone());
        }
        wanted
    }
}

fn say(wanted: &mut Wanted, said: Said) {
    let profile = &mut wanted.profile;
    match said {
        Said::Agency(agency) => wanted.agency = agency,
        Said::Software(software) => profile.software = software,
        Said::Part(section, place, days) => say_part(&mut profile.sections, section, (place, days)),
        Said::Responsible(name, contact) => {
            profile.responsible = responsible(profile.responsible.take(), name, contact)
        }
        Said::Groups(groups) => profile.groups = groups,
        Said::Hosts(hosts) => profile.hosts = hosts,
        Said::Interval(seconds) => wanted.interval_seconds = seconds,
        Said::Active(active) => wanted.active = active,
    }
}

fn say_part(parts: &mut Vec<Kept>, section: Section, (place, days): (Option<Place>, Option<Option<u16>>)) {
    let at = parts.iter().position(|part| part.section == section);
    let now = at.map(|at| parts[at].clone());
    let days = days.unwrap_or_else(|| now.as_ref().and_then(|part| part.days));
    let is_kept = match &place {
        None => now.is_some() || days.is_some(),
        Some(Place::Nowhere) => days.is_some(),
        Some(Place::Somewhere | Place::At(_)) => true,
    };
    let url = match place {
        None => now.as_ref().and_then(|part| part.url.clone()),
        Some(Place::Nowhere | Place::Somewhere) => None,
        Some(Place::At(url)) => Some(url.to_string()),
    };
    let part = is_kept.then_some(Kept { section, url, days });
    match (at, part) {
        (Some(at), Some(part)) => parts[at] = part,
        (Some(at), None) => drop(parts.remove(at)),
        (None, Some(part)) => parts.push(part),
        (None, None) => {}
    }
}

fn responsible(now: Option<Responsible>, name: Option<String>, contact: Option<String>) -> Option<Responsible> {
    let now = now.unwrap_or(Responsible { name: String::new(), email: None, phone: None });
    let (email, phone) = contact.map_or((now.email, now.phone), |text| reached(&text));
    let one = Responsible { name: name.unwrap_or(now.name), email, phone };
    (!one.name.is_empty() || one.email.is_some() || one.phone.is_some()).then_some(one)
}

/// An e-mail address, a telephone, or both with a semicolon or a comma between.
fn reached(text: &str) -> (Option<String>, Option<String>) {
    let is_email = |part: &str| part.contains('@') && !part.trim().contains([' ', ',', ';']);
    for between in [';', ','] {
        let parts: Vec<&str> = text.split(between).map(str::trim).filter(|part| !part.is_empty()).collect();
        if let Some(email) = parts.iter().find(|part| is_email(part)) {
            let rest: Vec<&str> = parts.iter().filter(|part| *part != email).copied().collect();
            let rest = rest.join(&format!("{between} "));
            return (Some((*email).to_owned()), (!rest.is_empty()).then_some(rest));
        }
    }
    (None, (!text.is_empty()).then(|| text.to_owned()))
}

/// What a website is, in the cells of [`COLUMNS`].
pub fn cells(one: &Wanted) -> Vec<String> {
    let profile = &one.profile;
    let mut cells = vec![one.agency.clone(), one.url.clone(), profile.software.clone().unwrap_or_default()];
    for section in Section::ALL {
        let part = profile.sections.iter().find(|part| part.section == *section);
        let place = part.map(|part| part.url.clone().unwrap_or_else(|| YES.to_owned()));
        cells.push(place.unwrap_or_default());
        cells.push(part.and_then(|part| part.days).map(|days| days.to_string()).unwrap_or_default());
    }
    let responsible = profile.responsible.as_ref();
    let contact = responsible.iter().flat_map(|one| [&one.email, &one.phone]).flatten().cloned().collect::<Vec<_>>();
    cells.extend([
        responsible.map(|one| one.name.clone()).unwrap_or_default(),
        contact.join("; "),
        profile.groups.join("; "),
        profile.hosts.join("; "),
        one.interval_seconds.to_string(),
        if one.active { YES } else { NO }.to_owned(),
    ]);
    cells
}

/// The column in which a field stands that a rule refuses.
pub fn column_of(field: &str) -> &'static str {
    let name = field.strip_prefix("profile.").unwrap_or(field);
    match name {
        "sections" => "berita",
        name => COLUMNS.into_iter().find(|column| *column == name).unwrap_or_default(),
    }
}

/// An address of a website; without a scheme it is read as HTTPS.
pub fn address(text: &str) -> Option<Url> {
    let text = text.trim();
    let text = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let url = Url::parse(&text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    (url.host_str().is_some_and(|host| !host.is_empty()) && url.username().is_empty()).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(text: &str) -> Vec<String> {
        read(text).unwrap().iter().map(|site| site.url.to_string()).collect()
    }

    #[test]
    fn lists_are_read_as_spreadsheets_and_people_write_them() {
        let site = read("\u{feff}OPD;Alamat;Berita\nDinas \"A\";dinas.example.go.id;/kabar\n\n").unwrap().remove(0);
        assert_eq!((site.agency.as_str(), site.url.as_str()), ("Dinas \"A\"", "https://dinas.example.go.id/"));
        assert_eq!(site.sections[&Section::Berita].as_str(), "https://dinas.example.go.id/kabar");
        assert_eq!(urls("agency,url\n\"Dinas, Kota\",http://a.go.id/\n"), ["http://a.go.id/"]);
        assert_eq!(urls("http://a.go.id:8080/x\n# lama\nb.go.id\n"), ["http://a.go.id:8080/x", "https://b.go.id/"]);
        assert_eq!(urls("url\nhttp://localhost:80/\n"), ["http://localhost/"]);
        assert_eq!(urls(""), Vec::<String>::new());
    }

    #[test]
    fn what_is_wrong_is_told_by_line_and_nothing_is_taken() {
        let wrong = read("agency,url\nA,a.go.id\nB,ftp://b.go.id\nC,\n").unwrap_err();
        assert_eq!(wrong.iter().map(|one| one.line).collect::<Vec<_>>(), [3, 4]);
        assert_eq!(read("agency,person\nA,b\n").unwrap_err()[0].what, "no column url");
    }

    fn full() -> Wanted {
        let section = |section, url: Option<&str>, days| Kept { section, url: url.map(str::to_owned), days };
        let mut wanted = Wanted::new("+Dinas \"A\", Kota".into(), "https://a.go.id/".into());
        wanted.profile.software = Some("wordpress".into());
        wanted.profile.sections = vec![
            section(Section::Berita, Some("https://a.go.id/berita"), Some(7)),
            section(Section::Artikel, None, None),
            section(Section::Agenda, None, Some(14)),
        ];
        let (email, phone) = (Some("ani@a.go.id".to_owned()), Some("+62 811, 812".to_owned()));
        wanted.profile.responsible = Some(Responsible { name: "Ani, S.Kom.".into(), email, phone });
        wanted.profile.groups = vec!["Server 1".into(), "Kota, Barat".into()];
        wanted.profile.hosts = vec!["www.lapor.go.id".into()];
        (wanted.interval_seconds, wanted.active) = (300, false);
        wanted
    }

    #[test]
    fn what_is_exported_is_read_as_it_was_both_new_and_over_itself() {
        for one in [full(), Wanted::new("Dinas B".into(), "https://b.go.id/x".into())] {
            let csv = crate::reports::csv(COLUMNS, [cells(&one)]).unwrap();
            let listed = read(&String::from_utf8(csv).unwrap()).unwrap().remove(0);
            assert_eq!(listed.wanted(None), one);
            assert_eq!(listed.wanted(Some(full().clone())).profile.sections, one.profile.sections);
        }
    }

    #[test]
    fn a_list_says_nothing_of_columns_that_it_does_not_have() {
        let listed = read("url,berita_days\na.go.id,3\n").unwrap().remove(0);
        let mut wanted = full();
        wanted.profile.sections[0].days = Some(3);
        assert_eq!(listed.wanted(Some(full())), wanted);
        let listed = read("url;Kontak;Agenda\na.go.id;0811;\n").unwrap().remove(0).wanted(Some(full())).profile;
        let responsible = listed.responsible.unwrap();
        assert_eq!((responsible.email, responsible.phone.as_deref()), (None, Some("0811")));
        assert_eq!(listed.sections[2], Kept { section: Section::Agenda, url: None, days: Some(14) }, "its days stand");
    }

    #[test]
    fn what_is_wrong_is_told_by_line_and_column() {
        let text = "url,berita,agenda_days,active,warna\na.go.id,kabar,400,mungkin,merah\nb.go.id,ya,x,ya,\n";
        let reading = read_csv(text);
        let wrong: Vec<_> =
            reading.wrong.iter().map(|one| format!("{} {} {}", one.line, one.column, one.code)).collect();
        assert_eq!(
            wrong,
            ["2 berita malformed", "2 agenda_days out_of_range", "2 active not_a_choice", "3 agenda_days malformed"]
        );
        assert_eq!((reading.sites.len(), reading.ignored), (0, vec!["warna".to_owned()]));
    }
}
