#!/usr/bin/env python3
"""What pictures cost: one of 12 megapixels in four widths, beside sharp at the same similarity; and 100 uploads of such.

    cargo build --release --example chain [--features avif]
    benches/media/measure.py CHAIN LAMIN [--photo FILE] [--turns N] [--uploads N] [--avif]

CHAIN is that example (`target/release/examples/chain`), LAMIN the server's binary. Without FILE the picture is made:
noise of many sizes, gradients and edges, the same each time. Both chains run in turns in one go, on the same picture, and
what they make is held against a lossless picture of the same width: the mean structural similarity of brightness in windows
of 8 pixels. sharp gets, for each width, the lowest quality that is at least as similar as ours. With --avif (CHAIN
built with that feature) also AVIF, beside sharp's efforts 0 and 2.

Then starts LAMIN on a new installation, sends N (100) different pictures of 12 megapixels, eight at a time, waits until all
their forms are there, and tells the largest resident memory of the server since the first of them; the bar is 400 MB.

Puts numpy, Pillow and sharp into a temporary folder (pip, npm). Beside them the standard library only.
"""
import argparse
import concurrent.futures
import http.client
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SIDES = (4032, 3024)
WIDTHS = (400, 800, 1280, 2048)
GRAIN = 2.5
QUALITIES = (40, 95)
AVIF_QUALITIES = (25, 80)
PORT = 8094
SITE = "portal"
PASSWORD = "ukur-gambar-2026"
AT_A_TIME = 8
MEMORY_BAR = 400e6


def tools(folder):
    """Installs what measures; numpy and Pillow can be imported afterwards."""
    quiet = {"check": True, "stdout": subprocess.DEVNULL}
    packages = f"{folder}/python"
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--root-user-action=ignore", "--target", packages, "numpy", "pillow"], **quiet)
    sys.path.insert(0, packages)
    subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", folder, "sharp"], **quiet)


def scene(seed):
    """Something like a photograph, as an array of height × width × 3."""
    import numpy
    from PIL import Image

    chance = numpy.random.default_rng(seed)
    width, height = SIDES
    sums = numpy.zeros((height, width, 3), dtype=numpy.float32)
    # The rougher the weaker, as in nature.
    for octave in range(2, 11):
        small = chance.standard_normal((max(2, height >> (11 - octave)), max(2, width >> (11 - octave)), 3)) * 40
        parts = [Image.fromarray(small[..., part].astype(numpy.float32)).resize(SIDES, Image.BICUBIC) for part in range(3)]
        sums += numpy.stack([numpy.asarray(part) for part in parts], axis=2) * (0.62 ** (octave - 2))
    x, y = numpy.meshgrid(numpy.linspace(0, 1, width, dtype=numpy.float32), numpy.linspace(0, 1, height, dtype=numpy.float32))
    sums += numpy.stack([120 + 60 * x, 130 + 40 * y, 150 - 50 * x * y], axis=2)
    for _ in range(60):
        left, top = int(chance.integers(0, width - 300)), int(chance.integers(0, height - 300))
        across, down = (int(side) for side in chance.integers(40, 300, 2))
        sums[top:top + down, left:left + across] += chance.integers(-60, 60, 3)
    # The grain of a sensor, without which such a picture takes a third of the bytes of a telephone's.
    sums += chance.standard_normal((height, width, 1), dtype=numpy.float32) * GRAIN
    return numpy.clip(sums, 0, 255).astype(numpy.uint8)


def jpeg(pixels):
    from PIL import Image

    bytes_ = io.BytesIO()
    Image.fromarray(pixels).save(bytes_, "JPEG", quality=92)
    return bytes_.getvalue()


def brightness(image):
    import numpy

    pixels = numpy.asarray(image.convert("RGB"), dtype=numpy.float64)
    return pixels @ numpy.array([0.299, 0.587, 0.114])


