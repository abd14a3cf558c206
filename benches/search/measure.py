#!/usr/bin/env python3
"""What searching costs on a large site: the tables of the public API, its answers, and the index that is published.

    benches/search/measure.py LAMIN DATA PUBLIC SITE

For an imported site on SQLite with a release in a theme that has a search page. Prints what the tables take; has the
server make all stems anew, as after an update, and tells its processor time; asks queries of which no answer is kept,
those of frequent words first, when no posting is in memory either; publishes articles by the procedure and asks for
frequent words at once; and reckons from the files of the release what a browser fetches for the same queries, gzip.
Standard library only.
"""
import gzip
import http.client
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../publish"))
import edit  # noqa: E402

PORT = 8095
PUBLICATIONS = 10
lamin, data, public, site = sys.argv[1:5]
# A stem of the title of every 25th entry, pairs of them, and words that people ask for.
ASKED = ["izin usaha", "e-KTP", "syarat kartu keluarga", "puskesmas", "peraturan daerah pajak", "bantuan banjir", "layanan"]


def rows(query):
    with sqlite3.connect(f"file:{data}/lamin.db?mode=ro", uri=True) as database:
        return database.execute(query).fetchall()


def started():
    command = [lamin, "serve", "--data", data, "--public", public, "--listen", f"127.0.0.1:{PORT}", "--set", "log=warn"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(2000):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
            connection.request("GET", f"/delivery/v1/sites/{site}/entries?limit=1")
            connection.getresponse().read()
            return server, connection
        except OSError:
            time.sleep(0.005)
    sys.exit("the server gave no answer")


def processor(server):
    fields = open(f"/proc/{server.pid}/stat").read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def stopped(server):
    server.terminate()
    server.wait()


def made_anew():
    """Processor seconds of a start that makes all stems, less those of one that makes none."""
    def start():
        server, _ = started()
        until = time.monotonic() + 120
        while rows("SELECT count(*) FROM findable WHERE mark = ''")[0][0] and time.monotonic() < until:
            time.sleep(0.2)
        time.sleep(3)
        used = processor(server)
        stopped(server)
        return used

    plain = start()
    with sqlite3.connect(f"{data}/lamin.db") as database:
        database.execute("UPDATE findable SET mark = ''")
    return start() - plain


def asked(connection, query, **more):
    path = f"/delivery/v1/sites/{site}/search?" + urllib.parse.urlencode({"q": query, **more})
    begun = time.perf_counter()
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        sys.exit(f"{path}: {answer.status} {body}")
    return (time.perf_counter() - begun) * 1000, json.loads(body)


def after_publications():
    """Milliseconds of the queries that follow the answer of `publish`, the first of them and the others."""
    first, others = [], []
    with edit.served(lamin, data, public) as token:
        connection = http.client.HTTPConnection("127.0.0.1", edit.PORT, timeout=60)
        entries = edit.call("GET", f"/api/v1/sites/{site}/entries?limit=100&filter[step]=published", token["author"])
        for query in ASKED:
            asked(connection, query)
        for turn, entry in enumerate(entries["items"][:PUBLICATIONS]):
            edit.publish(token, entry["id"])
            taken = [asked(connection, ASKED[(turn + at) % len(ASKED)])[0] for at in range(len(ASKED))]
            first.append(taken[0])
            others += taken[1:]
    return first, others


def small(path):
    return len(gzip.compress(open(path, "rb").read(), 9))


def fetched(folder, answer):
    """Bytes that the page fetches for a query: directory, shards of the stems, cards of ten results at ten files."""
    directory = json.load(open(f"{folder}/indeks.json"))
    # What means the same is looked for too; the API names it by its words, of which the stems are not told: nothing here.
    stems = {stem for one in answer["understood"] for stem in one["stems"]}
    total = small(f"{folder}/indeks.json")
    for part in directory["parts"]:
        at = f"{folder}/{part['at']}"
        shards = {max((n for n, first in enumerate(part["first"]) if first <= stem), default=None) for stem in stems}
        total += sum(small(f"{at}{shard}.bin") for shard in shards - {None})
    base = f"{folder}/{directory['parts'][0]['at']}"
    cards = sorted(small(f"{base}{n}.json") for n in range(min(200, directory["parts"][0]["docs"] // 10)))
    return total, statistics.median(cards)


def main():
    tables = "SELECT sum(length(block)) FROM findable_words_data"
    count = rows("SELECT count(*) FROM findable")[0][0]
    words = rows(tables)[0][0] + rows("SELECT sum(length(sz)) FROM findable_words_docsize")[0][0]
    summaries = rows("SELECT sum(length(summary) + 80) FROM findable")[0][0]
    print(f"{count} entries: stems {words / 2**20:.1f} MiB, rows {summaries / 2**20:.1f} MiB")
    with sqlite3.connect(f"{data}/lamin.db") as database:
        # Ten thousand pictures to share would be made meanwhile.
        database.execute("DELETE FROM jobs WHERE kind = 'publish.share' AND state = 'ready'")
    print(f"all stems made anew: {made_anew():.2f} s of processor")
    server, connection = started()
    asked(connection, "pertama")
    for query in ASKED:
        first, answer = asked(connection, query)
        again = statistics.median(asked(connection, query, page=page)[0] for page in range(2, 12))
        print(f"{query!r}: {answer['total']} results, {first:.2f} ms, other pages {again:.2f} ms")
    titles = rows("SELECT title FROM entries ORDER BY id LIMIT 5000")[::25]
    words = [word for title, in titles for word in title.split()[:3]]
    asked(connection, words[0])
    taken = []
    for at, word in enumerate(words):
        query = word if at % 2 else f"{word} {words[(at + 7) % len(words)]}"
        taken.append((asked(connection, query, limit=10 + at % 3)[0], query))
    taken.sort()
    middle, slow = taken[len(taken) // 2][0], taken[len(taken) * 95 // 100][0]
    print(f"{len(taken)} queries: median {middle:.2f} ms, 95th of 100 {slow:.2f} ms, slowest {taken[-1]}")
    folder = os.path.join(public, site, "current", "cari")
    for query in ASKED if os.path.exists(folder) else []:
        index, cards = fetched(folder, asked(connection, query)[1])
        print(f"{query!r}: a browser fetches {index / 1000:.1f} kB of index, {cards / 1000:.2f} kB for each file of cards")
    stopped(server)
    first, others = after_publications()
    print(f"after each of {len(first)} publications: the first query median {statistics.median(first):.2f} ms, slowest "
          f"{max(first):.2f} ms; the others median {statistics.median(others):.2f} ms, slowest {max(others):.2f} ms")


main()
