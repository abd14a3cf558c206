//! A complete new folder on the target, then the rename of a link. The other side is any POSIX shell, which
//! runs `link.sh`; it says what it holds, is sent one stream with what it lacks, and checks what arrived.

use std::collections::{BTreeMap, HashSet};
use std::io::Write as _;
use std::process::Command;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::channel::Channel;
use super::delta::{self, Piece};
use super::difference::{Difference, bytes_to_send, difference};
use super::model::Moved;
use super::rules::{is_safe_path, shell_word};
use super::work::{Going, Stop, failed, shown_manifest};
use crate::kernel::{Context, Digest};
use crate::publish::outgoing::{Listed, Listing, Outgoing, RELEASE, lingering_of};

const SCRIPT: &str = include_str!("link.sh");
/// What a server may show us at most; a manifest of 100,000 files takes 16 MB.
const SHOWN_BYTES_MAX: usize = 256 * 1024 * 1024;
/// Lines of whatever greets those who sign in there.
const NOISE_LINES_MAX: usize = 200;

/// What is wanted of one run.
pub struct Order<'a> {
    pub release: &'a Outgoing,
    /// Folder on the target.
    pub root: &'a str,
    pub durable: bool,
    /// Take nothing over from what is there.
    pub fresh: bool,
}

/// What the target said of itself.
#[derive(Default)]
struct Report {
    held: Option<Digest>,
    seal: Vec<u8>,
    /// What arrived of an earlier attempt.
    arrived: BTreeMap<String, Digest>,
    form: Form,
}

/// How files come there: the best that its programs understand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Form {
    /// One after the other, with a line before each.
    #[default]
    Plain,
    /// As an archive.
    Tar,
    /// As an archive, compressed.
    Packed,
}

impl Form {
    fn word(self) -> &'static [u8] {
        match self {
            Form::Plain => b"plain\n",
            Form::Tar => b"tar\n",
            Form::Packed => b"packed\n",
        }
    }
}

/// Brings the release to a target. `open` starts a shell there with a command line.
pub fn deploy(order: &Order, open: impl Fn(&str) -> Going<Channel>) -> Going<Moved> {
    let mut moved = Moved::default();
    match attempt(order, &open, &mut moved)? {
        End::Live => Ok(moved),
        // Files that are none of the release's, or changed ones: nothing there is to be trusted.
        End::Strays => match attempt(&Order { fresh: true, ..*order }, &open, &mut moved)? {
            End::Live => Ok(moved),
            End::Strays => failed("put the release together on the target", "other files appear beside it"),
        },
    }
}

enum End {
    Live,
    Strays,
}

/// A shell of this machine, for folders.
pub fn local_shell(line: &str) -> Going<Channel> {
    let mut command = Command::new("sh");
    command.args(["-c", line]).current_dir("/");
    Channel::open(command, None)
}

fn attempt(order: &Order, open: &impl Fn(&str) -> Going<Channel>, moved: &mut Moved) -> Going<End> {
    let script = script(order);
    // Whatever shell the account has understands this; the script comes after, and then what it reads.
    let line = format!("exec sh -c 'eval \"$(dd bs=1 count={} 2>/dev/null)\"'", script.len());
    let mut channel = open(&line)?;
    let outcome = converse(order, &mut channel, &script, moved);
    moved.bytes_sent += channel.sent;
    outcome
}

fn script(order: &Order) -> String {
    let digest = order.release.manifest_digest;
    let name = format!("{}-{}", order.release.release, &digest.as_str()[..12]);
    let (root, durable, fresh) = (shell_word(order.root), u8::from(order.durable), u8::from(order.fresh));
    format!("root={root} name={name} durable={durable} fresh={fresh}\n{SCRIPT}")
}

