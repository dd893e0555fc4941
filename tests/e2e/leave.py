#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""People leave: in good order, killed, and come back.

With EARSHOT_LONG=1 also what takes minutes: that somebody who vanished
without a word, and without a session, turns stale and then offline.
"""
import signal
import sys
import time

sys.dont_write_bytecode = True
import lab
from lab import Earshot, check

lab.enter()

ANNOUNCE = 1


def company():
    _, hosts = lab.lan_of(3)
    everybody = [Earshot(ns, name)
                 for ns, name in zip(hosts, ("ana", "bob", "cem"))]
    lab.meet(*everybody)
    return hosts, everybody


def open_session(a, b):
    mark = b.mark()
    a.send("/msg %s hello" % b.id)
    b.expect("message", mark, text="hello", id=a.id)
    a.expect("delivery", state="delivered")


def killed():
    """SIGKILL: those in a session see it at once, nobody else does; what is
    written meanwhile waits, and goes out when the same person is back."""
    hosts, (ana, bob, cem) = company()
    open_session(ana, bob)
    marks = ana.mark(), cem.mark()
    bob.signal(signal.SIGKILL)
    begin = time.monotonic()
    ana.expect("peer", marks[0], id=bob.id, state="stale", timeout=lab.SLACK)
    print("stale %.0f ms after SIGKILL" % ((time.monotonic() - begin) * 1e3))
    check(bob.wait() == -signal.SIGKILL, "killed")
    for p, mark in zip((ana, cem), marks):
        p.expect_absent("peer", mark, id=bob.id, state="offline")
    cem.expect_absent("peer", marks[1], id=bob.id)
    mark = ana.mark()
    for i in range(3):
        ana.send("/msg %s later %d" % (bob.id, i))
    ana.sync()
    check(len(ana.all("delivery", mark, state="queued")) == 3,
          "three messages wait")
    ana.expect_absent("delivery", mark, state="delivered")
    again = Earshot(hosts[1], "bob", home_dir=bob.home)
    check(again.id == bob.id, "the same home is the same person")
    ana.expect("peer", mark, id=bob.id, state="online")
    again.expect("message", text="later 2")
    check([e["text"] for e in again.all("message")] ==
          ["later %d" % i for i in range(3)], "in order, once")
    ana.expect("delivery", mark, state="delivered",
               message=again.all("message")[-1]["message"])
    lab.count("messages", 4)
    for p in (ana, again, cem):
        p.quit()


def terminated():
    """SIGTERM, SIGHUP and SIGINT leave like /quit."""
    hosts, (ana, bob, cem) = company()
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        open_session(ana, bob)
        marks = ana.mark(), cem.mark()
        bob.signal(number)
        for p, mark in zip((ana, cem), marks):
            p.expect("peer", mark, id=bob.id, state="offline",
                     timeout=lab.SLACK)
            check(not p.all("peer", mark, id=bob.id, state="stale"),
                  "told, not guessed")
        check(bob.wait() == 0, "status %s" % bob.status)
        lab.count("signals")
        bob = Earshot(hosts[1], "bob", home_dir=bob.home)
        lab.meet(ana, bob)
        ana.expect("peer", marks[0], id=bob.id, state="online")


def undelivered():
    """/quit with messages waiting says so; the end of the input waits for
    what is on its way, and says with its status when that was in vain."""
    hosts, (ana, bob, cem) = company()
    open_session(ana, bob)
    bob.signal(signal.SIGKILL)
    ana.expect("peer", id=bob.id, state="stale")
    mark = ana.mark()
    ana.send("/msg %s too late" % bob.id)
    ana.expect("delivery", mark, state="queued")
    ana.send("/quit")
    info = ana.expect("info", mark, command="/quit")
    check("1 message waits" in info["text"], "what waits: %s" % info)
    check(ana.wait() == 0, "status %s" % ana.status)
    cem.send("/msg %s goodbye" % ana.id)
    cem.process.stdin.close()
    check(cem.wait() == 1, "not delivered, and it says so")
    dan = Earshot(hosts[0], "dan")
    eve = Earshot(hosts[2], "eve")
    lab.meet(dan, eve)
    dan.send("/msg %s last words" % eve.id)
    dan.process.stdin.close()
    check(dan.wait() == 0, "delivered before it left")
    eve.expect("message", text="last words")
    eve.expect("peer", id=dan.id, state="offline")


def vanished():
    """Without a session only silence tells, after 2.2 and 3.5 times the
    interval that was announced."""
    hosts, (ana, bob, cem) = company()
    capture = lab.Capture(hosts[2], "eth0")
    open_session(ana, bob)

    def announced():
        return [f.payload for _, _, d in capture.read()
                for f in [lab.Frame(d)] if f.src == "10.77.0.2" and
                f.dport == lab.PORT and f.payload[5] == ANNOUNCE]
    lab.wait_until(announced, "an announcement")
    interval = int.from_bytes(announced()[-1][92:94], "big")
    mark = cem.mark()
    begin = time.monotonic()
    bob.signal(signal.SIGKILL)
    cem.expect("peer", mark, id=bob.id, state="stale",
               timeout=2.2 * interval + lab.SLACK)
    stale = time.monotonic() - begin
    for p in (ana, cem):
        p.expect("peer", id=bob.id, state="offline",
                 timeout=1.3 * interval + lab.SLACK)
    offline = time.monotonic() - begin
    print("interval %d s: stale after %.1f s, offline after %.1f s"
          % (interval, stale, offline))
    # The last announcement was a little before the end.
    check(2.2 * interval - 3 <= stale, "stale not too early")
    check(3.5 * interval - 3 <= offline, "offline not too early")


PARTS = [killed, terminated, undelivered]
if lab.LONG:
    PARTS.append(vanished)
else:
    lab.note("vanishing without a session, which takes minutes "
             "(EARSHOT_LONG=1)")
lab.run(*PARTS)
