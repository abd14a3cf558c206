//! Files on a server without a shell: version 3 of the SSH file transfer protocol (draft-ietf-secsh-filexfer-02),
//! spoken over the system's SSH client. Requests are sent ahead of their answers: what is slow is the distance.

use std::collections::{HashMap, HashSet};

use super::channel::Channel;
use super::moves::{Files, SHOWN_BYTES_MAX, new_path};
use super::packets::*;
use super::work::{Going, failed};

/// What every server takes in one piece.
const PIECE_BYTES: usize = 32 * 1024;
/// Answers that may be outstanding: 2 MB of what is written.
const AHEAD_MAX: usize = 64;
/// Files that are opened at once.
const BATCH_FILES_MAX: usize = 24;
const BATCH_BYTES_MAX: usize = 2 * 1024 * 1024;
const PACKET_BYTES_MAX: usize = 1024 * 1024;

/// What is expected of an answer that nobody waits for.
#[derive(Clone, Copy)]
enum Expected {
    Success,
    /// It may have been gone, or be there, already.
    Anything,
    /// It may have been gone already.
    Gone,
    /// A handle, which somebody will ask for.
    Handle,
    /// By its place in a list; that there is no such file is noted.
    Rename(usize),
}

pub struct RemoteFiles {
    channel: Channel,
    root: String,
    next: u32,
    ahead: HashMap<u32, Expected>,
    absent: Vec<usize>,
    /// Files that are to be written together, and answers to their opening.
    batch: Vec<(String, Vec<u8>)>,
    opened: HashMap<u32, Reply>,
    /// Folders that are known to be there.
    folders: HashSet<String>,
    renames_over: bool,
    tells_space: bool,
}

impl RemoteFiles {
    pub fn open(channel: Channel, root: &str) -> Going<Self> {
        let mut files = RemoteFiles {
            channel,
            root: root.trim_end_matches('/').to_owned(),
            next: 0,
            ahead: HashMap::new(),
            absent: Vec::new(),
            batch: Vec::new(),
            opened: HashMap::new(),
            folders: HashSet::new(),
            renames_over: false,
            tells_space: false,
        };
        files.channel.write(&[0, 0, 0, 5, INIT, 0, 0, 0, 3])?;
        let packet = files.packet()?;
        let mut cursor = Cursor(packet.get(5..).unwrap_or_default());
        if packet.first() != Some(&VERSION) {
            return failed("speak SFTP with the target", "it answers otherwise");
        }
        while let (Some(name), Some(_)) = (cursor.bytes(), cursor.bytes()) {
            files.renames_over |= name == b"posix-rename@openssh.com";
            files.tells_space |= name == b"statvfs@openssh.com";
        }
        Ok(files)
    }

    fn packet(&mut self) -> Going<Vec<u8>> {
        let length = u32::from_be_bytes(self.channel.exact(4)?.try_into().unwrap_or_default()) as usize;
        if length == 0 || length > PACKET_BYTES_MAX {
            return failed("speak SFTP with the target", "a packet of a size that cannot be");
        }
        self.channel.exact(length)
    }

    /// Sends a request and returns its number. The bytes of `parts` follow one another.
    fn request(&mut self, kind: u8, parts: &[&[u8]]) -> Going<u32> {
        while self.ahead.len() >= AHEAD_MAX {
            self.take_one(None)?;
        }
        let id = self.next;
        self.next = self.next.wrapping_add(1);
        let length = 5 + parts.iter().map(|part| part.len()).sum::<usize>();
        let mut packet = Vec::with_capacity(length + 4);
        packet.extend_from_slice(&(length as u32).to_be_bytes());
        packet.push(kind);
        packet.extend_from_slice(&id.to_be_bytes());
        parts.iter().for_each(|part| packet.extend_from_slice(part));
        self.channel.write(&packet)?;
        Ok(id)
    }

    /// The same without waiting for the answer.
    fn send(&mut self, kind: u8, parts: &[&[u8]], expected: Expected) -> Going<()> {
        let id = self.request(kind, parts)?;
        self.ahead.insert(id, expected);
        Ok(())
    }

    /// The same, and waits for its answer.
    fn ask(&mut self, kind: u8, parts: &[&[u8]]) -> Going<Reply> {
        let id = self.request(kind, parts)?;
        loop {
            if let Some(reply) = self.take_one(Some(id))? {
                return Ok(reply);
            }
        }
    }

