# SPDX-License-Identifier: MIT
"""A virtual machine's host takes its processors away for a while, most of all
when it gives memory: what was measured meanwhile is measured again."""

import os
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