fn converse(order: &Order, channel: &mut Channel, script: &str, moved: &mut Moved) -> Going<End> {
    channel.write(script.as_bytes())?;
    let report = report(channel)?;
    let release = order.release;
    if report.held == Some(release.manifest_digest) && report.seal == release.seal {
        channel.write(b"stop\n")?;
        channel.close_input();
        return Ok(End::Live);
    }
    let Some(held) = held(release, channel, &report)? else {
        channel.write(b"stop\n")?;
        channel.close_input();
        return Ok(End::Strays);
    };
    let difference = difference(release, &held.files, true)?;
    let names = names(release)?;
    send(release, channel, (&report, &held, &difference, names), moved)?;
    channel.close_input();
    loop {
        match answer(channel)?.split_once(' ').unwrap_or(("", "")) {
            ("live", digest) if digest == release.manifest_digest.as_str() => break,
            ("live", other) => return failed("deploy", format!("the target shows the manifest {other} instead")),
            ("strays", _) => return Ok(End::Strays),
            _ => {}
        }
    }
    // What it removes after that is its own affair; it is waited for so that the next finds order.
    while channel.line()?.is_some_and(|line| line != "lamin done") {}
    Ok(End::Live)
}

/// The next line that the script said, without its mark; with a space at the end when it is one word.
fn answer(channel: &mut Channel) -> Going<String> {
    for _ in 0..NOISE_LINES_MAX {
        let Some(line) = channel.line()? else {
            return Err(channel.broken("deploy", "the target ended the conversation"));
        };
        let Some(said) = line.strip_prefix("lamin ") else { continue };
        if let Some(why) = said.strip_prefix("fail ") {
            return Err(Stop::Failed(crate::kernel::Error::broken("deploy: the target says", why.to_owned())));
        }
        return Ok(if said.contains(' ') { said.to_owned() } else { format!("{said} ") });
    }
    failed("deploy", "the target's shell says other things than it was asked")
}

fn report(channel: &mut Channel) -> Going<Report> {
    let mut report = Report::default();
    loop {
        let said = answer(channel)?;
        match said.split_once(' ').unwrap_or_default() {
            ("tar", _) => report.form = Form::Tar,
            ("packed", _) => report.form = Form::Packed,
            ("seal", size) => report.seal = shown(channel, size)?,
            ("have", file) => {
                let (digest, path) = file.split_once(" ./").unwrap_or_default();
                // Anything else is not ours, and is told to be dropped only if its name is safe to say.
                if let Some(digest) = Digest::parse(digest).filter(|_| is_safe_path(path)) {
                    report.arrived.insert(path.to_owned(), digest);
                }
            }
            ("held", digest) => {
                report.held = Digest::parse(digest);
                return Ok(report);
            }
            _ => return failed("deploy", "the target's shell says other things than it was asked"),
        }
    }
}

fn shown(channel: &mut Channel, size: &str) -> Going<Vec<u8>> {
    match size.parse::<usize>() {
        Ok(size) if size <= SHOWN_BYTES_MAX => channel.exact(size),
        Ok(_) | Err(_) => failed("read from the target", "a file of a size that cannot be"),
    }
}

#[derive(Default)]
struct Held {
    /// The bytes of its `release.json`.
    manifest: Vec<u8>,
    files: Listing,
}

/// What the target holds: by the digest of its manifest if we know that, else by the manifest itself. `None` when
/// that is no manifest that could be ours.
fn held(release: &Outgoing, channel: &mut Channel, report: &Report) -> Going<Option<Held>> {
    let Some(digest) = report.held else { return Ok(Some(Held::default())) };
    let manifest = match release.known_manifest(&digest)? {
        Some(manifest) => manifest,
        None => {
            channel.write(b"show\n")?;
            match answer(channel)?.split_once(' ') {
                Some(("manifest", size)) => shown(channel, size)?,
                _ => return failed("deploy", "the target does not show its manifest"),
            }
        }
    };
    let mut files = match shown_manifest(&manifest) {
        Ok(files) => files,
        Err(error) => {
            tracing::warn!(%error, "everything is sent anew");
            return Ok(None);
        }
    };
    // A seal that cannot be read lists nothing; what lingers there is then found to be strange and is dropped.
    let lingering = lingering_of(&report.seal).unwrap_or_default().into_iter().map(|lingering| lingering.file);
    files.extend(lingering.filter(|file| is_safe_path(&file.path)));
    Ok(Some(Held { manifest, files: files.into_iter().collect() }))
}