    /// Takes the next answer: to a request that was sent ahead, or to the one that is waited for.
    fn take_one(&mut self, waiting: Option<u32>) -> Going<Option<Reply>> {
        let packet = self.packet()?;
        let mut cursor = Cursor(packet.get(1..).unwrap_or_default());
        let (Some(kind), Some(id)) = (packet.first().copied(), cursor.number()) else {
            return failed("speak SFTP with the target", "a packet that cannot be");
        };
        let reply = Reply { kind, body: cursor.0.to_vec() };
        if Some(id) == waiting {
            return Ok(Some(reply));
        }
        match (self.ahead.remove(&id), reply.status()) {
            (None, _) => failed("speak SFTP with the target", "an answer to no question"),
            (Some(Expected::Handle), _) => {
                self.opened.insert(id, reply);
                Ok(None)
            }
            (Some(Expected::Anything), _) | (Some(_), Some(OK)) | (Some(Expected::Gone), Some(NO_SUCH_FILE)) => {
                Ok(None)
            }
            (Some(Expected::Rename(at)), Some(NO_SUCH_FILE)) => {
                self.absent.push(at);
                Ok(None)
            }
            (Some(_), _) => failed("change a file on the target", reply.words()),
        }
    }

    fn path(&self, path: &str) -> Vec<u8> {
        text(format!("{}/{path}", self.root).as_bytes())
    }

    fn make_folders(&mut self, path: &str) -> Going<()> {
        let Some((folder, _)) = path.rsplit_once('/') else { return Ok(()) };
        if !self.folders.insert(folder.to_owned()) {
            return Ok(());
        }
        self.make_folders(folder)?;
        self.send(MKDIR, &[&self.path(folder), &NO_ATTRIBUTES], Expected::Anything)
    }

    fn open_file(&mut self, path: &str) -> Going<Option<Vec<u8>>> {
        let reply = self.ask(OPEN, &[&self.path(path), &FOR_READING.to_be_bytes(), &NO_ATTRIBUTES])?;
        handle(reply, path)
    }

    /// Writes what was gathered: all are opened before the first answer is waited for.
    fn write_batch(&mut self) -> Going<()> {
        let batch = std::mem::take(&mut self.batch);
        let mut requests = Vec::new();
        for (path, _) in &batch {
            self.make_folders(path)?;
            let id = self.request(OPEN, &[&self.path(path), &FOR_WRITING.to_be_bytes(), &NO_ATTRIBUTES])?;
            self.ahead.insert(id, Expected::Handle);
            requests.push(id);
        }
        for (id, (path, bytes)) in requests.iter().zip(&batch) {
            let reply = loop {
                if let Some(reply) = self.opened.remove(id) {
                    break reply;
                }
                self.take_one(None)?;
            };
            let Some(handle) = handle(reply, path)? else {
                return failed("write on the target", format!("{path}: there is no such folder"));
            };
            for (at, piece) in bytes.chunks(PIECE_BYTES).enumerate() {
                let place = ((at * PIECE_BYTES) as u64).to_be_bytes();
                self.send(WRITE, &[&handle, &place, &text(piece)], Expected::Success)?;
            }
            self.send(CLOSE, &[&handle], Expected::Success)?;
        }
        Ok(())
    }

    fn rename_over(&mut self, from: &str, to: &str, expected: Expected) -> Going<()> {
        let (from, to) = (self.path(from), self.path(to));
        if self.renames_over {
            return self.send(EXTENDED, &[&text(b"posix-rename@openssh.com"), &from, &to], expected);
        }
        // Such a server renames over nothing; the journal brings it to its end if we are cut in between.
        self.send(REMOVE, &[&to], Expected::Anything)?;
        self.send(RENAME, &[&from, &to], expected)
    }

    fn size(&mut self, path: &str) -> Going<Option<u64>> {
        let reply = self.ask(STAT, &[&self.path(path)])?;
        match (reply.kind, reply.status()) {
            (ATTRS, _) => Ok(Cursor(&reply.body).attributes().flatten()),
            (_, Some(NO_SUCH_FILE)) => Ok(None),
            _ => failed("look at a file on the target", format!("{path}: {}", reply.words())),
        }
    }

    /// Free bytes, as far as the server tells.
    pub fn free_bytes(&mut self) -> Going<Option<u64>> {
        if !self.tells_space {
            return Ok(None);
        }
        let reply = self.ask(EXTENDED, &[&text(b"statvfs@openssh.com"), &text(self.root.clone().as_bytes())])?;
        let mut cursor = Cursor(&reply.body);
        if reply.kind != EXTENDED_REPLY {
            return Ok(None);
        }
        let (_block, fragment, _blocks, _free) = (cursor.long(), cursor.long(), cursor.long(), cursor.long());
        Ok(cursor.long().zip(fragment).map(|(available, fragment)| available.saturating_mul(fragment)))
    }
}

