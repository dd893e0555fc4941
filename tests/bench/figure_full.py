# SPDX-License-Identifier: MIT
"""The start with a thousand contacts and a million messages."""

import statistics
import subprocess

import peers
from figure_start import TEXT, once
from net import Lan
from table import spread

MESSAGES = 1000000
CONTACTS = 1000
RUNS = 15
MUST_MS = 15


def measure(bench, table):
    bench.forget("full")
    subprocess.run([bench.helper("history"), bench.path("home-full"),
                    str(MESSAGES), bench.path("history-full.txt"),
                    str(CONTACTS)], env=bench.env, check=True)
    argvs = {"full": bench.earshot("full"), "empty": bench.earshot("empty")}
    if peers.installed("irssi"):
        argvs["irssi"] = peers.irssi(bench)
    found = {}
    with Lan(2) as hosts:
        once(bench, hosts[0], argvs["empty"], TEXT)
        for _ in range(RUNS):
            for name, argv in argvs.items():
                theirs = name == "irssi"
                ms = once(bench, hosts[0], argv, "" if theirs else TEXT)
                found.setdefault(name, []).append(ms[2 if theirs else 1])
    median = statistics.median(found["full"])
    irssi = found.get("irssi")
    table.add(f"exec to first full screen, {CONTACTS} contacts and {MESSAGES} "
              "messages", spread(found["full"], "ms"),
              ("irssi with nothing " + spread(irssi, "ms") if irssi
               else "irssi not installed")
              + "; earshot with nothing " + spread(found["empty"], "ms"),
              median / statistics.median(irssi) if irssi else None,
              f"<= {MUST_MS} ms", median <= MUST_MS)
