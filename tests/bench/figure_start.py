# SPDX-License-Identifier: MIT
"""From exec to the first full screen."""

import statistics
import subprocess

import peers
from net import Lan
from table import spread

RUNS = 31
MUST_MS = 8
TEXT = "F1 help"  # the right end of the status row


def once(bench, host, argv, text):
    """first byte, text, quiet: milliseconds, None where it did not come"""
    with host:
        out = subprocess.run(
            [bench.helper("firstscreen"), text, *argv], env=bench.env,
            cwd=bench.scratch, check=True, capture_output=True,
            text=True).stdout
    return [None if w == "-" else float(w) for w in out.split()]


def measure(bench, table):
    found = {}

    def keep(name, value):
        if value is None:
            raise RuntimeError(f"{name}: no screen")
        found.setdefault(name, []).append(value)

    with Lan(2) as hosts:
        others = {}
        if peers.installed("irssi"):
            others["irssi"] = peers.irssi(bench)
        if peers.installed("weechat"):
            others["weechat"] = peers.weechat(bench)
        if peers.installed("catgirl", "openssl"):
            others["catgirl"] = peers.Catgirl(bench, hosts[0]).argv
        once(bench, hosts[0], bench.earshot("eve"), TEXT)
        for _ in range(RUNS):
            host = hosts[0]
            keep("earshot", once(bench, host, bench.earshot("eve"), TEXT)[1])
            keep("floor", once(bench, host, [bench.helper("floor")], TEXT)[1])
            bench.forget("new")
            keep("new", once(bench, host, bench.earshot("new"), TEXT)[1])
            for name, argv in others.items():
                keep(name, once(bench, host, argv, "")[2])
    floor = statistics.median(found["floor"])
    shown = "; ".join(
        ["ncurses floor " + spread(found["floor"], "ms")]
        + [f"{name} " + (spread(found[name], "ms") if name in found
                         else "not installed")
           for name in ("irssi", "weechat", "catgirl")])
    for name, what in (("earshot", "exec to first full screen"),
                       ("new", "the same, the very first start")):
        median = statistics.median(found[name])
        must = name == "earshot"
        table.add(f"{what}, {RUNS} runs", spread(found[name], "ms"),
                  shown if must else "", median / floor,
                  f"<= {MUST_MS} ms", median <= MUST_MS)
    table.note("First screen: the ratio is to the floor, 30 lines of ncurses "
               "of the same run. Of the others the last byte before they fall "
               "silent counts, catgirl with a server that lets it in.")
