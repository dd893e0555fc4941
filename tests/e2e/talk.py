#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Three people on a LAN find each other and talk."""
import sys
import time

sys.dont_write_bytecode = True
import lab
from lab import Earshot, check

lab.enter()

ADDRESSES = ("10.77.0.1", "10.77.0.2", "10.77.0.3")
STATES = ["queued", "sent", "delivered"]


def states_of(peer, mark, message):
    peer.expect("delivery", mark, message=message, state="delivered")
    return [e["state"] for e in peer.all("delivery", mark, message=message)]


def say(a, b, text):
    """a says text to b; it arrives, once, and a is told so in order."""
    mark_a, mark_b = a.mark(), b.mark()
    a.send("/msg %s %s" % (b.id, text))
    got = b.expect("message", mark_b, id=a.id, text=text)
    check(got["from"] == a.name and got["encrypted"] is True and
          got["transport"] == "tcp" and got["dialect"] == "earshot" and
          got["conversation"] == a.name, "fields of %s" % got)
    check(states_of(a, mark_a, got["message"]) == STATES,
          "the states of a message come in order")
    b.sync()
    check(len(b.all("message", mark_b)) == 1, "it came once")
    lab.count("messages")


def three():
    _, hosts = lab.lan_of(3)
    ana, bob, cem = everybody = [
        Earshot(ns, name) for ns, name in zip(hosts, ("ana", "bob", "cem"))]
    lab.meet(*everybody)
    for a in everybody:
        for b, address in zip(everybody, ADDRESSES):
            if a is b:
                a.expect_absent("peer", id=b.id)
                continue
            seen = a.expect("peer", id=b.id)
            check((seen["name"], seen["state"], seen["trust"], seen["status"])
                  == (b.name, "online", "unknown", ""), "fields of %s" % seen)
            check(seen["address"] == address or
                  seen["address"].startswith("fe80:"), "address of %s" % seen)
    say(ana, bob, "hello, bob")
    say(bob, ana, "hello, ana: ünïcödé 你好 👩\u200d👩\u200d👧 //slash")
    say(cem, bob, "and me")
    check(ana.expect("peer", id=bob.id, trust="pinned"), "talking pins")
    current(ana, bob)
    for i in range(50):
        ana.send("/msg bob number %d" % i)
    bob.expect("message", text="number 49")
    check([e["text"] for e in bob.all("message") if "number" in e["text"]] ==
          ["number %d" % i for i in range(50)], "50 messages, in order, once")
    lab.count("messages", 50)
    typing(ana, bob)
    shout(ana, (bob, cem))
    presence(cem, (ana, bob))
    mistakes(ana)
    leave(everybody)


def current(ana, bob):
    """A line without a slash goes to the conversation named last."""
    mark = bob.mark()
    ana.send("/query bob", "no slash", "//two slashes", "/me waves")
    for text in ("no slash", "/two slashes"):
        bob.expect("message", mark, text=text, action=False)
    bob.expect("message", mark, text="waves", action=True)
    lab.count("messages", 3)


def typing(ana, bob):
    """Told on, off, and by silence; not more often than each three seconds."""
    mark = bob.mark()
    begin = time.monotonic()
    ana.send("/query bob", "/typing")
    got = bob.expect("typing", mark, id=ana.id, state="on")
    check((got["from"], got["conversation"]) == ("ana", "ana"), got)
    ana.send("/typing off")
    bob.expect("typing", mark, id=ana.id, state="off")
    # What is asked for too soon is not sent at all.
    again = []
    while not again and time.monotonic() < begin + lab.DEADLINE:
        asked = time.monotonic()
        ana.send("/typing on")
        ana.sync()
        again = bob.all("typing", mark, state="on")[1:]
    took = time.monotonic() - begin
    check(2.99 < took < 3 + lab.SLACK, "again after %.2f s" % took)
    lab.wait_until(lambda: lab.pump(0.01) or
                   len(bob.all("typing", mark, state="off")) == 2,
                   "that silence ends it")
    took = time.monotonic() - asked
    print("typing ended by silence after %.1f s" % took)
    check(5 < took < 6 + lab.SLACK, "silent for %.2f s" % took)
    ana.send("/typing", "sent")
    bob.expect("message", mark, text="sent")
    check([e["state"] for e in bob.all("typing", mark)] ==
          ["on", "off"] * 3, bob.all("typing", mark))
    mark = ana.mark()
    ana.send("/typing perhaps")
    ana.expect("error", mark, command="/typing perhaps")
    lab.count("messages")


