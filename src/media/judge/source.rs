//! Reading a file piece by piece, and writing the one that is kept.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use sha2::Digest as _;
use tempfile::NamedTempFile;

use super::reason::{Reason, byte, unfit};
use crate::kernel::{Context, Digest, Error, Result};

const BUFFER_BYTES: usize = 64 * 1024;

/// A file that is judged. What ends too early is refused as truncated, with the place.
pub struct Source<'a> {
    reader: BufReader<&'a File>,
    pub len: u64,
    pub at: u64,
}

impl<'a> Source<'a> {
    pub fn new(file: &'a File) -> Result<Self> {
        let len = file.metadata().context("look at an upload")?.len();
        let mut source = Source { reader: BufReader::with_capacity(BUFFER_BYTES, file), len, at: 0 };
        source.reader.seek(SeekFrom::Start(0)).context("read an upload")?;
        Ok(source)
    }

    pub fn seek(&mut self, to: u64) -> Result<()> {
        let by = to.cast_signed().wrapping_sub(self.at.cast_signed());
        self.reader.seek_relative(by).context("read an upload")?;
        self.at = to;
        Ok(())
    }

    pub fn left(&self) -> u64 {
        self.len.saturating_sub(self.at)
    }

    /// Goes on by some bytes, which must be there.
    pub fn skip(&mut self, bytes: u64) -> Result<()> {
        if bytes > self.left() {
            return Err(self.truncated());
        }
        self.seek(self.at + bytes)
    }

    pub fn take<const BYTES: usize>(&mut self) -> Result<[u8; BYTES]> {
        let mut bytes = [0; BYTES];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    pub fn fill(&mut self, bytes: &mut [u8]) -> Result<()> {
        self.reader.read_exact(bytes).map_err(|cause| self.failed(cause))?;
        self.at += bytes.len() as u64;
        Ok(())
    }

    /// So many bytes in memory; the caller has compared the number with a limit.
    pub fn vec(&mut self, bytes: usize) -> Result<Vec<u8>> {
        if bytes as u64 > self.left() {
            return Err(self.truncated());
        }
        let mut found = vec![0; bytes];
        self.fill(&mut found)?;
        Ok(found)
    }

    /// What can be seen without reading again; empty at the end.
    pub fn peek(&mut self) -> Result<&[u8]> {
        self.reader.fill_buf().context("read an upload")
    }

    /// Goes on within what `peek` showed.
    pub fn consume(&mut self, bytes: usize) {
        self.reader.consume(bytes);
        self.at += bytes as u64;
    }

    /// Shows so many bytes to `each`, piece by piece.
    pub fn pieces(&mut self, bytes: u64, mut each: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let mut left = bytes;
        while left > 0 {
            let seen = self.peek()?;
            if seen.is_empty() {
                return Err(self.truncated());
            }
            let part = seen.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            each(&seen[..part])?;
            self.consume(part);
            left -= part as u64;
        }
        Ok(())
    }

    /// The next bytes as a reader of their own.
    pub fn take_read(&mut self, bytes: u64) -> io::Take<&mut Self> {
        Read::take(self, bytes)
    }

    pub fn copy(&mut self, bytes: u64, out: &mut Out) -> Result<()> {
        self.pieces(bytes, |piece| out.put(piece))
    }

    pub fn truncated(&self) -> Error {
        unfit(Reason::Truncated, byte(self.at), "the file ends too early")
    }

    pub fn broken(&self, detail: &str) -> Error {
        unfit(Reason::Broken, byte(self.at), detail)
    }

    fn failed(&self, cause: io::Error) -> Error {
        match cause.kind() {
            io::ErrorKind::UnexpectedEof => self.truncated(),
            _ => Error::broken("read an upload", cause),
        }
    }
}

impl Read for Source<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(bytes)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl BufRead for Source<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.reader.fill_buf()
    }

    fn consume(&mut self, bytes: usize) {
        Source::consume(self, bytes);
    }
}

/// The file that is kept instead of the one that came, with its digest.
pub struct Out {
    file: BufWriter<NamedTempFile>,
    hash: sha2::Sha256,
    len: u64,
}

impl Out {
    pub fn new(spool: &Path) -> Result<Self> {
        let file = NamedTempFile::new_in(spool).context("make a file for an upload")?;
        Ok(Out { file: BufWriter::with_capacity(BUFFER_BYTES, file), hash: sha2::Sha256::new(), len: 0 })
    }

    pub fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.hash.update(bytes);
        self.len += bytes.len() as u64;
        self.file.write_all(bytes).context("write an upload")
    }

    pub fn finish(self) -> Result<(NamedTempFile, Digest, u64)> {
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error).context("write an upload")?;
        Ok((file, Digest::from_bytes(self.hash.finalize().into()), self.len))
    }
}
