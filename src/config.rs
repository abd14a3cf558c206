//! Every setting, its default, its check; the only reader of the environment.
//!
//! A setting comes from, each overruling the one before: its default, `lamin.toml` in the data folder
//! (or the file that `LAMIN_CONFIG` names), the environment (`LAMIN_` and the name in capitals), the
//! command line. An unknown name is refused with the nearest known one.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use crate::db::{DbSettings, Durability};

/// What is wrong with the settings, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct ConfigError {
    pub place: String,
    pub problem: String,
}

/// A setting's name, default and explanation, for `--help` and the documentation.
pub struct SettingInfo {
    pub name: &'static str,
    pub default: &'static str,
    pub about: &'static str,
}

/// How the text of a setting becomes its value.
trait Setting: Sized {
    fn read(text: &str) -> Result<Self, String>;
}

macro_rules! settings {
    ($($(#[doc = $doc:literal])* $name:ident: $type:ty = $default:literal;)*) => {
        /// The settings of a run, checked.
        #[derive(Debug, Clone)]
        pub struct Config {
            /// Database, keys and uploads.
            pub data: PathBuf,
            /// Published sites: `<public>/<site>/current`.
            pub public: PathBuf,
            $($(#[doc = $doc])* pub $name: $type,)*
        }

        /// All settings but the two folders.
        pub const SETTINGS: &[SettingInfo] = &[$(SettingInfo {
            name: stringify!($name),
            default: $default,
            about: concat!($($doc),*),
        }),*];

        fn build(data: PathBuf, public: PathBuf, values: &Values) -> Result<Config, ConfigError> {
            Ok(Config { data, public, $($name: values.read(stringify!($name), $default)?),* })
        }
    };
}

settings! {
    /// Address and port to listen on.
    listen: SocketAddr = "127.0.0.1:8080";
    /// A postgres:// address; empty means the SQLite file lamin.db in the data folder.
    database_url: DatabaseUrl = "";
    /// Where users reach this server; cookies are marked Secure unless its host is localhost.
    server_url: HttpUrl = "http://localhost:8080";
    /// The site that is served when the host name is no site's; empty means the first one.
    default_site: String = "portal";
    /// Networks or addresses of reverse proxies whose X-Forwarded-For is believed, with commas between.
    trusted_proxies: Addresses = "";
    /// Finished releases that are kept for a rollback.
    releases_kept: Count = "5";
    /// Largest uploaded file, in bytes.
    upload_bytes_max: Bytes = "26214400";
    /// Largest file of a resumable upload, in bytes; each kind has a limit of its own as well.
    resumable_bytes_max: Bytes = "1073741824";
    /// What all files of one site may take together, in bytes; 0 means as much as there is room for.
    site_bytes_max: Bytes = "0";
    /// Where a ClamAV daemon listens that looks at every upload: unix:/run/clamav/clamd.ctl or tcp:127.0.0.1:3310; empty means none.
    scanner: String = "";
    /// Program that reads PDF files, run with the argument read-document; empty means this one. For one that shuts it in further.
    document_reader: String = "";
    /// Largest JSON body of a request, in bytes.
    json_bytes_max: Bytes = "2097152";
    /// Memory for answers of the public API, in bytes.
    delivery_cache_bytes_max: Bytes = "100663296";
    /// Passwords that are hashed at the same time; each takes 19 MiB and one core for a while.
    password_hashes_in_flight: Count = "2";
    /// Failed sign-ins to an account from one network in 15 minutes before the next must wait; five times as many for a network, ten times as many for an account from anywhere.
    login_failures_max: Count = "10";
    /// Threads that serve requests; 0 means one for each core.
    server_threads: Count = "0";
    /// Folders below which a target of the kind directory may stand, with commas between; empty means none.
    target_folders: Folders = "";
    /// Folder of procedure files to use instead of the built-in ones; empty means built-in.
    procedures_folder: String = "";
    /// Folder of themes to use instead of the built-in ones; empty means built-in.
    themes_folder: String = "";
    /// File of holidays to use instead of the built-in one; empty means built-in.
    holidays_file: String = "";
    /// What is logged: error, warn, info, debug, or a filter such as lamin=debug,info.
    log: String = "info";
    /// Networks that may be fetched although they are private, with commas between, such as 127.0.0.0/8,10.1.0.0/16.
    fetch_private_networks: Addresses = "";
    /// File of certificate authorities (PEM) to trust when fetching, beside Mozilla's; empty means none.
    fetch_roots_file: String = "";
    /// Hours between two checks of what each site's address serves; 0 means only when somebody asks.
    verify_interval_hours: Count = "0";
    /// Pages that one check of a site fetches; a site with more is checked by a rotating sample.
    verify_fetches_max: Count = "2000";
    /// What one check of a site fetches at most, in bytes.
    verify_bytes_max: Bytes = "1073741824";
    /// How long one check of a site takes at most, in seconds.
    verify_seconds_max: Count = "900";
    /// true: a target whose address serves something else than what was signed is brought anew at once.
    self_heal: bool = "false";
    /// false: websites are not looked at by this process, whatever is watched.
    monitor_websites: bool = "true";
    /// Addresses, with commas between, that have nothing to do with one another: while none of them answers, our own line is
    /// to blame and no website is. Empty means that the line is never asked.
    monitor_line_targets: String = "https://www.bssn.go.id/,https://one.one.one.one/,https://www.google.com/generate_204";
    /// How long one look at a website may take, in seconds.
    monitor_look_seconds_max: Count = "10";
    /// Every so many hours each watched website is looked at as a whole: freshness, intrusion, upkeep; 0 means only for
    /// the weekly report.
    monitor_round_hours: Count = "6";
    /// So many days before the weekly report the people who are responsible for websites are reminded of parts that are not
    /// kept up, by e-mail; 0: nobody is.
    monitor_nudge_days: Count = "4";
    /// Where the Telegram Bot API is, for whoever is called by Telegram.
    telegram_api_url: HttpUrl = "https://api.telegram.org";
    /// Reports of citizens that one network may send in an hour; twenty times as many are taken from all together.
    citizen_reports_max: Count = "5";
    /// Days after the end of an incident for which it is known who reported it by the public form.
    citizen_contact_days: Count = "90";
    /// full: every accepted write survives a power cut. off: for tests whose subject is something else.
    durability: DurabilitySetting = "full";
}

/// A whole number.
pub type Count = usize;
/// A whole number of bytes.
pub type Bytes = usize;

/// Kept apart from other text because it holds a password: it is never printed.
#[derive(Clone, Default)]
pub struct DatabaseUrl(String);

impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_empty() { "(sqlite)" } else { "(postgres, hidden)" })
    }
}

/// An `http` or `https` address without a trailing slash.
#[derive(Debug, Clone)]
pub struct HttpUrl(String);

impl HttpUrl {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether cookies may travel over it unencrypted: only on this machine.
    pub fn is_local(&self) -> bool {
        let host = self.0.split("://").nth(1).unwrap_or_default();
        let host = host.split('/').next().unwrap_or_default();
        let host = host.rsplit_once(':').map_or(host, |(name, _)| name);
        host == "localhost" || host.ends_with(".localhost") || host == "127.0.0.1" || host == "[::1]"
    }
}

/// Networks such as `10.0.0.0/8`, or single addresses.
#[derive(Debug, Clone, Default)]
pub struct Addresses(Vec<(IpAddr, u8)>);

impl Addresses {
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|(network, bits)| same_network(*network, address, *bits))
    }
}

