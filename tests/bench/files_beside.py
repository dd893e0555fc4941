# SPDX-License-Identifier: MIT
"""What happens beside a transfer: texts while it runs flat out, and memory;
and how soon it begins."""

import contextlib
import ctypes
import os
import select
import statistics
import time

from calm import Stalls, calmest
from filepair import Pair
from programs import Bench, now_ms, status
from table import spread

TEXTS_MIN, TEXTS, TEXT_SIZE, GAP_MS, TEXT_MAX_MS = 100, 300, 100, 20, 5
BIG_SIZE, BIG_STEP, SETTLE_S = 4 << 30, 64 << 20, 10
RSS_MAX_MB = 16
OFFERS, OFFER_SIZE, FIRST_MAX_MS, CONNECTS = 20, 1 << 20, 5, 5
IN_MODIFY = 2

libc = ctypes.CDLL(None, use_errno=True)


class Folder:
    """When the first byte of a file is in it."""

    def __init__(self, path):
        self.path = path
        self.fd = libc.inotify_init1(os.O_CLOEXEC)
        self.watch = libc.inotify_add_watch(self.fd, path.encode(), IN_MODIFY)
        if self.fd < 0 or self.watch < 0:
            raise OSError(ctypes.get_errno(), "inotify")

    def written(self):
        """Room that is only made does not count: the files begin with an x."""
        for name in os.listdir(self.path):
            try:
                with open(os.path.join(self.path, name), "rb") as file:
                    if file.read(1) == b"x":
                        return True
            except OSError:
                pass  # it has another name by now
        return False

    def first_ms(self, patience_s=10):
        while select.select([self.fd], [], [], patience_s)[0]:
            ms = now_ms()
            os.read(self.fd, 65536)
            if self.written():
                return ms
        raise TimeoutError("nothing is written")

    def close(self):
        os.close(self.fd)


def first_byte(pair, path, folder):
    number = pair.offer(path)
    watch = Folder(folder)
    try:
        start_ms = now_ms()
        pair.get(number)
        took_ms = watch.first_ms() - start_ms
    finally:
        watch.close()
    os.unlink(pair.done(number))
    return took_ms


def measure_first(table, ssh, pair, source, folder):
    path = os.path.join(source, "first")
    with open(path, "wb") as file:
        file.write(b"x" * OFFER_SIZE)
    pair.into(folder)
    figure = (f"from /get to the first byte of the file in the folder, "
              f"{OFFERS} files")
    baseline = ""
    if ssh is not None:
        connects = [ssh.connect() * 1000 for _ in range(CONNECTS)]
        baseline = "ssh, connect and true " + spread(connects, "ms", 0)
    must = f"<= {FIRST_MAX_MS} ms"
    try:
        took = [first_byte(pair, path, folder) for _ in range(OFFERS)]
    except (RuntimeError, TimeoutError) as error:
        table.add(figure, str(error), baseline, None, must, False)
        return
    table.add(figure, spread(took, "ms"), baseline, None, must,
              statistics.median(took) <= FIRST_MAX_MS)


class Talk:
    """Texts, and between them appends of as much to a file beside the homes,
    each synced: what the disk alone takes. Milliseconds."""

    def __init__(self, pair):
        self.pair = pair
        self.stalls = Stalls(pair.bench)
        self.texts, self.synced = [], []

    def deliver(self, number):
        """Until it is delivered; from when."""
        start_ms = now_ms()
        self.pair.ana.say(f"/msg bob {number:0{TEXT_SIZE}}")
        self.pair.wait(self.pair.ana, event="delivery", state="delivered")
        return start_ms

    def until(self, over):
        """Something ends them before all have been sent; not counting what it
        came between."""
        with self.stalls:
            self.send(over)

    def send(self, over):
        due_ms = now_ms()
        with appended(self.pair.bench.path("synced")) as append:
            while len(self.texts) < TEXTS:
                while (left_ms := due_ms - now_ms()) > 0:
                    self.pair.pump(left_ms / 1000)
                due_ms = max(due_ms + GAP_MS, now_ms())
                self.pair.ana.events.clear()
                text = self.deliver(len(self.texts)), now_ms()
                sync_ms = append()
                if over():
                    break
                self.texts.append(text)
                self.synced.append(sync_ms)

    @property
    def all(self):
        return [end_ms - start_ms for start_ms, end_ms in self.texts]

    @property
    def took(self):
        """Of those while which the host took no processor away."""
        return [end_ms - start_ms for start_ms, end_ms in self.texts
                if not self.stalls.hit(start_ms, end_ms)]

    def __str__(self):
        text = percentiles(self.took)
        lost = len(self.texts) - len(self.took)
        if lost > 0:
            text += (f" (with {lost} while the host took a processor away, "
                     f"{self.stalls.stolen_ms:.0f} ms in all: p99 "
                     f"{high(self.all):.2f})")
        return text