/// The list of everything that the finished folder holds, as the target's `find` prints it.
fn names(release: &Outgoing) -> Going<String> {
    let mut names: Vec<String> = vec![format!("./{RELEASE}\n"), format!("./{}\n", crate::publish::outgoing::SEAL)];
    for file in release.files.iter() {
        names.push(format!("./{}\n", file.path));
        names.extend(release.copy_names(&file.path).map(|path| format!("./{path}\n")));
    }
    if !release.stands() {
        return Err(Stop::Outdated);
    }
    names.sort_unstable();
    Ok(names.concat())
}

type Plan<'p> = (&'p Report, &'p Held, &'p Difference, String);

fn send(release: &Outgoing, channel: &mut Channel, plan: Plan, moved: &mut Moved) -> Going<()> {
    let (report, held, difference, names) = plan;
    let wanted: HashSet<&str> = difference.send.iter().map(|file| &*file.path).collect();
    let drop = report.arrived.keys().filter(|path| !wanted.contains(path.as_str()));
    let mut sums: Vec<String> =
        difference.send.iter().map(|file| format!("{} ./{}\n", file.sha256, file.path)).collect();
    sums.sort_unstable();
    let missing = difference.send.iter().filter(|file| report.arrived.get(&*file.path) != Some(&file.sha256));
    let missing: Vec<&Listed> = missing.collect();
    let (patched, mut whole) = patches(release, held, &missing)?;
    // Side by side, what can be compressed is compressed best.
    whole.sort_by_key(|file| packed(&file.path));
    channel.write(report.form.word())?;
    let lines =
        |paths: &mut dyn Iterator<Item = &String>| paths.flat_map(|path| [path.as_str(), "\n"]).collect::<String>();
    let parts = [
        ("plan/drop", lines(&mut { drop }).into_bytes()),
        ("plan/delete", lines(&mut difference.remove.iter()).into_bytes()),
        ("plan/sums", sums.concat().into_bytes()),
        ("plan/names.sha256", format!("{}\n", Digest::of(&names)).into_bytes()),
        ("plan/patch", patched.script.into_bytes()),
        ("plan/data", patched.data),
    ];
    let mut stream = Stream::new(channel, report.form);
    for (path, bytes) in &parts {
        stream.file(path, bytes)?;
    }
    for file in whole {
        stream.file(&format!("in/{}", file.path), &bytes_to_send(release, file)?)?;
    }
    let digest = release.manifest_digest;
    stream.file("plan/end", format!("{}-{}\n", release.release, &digest.as_str()[..12]).as_bytes())?;
    stream.end()?;
    moved.files_sent += u32::try_from(missing.len()).unwrap_or(u32::MAX);
    moved.files_removed += u32::try_from(difference.remove.len()).unwrap_or(u32::MAX);
    Ok(())
}

/// Files that the target puts together from what it has.
#[derive(Default)]
struct Patches {
    script: String,
    data: Vec<u8>,
}

/// Smaller files are sent whole: it costs the other side two processes for each piece.
const PATCHED_BYTES_MIN: u64 = 16 * 1024;
const PIECES_MAX: usize = 120;
const PATCHES_MAX: usize = 200;

/// Divides what is missing into what can be put together there and what must be sent whole.
fn patches<'f>(release: &Outgoing, held: &Held, missing: &[&'f Listed]) -> Going<(Patches, Vec<&'f Listed>)> {
    let (mut patches, mut whole, mut count) = (Patches::default(), Vec::new(), 0);
    for file in missing.iter().copied() {
        let old = match held.files.find(&file.path) {
            _ if file.size < PATCHED_BYTES_MIN || count >= PATCHES_MAX || packed(&file.path) => None,
            Some(old) => release.earlier(old),
            None if &*file.path == RELEASE && !held.manifest.is_empty() => Some(held.manifest.clone()),
            None => None,
        };
        let fitting = match old {
            Some(old) => {
                let new = bytes_to_send(release, file)?;
                let pieces = delta::pieces(&old, &new);
                (pieces.len() <= PIECES_MAX).then_some((new, pieces))
            }
            None => None,
        };
        match fitting {
            Some((new, pieces)) => {
                patches.add(&file.path, &new, &pieces);
                count += 1;
            }
            None => whole.push(file),
        }
    }
    Ok((patches, whole))
}