/// Whether two addresses agree in their first bits.
pub fn same_network(a: IpAddr, b: IpAddr, bits: u8) -> bool {
    let (a, b, width) = match (a, b) {
        (IpAddr::V4(a), IpAddr::V4(b)) => (u128::from(a.to_bits()), u128::from(b.to_bits()), 32),
        (IpAddr::V6(a), IpAddr::V6(b)) => (a.to_bits(), b.to_bits(), 128),
        _ => return false,
    };
    bits == 0 || (a ^ b) >> (width - u32::from(bits).min(width)) == 0
}

/// Absolute paths of folders.
#[derive(Debug, Clone, Default)]
pub struct Folders(pub Vec<String>);

impl Setting for Folders {
    fn read(text: &str) -> Result<Self, String> {
        let parts = text.split(',').map(|part| part.trim().trim_end_matches('/')).filter(|part| !part.is_empty());
        let read = |part: &str| match part.starts_with('/') {
            true => Ok(part.to_owned()),
            false => Err(format!("{part:?} is not an absolute path")),
        };
        parts.map(read).collect::<Result<_, _>>().map(Folders)
    }
}

/// See the setting `durability`.
#[derive(Debug, Clone, Copy)]
pub struct DurabilitySetting(pub Durability);

impl Setting for SocketAddr {
    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| format!("{text:?} is not an address such as 127.0.0.1:8080"))
    }
}

impl Setting for String {
    fn read(text: &str) -> Result<Self, String> {
        Ok(text.into())
    }
}

