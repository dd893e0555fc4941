#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The switch that other tests rely on does what it says: it loses, doubles,
delays and reorders as much as it was told, and no more."""
import os
import select
import socket
import struct
import sys
import time

sys.dont_write_bytecode = True
import lab
from lab import LossyLan, Switch, check

lab.enter()

FRAMES = 2000
TCP, UDP = 6, 17


def mac(number):
    return bytes((2, 0, 0, 0, 0, number))


class Card:
    """A port of the switch whose other end is this test."""

    def __init__(self, number):
        self.mac = mac(number)
        self.sock, self.far = socket.socketpair(socket.AF_UNIX,
                                                socket.SOCK_DGRAM)
        for s in (self.sock, self.far):
            s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        self.got = []  # (number, seconds after it was sent)

    def send(self, to, number, proto=UDP):
        ip = bytes(9) + bytes((proto,)) + bytes(10)
        self.sock.send(to + self.mac + b"\x08\x00" + ip +
                       struct.pack(">Id", number, time.monotonic()))

    def read(self):
        while select.select([self.sock], [], [], 0)[0]:
            number, sent = struct.unpack(">Id", self.sock.recv(4096)[34:])
            self.got.append((number, time.monotonic() - sent))
        return self.got

    def numbers(self):
        return [number for number, _ in self.read()]


def plugged(count):
    cards = [Card(i) for i in range(count)]
    switch = Switch([c.far.fileno() for c in cards])
    for c in cards:
        c.far.close()
        c.send(b"\xff" * 6, 0)  # it learns who is where
    for c in cards:
        lab.wait_until(lambda: len(c.numbers()) == count - 1, "all heard")
        del c.got[:]
    switch.tell("stats")
    return switch, cards


def exchange(switch, a, b, n=FRAMES):
    """All that came of n frames, once the last is through, and what the switch
    says it did."""
    del b.got[:]
    switch.tell("stats")
    total = {}
    for i in range(n):
        a.send(b.mac, i)
        b.read()

    def settled():
        b.read()
        for key, value in switch.tell("stats").items():
            total[key] = total.get(key, 0) + value
        return total["in"] == n and total["out"] + total["lost"] == \
            n + total["doubled"]
    lab.wait_until(settled, "that the switch is empty")
    lab.count("frames", n)
    return b.numbers(), total


def near(share, percent, what):
    print("%s: %.1f %% of %.0f %%" % (what, share * 100, percent))
    # Of 2000, five standard deviations are less than that.
    check(abs(share * 100 - percent) < 6, "%s: %.3f" % (what, share))


def dice():
    switch, (a, b, c) = plugged(3)
    numbers, _ = exchange(switch, a, b)
    check(numbers == list(range(FRAMES)), "nothing asked for, nothing done")
    check(c.numbers() == [], "what is for one goes to one")
    switch.tell("loss", 30)
    numbers, total = exchange(switch, a, b)
    near(1 - len(numbers) / FRAMES, 30, "lost")
    check(numbers == sorted(set(numbers)), "the rest in order, once")
    check(total["lost"] == FRAMES - len(numbers), "and counted")
    switch.tell("loss", 0)
    switch.tell("duplicate", 10)
    numbers, _ = exchange(switch, a, b)
    near(len(numbers) / FRAMES - 1, 10, "doubled")
    check(set(numbers) == set(range(FRAMES)), "all there")
    switch.tell("duplicate", 0)
    switch.close()


def delay():
    switch, (a, b) = plugged(2)
    switch.tell("delay", 50, 40)
    numbers, _ = exchange(switch, a, b)
    took = [s * 1e3 for _, s in b.got]
    print("delays %.1f to %.1f ms" % (min(took), max(took)))
    check(sorted(numbers) == list(range(FRAMES)), "all of them, once")
    check(numbers != sorted(numbers), "some overtook others")
    # A busy machine holds all of them up; it does not bring them together.
    check(min(took) > 9.9 and max(took) > 85 and
          max(took) - min(took) > 40, "50 ms, give or take 40")
    switch.tell("delay", 30, 0)
    numbers, _ = exchange(switch, a, b)
    check(numbers == sorted(numbers), "held up alike, they keep their order")
    check(min(s for _, s in b.got) > 0.0299, "30 ms")
    switch.tell("reorder", 25)
    numbers, total = exchange(switch, a, b)
    near(total["overtaking"] / FRAMES, 25, "overtaking")
    check(sorted(numbers) == list(range(FRAMES)) != numbers, "reordered")
    switch.close()


def cuts():
    switch, (a, b, c) = plugged(3)
    switch.tell("cut", 1)
    numbers, total = exchange(switch, a, b, 10)
    check(numbers == [] and total["lost"] == 10, "cut")
    b.send(a.mac, 1)
    c.send(a.mac, 2)
    lab.wait_until(lambda: a.numbers(), "the others")
    check(a.numbers() == [2], "a port that is cut sends nothing either")
    switch.tell("heal", 1)
    check(exchange(switch, a, b, 10)[0] == list(range(10)), "healed")
    switch.tell("drop", "tcp")
    del b.got[:]
    for i, proto in enumerate((TCP, UDP, TCP, UDP)):
        a.send(b.mac, i, proto)
    lab.wait_until(lambda: len(b.numbers()) == 2, "what is not dropped")
    check(b.numbers() == [1, 3], "TCP dropped: %s" % b.numbers())
    switch.tell("drop", "none")
    for bad in (("loss", 101), ("cut", 3), ("drop", "all"), ("dance", 1),
                ("delay", 1), ("loss",)):
        try:
            switch.tell(*bad)
        except lab.Failure:
            lab.count("bad commands")
            continue
        check(False, "taken: %s" % (bad,))
    switch.close()


def cards_of_the_kernel():
    """With addresses, through the whole network code of two namespaces."""
    lan = LossyLan()
    sock = [ns.socket(socket.AF_INET, socket.SOCK_DGRAM) for ns in lan.hosts]
    sock[1].bind(("10.77.0.2", 5000))
    sock[1].setblocking(False)

    def arrives(text):
        sock[0].sendto(text, ("10.77.0.2", 5000))
        return select.select([sock[1]], [], [], 0.2)[0] and \
            sock[1].recv(100) == text
    lab.wait_until(lambda: arrives(b"hello"), "a datagram")
    lan.tell("cut", 0)
    check(not arrives(b"cut"), "cut")
    lan.tell("heal", 0)
    lab.wait_until(lambda: arrives(b"healed"), "a datagram")
    lan.down(1)
    check(not arrives(b"down"), "down")
    lan.up(1)
    lab.wait_until(lambda: arrives(b"up"), "a datagram")
    lan.tell("drop", "udp")
    check(not arrives(b"dropped"), "dropped")
    check(lan.tell("stats")["dropped"] > 0, "and counted")
    lan.switch.close()


lab.run(dice, delay, cuts, cards_of_the_kernel)
