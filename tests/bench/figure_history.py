# SPDX-License-Identifier: MIT
"""What a million messages cost at the start, and in memory."""

import statistics
import subprocess

from figure_start import TEXT, once
from net import Lan
from programs import Drain, Terminal, pss_kib, status
from table import spread

COUNT = 1000000
RUNS = 15
MORE_MS = 10
RSS_MIB = 10


def settled_rss_mib(bench, host, name):
    terminal = Terminal(bench, bench.earshot(name), host)
    drain = Drain([terminal])
    try:
        # With the first page of the conversation that is shown, and another.
        drain.thread.join(1.5)
        terminal.type("\033" + "2")
        drain.thread.join(1.5)
        return status(terminal.pid, "VmRSS") / 1024, pss_kib(terminal.pid)
    finally:
        drain.stop()
        terminal.end()


def measure(bench, table):
    bench.forget("many")
    subprocess.run([bench.helper("history"), bench.path("home-many"),
                    str(COUNT), bench.path("history-many.txt")],
                   env=bench.env, check=True)
    found = {"none": [], "many": []}
    with Lan(2) as hosts:
        for name in found:
            once(bench, hosts[0], bench.earshot(name), TEXT)
        for _ in range(RUNS):
            for name, values in found.items():
                values.append(
                    once(bench, hosts[0], bench.earshot(name), TEXT)[1])
        rss, pss = settled_rss_mib(bench, hosts[0], "many")
        rss_none, _ = settled_rss_mib(bench, hosts[0], "none")
    many, none = (statistics.median(found[n]) for n in ("many", "none"))
    table.add("exec to first full screen, history of 1 000 000 messages",
              spread(found["many"], "ms"),
              "without any " + spread(found["none"], "ms"), many / none,
              f"<= {MORE_MS} ms more", many - none <= MORE_MS)
    table.add("RSS with that history, conversations shown",
              f"{rss:.1f} MiB" + ("" if pss is None
                                  else f", PSS {pss / 1024:.1f}"),
              f"without any {rss_none:.1f} MiB", rss / rss_none,
              f"<= {RSS_MIB} MB", rss * 1.048576 <= RSS_MIB)
