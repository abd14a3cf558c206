//! The house stands as `ARCHITECTURE.md` draws it: who may import whom, and what a file must not hold.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Rooms from the bottom up. A file imports from its own room and from rooms before it in this list;
/// `BESIDE` names the exceptions.
const ROOMS: &[&str] = &[
    "kernel",
    "memory",
    "search",
    "reports",
    "ports",
    "config",
    "threats",
    "secrets",
    "db",
    "app",
    "ledger",
    "jobs",
    "http",
    "identity",
    "sites",
    "calendar",
    "notices",
    "media",
    "procedure",
    "content",
    "editorial",
    "import",
    "themes",
    "publish",
    "deploy",
    "verify",
    "evidence",
    "preview",
    "delivery",
    "monitoring",
    "adapters",
    "server",
    "boot",
    "cli",
];

/// Imports against the order or across it, each with its reason.
const BESIDE: &[(&str, &str, &str)] = &[("config", "db", "the settings say which database")];

/// Rooms that a room must not import although they stand below it.
const CLOSED: &[(&str, &str, &str)] = &[
    ("adapters", "db", "adapters know ports and kernel alone"),
    ("adapters", "app", "adapters know ports and kernel alone"),
    ("server", "adapters", "only boot chooses adapters"),
    ("cli", "adapters", "only boot chooses adapters"),
    ("delivery", "publish", "neither needs the other"),
    ("publish", "import", "a build does not know where content came from"),
];

/// What a kind of file must not contain.
const PURE: &[&str] =
    &["diesel", "actix_web", "tokio", "std::fs", "std::env", "crate::app", "crate::db", "async fn", "getrandom"];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[expect(clippy::disallowed_methods, reason = "the test reads the sources")]
fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

/// The code without its unit tests and comments.
fn code(path: &Path) -> String {
    let text = read(path);
    let text = text.split("\n#[cfg(test)]\nmod ").next().unwrap_or_default();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn room(path: &Path) -> String {
    let first = path.strip_prefix("src").unwrap().iter().next().unwrap().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

fn imports(code: &str) -> Vec<String> {
    let mut rooms: Vec<String> = code
        .split("crate::")
        .skip(1)
        .map(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default().to_owned())
        .filter(|name| ROOMS.contains(&name.as_str()))
        .collect();
    // `use crate::{a, b}`
    for list in code.split("use crate::{").skip(1) {
        let list = list.split("};").next().unwrap_or_default();
        rooms.extend(
            list.split([',', '\n', '{', ':'])
                .map(|part| part.trim().to_owned())
                .filter(|name| ROOMS.contains(&name.as_str())),
        );
    }
    rooms.sort();
    rooms.dedup();
    rooms
}

#[test]
fn every_room_imports_only_what_stands_below_it() {
    let place: BTreeMap<&str, usize> = ROOMS.iter().enumerate().map(|(at, name)| (*name, at)).collect();
    let mut wrong = Vec::new();
    for path in sources(Path::new("src")) {
        let own = room(&path);
        let Some(own_place) = place.get(own.as_str()) else {
            assert!(own == "main" || own == "lib", "{} is in no room of the list", path.display());
            continue;
        };
        for other in imports(&code(&path)) {
            let excused = BESIDE.iter().any(|(from, to, _)| *from == own && *to == other);
            if other != own && place[other.as_str()] > *own_place && !excused {
                wrong.push(format!("{} imports {other}, which stands above it", path.display()));
            }
            if let Some((_, _, why)) = CLOSED.iter().find(|(from, to, _)| *from == own && *to == other) {
                wrong.push(format!("{} imports {other}: {why}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// The names that the API's document gives to the shapes of a file: of two with one name it would keep only one.
fn shapes(code: &str) -> Vec<String> {
    let named = |rest: &str| -> Option<String> {
        let (attributes, item) = rest.split_once("struct ").or_else(|| rest.split_once("enum "))?;
        let own = attributes.split_once("schema(as = ").and_then(|(_, rest)| rest.split([',', ')']).next());
        let name = own.or_else(|| item.split(|c: char| !c.is_ascii_alphanumeric()).next());
        name.map(str::to_owned)
    };
    let derived = code
        .split("#[derive(")
        .skip(1)
        .filter(|rest| rest.split(')').next().is_some_and(|derives| derives.contains("ToSchema")));
    let words = code.split("crate::words! {").skip(1).filter_map(|rest| {
        let line = rest.lines().find(|line| line.contains("pub enum "))?.trim();
        let name = line.split('"').nth(1).or_else(|| line.split_whitespace().nth(2))?;
        Some(name.to_owned())
    });
    derived.filter_map(named).chain(words).collect()
}

#[test]
fn no_two_shapes_of_the_api_share_a_name() {
    let mut homes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in sources(Path::new("src")) {
        for name in shapes(&code(&path)) {
            homes.entry(name).or_default().push(path.display().to_string());
        }
    }
    assert!(homes.len() > 100, "the shapes were not found");
    let shared: Vec<_> = homes.iter().filter(|(_, files)| files.len() > 1).collect();
    assert!(shared.is_empty(), "{shared:#?}");
}

#[test]
fn rules_are_pure_and_services_speak_no_sql() {
    let mut wrong = Vec::new();
    for path in sources(Path::new("src")) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let code = code(&path);
        let banned: &[&str] = match name.as_str() {
            "rules.rs" | "model.rs" => PURE,
            "service.rs" => &["diesel::", "HttpResponse", "HttpRequest"],
            "api.rs" => &["diesel::", "ledger::record", "write_blocking"],
            "store.rs" => &["HttpResponse", "ledger::record", "jobs::enqueue"],
            _ => &[],
        };
        for word in banned.iter().filter(|word| code.contains(**word)) {
            wrong.push(format!("{} contains {word}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn nothing_is_left_to_be_done_later() {
    let left = ["TODO", "FIXME", "XXX", "unimplemented!(", "todo!("];
    let mut wrong = Vec::new();
    for path in sources(Path::new("src")) {
        let text = read(&path);
        for word in left.iter().filter(|word| text.contains(**word)) {
            wrong.push(format!("{} contains {word}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
