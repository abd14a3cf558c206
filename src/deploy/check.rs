//! Looks at a target before it is needed: reach, login, write, rename, space, clock, what the web server shows.

use super::channel::Channel;
use super::folder::LocalFiles;
use super::link::local_shell;
use super::model::{Advice, Credentials, Step, StepName, Target, Way};
use super::moves::{Files, new_path};
use super::rules::{shell_word, tellable};
use super::s3::BucketFiles;
use super::sftp::RemoteFiles;
use super::ssh::{self, Ask};
use super::work::{Going, Stop};
use crate::kernel::time::SECOND;
use crate::kernel::{Digest, Timestamp};
use crate::publish::outgoing::RELEASE;

const SCRIPT: &str = include_str!("check.sh");
/// Less room than this, and the next release may not fit.
const FREE_BYTES_MIN: u64 = 200 * 1024 * 1024;
const CLOCK_SPAN_MAX: i64 = 120 * SECOND;
const LINES_MAX: usize = 100;

/// Looks at everything; a step that fails says what to do, and those that need it are left out.
pub fn check(target: &Target, credentials: &Credentials, now: Timestamp) -> Vec<Step> {
    let mut steps = Steps { found: Vec::new(), now };
    let outcome = match &target.way {
        Way::Directory(folder) if folder.in_place => steps.files(&mut LocalFiles::new(&folder.path, false)),
        Way::Directory(folder) => steps.shell(&folder.path, local_shell),
        Way::Ssh(remote) => steps.shell(&remote.path, |line| ssh::open(remote, credentials, &Ask::Command(line))),
        Way::Sftp(remote) => steps.sftp(remote, credentials),
        Way::S3(bucket) => BucketFiles::open(bucket, credentials).and_then(|mut files| steps.files(&mut files)),
    };
    if let Err(stop) = outcome {
        steps.stopped(&stop);
    }
    if let Some(url) = &target.url {
        steps.serves(url, target.state.manifest);
    }
    for step in &mut steps.found {
        step.detail = tellable(&step.detail, credentials);
    }
    steps.found
}

struct Steps {
    found: Vec<Step>,
    now: Timestamp,
}

impl Steps {
    fn add(&mut self, step: StepName, ok: bool, detail: impl Into<String>) {
        let advice = (!ok).then(|| advice(step));
        self.found.push(Step { step, ok, detail: detail.into(), advice });
    }

    fn has(&self, step: StepName) -> bool {
        self.found.iter().any(|found| found.step == step)
    }

    /// The step at which an error came: the first that was not yet reached, or what its words tell.
    fn stopped(&mut self, stop: &Stop) {
        let words = match stop {
            Stop::Failed(error) => error.to_string(),
            Stop::Outdated => String::new(),
        };
        let step = match (self.has(StepName::Login), is_refused(&words)) {
            (true, _) => StepName::Write,
            (false, true) => StepName::Login,
            (false, false) => StepName::Reach,
        };
        self.add(step, false, words);
    }

    fn shell(&mut self, root: &str, open: impl Fn(&str) -> Going<Channel>) -> Going<()> {
        let script = format!("root={}\n{SCRIPT}", shell_word(root));
        let line = format!("exec sh -c 'eval \"$(dd bs=1 count={} 2>/dev/null)\"'", script.len());
        let mut channel = open(&line)?;
        channel.write(script.as_bytes())?;
        for _ in 0..LINES_MAX {
            let Some(line) = channel.line()? else {
                return Err(channel.broken("ask the target", "it ended the conversation"));
            };
            let Some(said) = line.strip_prefix("lamin ") else { continue };
            if said == "end" {
                break;
            }
            self.said(said);
        }
        Ok(())
    }

    fn said(&mut self, said: &str) {
        let (word, rest) = said.split_once(' ').unwrap_or((said, ""));
        match word {
            "login" => {
                self.add(StepName::Reach, true, "");
                self.add(StepName::Login, true, rest.trim_start_matches("ok "));
            }
            "free" => match rest.parse::<u64>() {
                Ok(kilobytes) => self.free(kilobytes.saturating_mul(1024)),
                Err(_) => self.add(StepName::FreeSpace, true, "the target does not tell"),
            },
            "clock" => {
                let away = rest.parse::<i64>().map(|seconds| seconds.saturating_mul(SECOND) - self.now.micros());
                match away {
                    Ok(away) => {
                        let detail = format!("{} s away from ours", away / SECOND);
                        self.add(StepName::Clock, away.abs() <= CLOCK_SPAN_MAX, detail);
                    }
                    Err(_) => self.add(StepName::Clock, true, "the target does not tell"),
                }
            }
            "write" | "rename" => {
                let step = if word == "write" { StepName::Write } else { StepName::Rename };
                let (verdict, detail) = rest.split_once(' ').unwrap_or((rest, ""));
                self.add(step, verdict == "ok", detail);
            }
            _ => {}
        }
    }

    fn free(&mut self, bytes: u64) {
        const MEGABYTE: u64 = 1024 * 1024;
        self.add(StepName::FreeSpace, bytes >= FREE_BYTES_MIN, format!("{} MB are free", bytes / MEGABYTE));
    }

