# SPDX-License-Identifier: MIT
"""What a message costs that comes in while its conversation is on the screen:
processor time, and bytes for the terminal."""

import statistics
import time

import irc
from net import Lan
from programs import cpu_ns
from screens import Ours, Reader, Theirs
from table import spread

TEXTS = 5000
RUNS = 3
LATER_S = 3
MUST_US = 26
MUST_BYTES = 3
END = b"=#=@=#=@=#=@="
WORDS = ("a screen that shows nothing new is the cheapest one of all but who "
         "would look at it when words come by so quickly that nobody could "
         "read them anyway").split()


def same(i):
    """Lines that are alike, as a script writes them."""
    return b"message number %05d of the flood, with some words behind" % i


def varied(i):
    """Lines of words, of different lengths."""
    n = 4 + i * 7 % 9
    return (b"%05d " % i) + " ".join(
        WORDS[(i * 31 + k * 17 + k * k) % len(WORDS)]
        for k in range(n)).encode()


def flood(chat, line):
    """for each text: microseconds of processor time until all are shown, and
    until nothing is left to do for them; bytes"""
    pid = chat.terminal.pid
    reader = Reader(chat.terminal, END)
    before = cpu_ns(pid)
    chat.say([line(i) for i in range(TEXTS - 1)] + [END])
    reader.wait()
    shown = cpu_ns(pid) - before
    count = reader.bytes
    time.sleep(LATER_S)
    reader.stop()
    return [n / TEXTS for n in (shown / 1e3, (cpu_ns(pid) - before) / 1e3,
                                count)]


def run(chat, line):
    try:
        chat.begin()
        return flood(chat, line)
    finally:
        chat.end()


def ours(bench, hosts, line, options=()):
    return run(Ours(bench, *hosts, options), line)


def measure(bench, table):
    here, missing = irc.installed()
    found = {}
    with Lan(2) as hosts:
        for _ in range(RUNS):
            for name, line in (("earshot", same), ("varied", varied)):
                found.setdefault(name, []).append(ours(bench, hosts, line))
            found.setdefault("plain", []).append(
                ours(bench, hosts, same, ["--plain"]))
            for name in here:
                found.setdefault(name, []).append(
                    run(Theirs(bench, hosts[0], name), same))
    shown, us, size = ({n: [v[i] for v in values]
                        for n, values in found.items()} for i in range(3))
    report(table, here, missing, us, size)
    table.add("the same until the last is shown, without what is put off",
              spread(shown["earshot"], "us"), "; ".join(
                  f"{n} " + spread(shown[n], "us") for n in here))


def report(table, here, missing, us, size):
    gone = [f"{n} not installed" for n in missing]

    def row(what, values, unit, digits, must):
        median = statistics.median(values["earshot"])
        others = [f"{n} " + spread(values[n], unit, digits) for n in here]
        first = values[here[0]] if here else None
        table.add(f"{what}, {TEXTS} in a row, 80x24",
                  spread(values["earshot"], unit, digits),
                  "; ".join(others + gone),
                  median / statistics.median(first) if first else None,
                  f"<= {must} {unit}", median <= must)

    row("processor time for a received message, decrypted, stored and synced, "
        "acknowledged and drawn", us, "us", 1, MUST_US)
    table.add("the same without a screen (--plain)", spread(us["plain"], "us"))
    row("bytes for the terminal for a received message", size, "bytes", 2,
        MUST_BYTES)
    table.add("the same two with lines that differ more",
              spread(us["varied"], "us") + "; "
              + spread(size["varied"], "bytes", 2))
