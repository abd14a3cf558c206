//! A command of this program as a process of its own, with the input on its standard input.

use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::ports::{Apart, Told};

/// The allocator sets no more addresses aside at once, so that a limit of them means something: kibibytes.
const ALLOCATOR_RESERVE: (&str, &str) = ("MIMALLOC_ARENA_RESERVE", "65536");

/// Runs a program.
pub struct Child {
    pub program: PathBuf,
}

impl Apart for Child {
    fn run(&self, command: &str, input: &[u8], said_bytes_max: u64) -> io::Result<Told> {
        let mut child = Command::new(&self.program)
            .arg(command)
            // It needs nothing that the environment tells, secrets least of all.
            .env_clear()
            .env(ALLOCATOR_RESERVE.0, ALLOCATOR_RESERVE.1)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let (hears, says) = (child.stdin.take(), child.stdout.take());
        let mut said = Vec::new();
        let heard = std::thread::scope(|scope| {
            // It may stop listening, and says why by how it ends.
            scope.spawn(move || hears.map(|mut hears| hears.write_all(input)));
            let says = says.ok_or_else(|| io::Error::other("a command has no output"))?;
            // What it would say beyond that it cannot: it ends by that.
            says.take(said_bytes_max).read_to_end(&mut said)
        });
        let status = child.wait()?;
        heard?;
        Ok(Told { said, ended: (!status.success()).then(|| status.to_string()) })
    }
}
