//! A command of this program as a process of its own, with the input on its standard input.

use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::ports::{Apart, Told};

/// The allocator sets no more addresses aside at once, so that a limit of them means something: kibibytes.
const ALLOCATOR_RESERVE: (&str, &str) = ("MIMALLOC_ARENA_RESERVE", "65536");

/// A command limits its own processor time; this ends one that only sits there, on a machine however busy.
const WAIT_MAX: Duration = Duration::from_secs(300);

const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// Runs a program.
pub struct Child {
    program: PathBuf,
    wait_max: Duration,
}

impl Child {
    pub fn new(program: PathBuf) -> Self {
        Child { program, wait_max: WAIT_MAX }
    }
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
        let says = says.ok_or_else(|| io::Error::other("a command has no output"))?;
        std::thread::scope(|scope| {
            // It may stop listening, and says why by how it ends.
            scope.spawn(move || hears.map(|mut hears| hears.write_all(input)));
            let (ended, waits) = mpsc::channel();
            let heard = scope.spawn(move || {
                let mut said = Vec::new();
                // What it would say beyond that it cannot: it ends by that.
                let heard = says.take(said_bytes_max).read_to_end(&mut said);
                // Nobody waits any more for one that has taken too long.
                let _ = ended.send(());
                heard.map(|_| said)
            });
            let begun = Instant::now();
            let mut is_late = waits.recv_timeout(self.wait_max).is_err();
            // It may have nothing more to say and sit there all the same.
            while !is_late && child.try_wait()?.is_none() {
                std::thread::sleep(LOOK_AGAIN);
                is_late = begun.elapsed() > self.wait_max;
            }
            if is_late {
                child.kill()?;
            }
            let status = child.wait()?;
            let said = heard.join().map_err(|_| io::Error::other("hearing a command panicked"))??;
            let ended = if is_late { Some(format!("not within {} s", self.wait_max.as_secs())) } else { None };
            Ok(Told { said, ended: ended.or_else(|| (!status.success()).then(|| status.to_string())) })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(script: &str, wait_max: Duration) -> Told {
        let file = tempfile::NamedTempFile::new().unwrap();
        // The command is the shell's own argument: what stands in the file.
        std::io::Write::write_all(&mut file.as_file(), script.as_bytes()).unwrap();
        let child = Child { program: "/bin/sh".into(), wait_max };
        child.run(file.path().to_str().unwrap(), b"in", 100).unwrap()
    }

    #[test]
    fn what_a_command_says_and_how_it_ends_is_told() {
        assert_eq!(run("cat; echo ' out'", WAIT_MAX), Told { said: b"in out\n".to_vec(), ended: None });
        assert_eq!(run("exit 3", WAIT_MAX).ended.unwrap(), "exit status: 3");
    }

    #[test]
    fn a_command_that_only_sits_there_is_ended() {
        let told = run("echo begun; exec /bin/sleep 600", Duration::from_secs(2));
        assert_eq!(told.said, b"begun\n");
        assert_eq!(told.ended.unwrap(), "not within 2 s");
        let silent = run("exec 1>&-; exec /bin/sleep 600", Duration::from_millis(500));
        assert_eq!(silent.ended.unwrap(), "not within 0 s");
    }
}
