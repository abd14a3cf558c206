//! The packets of SFTP: numbers, texts and answers as they lie in bytes. Pure.

use super::work::{Going, failed};

// The kinds of packets, by the names that the draft gives them.
pub const INIT: u8 = 1;
pub const VERSION: u8 = 2;
pub const OPEN: u8 = 3;
pub const CLOSE: u8 = 4;
pub const READ: u8 = 5;
pub const WRITE: u8 = 6;
pub const OPENDIR: u8 = 11;
pub const READDIR: u8 = 12;
pub const REMOVE: u8 = 13;
pub const MKDIR: u8 = 14;
pub const RMDIR: u8 = 15;
pub const STAT: u8 = 17;
pub const RENAME: u8 = 18;
pub const STATUS: u8 = 101;
pub const HANDLE: u8 = 102;
pub const DATA: u8 = 103;
pub const NAME: u8 = 104;
pub const ATTRS: u8 = 105;
pub const EXTENDED: u8 = 200;
pub const EXTENDED_REPLY: u8 = 201;

// What a status says; every other number is a failure of some kind.
pub const OK: u32 = 0;
pub const END: u32 = 1;
pub const NO_SUCH_FILE: u32 = 2;

/// Read; write, create and truncate.
pub const FOR_READING: u32 = 0x01;
pub const FOR_WRITING: u32 = 0x02 | 0x08 | 0x10;

pub const NO_ATTRIBUTES: [u8; 4] = [0; 4];

/// What an answer says.
pub struct Reply {
    pub kind: u8,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn status(&self) -> Option<u32> {
        (self.kind == STATUS).then(|| Cursor(&self.body).number()).flatten()
    }

    pub fn words(&self) -> String {
        let mut cursor = Cursor(&self.body);
        let code = cursor.number().unwrap_or_default();
        let words = cursor.bytes().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default();
        format!("status {code} {words}")
    }
}

/// Takes numbers and texts from an answer; `None` when there are none left.
pub struct Cursor<'b>(pub &'b [u8]);

impl<'b> Cursor<'b> {
    pub fn number(&mut self) -> Option<u32> {
        let (head, rest) = self.0.split_first_chunk::<4>()?;
        self.0 = rest;
        Some(u32::from_be_bytes(*head))
    }

    pub fn long(&mut self) -> Option<u64> {
        let (head, rest) = self.0.split_first_chunk::<8>()?;
        self.0 = rest;
        Some(u64::from_be_bytes(*head))
    }

    pub fn bytes(&mut self) -> Option<&'b [u8]> {
        let length = self.number()? as usize;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(text)
    }

    /// The size that a set of attributes tells, leaving what comes after them.
    pub fn attributes(&mut self) -> Option<Option<u64>> {
        let flags = self.number()?;
        let size = if flags & 1 != 0 { Some(self.long()?) } else { None };
        let skipped = [(flags & 2 != 0, 8), (flags & 4 != 0, 4), (flags & 8 != 0, 8)];
        for (_, bytes) in skipped.into_iter().filter(|(there, _)| *there) {
            self.0 = self.0.split_at_checked(bytes)?.1;
        }
        if flags & 0x8000_0000 != 0 {
            for _ in 0..self.number()? {
                self.bytes()?;
                self.bytes()?;
            }
        }
        Some(size)
    }
}

/// The handle of an answer; `None` when there is no such file.
pub fn handle(reply: Reply, path: &str) -> Going<Option<Vec<u8>>> {
    match (reply.kind, reply.status()) {
        (HANDLE, _) => Ok(Some(reply.body)),
        (_, Some(NO_SUCH_FILE)) => Ok(None),
        _ => failed("open a file on the target", format!("{path}: {}", reply.words())),
    }
}

/// Bytes with their length before them.
pub fn text(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u32).to_be_bytes(), bytes].concat()
}