fn packed(path: &str) -> bool {
    path.starts_with("media/") || Outgoing::copy_endings().iter().any(|ending| path.ends_with(ending))
}

impl Patches {
    fn add(&mut self, path: &str, new: &[u8], pieces: &[Piece]) {
        self.script.push_str(&format!("f {path}\n"));
        for piece in pieces {
            let (word, start, length) = match piece {
                Piece::Old(range) => ("c", range.start, range.len()),
                Piece::New(range) => {
                    let start = self.data.len();
                    self.data.extend_from_slice(&new[range.clone()]);
                    ("d", start, range.len())
                }
            };
            self.script.push_str(&format!("{word} {} {length}\n", start + 1));
        }
    }
}

/// What goes to the target, in one of the [`Form`]s.
struct Stream<'c> {
    channel: &'c mut Channel,
    form: Form,
    packer: GzEncoder<Vec<u8>>,
}

/// What was compressed is sent on in pieces of this size, so that little is lost when the line is cut.
const PACKED_PIECE_BYTES: usize = 32 * 1024;

impl<'c> Stream<'c> {
    fn new(channel: &'c mut Channel, form: Form) -> Self {
        Stream { channel, form, packer: GzEncoder::new(Vec::new(), Compression::default()) }
    }

    fn file(&mut self, path: &str, bytes: &[u8]) -> Going<()> {
        if self.form == Form::Plain {
            self.channel.write(format!("{} {path}\n", bytes.len()).as_bytes())?;
            return self.channel.write(bytes);
        }
        let mut archive = tar::Builder::new(Vec::with_capacity(bytes.len() + 2048));
        let mut header = tar::Header::new_gnu();
        header.set_mode(0o644);
        header.set_size(bytes.len() as u64);
        archive.append_data(&mut header, path, bytes).context("pack a file")?;
        // The end of the archive is written once, by `end`.
        let mut archive = archive.into_inner().context("pack a file")?;
        archive.truncate(archive.len() - ARCHIVE_END.len());
        self.archived(&archive)
    }

    fn archived(&mut self, bytes: &[u8]) -> Going<()> {
        if self.form == Form::Tar {
            return self.channel.write(bytes);
        }
        self.packer.write_all(bytes).context("compress")?;
        if self.packer.get_ref().len() >= PACKED_PIECE_BYTES {
            self.channel.write(&std::mem::take(self.packer.get_mut()))?;
        }
        Ok(())
    }

    fn end(&mut self) -> Going<()> {
        if self.form == Form::Plain {
            return Ok(());
        }
        self.archived(&ARCHIVE_END)?;
        if self.form == Form::Packed {
            self.packer.try_finish().context("compress")?;
            self.channel.write(&std::mem::take(self.packer.get_mut()))?;
        }
        Ok(())
    }
}

const ARCHIVE_END: [u8; 1024] = [0; 1024];

#[cfg(test)]
mod tests {
    use super::*;

    /// Puts a program of that name before those of the system.
    #[expect(clippy::disallowed_methods, reason = "a test's own folder")]
    fn instead(folder: &std::path::Path, name: &str, script: &str) {
        use std::os::unix::fs::PermissionsExt as _;
        let path = folder.join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    #[test]
    fn a_folder_in_which_nothing_can_be_made_is_not_asked_for_ever() {
        let (programs, root) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        instead(
            programs.path(),
            "mkdir",
            "for last; do :; done; [ \"$last\" = .lamin/lock ] && exit 1; exec /bin/mkdir \"$@\"",
        );
        instead(programs.path(), "sleep", ":");
        let root = shell_word(root.path().to_str().unwrap());
        let script = format!("root={root} name=1 durable=0 fresh=0\n{SCRIPT}");
        let path = format!("{}:/usr/bin:/bin", programs.path().display());
        let told = Command::new("sh").args(["-c", &script]).env("PATH", path).output().unwrap();
        let said = String::from_utf8(told.stdout).unwrap();
        assert_eq!(said, "lamin fail another deploy is at work here, or nothing can be written\n");
        assert_eq!(told.status.code(), Some(1));
    }
}
