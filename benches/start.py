#!/usr/bin/env python3
"""Cold start and idle memory of a server with existing data.

    benches/start.py LAMIN DATA PUBLIC [RUNS]

Starts the binary LAMIN on the folders, asks every 5 ms for one list of the public API until it
answers, waits five seconds, reads the resident memory, stops the server. Prints the median of the
times and the largest memory. Standard library only.
"""
import os
import statistics
import subprocess
import sys
import time
import urllib.request

PORT = 8097
URL = f"http://127.0.0.1:{PORT}/delivery/v1/sites/{os.environ.get('SITE', 'portal')}/entries?limit=20"


def one(command):
    begun = time.perf_counter()
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                with urllib.request.urlopen(URL, timeout=5) as answer:
                    answer.read()
                    break
            except OSError:
                if server.poll() is not None or time.perf_counter() - begun > 60:
                    sys.exit("the server gave no answer")
                time.sleep(0.005)
        seconds = time.perf_counter() - begun
        time.sleep(5)
        status = open(f"/proc/{server.pid}/status").read()
        resident = int(status.split("VmRSS:")[1].split()[0]) / 1024
        return seconds, resident
    finally:
        server.terminate()
        server.wait()


def main():
    lamin, data, public = sys.argv[1:4]
    runs = int(sys.argv[4]) if len(sys.argv) > 4 else 5
    command = [lamin, "serve", "--data", data, "--public", public, "--listen", f"127.0.0.1:{PORT}"]
    found = [one(command) for _ in range(runs)]
    seconds = sorted(s for s, _ in found)
    print(f"first answer: median {1000 * statistics.median(seconds):.0f} ms, "
          f"from {1000 * seconds[0]:.0f} to {1000 * seconds[-1]:.0f} ms over {runs} runs")
    print(f"idle memory: {max(m for _, m in found):.1f} MiB")


if __name__ == "__main__":
    main()
