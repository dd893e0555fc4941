#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Several people on one host, and others on the LAN: all reach each other."""
import socket
import sys

sys.dont_write_bytecode = True
import lab
from lab import Earshot, check

lab.enter()

OTHER_USER = 1234


def say(a, b, text):
    mark = b.mark()
    a.send("/msg %s %s" % (b.id, text))
    got = b.expect("message", mark, text=text, id=a.id)
    a.expect("delivery", message=got["message"], state="delivered")
    lab.count("messages")


def one_host():
    """Three on one host, of two users, and one on the LAN."""
    _, (host, far) = lab.lan_of(2)
    uid = OTHER_USER if lab.owns_users else 0
    if not uid:
        lab.note("a second user: this one cannot become another")
    ana = Earshot(host, "ana")
    ben = Earshot(host, "ben", uid=uid)
    cem = Earshot(host, "cem")
    dan = Earshot(far, "dan")
    people = (ana, ben, cem, dan)
    lab.meet(*people)
    check(len({p.tcp_port for p in (ana, ben, cem)}) == 3 and
          ana.tcp_port == lab.PORT, "ports of their own")
    check(dan.tcp_port == lab.PORT, "the usual port where it is free")
    for a in people:
        for b in people:
            if a is not b:
                say(a, b, "from %s to %s" % (a.name, b.name))
    marks = [p.mark() for p in people]
    ben.send("/shout all of you")
    for p, mark in zip(people, marks):
        if p is not ben:
            p.expect("shout", mark, text="all of you", id=ben.id)
    lab.count("shouts")
    marks = [p.mark() for p in people]
    ana.quit()
    for p, mark in zip(people[1:], marks[1:]):
        p.expect("peer", mark, id=ana.id, state="offline")
    # Who comes now finds the port free again, the others stay where they are.
    eve = Earshot(host, "eve")
    check(eve.tcp_port == lab.PORT, "the port is free again")
    lab.meet(eve, ben, cem, dan)
    say(dan, eve, "welcome")


def loopback_only():
    """Two on a machine without any network."""
    host = lab.Ns("alone")
    ana, ben = [Earshot(host, name, interface=None) for name in ("ana", "ben")]
    lab.meet(ana, ben)
    say(ana, ben, "just us")
    say(ben, ana, "just us two")


def one_home():
    """A home has one process; the second is told which."""
    _, (host,) = lab.lan_of(1)
    ana = Earshot(host, "ana")
    second = Earshot(host, "ana", home_dir=ana.home, wait=False)
    check(second.wait() == 1, "the second ends with status %s"
          % second.status)
    text = second.stderr()
    check(str(ana.pid) in text and "--home" in text and
          text.count("\n") == 1, "it says who and what now: %s" % text)
    check(second.raw == b"", "and prints no event")
    ana.sync()
    ana.quit()
    third = Earshot(host, "ana", home_dir=ana.home)
    check(third.id == ana.id, "free again")
    third.signal(9)
    third.wait()
    fourth = Earshot(host, "ana", home_dir=ana.home)
    check(fourth.id == ana.id, "free after SIGKILL, too")


def port_taken():
    """Some other program has the TCP port."""
    _, (host, far) = lab.lan_of(2)
    holders = []
    for family, any_address in ((socket.AF_INET, "0.0.0.0"),
                                (socket.AF_INET6, "::")):
        if family == socket.AF_INET6 and not lab.has_ipv6():
            continue
        holder = host.socket(family, socket.SOCK_STREAM)
        if family == socket.AF_INET6:
            holder.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        holder.bind((any_address, lab.PORT))
        holder.listen()
        holders.append(holder)
    ana, dan = Earshot(host, "ana"), Earshot(far, "dan")
    check(ana.tcp_port not in (0, lab.PORT), "another port: %d" % ana.tcp_port)
    lab.meet(ana, dan)
    say(dan, ana, "to the other port")
    say(ana, dan, "and back")
    # Only one of the two families is taken.
    holders.pop(0).close()
    ben = Earshot(host, "ben")
    lab.meet(ben, dan)
    say(dan, ben, "half a port")


def other_port():
    """--port makes worlds of their own on one network."""
    _, (host, far) = lab.lan_of(2)
    ana, dan = [Earshot(ns, name, "--port", "5000")
                for ns, name in ((host, "ana"), (far, "dan"))]
    ben, eve = Earshot(host, "ben"), Earshot(far, "eve")
    lab.meet(ana, dan)
    lab.meet(ben, eve)
    say(ana, dan, "on port 5000")
    say(ben, eve, "on the usual one")
    for p in (ana, dan):
        for other in (ben, eve):
            p.expect_absent("peer", id=other.id)
            other.expect_absent("peer", id=p.id)


lab.run(one_host, loopback_only, one_home, port_taken, other_port)