def similarity(one, other, window=8, step=4):
    """Mean structural similarity (Wang et al., 2004) of two brightnesses, as `media::derive::score` has it."""
    import numpy

    def mean(values):
        sums = numpy.pad(values.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
        box = sums[window:, window:] - sums[:-window, window:] - sums[window:, :-window] + sums[:-window, :-window]
        return box[::step, ::step] / window ** 2

    first, second = mean(one), mean(other)
    spread = mean(one * one) - first ** 2, mean(other * other) - second ** 2
    together = mean(one * other) - first * second
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    return float(((2 * first * second + c1) * (2 * together + c2)
                  / ((first ** 2 + second ** 2 + c1) * (spread[0] + spread[1] + c2))).mean())


class Judge:
    """Holds files against the picture in their width, made without loss."""

    def __init__(self, photo):
        from PIL import Image, ImageOps

        self.image = ImageOps.exif_transpose(Image.open(photo)).convert("RGB")
        self.exact = {}

    def score(self, path, width):
        from PIL import Image

        image = Image.open(path)
        if width not in self.exact:
            self.exact[width] = brightness(self.image.resize(image.size, Image.LANCZOS))
        return similarity(self.exact[width], brightness(image))


def ran(command, **more):
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, **more)
    return json.loads(answer.stdout)


class Bench:
    def __init__(self, options, folder, photo):
        self.options, self.folder, self.photo = options, folder, photo
        self.judge = Judge(photo)

    def lamin(self, kind, turns):
        return ran([self.options.chain, self.photo, self.folder, str(turns), kind])

    def sharp(self, kind, effort, turns, qualities):
        sizes = [f"{width}:{quality}" for width, quality in qualities.items()]
        script = [f"{HERE}/sharp.cjs", self.photo, self.folder, str(turns), kind, str(effort), *sizes]
        return ran(["node", *script], env={**os.environ, "NODE_PATH": f"{self.folder}/node_modules"})

    def quality_of(self, kind, effort, width, wanted):
        """The lowest quality of sharp that is at least so similar, and whether any is."""
        low, high = QUALITIES if kind == "jpeg" else AVIF_QUALITIES
        found = None
        while low <= high:
            middle = (low + high) // 2
            file = self.sharp(kind, effort, 1, {width: middle})["files"][0]
            if self.judge.score(file["path"], width) >= wanted:
                found, high = middle, middle - 1
            else:
                low = middle + 1
        if found is None:
            print(f"  sharp is never so similar at {width} pixels; its highest quality is taken", file=sys.stderr)
        return found or high

    def beside(self, kind, effort=0):
        ours = self.lamin(kind, 1)
        if len(ours["files"]) < len(WIDTHS):
            sys.exit(f"CHAIN made {len(ours['files'])} files of {kind}; was it built with that feature?")
        wanted = {file["width"]: self.judge.score(file["path"], file["width"]) for file in ours["files"]}
        qualities = {width: self.quality_of(kind, effort, width, wanted[width]) for width in sorted(wanted)}
        turns = [(self.lamin(kind, 1), self.sharp(kind, effort, 1, qualities)) for _ in range(self.options.turns)]
        theirs = turns[-1][1]
        name = f"sharp {theirs['version']} (libvips {theirs['libvips']})" + (f", effort {effort}" if kind == "avif" else "")
        print(f"\n{kind.upper()}, {SIDES[0] * SIDES[1] / 1e6:.0f} megapixels to {len(WIDTHS)} widths, median of {len(turns)}")
        medians = []
        for which, chain in enumerate(("lamin", name)):
            times = [turn[which]["turns"][0] for turn in turns]
            cpu, wall = (statistics.median(one[what] for one in times) for what in ("cpu", "wall"))
            files = sorted(turns[-1][which]["files"], key=lambda file: file["width"])
            told = "  ".join(f"{file['width']}: {file['bytes'] / 1000:.0f} kB, SSIM {self.judge.score(file['path'], file['width']):.4f}, "
                             f"q {file['quality']}" for file in files)
            print(f"{chain:42} processor {cpu * 1000:7.0f} ms  wall {wall * 1000:7.0f} ms  {sum(f['bytes'] for f in files) / 1000:5.0f} kB")
            print(f"    {told}")
            medians.append(cpu)
        print(f"ours takes {medians[0] / medians[1]:.2f} of the processor time of sharp")


def request(method, path, token=None, body=None, headers=()):
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=300)
    head = dict(headers) | ({"Authorization": f"Bearer {token}"} if token else {})
    connection.request(method, path, body, head)
    answer = connection.getresponse()
    told = answer.read()
    if answer.status >= 300:
        sys.exit(f"{method} {path}: {answer.status} {told[:400]}")
    return json.loads(told or b"null")


