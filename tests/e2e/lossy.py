#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Nothing is lost, doubled or reordered on networks that do all of that.

Two pairs talk at the same time on one bad network, one over TCP and one over
UDP. EARSHOT_LONG=1: 2000 messages each way instead of 100.
"""
import sys

sys.dont_write_bytecode = True
import lab
import ledger
from pairs import Pairs

lab.enter()

TOTAL = 2000 if lab.LONG else 100
PATIENCE_S = (900 if lab.LONG else 120) * lab.PATIENCE


def loss():
    """30 % lost, 10 % doubled, 25 % overtaking the others' 50 ms +- 40."""
    pairs = Pairs()
    pairs.lan.bad()
    flows = pairs.flows("storm", TOTAL, pace=10 / TOTAL)
    took = ledger.run(flows, PATIENCE_S)
    pairs.judge_transports(flows)
    print("%d messages each way, TCP and UDP: %.1f s" % (TOTAL, took))
    print("the switch: %s" % pairs.lan.tell("stats"))
    pairs.lan.good()
    pairs.compare()


def outage():
    """Nothing passes for 20 s; then the cables are pulled and plugged."""
    pairs = Pairs()

    def partition():
        yield 0.5
        for port in (1, 3):
            pairs.lan.tell("cut", port)
        yield 20.5
        for port in (1, 3):
            pairs.lan.tell("heal", port)

    flows = pairs.flows("before and after", TOTAL, pace=21 / TOTAL)
    took = ledger.run(flows, PATIENCE_S, partition())
    print("20 s without a network: %.1f s" % took)

    def flapping():
        for i in range(6):
            yield 1.5 * i + 0.5
            for host in (1, 3):
                pairs.lan.down(host)
            yield 1.5 * i + 1
            for host in (1, 3):
                pairs.lan.up(host)

    flows = pairs.flows("up and down", TOTAL, pace=9 / TOTAL)
    took = ledger.run(flows, PATIENCE_S, flapping())
    print("an interface that goes 6 times: %.1f s" % took)
    pairs.compare()


lab.run(loss, outage)