impl Setting for bool {
    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| format!("{text:?} is neither true nor false"))
    }
}

impl Setting for usize {
    fn read(text: &str) -> Result<Self, String> {
        text.replace('_', "").parse().map_err(|_| format!("{text:?} is not a whole number"))
    }
}

impl Setting for DatabaseUrl {
    fn read(text: &str) -> Result<Self, String> {
        if text.is_empty() || text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(DatabaseUrl(text.into()));
        }
        Err("it must begin with postgres:// (or be empty for SQLite)".into())
    }
}

impl Setting for HttpUrl {
    fn read(text: &str) -> Result<Self, String> {
        if text.starts_with("http://") || text.starts_with("https://") {
            return Ok(HttpUrl(text.trim_end_matches('/').into()));
        }
        Err(format!("{text:?} does not begin with http:// or https://"))
    }
}

impl Setting for Addresses {
    fn read(text: &str) -> Result<Self, String> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let read = |part: &str| {
            let (address, bits) = part.split_once('/').unwrap_or((part, ""));
            let address: IpAddr = address.parse().ok()?;
            let width = if address.is_ipv4() { 32 } else { 128 };
            let bits = if bits.is_empty() { width } else { bits.parse().ok().filter(|bits| *bits <= width)? };
            Some((address, bits))
        };
        parts
            .map(|part| read(part).ok_or_else(|| format!("{part:?} is not an address or network such as 10.0.0.0/8")))
            .collect::<Result<_, _>>()
            .map(Addresses)
    }
}

impl Setting for DurabilitySetting {
    fn read(text: &str) -> Result<Self, String> {
        match text {
            "full" => Ok(DurabilitySetting(Durability::Full)),
            "off" => Ok(DurabilitySetting(Durability::Off)),
            _ => Err(format!("{text:?} is neither full nor off")),
        }
    }
}

/// Names, values, and where each value came from.
#[derive(Default)]
struct Values(BTreeMap<String, (String, String)>);

impl Values {
    fn set(&mut self, name: &str, value: String, place: String) -> Result<(), ConfigError> {
        if !SETTINGS.iter().any(|setting| setting.name == name) {
            return Err(ConfigError { problem: unknown(name), place });
        }
        self.0.insert(name.into(), (value, place));
        Ok(())
    }

    fn read<T: Setting>(&self, name: &str, default: &str) -> Result<T, ConfigError> {
        let built_in = (default.to_owned(), "default".to_owned());
        let (text, place) = self.0.get(name).unwrap_or(&built_in);
        T::read(text).map_err(|problem| ConfigError { place: format!("{place}: {name}"), problem })
    }
}

fn unknown(name: &str) -> String {
    let nearest = SETTINGS.iter().map(|s| s.name).max_by(|a, b| {
        let (a, b) = (strsim::jaro_winkler(a, name), strsim::jaro_winkler(b, name));
        a.total_cmp(&b)
    });
    format!("there is no setting {name:?}; did you mean {:?}?", nearest.unwrap_or_default())
}

impl Config {
    /// Reads the settings of this process. `flags` come from the command line.
    #[expect(clippy::disallowed_methods, reason = "the one reader of the environment")]
    pub fn load(data: &Path, public: &Path, flags: &[(String, String)]) -> Result<Config, ConfigError> {
        let environment = std::env::vars().collect::<Vec<_>>();
        Config::from_parts(data, public, &environment, flags)
    }

    /// The same with the environment as an argument.
    pub fn from_parts(
        data: &Path,
        public: &Path,
        environment: &[(String, String)],
        flags: &[(String, String)],
    ) -> Result<Config, ConfigError> {
        let mut values = Values::default();
        let named = environment.iter().find(|(name, _)| name == "LAMIN_CONFIG").map(|(_, path)| PathBuf::from(path));
        let must_exist = named.is_some();
        read_file(&named.unwrap_or_else(|| data.join("lamin.toml")), must_exist, &mut values)?;
        for (name, value) in environment {
            // Three are no settings: two folders that are flags, and the password of the demo.
            let elsewhere = ["LAMIN_CONFIG", "LAMIN_DATA", "LAMIN_PUBLIC", "LAMIN_DEMO_PASSWORD"];
            let tests_own = name.starts_with("LAMIN_TEST_");
            if let Some(key) = name.strip_prefix("LAMIN_")
                && !elsewhere.contains(&name.as_str())
                && !tests_own
            {
                values.set(&key.to_ascii_lowercase(), value.clone(), format!("environment {name}"))?;
            }
        }
        for (name, value) in flags {
            values.set(name, value.clone(), "command line".into())?;
        }
        build(data.into(), public.into(), &values)
    }

