# SPDX-License-Identifier: MIT
"""Texts one after another between two hosts, each stored at both ends."""

import os
import sqlite3
import threading
import time

from net import Lan
from programs import Lines

TEXTS = 40000
MUST_PER_S = 20000
SIZE = 60
# A peer's queue holds a thousand; more are given as these are delivered.
AHEAD = 900


class Writer:
    """Keeps the queue of one end full, from a thread of its own."""

    def __init__(self, lines, to):
        self.lines, self.to = lines, to
        self.delivered = 0
        self.change = threading.Condition()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self):
        given = 0
        out = self.lines.process.stdin.fileno()
        while given < TEXTS:
            with self.change:
                self.change.wait_for(lambda: self.delivered + AHEAD > given)
                room = min(self.delivered + AHEAD, TEXTS) - given
            block = b"".join(b"%0*d\n" % (SIZE, given + i)
                             for i in range(room))
            given += room
            while block:
                block = block[os.write(out, block):]

    def took(self, count):
        with self.change:
            self.delivered += count
            self.change.notify()


def count_delivered(lines, writer):
    """Reads events as bytes: to parse them would be the slowest part."""
    rest = b""
    while writer.delivered < TEXTS:
        got = rest + os.read(lines.fileno(), 1 << 20)
        end = got.rfind(b"\n") + 1
        rest = got[end:]
        writer.took(got.count(b'"state":"delivered"', 0, end))


def drain(lines):
    while os.read(lines.fileno(), 1 << 20):
        pass


def stored(bench, name):
    path = bench.path(f"home-{name}/earshot.db")
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        return db.execute("SELECT count(*) FROM message WHERE kind = 0 "
                          "AND length(text) = ?", (SIZE,)).fetchone()[0]


def alone(bench, batch, rows):
    """rows a second into SQLite itself, so many in each transaction"""
    path = bench.path(f"alone-{batch}.db")
    with sqlite3.connect(path, isolation_level=None) as db:
        db.executescript("PRAGMA journal_mode = WAL;"
                         "PRAGMA synchronous = FULL;"
                         "CREATE TABLE message (row INTEGER PRIMARY KEY, "
                         "conv INTEGER, id BLOB, text TEXT);"
                         "CREATE INDEX message_conv ON message(conv);"
                         "CREATE VIRTUAL TABLE words USING "
                         "fts5(text, content='');")
        start = time.monotonic()
        for first in range(0, rows, batch):
            lines = [(i + 1, os.urandom(16), b"%0*d" % (SIZE, i))
                     for i in range(first, first + batch)]
            db.execute("BEGIN")
            db.executemany("INSERT INTO message VALUES (?1, 1, ?2, ?3)", lines)
            db.executemany("INSERT INTO words (rowid, text) VALUES (?1, ?3)",
                           lines)
            db.execute("COMMIT")
        return rows / (time.monotonic() - start)


def measure(bench, table):
    batches = {batch: alone(bench, batch, rows)
               for batch, rows in ((1, 2000), (100, 20000))}
    for name in ("ana", "bob"):
        bench.forget(name)
    with Lan(2) as (here, there):
        bob = Lines(bench, bench.plain("bob"), there)
        ana = Lines(bench, bench.plain("ana"), here)
        bob.wait(event="peer", name="ana")
        ana.wait(event="peer", name="bob")
        bob.say("/msg ana hello")
        ana.wait(event="message", text="hello")
        ana.say("/query bob")
        threading.Thread(target=drain, args=(bob,), daemon=True).start()
        writer = Writer(ana, "bob")
        start = time.monotonic()
        writer.thread.start()
        count_delivered(ana, writer)
        took_s = time.monotonic() - start
        both = stored(bench, "ana"), stored(bench, "bob")
        ana.end()
        bob.process.kill()
        bob.process.wait()
    if both != (TEXTS, TEXTS):
        raise RuntimeError(f"{both} of {TEXTS} are stored")
    rate = TEXTS / took_s
    table.add(f"{TEXTS} texts of {SIZE} bytes, one pair, stored at both ends",
              f"{rate:.0f} a second", "SQLite alone, synced: "
              + ", ".join(f"{each:.0f} a second by {batch}"
                          for batch, each in batches.items()),
              rate / batches[100], f">= {MUST_PER_S} a second", rate >= MUST_PER_S)