@contextlib.contextmanager
def appended(path):
    """A function that appends and syncs, and tells how long it took."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def append():
        start_ms = now_ms()
        os.write(fd, b"x" * TEXT_SIZE)
        os.fdatasync(fd)
        return now_ms() - start_ms
    try:
        yield append
    finally:
        os.close(fd)


def talk_alone(pair, stolen):
    talk = Talk(pair)
    with stolen:
        talk.until(lambda: False)
    return talk


def percentiles(took):
    if not took:
        return "none"
    took = sorted(took)
    return (f"p50 {statistics.median(took):.2f}, p99 "
            f"{high(took):.2f}, worst {took[-1]:.2f} ms of {len(took)}")


def high(took):
    return sorted(took)[-1 - len(took) // 100]


def write_big(path):
    """Of bytes: of a hole each page is made when it is read, which takes
    longer than to send it."""
    noise = os.urandom(BIG_STEP)
    with open(path, "wb") as file:
        for _ in range(BIG_SIZE // BIG_STEP):
            file.write(noise)
        os.fsync(file.fileno())


def settle():
    """Of gigabytes that were just synced, or removed, the disk has more to do
    than it tells."""
    os.sync()
    time.sleep(SETTLE_S)


def measure_beside(table, bench, hosts, source, disk, memory):
    """To the disk that the texts are synced to; and with everything in memory,
    where no disk is waited for."""
    path = os.path.join(source, "big")
    write_big(path)
    light = Bench(bench.build, memory)
    most_mb = {"sends": 0, "takes": 0}
    for place, folder, where in ((bench, disk, "to the disk that texts are "
                                  "synced to"),
                                 (light, memory, "and texts to memory")):
        with Pair(place, hosts, folder) as pair:
            measure_texts(table, pair, path, where)
            for end, what in ((pair.ana, "sends"), (pair.bob, "takes")):
                mb = status(end.pid, "VmHWM") * 1024 / 1e6
                most_mb[what] = max(most_mb[what], mb)
    for what, mb in most_mb.items():
        table.add(f"most memory (VmHWM) of who {what} {BIG_SIZE >> 30} GiB",
                  f"{mb:.1f} MB", "", None, f"<= {RSS_MAX_MB} MB",
                  mb <= RSS_MAX_MB)


def measure_texts(table, pair, path, where):
    figure = (f"send to delivered beside a transfer flat out {where}, p99 of "
              f"texts each {GAP_MS} ms, {TEXTS} at most")
    must = f"p99 <= {TEXT_MAX_MS} ms of {TEXTS_MIN} or more"
    settle()
    alone = calmest(lambda stolen: talk_alone(pair, stolen))
    baseline = f"alone {alone}"
    try:
        talk, mb_s = calmest(lambda stolen: beside(pair, path, stolen))
    except (RuntimeError, TimeoutError) as error:
        table.add(figure, str(error), baseline, None, must, False)
        return
    took = talk.took
    table.add(figure, f"{talk}, at {mb_s:.0f} MB/s",
              f"{baseline}; an append synced, alone "
              f"{percentiles(alone.synced)}, beside it "
              f"{percentiles(talk.synced)}", None, must,
              len(took) >= TEXTS_MIN and high(took) <= TEXT_MAX_MS)


def beside(pair, path, stolen):
    """Texts while it runs, and how quick it was."""
    settle()
    number = pair.offer(path)
    running = {"event": "transfer", "transfer": number, "state": "running"}
    start = time.monotonic()
    pair.get(number)
    pair.wait(pair.bob, **running)
    over = lambda: any(
        e.get("transfer") == number and e["state"] not in
        ("accepted", "running") for e in pair.bob.events)
    talk = Talk(pair)
    with stolen:
        talk.until(over)
    there = pair.done(number)
    seconds = time.monotonic() - start
    os.unlink(there)
    return talk, BIG_SIZE / 1e6 / seconds
