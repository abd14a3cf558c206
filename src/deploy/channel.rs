//! A program on the other end of two pipes: the SSH client, or a shell of this machine.
//!
//! What comes back is from a server that may be broken or hostile: everything read has a limit.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::work::{Going, Stop, failed};
use crate::kernel::{Context, Error};

/// A server that neither takes nor gives a byte for so long is given up.
const SILENCE_SECONDS_MAX: u64 = 180;
const LINE_BYTES_MAX: u64 = 4096;
const COMPLAINT_BYTES_MAX: usize = 4096;

pub struct Channel {
    child: Arc<Mutex<Child>>,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    complaints: Option<JoinHandle<String>>,
    /// Counts every byte either way, so that the watch sees that something moves.
    moved: Arc<AtomicU64>,
    over: Arc<AtomicBool>,
    /// Bytes that went out.
    pub sent: u64,
    /// Files that the program needs while it runs, such as its key.
    _belongings: Option<tempfile::TempDir>,
}

impl Channel {
    pub fn open(mut command: Command, belongings: Option<tempfile::TempDir>) -> Going<Channel> {
        let name = command.get_program().to_string_lossy().into_owned();
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("start the program {name} (is it installed?)"))?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let complaints = child.stderr.take().map(|stderr| std::thread::spawn(move || last_words(stderr)));
        let (Some(input), Some(output)) = (input, output) else {
            return failed("start a program", "it has no pipes");
        };
        let child = Arc::new(Mutex::new(child));
        let (moved, over) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        watch(child.clone(), moved.clone(), over.clone());
        let output = BufReader::new(output);
        Ok(Channel { child, input: Some(input), output, complaints, moved, over, sent: 0, _belongings: belongings })
    }

    pub fn write(&mut self, bytes: &[u8]) -> Going<()> {
        const PIECE_BYTES: usize = 64 * 1024;
        for piece in bytes.chunks(PIECE_BYTES) {
            let written = match &mut self.input {
                Some(input) => input.write_all(piece),
                None => Err(std::io::ErrorKind::BrokenPipe.into()),
            };
            if let Err(error) = written {
                return Err(self.broken("send to the target", &error.to_string()));
            }
            self.sent += piece.len() as u64;
            self.moved.fetch_add(piece.len() as u64, Ordering::Relaxed);
        }
        Ok(())
    }

    /// A line without its end; `None` when the other side has closed.
    pub fn line(&mut self) -> Going<Option<String>> {
        let mut line = Vec::new();
        let read = (&mut self.output).take(LINE_BYTES_MAX).read_until(b'\n', &mut line);
        if let Err(error) = read {
            return Err(self.broken("read from the target", &error.to_string()));
        }
        self.moved.fetch_add(line.len() as u64, Ordering::Relaxed);
        match line.pop() {
            None => Ok(None),
            Some(b'\n') => Ok(Some(String::from_utf8_lossy(&line).into_owned())),
            Some(_) if line.len() as u64 + 1 >= LINE_BYTES_MAX => failed("read from the target", "a line without end"),
            // Cut in the middle of a line.
            Some(_) => Ok(None),
        }
    }

    /// So many bytes.
    pub fn exact(&mut self, bytes: usize) -> Going<Vec<u8>> {
        const PIECE_BYTES: usize = 64 * 1024;
        let mut read = Vec::new();
        while read.len() < bytes {
            let start = read.len();
            read.resize(bytes.min(start + PIECE_BYTES), 0);
            if let Err(error) = self.output.read_exact(&mut read[start..]) {
                return Err(self.broken("read from the target", &error.to_string()));
            }
            self.moved.fetch_add((read.len() - start) as u64, Ordering::Relaxed);
        }
        Ok(read)
    }

    /// Tells the other side that nothing more comes.
    pub fn close_input(&mut self) {
        self.input = None;
    }

    /// What the program said on its error stream, once it ended.
    pub fn complaint(&mut self) -> String {
        self.close_input();
        self.kill();
        self.complaints.take().and_then(|thread| thread.join().ok()).unwrap_or_default()
    }

    /// An error that tells what the program complained of rather than that a pipe broke.
    pub fn broken(&mut self, doing: &str, cause: &str) -> Stop {
        let complaint = self.complaint();
        let cause = if complaint.trim().is_empty() { cause.to_owned() } else { complaint };
        Stop::Failed(Error::broken(doing, cause))
    }

    fn kill(&mut self) {
        // It may just be ending by itself, with the reason as its last words.
        const PATIENCE: u32 = 40;
        for _ in 0..PATIENCE {
            let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
            if matches!(child.try_wait(), Ok(Some(_)) | Err(_)) {
                return;
            }
            drop(child);
            std::thread::sleep(Duration::from_millis(25));
        }
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        // Already ended: then there is nothing to kill.
        let _ = child.kill();
        let _ = child.wait();
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        self.input = None;
        self.kill();
    }
}

fn last_words(stderr: ChildStderr) -> String {
    let mut words = Vec::new();
    let mut reader = BufReader::new(stderr);
    loop {
        match reader.fill_buf() {
            Ok([]) | Err(_) => break,
            Ok(bytes) => {
                words.extend_from_slice(bytes);
                let read = bytes.len();
                reader.consume(read);
                let surplus = words.len().saturating_sub(COMPLAINT_BYTES_MAX);
                words.drain(..surplus);
            }
        }
    }
    // Servers greet and warn at length; why it ended comes last.
    const LINES: usize = 3;
    let words = String::from_utf8_lossy(&words);
    let lines: Vec<&str> = words.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}

/// Kills the program when nothing moves, so that a server that hangs does not hold up the others for good.
fn watch(child: Arc<Mutex<Child>>, moved: Arc<AtomicU64>, over: Arc<AtomicBool>) {
    std::thread::spawn(move || {
        let (mut seen, mut silent) = (0, 0);
        while !over.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_secs(1));
            let now = moved.load(Ordering::Relaxed);
            silent = if now == seen { silent + 1 } else { 0 };
            seen = now;
            if silent >= SILENCE_SECONDS_MAX {
                let mut child = child.lock().unwrap_or_else(PoisonError::into_inner);
                // Already ended: then there is nothing to kill.
                let _ = child.kill();
                return;
            }
        }
    });
}
