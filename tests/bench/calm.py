# SPDX-License-Identifier: MIT
"""A virtual machine's host takes its processors away for a while, most of all
when it gives memory: what was measured meanwhile is measured again, and what is
shorter than that is not counted."""

import os
import subprocess
import time

TRIES, STOLEN_MAX = 3, 0.15
STEAL = 8  # the column of /proc/stat, proc_stat(5)


def stolen_s():
    with open("/proc/stat", encoding="ascii") as file:
        ticks = int(file.readline().split()[STEAL])
    return ticks / os.sysconf("SC_CLK_TCK")


class Stolen:
    """The share of the processors that was taken away inside of it."""

    def __enter__(self):
        self.start, self.before_s = time.monotonic(), stolen_s()

    def __exit__(self, *_):
        seconds = (time.monotonic() - self.start) * os.cpu_count()
        self.share = (stolen_s() - self.before_s) / seconds


def calmest(measure):
    """What measure(stolen) tells of the first time that was calm, or of the
    calmest of several; what is to be calm it does inside of stolen."""
    least, kept = None, None
    for _ in range(TRIES):
        stolen = Stolen()
        told = measure(stolen)
        if least is None or stolen.share < least:
            least, kept = stolen.share, told
        if least <= STOLEN_MAX:
            break
    return kept


class Stalls:
    """When nothing could run on one of the processors, inside of it, as far as
    the kernel says that it was taken away; never longer than that, so what is
    late by itself, or by what is measured, is no stall. stolen_ms: what the
    kernel counted, of all processors."""

    # Ticks are what it counts in.
    SLACK_MS = 1000 / os.sysconf("SC_CLK_TCK")

    def __init__(self, bench):
        self.command = [bench.helper("stalls")]
        self.spans, self.stolen_ms = [], 0

    def __enter__(self):
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True)
        self.watched = self.process.stdout.readline() == "ready\n"
        self.before_s = stolen_s()
        return self

    def __exit__(self, *_):
        lines = self.process.communicate()[0].splitlines()
        self.stolen_ms = (stolen_s() - self.before_s) * 1000
        spans = [tuple(map(float, line.split())) for line in lines]
        late_ms = sum(until - start for start, until in spans)
        if self.watched and late_ms <= self.stolen_ms + self.SLACK_MS:
            self.spans = spans

    def hit(self, from_ms, until_ms):
        return any(start < until_ms and end > from_ms
                   for start, end in self.spans)
