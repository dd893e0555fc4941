#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""From TCP to UDP and back as they are told, and from one address to another,
in the middle of a talk: nothing of it is lost, doubled or reordered.

EARSHOT_LONG=1: 2000 messages each way instead of 100.
"""
import sys

sys.dont_write_bytecode = True
import lab
import ledger
from lab import check
from ledger import transports
from pairs import Pairs, both_ways, say, two

lab.enter()

TOTAL = 2000 if lab.LONG else 100
PATIENCE_S = (300 if lab.LONG else 90) * lab.PATIENCE


def switched():
    """/transport while they talk, by one end, the other, and both."""
    lan, ana, bob = two()
    say(ana, bob, "hello", "tcp")

    def choose():
        at = 0
        for words in (("udp", None), ("tcp", None), (None, "udp"),
                      ("auto", "auto"), ("udp", "udp"), ("tcp", "tcp"),
                      ("auto", "auto")):
            at += 1
            yield at
            for one, other, word in zip((ana, bob), (bob, ana), words):
                if word:
                    one.send("/transport %s %s" % (word, other.id))
    flows = both_ways(ana, bob, TOTAL, "switching", pace=8 / TOTAL)
    took = ledger.run(flows, PATIENCE_S, choose())
    for f in flows:
        check(transports(f.got) == ["tcp", "udp"], "over both: %s" %
              transports(f.got))
    print("/transport while they talk: %.1f s" % took)
    for p in (ana, bob):
        p.quit()
    ledger.compare(ana, bob, TOTAL + 1, TOTAL)


def moves():
    """Another address: UDP goes on, TCP begins anew."""
    pairs = Pairs(v6=False)

    def move():
        for i in range(3):
            yield 1 + 2 * i
            for host in (1, 3):
                ip = pairs.lan.hosts[host].ip
                old = host + 1 + 20 * i
                ip("addr del 10.77.0.%d/24 dev eth0" % old)
                ip("addr replace 10.77.0.%d/24 broadcast + dev eth0"
                   % (old + 20))
    flows = pairs.flows("on the move", TOTAL, pace=8 / TOTAL)
    took = ledger.run(flows, PATIENCE_S, move())
    pairs.judge_transports(flows)
    print("another address, three times: %.1f s" % took)
    pairs.compare()


lab.run(switched, moves)