    fn sftp(&mut self, remote: &super::model::Remote, credentials: &Credentials) -> Going<()> {
        let mut files = RemoteFiles::open(ssh::open(remote, credentials, &Ask::Files)?, &remote.path)?;
        self.files(&mut files)?;
        match files.free_bytes()? {
            Some(bytes) => self.free(bytes),
            None => self.add(StepName::FreeSpace, true, "the target does not tell"),
        }
        Ok(())
    }

    fn files(&mut self, files: &mut dyn Files) -> Going<()> {
        let held = files.read(RELEASE)?;
        self.add(StepName::Reach, true, "");
        let detail = if held.is_some() { "a release is there" } else { "no release is there yet" };
        self.add(StepName::Login, true, detail);
        let name = Digest::of("check");
        files.put_new(name.as_str(), b"check\n", "check.txt")?;
        files.settle()?;
        self.add(StepName::Write, true, "");
        let from = new_path(name.as_str());
        let to = new_path(Digest::of("checked").as_str());
        let absent = files.rename_all(&[(from, to.clone())])?;
        self.add(StepName::Rename, absent.is_empty(), "");
        files.remove_all(&[to])
    }

    /// What the public gets there.
    fn serves(&mut self, url: &str, expected: Option<Digest>) {
        let address = format!("{}/{RELEASE}", url.trim_end_matches('/'));
        match fetch(&address) {
            Ok((200, body)) => {
                let shown = Digest::of(&body);
                let ok = expected.is_none_or(|expected| expected == shown);
                self.add(StepName::Serves, ok, format!("{address} has the digest {shown}"));
            }
            Ok((404, _)) if expected.is_none() => {
                self.add(StepName::Serves, true, "nothing was deployed there yet");
            }
            Ok((status, _)) => self.add(StepName::Serves, false, format!("{address} answers {status}")),
            Err(error) => self.add(StepName::Serves, false, error),
        }
    }
}

/// Whether an error's words say that the server was there and let us not in.
fn is_refused(words: &str) -> bool {
    // With its name, since 403 alone may be a part of a port.
    let signs = ["Permission denied", "Host key verification failed", "InvalidAccessKeyId", "SignatureDoesNotMatch"];
    signs.iter().chain(&["AccessDenied", "access_key_id", "403 Forbidden"]).any(|sign| words.contains(sign))
}

fn fetch(address: &str) -> Result<(u16, Vec<u8>), String> {
    const SPAN: std::time::Duration = std::time::Duration::from_secs(20);
    const BODY_BYTES_MAX: u64 = 64 * 1024 * 1024;
    // A process that already chose one keeps it; there is only this one in the house.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let tell = |error: reqwest::Error| format!("{error:?}");
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let client = reqwest::Client::builder().timeout(SPAN).build().map_err(tell)?;
        let answer = client.get(address).send().await.map_err(tell)?;
        let status = answer.status().as_u16();
        if answer.content_length().is_some_and(|bytes| bytes > BODY_BYTES_MAX) {
            return Err("the answer is larger than a manifest can be".into());
        }
        Ok((status, answer.bytes().await.map_err(tell)?.to_vec()))
    })
}

fn advice(step: StepName) -> Advice {
    let (id, en) = match step {
        StepName::Reach => (
            "Periksa nama host, porta, dan dinding api; pastikan server menyala dan dapat dicapai dari server Lamin.",
            "Check the host name, the port and the firewalls; make sure that the server is up and can be reached from Lamin's server.",
        ),
        StepName::Login => (
            "Periksa nama akun dan kuncinya. Bila kunci server tidak dikenal, cocokkan sidiknya dengan pengelola server, lalu isi host_key.",
            "Check the account and its key. If the server's key is unknown, compare its fingerprint with whoever runs the server, then fill in host_key.",
        ),
        StepName::Write => (
            "Beri akun itu hak menulis di folder tujuan, atau pilih folder lain; pasang program yang disebut belum ada.",
            "Let the account write in the folder, or choose another one; install the program that is said to be missing.",
        ),
        StepName::Rename => (
            "Pindahkan berkas atau folder bernama current dari folder tujuan, atau pakai jenis target yang tidak memerlukan tautan (sftp, atau in_place).",
            "Move away what is called current in the folder, or use a kind of target that needs no links (sftp, or in_place).",
        ),
        StepName::FreeSpace => (
            "Kosongkan ruang simpan di server tujuan: rilis berikutnya bisa tidak muat.",
            "Free some space on the target: the next release may not fit.",
        ),
        StepName::Clock => (
            "Samakan jam server tujuan (NTP): jam yang salah mengacaukan singgahan peramban dan sertifikat.",
            "Set the target's clock (NTP): a wrong clock confuses browsers' caches and certificates.",
        ),
        StepName::Serves => (
            "Arahkan akar situs pada server web ke folder current di tujuan (atau ke folder itu sendiri), lalu periksa kembali alamat publiknya.",
            "Point the web server's root to the folder current on the target (or to the folder itself), then check the public address again.",
        ),
    };
    Advice { id: id.into(), en: en.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_error_says_tells_a_server_that_is_away_from_one_that_lets_us_not_in() {
        for words in ["Connection closed by 127.0.0.1 port 40311", "Connection refused (os error 111)", ""] {
            assert!(!is_refused(words), "{words}");
        }
        for words in [
            "publikasi@10.0.0.7: Permission denied (publickey).",
            "Server returned non-2xx status code: 403 Forbidden: <Error><Code>AccessDenied</Code></Error>",
        ] {
            assert!(is_refused(words), "{words}");
        }
    }
}