def shout(ana, others):
    marks = [p.mark() for p in others]
    begin = time.monotonic()
    ana.send("/shout lunch?")
    for p, mark in zip(others, marks):
        got = p.expect("shout", mark, text="lunch?")
        check((got["id"], got["from"]) == (ana.id, "ana"), "who shouts")
    # The copies of a shout are out after 0.65 s; what was said after them
    # arrives after them.
    for text in ("second", "third"):
        ana.send("/shout " + text)
        for p, mark in zip(others, marks):
            p.expect("shout", mark, text=text)
    # Three in a row, and one more for each five seconds that these took.
    said, line = ["lunch?", "second", "third"], "/shout too many in a row"
    while True:
        mark = ana.mark()
        ana.send(line).sync()
        if ana.find("error", mark, command=line):
            break
        said.append("too many in a row")
        check(len(said) <= 3 + (time.monotonic() - begin) / 5, "refused")
        for p, mark in zip(others, marks):
            lab.wait_until(lambda: lab.pump(0.01) or
                           len(p.all("shout", mark)) == len(said), "it came")
    for p, mark in zip(others, marks):
        p.sync()
        check([e["text"] for e in p.all("shout", mark)] == said,
              "each shout once")
    lab.count("shouts", len(said))


def presence(cem, others):
    marks = [p.mark() for p in others]
    cem.send("/away back at two")
    for p, mark in zip(others, marks):
        p.expect("peer", mark, id=cem.id, state="away", status="back at two")
    marks = [p.mark() for p in others]
    cem.send("/back", "/status")
    for p, mark in zip(others, marks):
        p.expect("peer", mark, id=cem.id, state="online", status="")
    cem.send("/nick Cem the Second")
    for p, mark in zip(others, marks):
        p.expect("peer", mark, id=cem.id, name="Cem the Second")
    mark = cem.mark()
    others[0].send('/msg "Cem the Second" by name')
    cem.expect("message", mark, text="by name")
    cem.name = "Cem the Second"


def mistakes(ana):
    for line, word in (("/foobar", "/foobar"), ("/mgs bob hi", "/mgs"),
                       ("/msg", "/msg"), ("/msg nobody hi", "nobody"),
                       ("/connect", "/connect")):
        mark = ana.mark()
        ana.send(line)
        error = ana.expect("error", mark, command=line)
        check(word in error["text"], "the error names it: %s" % error)
    mark = ana.mark()
    ana.send("/msg bob " + "x" * 65537)
    error = ana.expect("error", mark)
    check("65537" in error["text"] and "65536" in error["text"],
          "a text too long is told its size: %s" % str(error)[:200])
    lab.count("mistakes", 6)


def leave(everybody):
    for a in list(everybody):
        others = [p for p in everybody if p is not a]
        marks = [p.mark() for p in others]
        a.quit()
        for p, mark in zip(others, marks):
            p.expect("peer", mark, id=a.id, state="offline",
                     timeout=lab.SLACK)
            check(not p.all("peer", mark, id=a.id, state="stale"),
                  "/quit is told, not guessed")
        everybody.remove(a)
        check(a.stderr() == "", "silent on standard error: " + a.stderr())


def long_text():
    """64 KiB, of one byte each and of four, both ways."""
    _, hosts = lab.lan_of(2)
    ana, bob = [Earshot(ns, name) for ns, name in zip(hosts, ("ana", "bob"))]
    lab.meet(ana, bob)
    say(ana, bob, "x" * 65536)
    say(bob, ana, "\U0001f98a" * 16384)
    say(ana, bob, "short again")
    for p in (ana, bob):
        p.quit()


def one_family(v4, v6):
    _, hosts = lab.lan_of(3, v4=v4, v6=v6)
    everybody = [Earshot(ns, name)
                 for ns, name in zip(hosts, ("ana", "bob", "cem"))]
    lab.meet(*everybody)
    ana, bob, cem = everybody
    seen = ana.expect("peer", id=bob.id)
    check((":" in seen["address"]) == (not v4), "address of %s" % seen)
    say(ana, bob, "over one family")
    say(cem, ana, "over one family, too")
    marks = [p.mark() for p in (ana, bob)]
    cem.quit()
    for p, mark in zip((ana, bob), marks):
        p.expect("peer", mark, id=cem.id, state="offline")


def ipv4_only():
    one_family(True, False)


def ipv6_only():
    if not lab.has_ipv6():
        lab.note("IPv6: this kernel has none")
        return
    one_family(False, True)


def both_families():
    """Who is heard over IPv4 and IPv6 is one contact."""
    _, hosts = lab.lan_of(2)
    ana, bob = [Earshot(ns, name) for ns, name in zip(hosts, ("ana", "bob"))]
    lab.meet(ana, bob)
    say(ana, bob, "once")
    # The whole burst has been heard when the last of its packets was.
    lab.wait_until(lambda: bursts(ana) >= 6, "a burst over both families")
    check({e["id"] for e in ana.all("peer")} == {bob.id}, "one contact")
    mark = ana.mark()
    ana.send("/who")
    listed = ana.expect("info", mark, command="/who")["text"]
    check(listed.count("bob") == 1, "listed once: %s" % listed)


def bursts(peer):
    """Datagrams of others that arrived."""
    mark = peer.mark()
    peer.send("/net")
    text = peer.expect("info", mark, command="/net")["text"]
    own = [line for line in text.split("\n") if "our own" in line]
    total = int(text.split("datagrams")[1].split()[0])
    return total - (int(own[0].split()[0]) if own else 0)


lab.run(three, long_text, ipv4_only, ipv6_only, both_families)
