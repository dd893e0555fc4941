# SPDX-License-Identifier: MIT
"""make bench: each figure beside its baseline, measured in the same run.

bench.py --build DIR [FIGURE]...
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True
import net
import programs
from figure_crowd import measure_chat, measure_discovery, measure_flood
from figure_deliver import measure as measure_deliver
from figure_echo import measure as measure_echo
from figure_files import measure as measure_files
from figure_full import measure as measure_full
from figure_history import measure as measure_history
from figure_idle import measure_memory, measure_wakes
from figure_ipmsg import measure as measure_ipmsg
from figure_lossy import measure as measure_lossy
from figure_received import measure as measure_received
from figure_resize import measure as measure_resize
from figure_search import measure as measure_search
from figure_seen import measure as measure_seen
from figure_start import measure as measure_start
from figure_sustained import measure as measure_sustained
from figure_verbs import measure as measure_verbs
from table import Table

# What is timed comes first; the last ones only count, and run side by side.
TIMED = {
    "seen": measure_seen,
    "ipmsg": measure_ipmsg,
    "deliver": measure_deliver,
    "sustained": measure_sustained,
    "lossy": measure_lossy,
    "search": measure_search,
    "history": measure_history,
    "start": measure_start,
    "full": measure_full,
    "received": measure_received,
    "echo": measure_echo,
    "resize": measure_resize,
    "memory": measure_memory,
    "verbs": measure_verbs,
    "flood": measure_flood,
    "files": measure_files,
}
COUNTED = {
    "idle": measure_wakes,
    "discovery": measure_discovery,
    "chat": measure_chat,
}


# Before all other work on the machine; what is compared runs so, too.
PRIORITY = -15
BUSY_SAMPLE_S = 1


def claim_processors(table):
    busy = busy_share()
    os.setsid()
    if programs.come_first(PRIORITY):
        how = f"all that was measured ran before it, at nice {PRIORITY}."
    else:
        how = "only root could have measured before it."
    table.note(f"Other work took {busy * 100:.0f} % of the processors when "
               f"this began; {how}")


def busy_share():
    def ticks():
        with open("/proc/stat", encoding="ascii") as file:
            words = [int(w) for w in file.readline().split()[1:]]
        return sum(words), words[3] + words[4]
    all_before, idle_before = ticks()
    time.sleep(BUSY_SAMPLE_S)
    all_after, idle_after = ticks()
    return 1 - (idle_after - idle_before) / max(1, all_after - all_before)


def attempt(name, measure, bench, table):
    began = time.monotonic()
    try:
        measure(bench, table)
    except (OSError, RuntimeError, KeyError, ValueError,
            subprocess.SubprocessError) as error:
        table.add(name, f"failed: {error}", reached=False)
    print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr)


def run(names, bench, table):
    for name, measure in TIMED.items():
        if name in names:
            attempt(name, measure, bench, table)
    threads = [threading.Thread(target=attempt, args=(n, m, bench, table))
               for n, m in COUNTED.items() if n in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("figures", nargs="*", metavar="FIGURE")
    args = parser.parse_args()
    names = args.figures or [*TIMED, *COUNTED]
    for name in names:
        if name not in TIMED and name not in COUNTED:
            parser.error(f"no figure {name}; there are: "
                         + " ".join([*TIMED, *COUNTED]))
    net.enter()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    scratch = tempfile.mkdtemp(prefix="bench-", dir=args.build)
    table = Table()
    claim_processors(table)
    try:
        run(names, programs.Bench(args.build, scratch), table)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    table.show()
    sys.stdout.flush()
    return 1 if table.missed else 0


if __name__ == "__main__":
    os.umask(0o077)
    sys.exit(main())
