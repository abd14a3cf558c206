//! The first words of TLS 1.0 and 1.1, which the library for TLS does not speak: a hello is sent, the version of the answer is
//! read, and the connection ends. No key is made and nothing is sent in secret.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::ports::probing::OldTls;

/// Suites that such servers know, the better ones first (RFC 4492, RFC 5246 A.5): elliptic curves, Diffie-Hellman, RSA, with AES,
/// 3DES and RC4; the last one says that renegotiation is understood (RFC 5746).
const SUITES: [u16; 16] = [
    0xc014, 0xc00a, 0xc013, 0xc009, 0x0039, 0x0033, 0x0035, 0x002f, 0xc012, 0xc008, 0x0016, 0x000a, 0xc011, 0x0005,
    0x0004, 0x00ff,
];
/// P-256, P-384, P-521, X25519.
const CURVES: [u16; 4] = [23, 24, 25, 29];
const HANDSHAKE: u8 = 22;
const ALERT: u8 = 21;
const SERVER_HELLO: u8 = 2;

/// Whether the server takes this version. `None` for what is no TLS at all.
pub async fn is_taken(stream: &mut TcpStream, host: Option<&str>, version: OldTls) -> std::io::Result<Option<bool>> {
    stream.write_all(&hello(host, version)).await?;
    // The head of the record, the head of the message, and its version.
    let mut answer = [0; 11];
    let mut read = 0;
    while read < answer.len() {
        match stream.read(&mut answer[read..]).await? {
            // Many a server hangs up without a word.
            0 if read == 0 => return Ok(Some(false)),
            0 => break,
            more => read += more,
        }
        if answer[0] == ALERT {
            return Ok(Some(false));
        }
    }
    let is_hello = read == answer.len() && answer[0] == HANDSHAKE && answer[5] == SERVER_HELLO;
    Ok(is_hello.then(|| answer[9..11] == number(version)))
}

fn number(version: OldTls) -> [u8; 2] {
    match version {
        OldTls::V1_0 => [3, 1],
        OldTls::V1_1 => [3, 2],
    }
}

/// A client's hello (RFC 4346, 7.4.1.2) that offers this version at most.
fn hello(host: Option<&str>, version: OldTls) -> Vec<u8> {
    let mut body = number(version).to_vec();
    // To be different each time for the sake of keys; here none is made.
    body.extend([0x4c; 32]);
    body.push(0);
    body.extend(sized(&SUITES.iter().flat_map(|suite| suite.to_be_bytes()).collect::<Vec<_>>()));
    body.extend([1, 0]);
    let mut extensions = Vec::new();
    if let Some(host) = host {
        let mut name = vec![0];
        name.extend(sized(host.as_bytes()));
        extensions.extend(extension(0, &sized(&name)));
    }
    extensions.extend(extension(10, &sized(&CURVES.iter().flat_map(|curve| curve.to_be_bytes()).collect::<Vec<_>>())));
    extensions.extend(extension(11, &[1, 0]));
    body.extend(sized(&extensions));
    // A message has three bytes for its length, of which the first is 0 here.
    let mut message = vec![1, 0];
    message.extend(sized(&body));
    let mut record = vec![HANDSHAKE, 3, 1];
    record.extend(sized(&message));
    record
}

fn extension(kind: u16, content: &[u8]) -> Vec<u8> {
    let mut bytes = kind.to_be_bytes().to_vec();
    bytes.extend(sized(content));
    bytes
}

/// With two bytes for the length before it. The longest is a host's name, which has 253 bytes at most.
fn sized(content: &[u8]) -> Vec<u8> {
    let mut bytes = u16::try_from(content.len()).unwrap_or(u16::MAX).to_be_bytes().to_vec();
    bytes.extend(content);
    bytes
}
