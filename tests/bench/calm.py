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


def calmest(measure):
    """What measure() tells of the first time that was calm, or of the calmest
    of several."""
    least, kept = None, None
    for _ in range(TRIES):
        start, before_s = time.monotonic(), stolen_s()
        told = measure()
        seconds = (time.monotonic() - start) * os.cpu_count()
        share = (stolen_s() - before_s) / seconds
        if least is None or share < least:
            least, kept = share, told
        if least <= STOLEN_MAX:
            break
    return kept
