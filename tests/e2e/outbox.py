#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What is written to somebody who is away waits, visibly, over restarts, and
goes to nobody else."""
import sys
import time

sys.dont_write_bytecode = True
import lab
import ledger
from lab import Capture, Earshot, Frame, check

lab.enter()

WORDS = ("first thing", "second thing", "third thing", "fourth thing")


def say(a, b, text):
    mark_a, mark_b = a.mark(), b.mark()
    a.send("/msg %s %s" % (b.id, text))
    got = b.expect("message", mark_b, id=a.id, text=text)
    a.expect("delivery", mark_a, message=got["message"], state="delivered")
    return got["message"]


def told(a, line):
    """What a command of ours says."""
    mark = a.mark()
    a.send(line)
    return a.expect(lambda e: e["event"] in ("info", "error") and
                    e["command"] == line, mark)["text"]


def write(a, b, *texts):
    """Their ids, once they are accepted."""
    mark = a.mark()
    for text in texts:
        a.send("/msg %s %s" % (b.id, text))
    a.sync()
    queued = a.all("delivery", mark, state="queued", to=b.name)
    check(len(queued) == len(texts), "all of them wait: %s" % queued)
    check(not a.all("delivery", mark, state="sent"), "none went out")
    return [e["message"] for e in queued]


def rows(a):
    lines = told(a, "/outbox").split("\n")
    return lines[:-1] if "/cancel" in lines[-1] else []


def pair():
    _, hosts = lab.lan_of(3)
    ana, bob = [Earshot(ns, name) for ns, name in zip(hosts, ("ana", "bob"))]
    lab.meet(ana, bob)
    say(ana, bob, "hello")
    say(bob, ana, "hello to you")  # else strangers' limits hold
    return hosts, ana, bob


def waits():
    """Queued, listed, over two restarts, and delivered when he is back."""
    hosts, ana, bob = pair()
    mark = ana.mark()
    bob.quit()
    ana.expect("peer", mark, id=bob.id, state="offline")
    ids = write(ana, bob, *WORDS)
    for i, (row, text) in enumerate(zip(rows(ana), WORDS)):
        check(row.split()[:2] == [str(i + 1), "bob"] and "queued" in row and
              text in row, "listed: " + row)
    check(len(rows(ana)) == len(WORDS), "no more than those")
    for _ in range(2):
        ana.quit()
        ana = Earshot(hosts[0], "ana", home_dir=ana.home)
        check(len(rows(ana)) == len(WORDS), "they wait: %s" % rows(ana))
        lab.count("restarts")
    mark = ana.mark()
    # Nobody asks her for anything.
    bob = Earshot(hosts[1], "bob", home_dir=bob.home)
    bob.expect("message", text=WORDS[-1])
    got = bob.all("message")
    check([(e["text"], e["message"], e["missing"]) for e in got] ==
          [(t, i, 0) for t, i in zip(WORDS, ids)], "in order, once: %s" % got)
    for id in ids:
        ana.expect("delivery", mark, message=id, state="delivered")
    check(told(ana, "/outbox") == "nothing waits", "the outbox is empty")
    for p in (ana, bob):
        p.quit()
    ledger.compare(ana, bob, 1 + len(WORDS), 1)


def returns():
    """Back while he is being dialled in vain, he gets it at once."""
    hosts, ana, bob = pair()
    capture = Capture(hosts[1], "eth0")
    mark = ana.mark()
    bob.quit()
    ana.expect("peer", mark, id=bob.id, state="offline")
    ids = write(ana, bob, "are you there?")
    lab.wait_until(lambda: lab.pump(0.01) or [
        f for _, out, d in capture.read() for f in [Frame(d)]
        if not out and f.proto == 17 and f.dport == bob.udp_port],
        "that he is tried over UDP, too")
    bob = Earshot(hosts[1], "bob", home_dir=bob.home)
    begin = time.monotonic()
    got = bob.expect("message", text="are you there?")
    took = time.monotonic() - begin
    print("back: told after %.1f s" % took)
    check(took < 2 + lab.SLACK, "it took %.1f s" % took)
    check(got["transport"] == "tcp", "and over TCP: %s" % got)
    ana.expect("delivery", message=ids[0], state="delivered")


def impostor():
    """Somebody else with his name, at his address, on his port."""
    hosts, ana, bob = pair()
    bob.quit()
    ana.expect("peer", id=bob.id, state="offline")
    ids = write(ana, bob, "for you alone", "and this")
    ana.quit()
    eve = Earshot(hosts[1], "bob")
    check(eve.id != bob.id and eve.tcp_port == bob.tcp_port, "in his place")
    capture = Capture(hosts[1], "eth0")
    ana = Earshot(hosts[0], "ana", home_dir=ana.home)
    lab.meet(ana, eve)
    # Ana tries the address that she knows him by.
    lab.wait_until(lambda: lab.pump(0.01) or [
        f for _, out, d in capture.read() for f in [Frame(d)]
        if not out and f.proto == 6 and f.dport == eve.tcp_port],
        "that ana dials")
    ana.expect("error", command=None)
    # Whoever is to be told something after all is so by then.
    line = "/msg %s who are you?" % eve.id
    ana.send(line)
    refused = ana.expect("error", command=line)
    check("key differs" in refused["text"], "not by mistake: %s" % refused)
    mark = eve.mark()
    ana.send("/query bob." + eve.id[:8], "who are you?")
    eve.expect("message", mark, text="who are you?")
    say(eve, ana, "somebody else")
    check([e["text"] for e in eve.all("message")] == ["who are you?"],
          "eve got only what was meant for her")
    check(len(rows(ana)) == 2, "they still wait")
    for id in ids:
        check(not ana.all("delivery", message=id, state="sent"), "not sent")
    eve.quit()
    bob = Earshot(hosts[2], "bob", home_dir=bob.home)
    bob.expect("message", text="and this")
    check([e["message"] for e in bob.all("message")] == ids, "to him")
    ana.expect("delivery", message=ids[1], state="delivered")
    for p in (ana, bob):
        p.quit()
    ledger.compare(ana, bob, 3, 1)
    raw = b"".join(open("%s/%s" % (eve.home, name), "rb").read()
                   for name in ("earshot.db",))
    check(b"who are you?" in raw and b"for you alone" not in raw,
          "nor is it on her disk")


def cancelled():
    """By number, by id, by name; and not what has left."""
    hosts, ana, bob = pair()
    gone = say(ana, bob, "this one has left")
    bob.quit()
    ana.expect("peer", id=bob.id, state="offline")
    ids = write(ana, bob, *WORDS)
    mark = ana.mark()
    rows(ana)
    check("taken back: 1" in told(ana, "/cancel 2"), "by number")
    failed = ana.expect("delivery", mark, message=ids[1], state="failed")
    check(failed["reason"], "with a reason: %s" % failed)
    check("taken back: 1" in told(ana, "/cancel " + ids[2]), "by id")
    for line in ("/cancel " + gone, "/cancel " + ids[2], "/cancel 77"):
        mark = ana.mark()
        ana.send(line)
        ana.expect("error", mark, command=line)
        lab.count("mistakes")
    check([w in r for w, r in zip((WORDS[0], WORDS[3]), rows(ana))] ==
          [True, True], "what is left: %s" % rows(ana))
    ana.quit()
    ana = Earshot(hosts[0], "ana", home_dir=ana.home)
    check(len(rows(ana)) == 2, "also after a restart")
    bob = Earshot(hosts[1], "bob", home_dir=bob.home)
    bob.expect("message", text=WORDS[3])
    got = bob.all("message")
    check([(e["message"], e["missing"]) for e in got] ==
          [(ids[0], 0), (ids[3], 0)], "the others, and no gap: %s" % got)
    ana.expect("delivery", message=ids[3], state="delivered")
    mark = ana.mark()
    bob.quit()
    ana.expect("peer", mark, id=bob.id, state="offline")
    write(ana, bob, "all", "of", "it")
    check("taken back: 3" in told(ana, "/cancel bob"), "by name")
    check(told(ana, "/outbox") == "nothing waits", "all of it")
    ana.quit()
    states = [e.delivery for e in ledger.history(ana.home, bob.id)]
    check(states.count(ledger.FAILED) == 5 and
          states.count(ledger.DELIVERED) == 4, "on the disk: %s" % states)


def full():
    """A thousand wait for one; the next one is refused, with the reason."""
    hosts, ana, bob = pair()
    bob.quit()
    ana.expect("peer", id=bob.id, state="offline")
    mark = ana.mark()
    for i in range(1001):
        ana.send("/msg %s number %d" % (bob.id, i))
    ana.sync()
    check(len(ana.all("delivery", mark, state="queued")) == 1000,
          "a thousand wait")
    line = "/msg %s number 1000" % bob.id
    refused = ana.all("error", mark, command=line)
    check(len(refused) == 1 and "1000" in refused[0]["text"],
          "the next one is refused: %s" % ana.events[-3:])
    bob = Earshot(hosts[1], "bob", home_dir=bob.home)
    bob.expect("message", text="number 999")
    bob.sync()
    check([e["text"] for e in bob.all("message")] ==
          ["number %d" % i for i in range(1000)], "all of those, in order")
    lab.count("messages", 1000)


lab.run(waits, returns, impostor, cancelled, full)
