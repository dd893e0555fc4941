# SPDX-License-Identifier: MIT
"""The newest 20 in a history of a million messages."""

import statistics
import subprocess
import time

COUNT = 1000000
MUST_MS = 5
GREPS = 9
FIRST, THEN = "bcdfghjklmnprstvwz", "aeiou"
# As find.c calls them, and what the table does.
KINDS = {
    "word": "any word, the most frequent included",
    "frequent": "the most frequent word",
    "older": "any word, 700 000 messages back",
    "rare": "any word in a conversation of 20 messages",
    "conversation": "any word in others, of 4000 to 200 000",
    "author": "any word by those",
    "me": "any word of ours",
    "link": "any word with a link",
}


def fill(bench):
    """The home and the file of its texts."""
    home, text = bench.path("home-history"), bench.path("history.txt")
    subprocess.run([bench.helper("history"), home, str(COUNT), text],
                   env=bench.env, check=True)
    return home, text


def find(bench, home):
    """By kind: how many, median and worst in milliseconds."""
    out = subprocess.run([bench.helper("find"), home], env=bench.env,
                         check=True, capture_output=True, text=True).stdout
    found = {}
    for line in out.splitlines():
        kind, count, middle, worst = line.split()
        found[kind] = int(count), int(middle) / 1000, int(worst) / 1000
    return found


def word(rank):
    """As history.h makes them; 0 is the most frequent."""
    text, rest = "", rank + 1
    while rest > 0:
        rest, syllable = divmod(rest - 1, len(FIRST) * len(THEN))
        text += FIRST[syllable // len(THEN)] + THEN[syllable % len(THEN)]
    return text


def timed(bench, argv):
    begin = time.monotonic_ns()
    subprocess.run(argv, env=bench.env, check=True, capture_output=True)
    return (time.monotonic_ns() - begin) / 1e6


def measure(bench, table):
    home, text = fill(bench)
    grep = [statistics.median(timed(bench, ["grep", "-Fc", word(rank), text])
                              for _ in range(GREPS)) for rank in (0, 10000)]
    log = statistics.median(
        timed(bench, [f"{bench.build}/earshot", "--home", home, "log",
                      "--search", word(0), "--limit", "20"])
        for _ in range(GREPS))
    found = find(bench, home)
    ranked = found["bm25"][1]
    for kind, what in KINDS.items():
        count, middle, worst = found[kind]
        first = kind == "word"
        table.add(
            f"search, newest 20 of {COUNT // 1000000} 000 000: {what}",
            f"{middle:.2f} ms; worst of {count} {worst:.2f} ms",
            f"grep -F {min(grep):.0f}-{max(grep):.0f} ms; bm25 of the most "
            f"frequent {ranked:.0f} ms" if first else "",
            worst / min(grep) if first else None,
            f"<= {MUST_MS} ms", worst <= MUST_MS)
    table.add("earshot log --search, the same, the whole program",
              f"{log:.1f} ms")
    table.note("Search: each counts with the median of seven; the ratio is of "
               "the worst to the faster grep.")
