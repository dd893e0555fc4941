#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Where TCP does not get through, UDP carries the talk, and gives it back.

EARSHOT_LONG=1: 2000 messages each way instead of 100, and the return to TCP
by itself, which takes a minute.
"""
import sys

sys.dont_write_bytecode = True
import lab
import ledger
from lab import check
from ledger import transports
from pairs import both_ways, say, two

lab.enter()

TOTAL = 2000 if lab.LONG else 100
PATIENCE_S = (300 if lab.LONG else 90) * lab.PATIENCE


def fallback():
    """Where TCP does not get through, UDP does; where it does again, TCP."""
    lan, ana, bob = two()
    lan.tell("drop", "tcp")
    say(ana, bob, "no TCP from the start", "udp")
    say(bob, ana, "so it goes over UDP", "udp")
    lan.tell("drop", "none")
    # A change of the network, or a minute, lets it be tried again.
    flows = both_ways(ana, bob, TOTAL, "back to TCP",
                      pace=(80 if lab.LONG else 12) / TOTAL)

    def change():
        yield 2
        if not lab.LONG:
            lan.hosts[0].ip("addr add 10.77.0.91/24 broadcast + dev eth0")
    took = ledger.run(flows, PATIENCE_S, change())
    for f in flows:
        check(transports(f.got) == ["tcp", "udp"], "first UDP, then TCP")
        check(f.got[-1]["transport"] == "tcp", "TCP in the end")
    print("back on TCP: %.1f s" % took)
    say(ana, bob, "on TCP again", "tcp")

    def drop():
        yield 1
        lan.tell("drop", "tcp")
    flows = both_ways(ana, bob, TOTAL, "away from TCP", pace=4 / TOTAL)
    took = ledger.run(flows, PATIENCE_S, drop())
    for f in flows:
        check(transports(f.got) == ["tcp", "udp"], "first TCP, then UDP")
    print("TCP that gets stuck: %.1f s" % took)
    for p in (ana, bob):
        p.quit()
    ledger.compare(ana, bob, 2 * TOTAL + 2, 2 * TOTAL + 1)


lab.run(fallback)
