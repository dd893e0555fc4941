# SPDX-License-Identifier: MIT
"""From a key to its letter among the bytes for the terminal: while nothing else
happens, and while messages pour in."""

import statistics
import subprocess
import threading
import time

import irc
from figure_received import same
from net import Lan
from screens import Ours, Theirs
from table import spread

KEYS = 200
PAUSE_MS = 20
MUST_MS = 0.15
MUST_BYTES = 2
FLOOD_PER_S = 10000
FLOOD_S = 8
FLOOD_KEYS = 300
FLOOD_PAUSE_MS = 15
SLICE_S = 0.01
MUST_P99_MS = 16


def type_keys(bench, chat, count, pause_ms):
    """milliseconds and bytes of each key"""
    out = subprocess.run(
        [bench.helper("typist"), "echo", str(count), str(pause_ms)],
        stdin=chat.terminal.fd, check=True, capture_output=True,
        text=True).stdout
    keys = [line.split() for line in out.splitlines()]
    lost = sum(ns == "-" for ns, _ in keys)
    if lost or len(keys) != count:
        raise RuntimeError(f"{lost} of {len(keys)} keys did not show")
    return [int(ns) / 1e6 for ns, _ in keys], [int(n) for _, n in keys]


def quiet(bench, chat):
    try:
        chat.begin()
        return type_keys(bench, chat, KEYS, PAUSE_MS)
    finally:
        chat.end()


class Flood:
    """So many texts a second, as long as it is not stopped."""

    def __init__(self, chat):
        self.chat = chat
        self.count = 0
        self.stopped = False
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        start = time.monotonic()
        while not self.stopped:
            due = int((time.monotonic() - start) * FLOOD_PER_S)
            try:
                self.chat.say([same(i % 100000)
                               for i in range(self.count, due)])
            except (TimeoutError, OSError):
                return
            self.count = max(self.count, due)
            time.sleep(SLICE_S)

    def stop(self):
        self.stopped = True
        self.thread.join()


def flooded(bench, chat):
    """milliseconds of each key, texts a second that arrived meanwhile"""
    try:
        chat.begin()
        flood = Flood(chat)
        time.sleep(0.5)
        before, start = chat.sender.delivered, time.monotonic()
        took, _ = type_keys(bench, chat, FLOOD_KEYS, FLOOD_PAUSE_MS)
        rate = ((chat.sender.delivered - before)
                / (time.monotonic() - start))
        flood.stop()
        return took, rate
    finally:
        chat.end()


def p99(values):
    return sorted(values)[len(values) * 99 // 100]


def measure(bench, table):
    here, missing = irc.installed()
    with Lan(2) as hosts:
        found = {"earshot": quiet(bench, Ours(bench, *hosts))}
        for name in here:
            found[name] = quiet(bench, Theirs(bench, hosts[0], name))
        took, rate = flooded(bench, Ours(bench, *hosts))
    gone = [f"{n} not installed" for n in missing]
    ms = {n: statistics.median(v[0]) for n, v in found.items()}
    size = {n: statistics.median(v[1]) for n, v in found.items()}
    other = "catgirl" if "catgirl" in found else next(iter(here), None)
    table.add(f"key to its echo, {KEYS} keys",
              spread(found["earshot"][0], "ms", 2),
              "; ".join([f"{n} {ms[n]:.2f} ms" for n in here] + gone),
              ms["earshot"] / ms[other] if other else None,
              f"<= {MUST_MS} ms", ms["earshot"] <= MUST_MS)
    table.add("bytes for the terminal for a key", f"{size['earshot']:.0f}",
              "; ".join([f"{n} {size[n]:.0f}" for n in here] + gone),
              size["earshot"] / size[other] if other else None,
              f"<= {MUST_BYTES}", size["earshot"] <= MUST_BYTES)
    worst = p99(took)
    table.add(f"key to its echo while {rate:.0f} texts a second come in "
              f"({FLOOD_PER_S} wanted), p99 of {FLOOD_KEYS}",
              f"{worst:.1f} ms; " + spread(took, "ms"), "",
              None, f"p99 <= {MUST_P99_MS} ms", worst <= MUST_P99_MS)
