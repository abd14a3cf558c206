#!/usr/bin/env python3
"""One edit on a large site: from the accepted `publish` to the complete new release, live and durable.

    benches/publish/edit.py LAMIN DATA PUBLIC SITE [EDITS]

Starts the binary LAMIN on the folders of an imported site, and takes articles through the whole
procedure as three people: each gets another body, and its release is waited for. Prints, for each
edit, the milliseconds from the answer of `publish` to the job's end, and where the build spent them;
then the medians. What is measured ends when the release is durable, not when a page looks new.
Standard library only.
"""
import contextlib
import json
import os
import secrets
import statistics
import subprocess
import sys
import time
import urllib.request

PORT = 8096
BASE = f"http://127.0.0.1:{PORT}"
PEOPLE = {"author": "author", "editor": "editor", "approver": "approver", "publisher": "publisher"}


def call(method, path, token=None, body=None, version=None):
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if version is not None:
        headers["If-Match"] = f'"{version}"'
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(BASE + path, data=data, headers=headers, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read() or b"null")


def sign_in(lamin, folders):
    """A token for each of the people, who get accounts of their own for this run."""
    tokens, run = {}, secrets.token_hex(4)
    for name, role in PEOPLE.items():
        email, password = f"{name}-{run}@bench.test", secrets.token_urlsafe(18)
        subprocess.run([lamin, "user", *folders, "add", "--name", name, "--role", role, email],
                       input=password.encode(), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        tokens[name] = (email, password)
    return tokens


def publish(token, entry):
    """One article through the procedure with another body; returns the answer of `publish`."""
    path = f"/api/v1/entries/{entry}"

    def move(who, command, **more):
        now = call("GET", path, token[who])
        more = {key: now["digest"] if value == "its" else value for key, value in more.items()}
        return call("POST", path + "/transitions", token[who], {"command": command, **more}, now["version"])

    now = call("GET", path, token["author"])
    move("author", "revise")
    now = call("GET", path, token["author"])
    body = now["fields"]["body"] + f"\n\nDiperbarui: {secrets.token_hex(8)}."
    call("PATCH", path, token["author"], {"fields": {"body": body}}, now["version"])
    move("author", "submit")
    move("editor", "claim")
    move("editor", "forward")
    move("approver", "approve", digest="its")
    return move("publisher", "publish", digest="its")


def edit(token, entry):
    """Publishes an article; returns the milliseconds until its release is live, and the build's report."""
    accepted = publish(token, entry)
    begun = time.perf_counter()
    while True:
        job = call("GET", f"/api/v1/jobs/{accepted['job']}", token["publisher"])
        if job["state"] in ("done", "failed"):
            break
        time.sleep(0.002)
    took = (time.perf_counter() - begun) * 1000
    if job["state"] == "failed":
        sys.exit(f"the build failed: {job}")
    if "steps" not in (job.get("result") or {}):
        sys.exit(f"no build: {job}")
    return took, job["result"]


@contextlib.contextmanager
def served(lamin, data, public):
    """The binary on these folders, with a token for each of the people."""
    folders = ["--data", data, "--public", public]
    accounts = sign_in(lamin, folders)
    server = subprocess.Popen([lamin, "serve", *folders, "--listen", f"127.0.0.1:{PORT}"],
                              stdout=subprocess.DEVNULL, stderr=open(os.environ.get("BENCH_LOG", os.devnull), "w"))
    try:
        while True:
            try:
                urllib.request.urlopen(BASE + "/readyz", timeout=5)
                break
            except OSError:
                time.sleep(0.05)
        sign = lambda email, password: call("POST", "/api/v1/auth/login", body={"email": email, "password": password})
        yield {name: sign(*account)["access_token"] for name, account in accounts.items()}
    finally:
        server.terminate()
        server.wait()


def main():
    lamin, data, public, site = sys.argv[1:5]
    edits = int(sys.argv[5]) if len(sys.argv) > 5 else 10
    with served(lamin, data, public) as token:
        listed = call("GET", f"/api/v1/sites/{site}/entries?limit=100&filter[step]=published", token["author"])
        took, steps = [], {}
        for turn, entry in enumerate(listed["items"][: edits + 1]):
            milliseconds, report = edit(token, entry["id"])
            # The first one reads the site into memory.
            label = "first" if turn == 0 else f"{turn:5}"
            parts = ", ".join(f"{step['name']} {step['seconds'] * 1000:.1f}" for step in report["steps"])
            print(f"{label}: {milliseconds:8.1f} ms  {report['rendered']} made, {report['written']} written  ({parts})")
            if turn:
                took.append(milliseconds)
                for step in report["steps"]:
                    steps.setdefault(step["name"], []).append(step["seconds"] * 1000)
        parts = ", ".join(f"{name} {statistics.median(times):.1f}" for name, times in steps.items())
        print(f"median of {len(took)}: {statistics.median(took):.1f} ms, the slowest {max(took):.1f} ms  ({parts})")


if __name__ == "__main__":
    main()
