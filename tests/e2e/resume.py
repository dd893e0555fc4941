#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The machine wakes up: a burst within a second, and sessions are probed.

No test can put its machine to sleep. A library loaded into the program shifts
the clock that counts sleep, and stands in for the timer that waking up ends;
all else is real.
"""
import os
import shutil
import sys
import time

sys.dont_write_bytecode = True
import lab
from lab import Capture, Earshot, Frame, check

BUILD = os.path.dirname(os.environ.get(
    "EARSHOT", os.path.join(lab.HERE, "..", "..", "earshot")))
LIBRARY = os.path.join(BUILD, "tests", "support", "sleepclock.so")

lab.enter()

ANNOUNCE, SOLICIT = 1, 3
BURST_S = 1.0   # by then its beginning is out
BURST_END_S = 3  # by then all three packets are, and more would be
LOST_S = 3.0    # by then who does not answer is noticed


class Sleeper:
    """What the library looks at."""

    def __init__(self):
        self.at = lab.home("clock")
        self.pipe = os.path.join(self.at, "wake")
        self.library = os.path.join(self.at, "sleepclock.so")
        shutil.copy(LIBRARY, self.library)
        os.mkfifo(self.pipe)

    def environment(self):
        return {"LD_PRELOAD": self.library, "SLEEPCLOCK": self.at}

    def poke(self):
        with open(self.pipe, "r+b", buffering=0) as f:
            f.write(bytes(8))

    def sleep(self):
        with open(os.path.join(self.at, "slept"), "w"):
            pass
        self.poke()


def kinds_from(capture, source):
    return [f.payload[5] for _, out, d in capture.read() if not out
            for f in [Frame(d)] if f.dport == lab.PORT and f.proto == 17 and
            f.payload[:4] == b"EARS" and f.src == source]


def open_session(a, b):
    mark = b.mark()
    a.send("/msg %s hello" % b.id)
    b.expect("message", mark, text="hello", id=a.id)
    a.expect("delivery", state="delivered")


def forget(capture):
    capture.read()
    del capture.packets[:]


def burst(sleeper, capture):
    forget(capture)
    begin = time.monotonic()
    sleeper.sleep()
    lab.wait_until(lambda: SOLICIT in kinds_from(capture, "10.77.0.1"),
                   "a solicitation")
    took = time.monotonic() - begin
    print("burst %.0f ms after waking up" % (took * 1e3))
    check(took < BURST_S + lab.SLACK, "burst after %.2f s" % took)
    return begin


def resume():
    _, hosts = lab.lan_of(3, v6=False)
    sleeper = Sleeper()
    ana = Earshot(hosts[0], "ana", env=sleeper.environment())
    bob, cem = Earshot(hosts[1], "bob"), Earshot(hosts[2], "cem")
    lab.meet(ana, bob, cem)
    capture = Capture(hosts[2], "eth0")
    open_session(ana, bob)
    open_session(ana, cem)
    # The burst of the start is over with its third packet.
    begin = time.monotonic()
    lab.wait_until(lambda: time.monotonic() > begin + 2, "a quiet moment")
    # A turn of the loop without a sleep before it is nothing special.
    forget(capture)
    sleeper.poke()
    ana.sync()
    begin = time.monotonic()
    lab.wait_until(lambda: time.monotonic() > begin + 0.5, "nothing")
    check(SOLICIT not in kinds_from(capture, "10.77.0.1"), "no sleep, no burst")
    # While it sleeps, one of the others is cut off without a word.
    hosts[1].ip("link set eth0 down")
    marks = ana.mark(), cem.mark()
    begin = burst(sleeper, capture)
    ana.expect("peer", marks[0], id=bob.id, state="stale",
               timeout=LOST_S + lab.SLACK)
    took = time.monotonic() - begin
    print("who did not answer was noticed after %.1f s" % took)
    check(took > 1, "not before an answer could have come")
    lab.wait_until(lambda: time.monotonic() > begin + BURST_END_S,
                   "the end of the burst")
    lab.wait_until(lambda: kinds_from(
        capture, "10.77.0.1").count(ANNOUNCE) >= 2, "its other two packets")
    kinds = kinds_from(capture, "10.77.0.1")
    check(kinds.count(SOLICIT) == 1, "one burst: %s" % kinds)
    # The session with the one who answered is as it was.
    cem.send("/msg %s still here" % ana.id)
    ana.expect("message", marks[0], text="still here")
    for p, mark, other in ((ana, marks[0], cem), (cem, marks[1], ana)):
        check(not p.all("peer", mark, id=other.id), "nothing happened to it")
    lab.count("sleeps")


if lab.sanitized():
    lab.skip("a sanitized program takes no other library before it")
if not os.path.exists(LIBRARY):
    lab.skip("no %s: make check builds it" % LIBRARY)
lab.run(resume)
