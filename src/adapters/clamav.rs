//! ClamAV's daemon: a file goes to it in pieces over a socket, a line comes back (clamd(8), INSTREAM).

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::Duration;

use crate::ports::Scanner;

/// To a daemon on this machine or the next.
const CONNECT_MAX: Duration = Duration::from_secs(5);
/// Between two bytes: a daemon that loads its signatures anew lets wait for so long.
const SILENCE_MAX: Duration = Duration::from_secs(60);
const PIECE_BYTES: usize = 64 * 1024;
const ANSWER_BYTES_MAX: u64 = 4 * 1024;

/// Where the daemon listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClamAv {
    Unix(PathBuf),
    Tcp(String),
}

trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

impl ClamAv {
    /// `unix:PATH` or `tcp:HOST:PORT`.
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once(':')? {
            ("unix", path) if path.starts_with('/') => Some(ClamAv::Unix(path.into())),
            ("tcp", address) if address.contains(':') => Some(ClamAv::Tcp(address.to_owned())),
            _ => None,
        }
    }

    fn connect(&self) -> io::Result<Box<dyn Stream>> {
        match self {
            ClamAv::Unix(path) => {
                let stream = UnixStream::connect(path)?;
                stream.set_read_timeout(Some(SILENCE_MAX))?;
                stream.set_write_timeout(Some(SILENCE_MAX))?;
                Ok(Box::new(stream))
            }
            ClamAv::Tcp(address) => {
                let address = address.to_socket_addrs()?.next();
                let address = address.ok_or_else(|| io::Error::other("the scanner's host has no address"))?;
                let stream = TcpStream::connect_timeout(&address, CONNECT_MAX)?;
                stream.set_read_timeout(Some(SILENCE_MAX))?;
                stream.set_write_timeout(Some(SILENCE_MAX))?;
                Ok(Box::new(stream))
            }
        }
    }
}

impl Scanner for ClamAv {
    fn scan(&self, file: &mut dyn Read) -> io::Result<Option<String>> {
        let mut stream = self.connect()?;
        stream.write_all(b"zINSTREAM\0")?;
        let mut piece = vec![0; PIECE_BYTES];
        loop {
            let read = file.read(&mut piece)?;
            stream.write_all(&(read as u32).to_be_bytes())?;
            if read == 0 {
                break;
            }
            stream.write_all(&piece[..read])?;
        }
        stream.flush()?;
        let mut answer = Vec::new();
        stream.take(ANSWER_BYTES_MAX).read_to_end(&mut answer)?;
        let answer = String::from_utf8_lossy(&answer);
        verdict(answer.trim_end_matches(['\0', '\n']))
    }
}

/// `stream: OK`, `stream: Eicar-Test-Signature FOUND`, or anything else, which is no verdict.
fn verdict(answer: &str) -> io::Result<Option<String>> {
    match answer.strip_prefix("stream: ") {
        Some("OK") => Ok(None),
        Some(found) if found.ends_with(" FOUND") => Ok(Some(found.trim_end_matches(" FOUND").to_owned())),
        _ => Err(io::Error::other(format!("the scanner answered {answer:?}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clear_answer_is_a_verdict() {
        assert_eq!(verdict("stream: OK").unwrap(), None);
        assert_eq!(verdict("stream: Eicar-Test-Signature FOUND").unwrap().unwrap(), "Eicar-Test-Signature");
        for unclear in ["", "OK", "INSTREAM size limit exceeded. ERROR", "stream: Can't allocate memory ERROR"] {
            assert!(verdict(unclear).is_err(), "{unclear:?}");
        }
    }

    #[test]
    fn an_address_says_which_kind_of_socket() {
        assert_eq!(ClamAv::parse("unix:/run/a.ctl"), Some(ClamAv::Unix("/run/a.ctl".into())));
        assert_eq!(ClamAv::parse("tcp:127.0.0.1:3310"), Some(ClamAv::Tcp("127.0.0.1:3310".into())));
        for wrong in ["", "unix:a", "tcp:host", "/run/a.ctl"] {
            assert_eq!(ClamAv::parse(wrong), None, "{wrong:?}");
        }
    }
}