def memory(server, name):
    line = next(line for line in open(f"/proc/{server.pid}/status") if line.startswith(name))
    return int(line.split()[1]) * 1024


def processor(server):
    fields = open(f"/proc/{server.pid}/stat").read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def ready():
    for _ in range(3000):
        try:
            request("GET", "/readyz")
            return
        except (OSError, SystemExit):
            time.sleep(0.1)
    sys.exit("the server gave no answer")


def send(token, number):
    picture = jpeg(variant(number))
    edge = "batas-gambar"
    head = f"--{edge}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"foto-{number}.jpg\"\r\n" \
           "Content-Type: image/jpeg\r\n\r\n"
    body = head.encode() + picture + f"\r\n--{edge}--\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={edge}"}
    answer = request("POST", f"/api/v1/sites/{SITE}/assets", token, body, headers)
    return answer["items"][0]["digest"], len(picture)


def variant(number):
    """A picture of its own: the same scene, turned a little further."""
    import numpy

    return numpy.roll(variant.scene, 16 * number, axis=1)


def uploads(lamin, folder, count):
    home = f"{folder}/installation"
    command = [lamin, "serve", "--demo", "--data", f"{home}/data", "--public", f"{home}/public",
               "--listen", f"127.0.0.1:{PORT}", "--set", "log=error"]
    server = subprocess.Popen(command, env={**os.environ, "LAMIN_DEMO_PASSWORD": PASSWORD}, stdout=subprocess.DEVNULL)
    try:
        ready()
        login = json.dumps({"email": "author@demo.test", "password": PASSWORD})
        token = request("POST", "/api/v1/auth/login", None, login, {"Content-Type": "application/json"})["access_token"]
        settled(token)
        before = memory(server, "VmHWM")
        # The largest so far counts from now on.
        with open(f"/proc/{server.pid}/clear_refs", "w") as forget:
            forget.write("5")
        begun, used = time.monotonic(), processor(server)
        variant.scene = scene(7)
        with concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as pool:
            sent = list(pool.map(lambda number: send(token, number), range(count)))
        taken = time.monotonic() - begun
        if len({digest for digest, _ in sent}) != count:
            sys.exit("two pictures were taken for one")
        settled(token)
        peak = memory(server, "VmHWM")
        print(f"\n{count} uploads of {SIDES[0] * SIDES[1] / 1e6:.0f} megapixels, {sum(size for _, size in sent) / 1e6:.0f} MB, "
              f"{AT_A_TIME} at a time: sent after {taken:.0f} s (making them included), all forms after {time.monotonic() - begun:.0f} s, "
              f"{processor(server) - used:.0f} s of processor")
        print(f"largest memory {peak / 1e6:.0f} MB ({before / 1e6:.0f} MB when the demo was ready); the bar is {MEMORY_BAR / 1e6:.0f} MB")
    finally:
        server.terminate()
        server.wait()


def settled(token):
    """Waits until no picture waits for what every browser reads."""
    while True:
        path, waiting = f"/api/v1/sites/{SITE}/assets?limit=100&kind=picture", 0
        cursor = ""
        while True:
            page = request("GET", path + cursor, token)
            for asset in page["items"]:
                one = request("GET", f"/api/v1/sites/{SITE}/assets/{asset['digest']}", token)
                waiting += one["picture"]["state"] == "waiting"
            if not page.get("next_cursor"):
                break
            cursor = f"&cursor={page['next_cursor']}"
        if not waiting:
            return
        time.sleep(1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("chain")
    parser.add_argument("lamin")
    parser.add_argument("--photo")
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--uploads", type=int, default=100)
    parser.add_argument("--avif", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tools(folder)
        photo = options.photo
        if not photo:
            photo = f"{folder}/photo.jpg"
            with open(photo, "wb") as file:
                file.write(jpeg(scene(1)))
        bench = Bench(options, folder, photo)
        bench.beside("jpeg")
        if options.avif:
            for effort in (0, 2):
                bench.beside("avif", effort)
        if options.uploads:
            uploads(options.lamin, folder, options.uploads)


if __name__ == "__main__":
    main()
