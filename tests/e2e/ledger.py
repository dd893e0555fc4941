# SPDX-License-Identifier: MIT
"""Whether all that was said arrived: once, in order, and on both disks."""
import base64
import os
import time

import lab
from lab import check

try:
    import sqlite3
except ImportError:
    lab.skip("this python3 has no sqlite3, so the databases cannot be read")

QUEUED, SENT, DELIVERED, READ, FAILED = range(1, 6)  # as stored
ARRIVED = ("delivered", "read")


def raw_id(text):
    """The bytes of what events print."""
    return base64.b32decode(text.upper() + "=" * (-len(text) % 8))


def transports(message_events):
    return sorted({e["transport"] for e in message_events})


class Flow:
    """Numbered texts from one program to another.

    window: as many may be on their way; pace: seconds between two.
    """

    def __init__(self, a, b, total, word="text", window=200, pace=0.0):
        self.a, self.b, self.total = a, b, total
        self.word, self.window, self.pace = word, window, pace
        self.given = 0       # commands
        self.accepted = []   # ids, in the order of the commands
        self.states = {}     # id: its states, as told
        self.reasons = {}
        self.got = []        # the events at the other end
        self.next_at = 0.0
        self._a_at, self._b_at = a.mark(), b.mark()

    def text(self, number):
        return "%s %d" % (self.word, number)

    def _read(self):
        while self._a_at < len(self.a.events):
            event = self.a.events[self._a_at]
            self._a_at += 1
            if event["event"] != "delivery" or event["to"] != self.b.name:
                continue
            id = event["message"]
            if id not in self.states:
                self.accepted.append(id)
            self.states.setdefault(id, []).append(event["state"])
            self.reasons[id] = event["reason"]
        while self._b_at < len(self.b.events):
            event = self.b.events[self._b_at]
            self._b_at += 1
            if event["event"] == "message" and event["id"] == self.a.id and \
                    event["text"].startswith(self.word + " "):
                self.got.append(event)

    def arrived(self):
        return sum(s[-1] in ARRIVED for s in self.states.values())

    def step(self):
        self._read()
        lines = []
        while self.given < self.total and \
                self.given - self.arrived() < self.window and \
                time.monotonic() >= self.next_at:
            lines.append("/msg %s %s" % (self.b.id, self.text(self.given)))
            self.given += 1
            if self.pace:
                self.next_at = time.monotonic() + self.pace
                break
        if lines:
            self.a.send(*lines)

    def all_given(self):
        return self.given == self.total

    def done(self):
        return self.all_given() and self.arrived() == self.total and \
            len(self.got) >= self.total

    def __str__(self):
        return "%s to %s: %d given, %d accepted, %d delivered, %d came" % (
            self.a.name, self.b.name, self.given, len(self.accepted),
            self.arrived(), len(self.got))

    def judge(self):
        """Each exactly once, in order, delivered, and under the same id."""
        check([e["text"] for e in self.got] ==
              [self.text(i) for i in range(self.total)],
              "%s; in this order: %s" % (self, [e["text"] for e in self.got]))
        check([e["message"] for e in self.got] == self.accepted, "the ids")
        check(not any(e["missing"] for e in self.got), "nothing is missed")
        for states in self.states.values():
            check(states[0] == "queued" and states[-1] in ARRIVED and
                  states.count("delivered") == 1, "states: %s" % states)
        lab.count("messages", self.total)


def run(flows, timeout, during=None):
    """Until all of them are through. during: a generator that does something
    to the network and yields the second, from the beginning, when it wants to
    go on."""
    begin = time.monotonic()
    wake = next(during, None) if during else None
    while wake is not None or not all(f.done() for f in flows):
        now = time.monotonic() - begin
        if wake is not None and now >= wake:
            wake = next(during, None)
        if now > timeout:
            raise lab.Failure("not through within %.0f s: %s" % (
                timeout, "; ".join(map(str, flows))))
        for f in flows:
            f.step()
        lab.pump(0.01)
    for f in flows:
        f.step()
        f.judge()
    return time.monotonic() - begin


# What the databases say -----------------------------------------------------


def open_db(home):
    path = os.path.join(home, "earshot.db")
    return sqlite3.connect("file:%s?mode=ro" % path, uri=True, timeout=10)


class Entry:
    """A message of the database."""

    def __init__(self, row):
        (self.row, self.mine, self.id, self.seq, self.text, self.delivery,
         self.reason, self.waits, self.missing) = row

    def same(self, other):
        return (self.id, self.seq, self.text) == \
            (other.id, other.seq, other.text)


def history(home, fp):
    """What was said with the contact of that fingerprint, in its order."""
    db = open_db(home)
    try:
        return [Entry(row) for row in db.execute(
            "SELECT m.row, m.mine, m.id, m.seq, m.text, CASE WHEN m.mine AND "
            "m.delivery = 3 AND m.row <= c.shown_row THEN 4 ELSE m.delivery "
            "END, m.reason, m.waits, m.missing "
            "FROM message m JOIN conv c ON m.conv = c.id "
            "WHERE c.fp = ? ORDER BY m.row", (raw_id(fp),))]
    finally:
        db.close()


def is_sound(home):
    db = open_db(home)
    try:
        return [r[0] for r in db.execute("PRAGMA integrity_check")] == ["ok"]
    finally:
        db.close()


def said(entries, mine):
    return [e for e in entries if bool(e.mine) == mine]


def compare(a, b, *said_by):
    """Both have ended, or have nothing to do: both histories are equal, and
    hold as many messages of a and b."""
    check(is_sound(a.home) and is_sound(b.home), "both databases are sound")
    total = 0
    for one, other, wanted in zip((a, b), (b, a), said_by):
        ours = said(history(one.home, other.id), True)
        theirs = said(history(other.home, one.id), False)
        check(len(ours) == len(theirs) == wanted,
              "%s said %d of %d, %s has %d" % (
                  one.name, len(ours), wanted, other.name, len(theirs)))
        for x, y in zip(ours, theirs):
            check(x.same(y), "%s and %s" % (x.text[:80], y.text[:80]))
            check(x.delivery in (DELIVERED, READ) and not x.waits and
                  not y.missing, "%s: delivery %s" % (x.text, x.delivery))
        total += len(ours)
    lab.count("messages on both disks", total)
