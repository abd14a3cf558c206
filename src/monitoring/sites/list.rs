//! Lists of websites as CSV: what is imported, and what a round on the command line takes.

use std::collections::{BTreeMap, HashMap};

use url::Url;

use crate::monitoring::look::model::Section;

/// Websites of one list.
pub const SITES_MAX: usize = 10_000;

/// One website of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    pub agency: String,
    pub url: Url,
    pub sections: HashMap<Section, Url>,
}

/// What is wrong with a list, and in which line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct Wrong {
    pub line: u64,
    pub what: String,
}

/// The columns, each with the names that it may have. `url` is the only one that must be there.
const COLUMNS: [(&str, &[&str]); 5] = [
    ("url", &["url", "alamat", "website", "situs", "address"]),
    ("agency", &["agency", "opd", "perangkat_daerah", "instansi", "nama", "name"]),
    ("berita", &["berita", "berita_url", "news"]),
    ("artikel", &["artikel", "artikel_url", "articles"]),
    ("agenda", &["agenda", "agenda_url", "events"]),
];

/// Reads a list: a line of names of columns, then a line for each website. Commas or semicolons part them, as spreadsheets
/// write them. A list of bare addresses, one a line, is one too.
pub fn read(text: &str) -> Result<Vec<Listed>, Vec<Wrong>> {
    let text = text.trim_start_matches('\u{feff}');
    let head = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let delimiter = if head.matches(';').count() > head.matches(',').count() { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new();
    reader.delimiter(delimiter).has_headers(false).flexible(true).trim(csv::Trim::All).comment(Some(b'#'));
    let mut rows = reader.from_reader(text.as_bytes()).into_records().peekable();
    let names = match rows.peek() {
        Some(Ok(first)) if !first.iter().any(is_address) => columns(first)?,
        _ => BTreeMap::from([("url", 0)]),
    };
    if names.get("url") != Some(&0) || names.len() > 1 || head_is_names(head, delimiter) {
        rows.next();
    }
    let mut found = Vec::new();
    let mut wrong = Vec::new();
    for row in rows {
        let line = |row: &csv::StringRecord| row.position().map_or(0, csv::Position::line);
        match row {
            Err(error) => {
                wrong.push(Wrong { line: error.position().map_or(0, csv::Position::line), what: error.to_string() })
            }
            Ok(row) if row.iter().all(str::is_empty) => {}
            Ok(row) => match listed(&row, &names) {
                Ok(site) => found.push(site),
                Err(what) => wrong.push(Wrong { line: line(&row), what }),
            },
        }
        if found.len() > SITES_MAX {
            wrong.push(Wrong { line: 0, what: format!("more than {SITES_MAX} websites") });
            break;
        }
    }
    if wrong.is_empty() { Ok(found) } else { Err(wrong) }
}

fn head_is_names(head: &str, delimiter: u8) -> bool {
    let names = head.split(char::from(delimiter)).map(|name| name.trim().trim_matches('"').to_lowercase());
    names.into_iter().any(|name| COLUMNS[0].1.contains(&name.as_str()))
}

fn is_address(text: &str) -> bool {
    address(text).is_some_and(|url| url.host_str().is_some_and(|host| host.contains('.') || host == "localhost"))
}

fn columns(names: &csv::StringRecord) -> Result<BTreeMap<&'static str, usize>, Vec<Wrong>> {
    let mut found = BTreeMap::new();
    for (at, name) in names.iter().enumerate() {
        let name = name.to_lowercase().replace([' ', '-'], "_");
        if let Some((column, _)) = COLUMNS.iter().find(|(_, names)| names.contains(&name.as_str())) {
            found.entry(*column).or_insert(at);
        }
    }
    match found.contains_key("url") {
        true => Ok(found),
        false => Err(vec![Wrong { line: 1, what: "no column url".to_owned() }]),
    }
}

fn listed(row: &csv::StringRecord, names: &BTreeMap<&'static str, usize>) -> Result<Listed, String> {
    let value = |column: &str| names.get(column).and_then(|at| row.get(*at)).unwrap_or_default();
    let url = address(value("url")).ok_or_else(|| format!("{:?} is no address of a website", value("url")))?;
    let mut sections = HashMap::new();
    for section in Section::ALL {
        let told = value(section.as_str());
        if !told.is_empty() {
            let at = url.join(told).map_err(|_| format!("{told:?} is no address"))?;
            sections.insert(*section, at);
        }
    }
    let agency = match value("agency") {
        "" => url.host_str().unwrap_or_default().to_owned(),
        agency => agency.to_owned(),
    };
    Ok(Listed { agency, url, sections })
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
}
