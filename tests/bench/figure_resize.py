# SPDX-License-Identifier: MIT
"""Another size of the terminal, with a long conversation on it."""

import statistics
import subprocess
import time

from figure_received import same
from net import Lan
from programs import cpu_ns
from screens import Ours, Reader
from table import spread

TEXTS = 100000
COUNT = 40
MUST_MS = 16
PAGE_UP = "\033[5~"
PAGES = 100


def resize(bench, chat):
    """milliseconds of each size, and of processor time for one"""
    before = cpu_ns(chat.terminal.pid)
    out = subprocess.run([bench.helper("typist"), "resize", str(COUNT)],
                         stdin=chat.terminal.fd, check=True,
                         capture_output=True, text=True).stdout
    used = cpu_ns(chat.terminal.pid) - before
    lines = [line.split() for line in out.splitlines()]
    if any(n == "0" for _, n in lines):
        raise RuntimeError("the terminal was not told anything")
    return [int(ns) / 1e6 for ns, _ in lines], used / COUNT / 1e6


def go_back(chat):
    """Some thousand messages up, so that there is as much below."""
    reader = Reader(chat.terminal)
    for _ in range(PAGES):
        chat.terminal.type(PAGE_UP)
        time.sleep(0.02)
    time.sleep(0.5)
    reader.stop()


def measure(bench, table):
    with Lan(2) as hosts:
        chat = Ours(bench, *hosts)
        try:
            chat.begin()
            reader = Reader(chat.terminal, b"=#=@=")
            chat.say([same(i) for i in range(TEXTS)] + [b"=#=@="])
            reader.wait()
            time.sleep(5)
            reader.stop()
            end, end_cpu = resize(bench, chat)
            go_back(chat)
            middle, middle_cpu = resize(bench, chat)
        finally:
            chat.end()
    for where, took, cpu in (("at its end", end, end_cpu),
                             (f"{PAGES} pages up", middle, middle_cpu)):
        median = statistics.median(took)
        table.add(f"another size, {COUNT} times, of a conversation of {TEXTS} "
                  f"messages, {where}: until the frame stands",
                  spread(took, "ms") + f"; processor {cpu:.1f} ms", "", None,
                  f"<= {MUST_MS} ms", median <= MUST_MS)
