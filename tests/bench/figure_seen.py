# SPDX-License-Identifier: MIT
"""From exec until both list each other."""

import select
import statistics

import peers
from net import Lan
from programs import Lines, Terminal, now_ms
from table import spread

RUNS = 20
MUST_MS = 50
PATIENCE_S = 10
NAMES = ("ana", "bob")


def await_each_other(programs):
    """When the last of the two got to know of the other."""
    missing = dict(zip(programs, reversed(NAMES)))
    end_ms = now_ms() + PATIENCE_S * 1000
    while missing and now_ms() < end_ms:
        for program in select.select(list(missing), [], [], PATIENCE_S)[0]:
            got = program.read()
            name = missing[program]
            if isinstance(program, Terminal):
                seen = name.encode() in program.seen
            else:
                seen = any(e["event"] == "peer" and e["name"] == name
                           for e in got)
            if seen:
                del missing[program]
    if missing:
        raise TimeoutError("they do not see each other")
    return now_ms()


def together(bench, hosts):
    pair = [Lines(bench, bench.plain(n), h) for n, h in zip(NAMES, hosts)]
    took_ms = await_each_other(pair) - pair[0].start_ms
    for program in pair:
        program.end()
    return took_ms


def joins(bench, hosts):
    """The first has been there for a while."""
    first = Lines(bench, bench.plain(NAMES[0]), hosts[0])
    first.wait(event="ready")
    select.select([first], [], [], 0.3)
    second = Lines(bench, bench.plain(NAMES[1]), hosts[1])
    took_ms = await_each_other([first, second]) - second.start_ms
    first.end()
    second.end()
    return took_ms


def on_screen(bench, hosts):
    pair = [Terminal(bench, bench.earshot(n), h)
            for n, h in zip(NAMES, hosts)]
    took_ms = await_each_other(pair) - pair[0].start_ms
    for program in pair:
        program.end()
    return took_ms


def measure(bench, table):
    ways = {"started together": together, "the second joins": joins,
            "started together, on the screen": on_screen}
    found = {name: [] for name in ways}
    theirs = []
    peer = peers.Iptux(bench) if peers.installed("iptux", "Xvfb") else None
    with Lan(2) as hosts:
        together(bench, hosts)  # makes the homes
        for _ in range(RUNS):
            for name, way in ways.items():
                found[name].append(way(bench, hosts))
    if peer:
        theirs = peer.runs()
        peer.end()
    if peer is None:
        baseline = "iptux: not installed"
    elif not theirs:
        baseline = "iptux: did not start"
    else:
        baseline = "iptux " + spread(theirs, "ms")
    for name, values in found.items():
        median = statistics.median(values)
        ratio = median / statistics.median(theirs) if theirs else None
        table.add(f"exec to both listing each other, {name}, {RUNS} runs",
                  spread(values, "ms"), baseline, ratio,
                  f"<= {MUST_MS} ms", median <= MUST_MS)
    if theirs:
        table.note("iptux counts from the exec of the second to its reply on "
                   "the wire, which is before either window shows it.")