impl Files for RemoteFiles {
    fn read(&mut self, path: &str) -> Going<Option<Vec<u8>>> {
        let Some(handle) = self.open_file(path)? else { return Ok(None) };
        let mut read: Vec<u8> = Vec::new();
        loop {
            let place = (read.len() as u64).to_be_bytes();
            let reply = self.ask(READ, &[&handle, &place, &(PIECE_BYTES as u32).to_be_bytes()])?;
            match (reply.kind, reply.status()) {
                (_, Some(END)) => break,
                (DATA, _) => match Cursor(&reply.body).bytes() {
                    Some(bytes) if !bytes.is_empty() => read.extend_from_slice(bytes),
                    Some(_) | None => {
                        return failed("read from the target", format!("{path}: an answer without bytes"));
                    }
                },
                _ => return failed("read from the target", format!("{path}: {}", reply.words())),
            }
            if read.len() as u64 > SHOWN_BYTES_MAX {
                return failed("read from the target", format!("{path} is larger than it can be"));
            }
        }
        self.send(CLOSE, &[&handle], Expected::Success)?;
        Ok(Some(read))
    }

    fn put_new(&mut self, name: &str, bytes: &[u8], _becomes: &str) -> Going<()> {
        self.batch.push((new_path(name), bytes.to_vec()));
        let gathered: usize = self.batch.iter().map(|(_, bytes)| bytes.len()).sum();
        if self.batch.len() >= BATCH_FILES_MAX || gathered >= BATCH_BYTES_MAX { self.write_batch() } else { Ok(()) }
    }

    fn list_new(&mut self) -> Going<HashMap<String, Option<u64>>> {
        let folder = new_path("");
        let reply = self.ask(OPENDIR, &[&self.path(folder.trim_end_matches('/'))])?;
        let Some(handle) = handle(reply, &folder)? else { return Ok(HashMap::new()) };
        let mut found = HashMap::new();
        loop {
            let reply = self.ask(READDIR, &[&handle])?;
            if reply.status() == Some(END) {
                break;
            }
            let mut cursor = Cursor(&reply.body);
            let count = cursor.number().filter(|_| reply.kind == NAME);
            let Some(count) = count else { return failed("list the new files on the target", reply.words()) };
            for _ in 0..count {
                let (name, _long, size) = (cursor.bytes(), cursor.bytes(), cursor.attributes());
                let Some((name, size)) = name.zip(size) else {
                    return failed("list the new files on the target", "the list is cut");
                };
                let name = String::from_utf8_lossy(name).into_owned();
                // Ours are digests; whatever else is there is left alone.
                if crate::kernel::Digest::parse(&name).is_some() {
                    found.insert(name, Some(size.unwrap_or(0)));
                }
            }
        }
        self.send(CLOSE, &[&handle], Expected::Success)?;
        Ok(found)
    }

    fn put(&mut self, path: &str, bytes: &[u8]) -> Going<()> {
        let draft = format!("{path}.part");
        self.batch.push((draft.clone(), bytes.to_vec()));
        self.settle()?;
        self.rename_over(&draft, path, Expected::Success)?;
        self.settle()
    }

    fn rename_all(&mut self, renames: &[(String, String)]) -> Going<Vec<usize>> {
        for (at, (from, to)) in renames.iter().enumerate() {
            self.make_folders(to)?;
            if !self.renames_over && self.size(from)?.is_none() {
                self.absent.push(at);
                continue;
            }
            self.rename_over(from, to, Expected::Rename(at))?;
        }
        self.settle()?;
        Ok(std::mem::take(&mut self.absent))
    }

    fn is_there(&mut self, path: &str, size: u64) -> Going<bool> {
        Ok(self.size(path)? == Some(size))
    }

    fn remove_all(&mut self, paths: &[String]) -> Going<()> {
        for path in paths {
            self.send(REMOVE, &[&self.path(path)], Expected::Gone)?;
        }
        self.settle()
    }

    fn prune_folders(&mut self, path: &str) -> Going<()> {
        let mut path = path;
        while let Some((folder, _)) = path.rsplit_once('/') {
            let reply = self.ask(RMDIR, &[&self.path(folder)])?;
            // Not empty, or gone already: both end the walk.
            if reply.status() != Some(OK) {
                break;
            }
            self.folders.remove(folder);
            path = folder;
        }
        Ok(())
    }

    fn settle(&mut self) -> Going<()> {
        self.write_batch()?;
        while !self.ahead.is_empty() {
            self.take_one(None)?;
        }
        Ok(())
    }

    fn takes_copies(&self) -> bool {
        true
    }

    fn sent(&self) -> u64 {
        self.channel.sent
    }
}
