#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Networks that change while earshot runs, and those broadcasts do not cross."""
import os
import sys
import time

sys.dont_write_bytecode = True
import lab
from lab import Capture, Earshot, Frame, check

lab.enter()

BURST_S = 1.0  # within which a change is to be announced
SOLICIT = 3


class Listener:
    """Hears the announcements that arrive at a host."""

    def __init__(self, ns):
        self.capture = Capture(ns, "eth0")
        self.burst_at = 0  # when the last burst began

    def drop_all(self):
        self.capture.read()
        del self.capture.packets[:]

    def heard(self, source=None):
        return [f for _, out, d in self.capture.read() if not out
                for f in [Frame(d)] if f.dport == lab.PORT and f.proto == 17
                and f.payload[:4] == b"EARS" and source in (None, f.src)]


def burst_after(listener, what, change, source=None):
    """The change leads to a solicitation in time. Bursts keep 5 s between
    them, so this waits for the last one to be that long ago."""
    lab.wait_until(lambda: time.monotonic() > listener.burst_at + 5.5,
                   "that bursts are allowed again", step=0.05)
    listener.drop_all()
    listener.burst_at = begin = time.monotonic()
    change()
    lab.wait_until(lambda: any(f.payload[5] == SOLICIT
                               for f in listener.heard(source)),
                   "a burst after %s" % what)
    took = time.monotonic() - begin
    print("%s: announced after %.0f ms" % (what, took * 1e3))
    check(took < BURST_S + lab.SLACK, "%s: took %.2f s" % (what, took))
    lab.count("bursts")


def say(a, b, text):
    mark = b.mark()
    a.send("/msg %s %s" % (b.id, text))
    got = b.expect("message", mark, text=text, id=a.id)
    a.expect("delivery", message=got["message"], state="delivered")
    lab.count("messages")


def late_interface():
    """Started before there is a network at all."""
    lan = lab.Lan()
    host, far = lab.Ns("host"), lan.guest("far", 2)
    dan = Earshot(far, "dan")
    ana = Earshot(host, "ana", interface=None)
    ana.expect("error", command=None)
    lan.plug(host, "wired0")
    begin = time.monotonic()
    host.address("wired0", 1)
    lab.meet(ana, dan)
    print("interface added: met after %.0f ms"
          % ((time.monotonic() - begin) * 1e3))
    check(time.monotonic() - begin < BURST_S + lab.SLACK, "at once")
    say(ana, dan, "here I am")
    ana.quit()
    # An interface that is named, is there, and waits for its address.
    host.ip("addr flush dev wired0")
    ana = Earshot(host, "ana", interface="wired0", home_dir=ana.home)
    ana.expect("error", command=None)
    mark = dan.mark()
    host.address("wired0", 1)
    dan.expect("peer", mark, id=ana.id, state="online")
    say(dan, ana, "and again")


def changes():
    """Address, link, and a second interface."""
    lan = lab.Lan()
    host, far = lan.guest("host", 1), lan.guest("far", 2)
    listener = Listener(far)
    dan = Earshot(far, "dan")
    ana = Earshot(host, "ana", interface=None)
    listener.burst_at = time.monotonic()
    lab.meet(ana, dan)
    say(ana, dan, "before")

    def new_address():
        host.ip("addr del 10.77.0.1/24 dev eth0")
        host.address("eth0", 11, v6=False)
    burst_after(listener, "another address", new_address, "10.77.0.11")
    say(dan, ana, "at the new address")
    say(ana, dan, "from the new address")

    host.ip("link set eth0 down")

    def link_up():
        host.ip("link set eth0 up")
        host.address("eth0", 1, v4=False)
    # IPv6 addresses go with the link, IPv4 addresses stay.
    burst_after(listener, "the cable is back", link_up, "10.77.0.11")
    say(dan, ana, "with the cable back")

    other = lab.Lan("other")
    other.plug(host, "eth1")
    guest = other.guest("guest", 3)
    eve = Earshot(guest, "eve")
    begin = time.monotonic()
    host.address("eth1", 4)
    lab.meet(ana, eve)
    print("second interface: met after %.0f ms"
          % ((time.monotonic() - begin) * 1e3))
    say(ana, eve, "on the second interface")
    say(ana, dan, "and on the first")


def routed():
    """Two subnets with a router between them, which passes no broadcast."""
    west, east = lab.Lan("west"), lab.Lan("east")
    router = lab.Ns("router")
    for lan, net, port in ((west, "10.77.0", "eth0"), (east, "10.78.0",
                                                       "eth1")):
        lan.plug(router, port)
        router.address(port, 254, net, v6=False)
    with router.inside():
        # /proc/thread-self: what the kernel shows depends on who looks.
        try:
            with open("/proc/sys/net/ipv4/ip_forward", "w") as f:
                f.write("1")
        except OSError as e:
            lab.note("a router: %s" % e)
            return
    here = west.guest("here", 1, v6=False)
    there = lab.Ns("there")
    east.plug(there)
    there.address("eth0", 2, "10.78.0", v6=False)
    here.ip("route add default via 10.77.0.254")
    there.ip("route add default via 10.78.0.254")
    reach(here, there)


def is_connected(event):
    return event["event"] == "info" and "connected: " in event["text"]


def reach(here, there):
    hosts = os.path.join(lab.work, "hosts")
    with open(hosts, "w") as f:
        f.write("127.0.0.1 localhost\n10.78.0.2 farhost\n")
    lab.mount(hosts, "/etc/hosts", None, lab.MS_BIND)
    ana = Earshot(here, "ana")
    dan = Earshot(there, "dan", "--port", "41900")
    dan_port = dan.tcp_port
    ana.expect_absent("peer")
    ana.send("/connect 10.78.0.2:%d" % dan_port)
    told = ana.expect(is_connected)
    check("10.78.0.2" in told["text"] and "dan" in told["text"], told)
    ana.expect("peer", id=dan.id, state="online")
    dan.expect("peer", id=ana.id, state="online")
    say(ana, dan, "across the router")
    say(dan, ana, "and back")
    mark = ana.mark()
    ana.send("/connect 10.78.0.2:9")
    error = ana.expect("error", mark)
    check("10.78.0.2" in error["text"] and "port 9" in error["text"] and
          "refused" in error["text"] and "/connect HOST:PORT" in
          error["text"], "a closed port: %s" % error)
    names(ana, dan_port)
    # The address is remembered with the contact, over a restart.
    ana.quit()
    dan.expect("peer", id=ana.id, state="offline")
    again = Earshot(here, "ana", home_dir=ana.home)
    say(again, dan, "from memory")


def names(ana, dan_port):
    mark = ana.mark()
    ana.send("/connect farhost:%d" % dan_port)
    ana.expect(is_connected, mark)
    for name, said in (("nohost.invalid", "nohost.invalid"),
                       ("10.78.0.2:0", "1 to 65535"),
                       ("10.78.0.2:x", "port"), ("[::1", "/connect"),
                       ("a b", "/connect")):
        mark = ana.mark()
        ana.send("/connect " + name)
        error = ana.expect("error", mark)
        check(said in error["text"], "/connect %s: %s" % (name, error))
        lab.count("bad addresses")


lab.run(late_interface, changes, routed)