    /// Files that came and are not judged yet.
    pub fn spool(&self) -> PathBuf {
        self.data.join("spool")
    }

    /// Where the data is.
    pub fn database(&self) -> DbSettings {
        let durability = self.durability.0;
        if self.database_url.0.is_empty() {
            DbSettings::Sqlite { file: self.data.join("lamin.db"), durability }
        } else {
            DbSettings::Postgres { url: self.database_url.0.clone(), durability }
        }
    }
}

/// The password of the demo accounts, when the caller chose one.
#[expect(clippy::disallowed_methods, reason = "the one reader of the environment")]
pub fn demo_password() -> Option<String> {
    std::env::var("LAMIN_DEMO_PASSWORD").ok().filter(|password| !password.is_empty())
}

#[expect(clippy::disallowed_methods, reason = "settings are read before there is any other home for files")]
fn read_file(path: &Path, must_exist: bool, values: &mut Values) -> Result<(), ConfigError> {
    let place = path.display().to_string();
    let wrong = |problem: String| ConfigError { place: place.clone(), problem };
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !must_exist => return Ok(()),
        Err(error) => return Err(wrong(error.to_string())),
    };
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| wrong(error.to_string()))?;
    for (name, value) in table {
        let line = text.lines().position(|line| line.trim_start().starts_with(&name)).map_or(0, |at| at + 1);
        let at = format!("{place}:{line}");
        let value = match value {
            toml::Value::String(text) => text,
            toml::Value::Array(items) => items
                .iter()
                .map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned))
                .collect::<Vec<_>>()
                .join(","),
            other => other.to_string(),
        };
        values.set(&name, value, at)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(file: Option<&str>, environment: &[(&str, &str)], flags: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        if let Some(text) = file {
            #[expect(clippy::disallowed_methods, reason = "a test's own file")]
            std::fs::write(folder.path().join("lamin.toml"), text).unwrap();
        }
        let owned = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        Config::from_parts(folder.path(), Path::new("public"), &owned(environment), &owned(flags))
    }

    #[test]
    fn each_source_overrules_the_one_before() {
        let file = "listen = \"127.0.0.1:1\"\nreleases_kept = 7\ntrusted_proxies = [\"10.0.0.0/8\", \"::1\"]\n";
        let config = load(Some(file), &[("LAMIN_LISTEN", "127.0.0.1:2")], &[("listen", "127.0.0.1:3")]).unwrap();
        assert_eq!(config.listen.port(), 3);
        assert_eq!(config.releases_kept, 7);
        assert!(config.trusted_proxies.contains("10.200.1.1".parse().unwrap()));
        assert!(!config.trusted_proxies.contains("11.0.0.1".parse().unwrap()));
    }

    #[test]
    fn an_unknown_name_is_refused_with_its_place_and_the_nearest_known_one() {
        let error = load(Some("\nlisen = \"x\"\n"), &[], &[]).unwrap_err();
        assert!(error.place.ends_with("lamin.toml:2"), "{error}");
        assert!(error.problem.contains("\"listen\""), "{error}");
        let error = load(None, &[("LAMIN_RELEASE_KEPT", "1")], &[]).unwrap_err();
        assert!(error.to_string().contains("LAMIN_RELEASE_KEPT") && error.problem.contains("releases_kept"), "{error}");
    }

    #[test]
    fn a_value_of_the_wrong_kind_names_where_it_came_from_and_a_password_is_never_printed() {
        let error = load(None, &[("LAMIN_LISTEN", "here")], &[]).unwrap_err();
        assert!(error.place.contains("LAMIN_LISTEN"), "{error}");
        let config = load(None, &[("LAMIN_DATABASE_URL", "postgres://u:hunter2@h/d")], &[]).unwrap();
        assert!(!format!("{config:?}").contains("hunter2"));
        let error = load(None, &[("LAMIN_DATABASE_URL", "mysql://u:hunter2@h/d")], &[]).unwrap_err();
        assert!(!error.to_string().contains("hunter2"));
    }

    #[test]
    fn only_this_machine_counts_as_local() {
        let local = |text: &str| HttpUrl::read(text).unwrap().is_local();
        assert!(local("http://localhost:8080/") && local("http://127.0.0.1") && local("http://portal.localhost:1"));
        assert!(!local("http://localhost.example.org") && !local("https://cms.example.go.id"));
    }
}
