# SPDX-License-Identifier: MIT
"""Two pairs on a network that gets bad: one talks over TCP, one over UDP."""
import lab
import ledger
from lab import Earshot, LossyLan, check
from ledger import Flow, transports


class Pairs:
    """ana and bob over TCP, cem and dan over UDP, and the LAN between."""

    def __init__(self, **lan):
        self.lan = LossyLan(4, **lan)
        self.said = 1  # by each first of a pair to its second
        self.all = [Earshot(ns, name) for ns, name in
                    zip(self.lan.hosts, ("ana", "bob", "cem", "dan"))]
        lab.meet(*self.all)
        ana, bob, cem, dan = self.all
        self.both = ((ana, bob, "tcp"), (cem, dan, "udp"))
        for a, b, transport in self.both:
            for one, other in ((a, b), (b, a)):
                one.send("/transport %s %s" % (transport, other.id))
                one.sync()
            say(a, b, "hello", transport)

    def flows(self, word, total, **how):
        self.said += total
        return [Flow(one, other, total, word, **how)
                for a, b, _ in self.both for one, other in ((a, b), (b, a))]

    def judge_transports(self, flows):
        for f in flows:
            want = "tcp" if f.a.name in ("ana", "bob") else "udp"
            check(transports(f.got) == [want], "%s: over %s" % (
                f, transports(f.got)))

    def compare(self):
        for p in self.all:
            p.quit()
        for a, b, _ in self.both:
            ledger.compare(a, b, self.said, self.said - 1)
        self.lan.switch.close()


def say(a, b, text, transport):
    mark_a, mark_b = a.mark(), b.mark()
    a.send("/msg %s %s" % (b.id, text))
    got = b.expect("message", mark_b, id=a.id, text=text)
    check(got["transport"] == transport, "over %s: %s" % (transport, got))
    a.expect("delivery", mark_a, message=got["message"], state="delivered")
    return got


def two():
    lan = LossyLan()
    ana, bob = [Earshot(ns, name) for ns, name in
                zip(lan.hosts, ("ana", "bob"))]
    lab.meet(ana, bob)
    return lan, ana, bob


def both_ways(ana, bob, total, word, **how):
    return [Flow(ana, bob, total, word, **how),
            Flow(bob, ana, total, word, **how)]
