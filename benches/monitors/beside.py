#!/usr/bin/env python3
"""Looks over TLS for each second of processor: Lamin's engine, its database included, beside prometheus-blackbox-exporter.

    benches/monitors/beside.py BENCH [SECONDS [WEBSITES]]

BENCH is the program that `cargo bench --bench monitors --no-run` names. Needs the package prometheus-blackbox-exporter. Both look at
the same kind of websites on loopback, which another process is, each look with a whole handshake that judges the certificate."""
import http.client
import os
import subprocess
import sys
import tempfile
import threading
import time

ASKING = 16
ADDRESSES = 100
PORT = 19115


def processor_seconds(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(") ", 1)[1].split(" ")
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def ours(bench, seconds, websites):
    done = subprocess.run([bench, "--bench", str(seconds), str(websites), "tls"], check=True, capture_output=True, text=True)
    print(done.stdout, end="")


def probe(port, first, until, counts, at):
    server = http.client.HTTPConnection("127.0.0.1", PORT)
    number = first
    while time.monotonic() < until:
        target = f"https://127.1.0.{number % ADDRESSES}:{port}/{number}"
        server.request("GET", f"/probe?module=look&target={target}")
        good = b"\nprobe_success 1" in server.getresponse().read()
        counts[at][0 if good else 1] += 1
        number += ASKING


def theirs(bench, seconds, folder):
    certificate, config = os.path.join(folder, "certificate.pem"), os.path.join(folder, "config.yml")
    websites = subprocess.Popen([bench, "websites", certificate], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    port = int(websites.stdout.readline())
    with open(config, "w") as file:
        file.write("modules:\n  look:\n    prober: http\n    timeout: 5s\n    http:\n      fail_if_not_ssl: true\n"
                   f"      tls_config:\n        ca_file: {certificate}\n")
    exporter = subprocess.Popen(["prometheus-blackbox-exporter", f"--config.file={config}", f"--web.listen-address=127.0.0.1:{PORT}",
                                 "--log.level=error"])
    try:
        for _ in range(100):
            try:
                http.client.HTTPConnection("127.0.0.1", PORT).request("GET", "/")
                break
            except OSError:
                time.sleep(0.1)
        before, until = processor_seconds(exporter.pid), time.monotonic() + seconds
        counts = [[0, 0] for _ in range(ASKING)]
        threads = [threading.Thread(target=probe, args=(port, at, until, counts, at)) for at in range(ASKING)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        used = processor_seconds(exporter.pid) - before
        good, bad = (sum(count[which] for count in counts) for which in (0, 1))
        print(f"prometheus-blackbox-exporter: {good} looks, {bad} failed, processor {used:.1f} s, {(good + bad) / used:.0f} looks per second of it")
    finally:
        exporter.kill()
        websites.kill()


def main():
    bench = sys.argv[1]
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    websites = int(sys.argv[3]) if len(sys.argv) > 3 else 10_000
    ours(bench, seconds, websites)
    with tempfile.TemporaryDirectory() as folder:
        theirs(bench, min(seconds, 30), folder)


main()
