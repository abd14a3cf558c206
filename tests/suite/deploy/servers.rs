//! Real servers on loopback ports, each with keys and folders of its own: OpenSSH, moto for S3; and a wire that can be cut.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A program that `scripts/servers` finds or installs.
#[expect(clippy::disallowed_methods, reason = "where the test servers are")]
pub fn program(name: &str) -> String {
    std::env::var(name)
        .unwrap_or_else(|_| panic!("{name} names a server: run the tests with `make test`, or see scripts/servers"))
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

pub fn wait_for(port: u16) {
    for _ in 0..2400 {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return;
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    panic!("nobody listens on port {port}");
}

/// Killed when dropped.
pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Already ended: then there is nothing to kill.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub struct Sshd {
    _server: Running,
    pub port: u16,
    pub folder: tempfile::TempDir,
    pub host_key: String,
    pub private_key: String,
}

#[expect(clippy::disallowed_methods, reason = "the test server's own files")]
fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

fn make_key(path: &Path) {
    let made =
        Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-C", "test", "-f"]).arg(path).status();
    assert!(made.unwrap().success());
}

impl Sshd {
    /// A server that gives a shell.
    pub fn shell() -> Self {
        Sshd::start("")
    }

    /// A server that gives files alone, as shared hosting does.
    pub fn files() -> Self {
        Sshd::start("ForceCommand internal-sftp\n")
    }

    #[expect(clippy::disallowed_methods, reason = "the test server's own files")]
    pub fn start(more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        make_key(&at("host"));
        make_key(&at("user"));
        std::fs::create_dir_all(at("www")).unwrap();
        // The server insists on it when it runs as root.
        let _ = std::fs::create_dir_all("/run/sshd");
        let port = free_port();
        let settings = format!(
            "ListenAddress 127.0.0.1:{port}\nHostKey {}\nAuthorizedKeysFile {}\nStrictModes no\nUsePAM no\n\
             PidFile none\nPermitRootLogin yes\nPasswordAuthentication no\nMaxStartups 100\n\
             Subsystem sftp internal-sftp\nLogLevel ERROR\n{more}",
            at("host").display(),
            at("user.pub").display()
        );
        std::fs::write(at("sshd_config"), settings).unwrap();
        let server = Command::new(program("LAMIN_TEST_SSHD"))
            .args(["-D", "-e", "-f"])
            .arg(at("sshd_config"))
            .stdin(Stdio::null())
            .stderr(std::fs::File::create(at("log")).unwrap())
            .spawn()
            .unwrap();
        wait_for(port);
        let host_key = read(&at("host.pub"));
        let host_key = host_key.split(' ').take(2).collect::<Vec<_>>().join(" ");
        Sshd { _server: Running(server), port, host_key, private_key: read(&at("user")), folder }
    }

    pub fn www(&self) -> PathBuf {
        self.folder.path().join("www")
    }
}

/// An S3-compatible server with one bucket.
pub struct Bucket {
    _server: Running,
    pub port: u16,
}

pub const BUCKET: &str = "situs";

impl Bucket {
    pub fn start() -> Self {
        let port = free_port();
        let server = Command::new(program("LAMIN_TEST_S3"))
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        wait_for(port);
        let bucket = Bucket { _server: Running(server), port };
        bucket.reset();
        bucket
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/{path}", self.port)
    }

    /// Forgets everything.
    pub fn reset(&self) {
        ureq::post(&self.url("moto-api/reset")).send_empty().unwrap();
        ureq::put(&self.url(BUCKET)).send_empty().unwrap();
    }

    /// The names of all objects.
    pub fn names(&self) -> Vec<String> {
        let mut answer = ureq::get(&self.url(&format!("{BUCKET}?list-type=2&max-keys=100000"))).call().unwrap();
        let text = answer.body_mut().read_to_string().unwrap();
        let keys = text.split("<Key>").skip(1).map(|rest| rest.split("</Key>").next().unwrap().replace("&amp;", "&"));
        keys.collect()
    }

    /// Bytes (unpacked), content type and cache header of an object.
    pub fn get(&self, name: &str) -> (Vec<u8>, String, String) {
        // Nobody looks at the signature, but it has to be there.
        let who =
            "AWS4-HMAC-SHA256 Credential=kunci/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0";
        let mut answer = ureq::get(&self.url(&format!("{BUCKET}/{name}"))).header("Authorization", who).call().unwrap();
        let header =
            |name: &str| answer.headers().get(name).map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default();
        let (kind, cache, coding) = (header("content-type"), header("cache-control"), header("content-encoding"));
        let mut bytes = answer.body_mut().with_config().limit(1 << 30).read_to_vec().unwrap();
        if coding == "gzip" {
            let mut clear = Vec::new();
            flate2::read::GzDecoder::new(&bytes[..]).read_to_end(&mut clear).unwrap();
            bytes = clear;
        }
        (bytes, kind, cache)
    }
}

/// Carries what is sent to a server, counts it, and can be cut after so many bytes.
pub struct Wire {
    pub port: u16,
    state: Arc<WireState>,
}

struct WireState {
    up: AtomicU64,
    down: AtomicU64,
    limit: AtomicU64,
}

impl Wire {
    pub fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let own = listener.local_addr().unwrap().port();
        let state = Arc::new(WireState { up: 0.into(), down: 0.into(), limit: u64::MAX.into() });
        let shared = state.clone();
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let (Ok(client), Ok(server)) = (client, TcpStream::connect(("127.0.0.1", port))) else { return };
                let (back, forth) = ((server.try_clone().unwrap(), client.try_clone().unwrap()), (client, server));
                let (one, two) = (shared.clone(), shared.clone());
                for stream in [&forth.0, &forth.1] {
                    stream.set_nodelay(true).unwrap();
                }
                std::thread::spawn(move || carry(forth, |bytes| one.passes(bytes)));
                std::thread::spawn(move || {
                    carry(back, |bytes| {
                        two.down.fetch_add(bytes as u64, Ordering::SeqCst);
                        bytes
                    });
                });
            }
        });
        Wire { port: own, state }
    }

    /// Bytes to the server and back since the last call.
    pub fn count(&self) -> (u64, u64) {
        (self.state.up.swap(0, Ordering::SeqCst), self.state.down.swap(0, Ordering::SeqCst))
    }

    /// Cuts every connection once so many bytes went to the server, from now on.
    pub fn cut_after(&self, bytes: u64) {
        self.count();
        self.state.limit.store(bytes, Ordering::SeqCst);
    }

    pub fn mend(&self) {
        self.cut_after(u64::MAX);
    }
}

impl WireState {
    /// How many of these bytes may still pass.
    fn passes(&self, bytes: usize) -> usize {
        let limit = self.limit.load(Ordering::SeqCst);
        let before = self.up.fetch_add(bytes as u64, Ordering::SeqCst);
        usize::try_from(limit.saturating_sub(before)).unwrap_or(usize::MAX).min(bytes)
    }
}

fn carry((mut from, mut to): (TcpStream, TcpStream), passes: impl Fn(usize) -> usize) {
    let mut buffer = [0; 8192];
    loop {
        let read = from.read(&mut buffer).unwrap_or(0);
        let allowed = passes(read);
        let broken = to.write_all(&buffer[..allowed]).is_err();
        if read == 0 || broken || allowed < read {
            let _ = from.shutdown(Shutdown::Both);
            let _ = to.shutdown(Shutdown::Both);
            return;
        }
    }
}
