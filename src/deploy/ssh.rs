//! The system's OpenSSH client: its configuration, keys, agents, jump hosts and `known_hosts` are honoured.
#![expect(clippy::disallowed_methods, reason = "the client reads keys from files")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use super::channel::Channel;
use super::model::{Credentials, Remote};
use super::rules::shell_word;
use super::work::Going;
use crate::kernel::{Context, Result};

/// What the client is asked to start on the other side.
pub enum Ask<'a> {
    /// One command line for whatever shell the account has.
    Command(&'a str),
    /// The subsystem `sftp`.
    Files,
}

const CONNECT_SECONDS_MAX: u32 = 15;

/// Never weaker than this, whatever the client's configuration says: a server whose key is not known is refused.
const ALWAYS: &[&str] = &[
    "StrictHostKeyChecking=yes",
    "ServerAliveInterval=15",
    "ServerAliveCountMax=4",
    "ClearAllForwardings=yes",
    "ForwardAgent=no",
    "ForwardX11=no",
    "PermitLocalCommand=no",
    "RequestTTY=no",
    "NumberOfPasswordPrompts=1",
];

pub fn open(remote: &Remote, credentials: &Credentials, ask: &Ask) -> Going<Channel> {
    let belongings = tempfile::Builder::new().prefix("lamin-ssh-").tempdir().context("make a folder for a key")?;
    let mut command = Command::new("ssh");
    for option in ALWAYS {
        command.args(["-o", option]);
    }
    command.args(["-o", &format!("ConnectTimeout={CONNECT_SECONDS_MAX}")]);
    identify(&mut command, remote, credentials, belongings.path())?;
    if let Some(port) = remote.port {
        command.args(["-p", &port.to_string()]);
    }
    if let Some(user) = &remote.user {
        command.args(["-l", user]);
    }
    match ask {
        Ask::Command(line) => command.args(["--", &remote.host, line]),
        Ask::Files => command.args(["-s", "--", &remote.host, "sftp"]),
    };
    Channel::open(command, Some(belongings))
}

/// Who we are, and who the server has to be.
fn identify(command: &mut Command, remote: &Remote, credentials: &Credentials, folder: &Path) -> Result<()> {
    if let Some(key) = &remote.host_key {
        let known = folder.join("known_hosts");
        write(&known, &format!("lamin-target {key}\n"), 0o600)?;
        let file = format!("UserKnownHostsFile={}", known.display());
        command.args(["-o", &file, "-o", "GlobalKnownHostsFile=/dev/null", "-o", "HostKeyAlias=lamin-target"]);
    }
    if let Some(key) = &credentials.private_key {
        let file = folder.join("key");
        write(&file, &format!("{}\n", key.trim_end()), 0o600)?;
        command.arg("-i").arg(&file).args(["-o", "IdentitiesOnly=yes"]);
    }
    match &credentials.password {
        None => command.args(["-o", "BatchMode=yes"]),
        Some(password) => {
            // The client takes a password from a program alone; this one can be read by us alone.
            let (file, program) = (folder.join("password"), folder.join("askpass"));
            write(&file, &format!("{password}\n"), 0o600)?;
            write(&program, &format!("#!/bin/sh\nexec cat {}\n", shell_word(&file.to_string_lossy())), 0o700)?;
            command.env("SSH_ASKPASS", &program).env("SSH_ASKPASS_REQUIRE", "force");
            command.args(["-o", "PreferredAuthentications=publickey,keyboard-interactive,password"])
        }
    };
    Ok(())
}

fn write(path: &Path, text: &str, mode: u32) -> Result<()> {
    let doing = || "hand a key to the SSH client".to_owned();
    fs::write(path, text).with_context(doing)?;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).with_context(doing)
}
