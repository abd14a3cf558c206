#!/usr/bin/env python3
"""One edit on a large site, brought to a server by SSH.

    benches/publish/deploy.py LAMIN DATA PUBLIC SITE [EDITS]

Starts an sshd of its own on a loopback port and the binary LAMIN on the folders of an imported site, brings the whole
site there once, then takes articles through the procedure and waits until the server has each release. Prints for each
edit the seconds of its deployment, from begun to noted, and the bytes that went out; then the medians.
Needs `sshd` and `ssh-keygen`. Standard library only.
"""
import datetime
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import edit  # noqa: E402  (it stands beside this file)

edit.PEOPLE["developer"] = "web_developer"


def sshd(folder):
    """A server for one key, on a free port; returns it with its port."""
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{folder}/{name}"], check=True)
    os.makedirs(f"{folder}/www")
    os.makedirs("/run/sshd", exist_ok=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with open(f"{folder}/config", "w") as config:
        config.write(f"ListenAddress 127.0.0.1:{port}\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/user.pub\n"
                     "StrictModes no\nUsePAM no\nPidFile none\nPermitRootLogin yes\nPasswordAuthentication no\nLogLevel ERROR\n")
    program = os.environ.get("LAMIN_TEST_SSHD", "/usr/sbin/sshd")
    server = subprocess.Popen([program, "-D", "-e", "-f", f"{folder}/config"], stderr=subprocess.DEVNULL)
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return server, port
        except OSError:
            time.sleep(0.02)


def newest(token, site, release):
    """The first deployment that brought this release or a later one."""
    path = f"/api/v1/sites/{site}/targets/ujung/deployments"
    while True:
        items = edit.call("GET", path, token["developer"])["items"]
        failed = [one for one in items if one["outcome"] == "failed"]
        if failed:
            sys.exit(f"the deployment failed: {failed[0]}")
        done = [one for one in items if one["outcome"] == "done" and one["release"] >= release]
        if done:
            return done[0]
        time.sleep(0.05)


def seconds(one):
    begun, ended = (datetime.datetime.fromisoformat(one[name]) for name in ("started_at", "finished_at"))
    return (ended - begun).total_seconds()


def main():
    lamin, data, public, site = sys.argv[1:5]
    edits = int(sys.argv[5]) if len(sys.argv) > 5 else 5
    with tempfile.TemporaryDirectory() as folder:
        far, port = sshd(folder)
        try:
            with edit.served(lamin, data, public) as token:
                forget(token, site)
                measure(token, (site, folder, port), edits)
                forget(token, site)
        finally:
            far.terminate()
            far.wait()


def forget(token, site):
    """Removes the target of this or an earlier run."""
    path = f"/api/v1/sites/{site}/targets"
    for target in edit.call("GET", path, token["developer"])["items"]:
        if target["key"] == "ujung":
            edit.call("DELETE", f"{path}/ujung", token["developer"], version=target["version"])


def measure(token, where, edits):
    site, folder, port = where
    read = lambda name: open(f"{folder}/{name}").read()
    host_key = " ".join(read("host.pub").split()[:2])
    target = {"key": "ujung", "kind": "ssh", "credentials": {"private_key": read("user")},
              "settings": {"host": "127.0.0.1", "port": port, "user": os.environ.get("USER", "root"),
                           "path": f"{folder}/www", "host_key": host_key}}
    edit.call("POST", f"/api/v1/sites/{site}/targets", token["developer"], target)
    whole = newest(token, site, 1)
    print(f"whole: {seconds(whole):7.2f} s  {whole['files_sent']} files, {whole['bytes_sent'] / 1e6:.1f} MB")
    listed = edit.call("GET", f"/api/v1/sites/{site}/entries?limit=100&filter[step]=published", token["author"])
    took, sent = [], []
    for turn, entry in enumerate(listed["items"][:edits]):
        _, report = edit.edit(token, entry["id"])
        one = newest(token, site, report["release"])
        took.append(seconds(one))
        sent.append(one["bytes_sent"] / 1000)
        print(f"{turn + 1:5}: {took[-1]:7.2f} s  {one['files_sent']} files, {sent[-1]:.1f} kB")
    print(f"median of {edits}: {statistics.median(took):.2f} s, the slowest {max(took):.2f} s, {max(sent):.1f} kB at most")


if __name__ == "__main__":
    main()
