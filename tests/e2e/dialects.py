#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a bad one can do with the open dialects: nothing is shown of what is
broken, nobody is made to send more than they got, and two of them bounced off
each other come to rest."""
import os
import random
import re
import socket
import struct
import sys
import time

sys.dont_write_bytecode = True
import ipmsg_peer as im
import lab
from lab import Earshot, check

lab.enter()

ANA, BOB, EVE = "10.77.0.1", "10.77.0.2", "10.77.0.3"
IPMSG, PLAIN = 2425, 33333
BROKEN = 1000
CROSSED = 1000
REST = 2.0  # seconds after which nothing moves any more


def speaker(ns, name, *options):
    home = lab.home(name)
    with open(os.path.join(home, "config"), "w") as f:
        f.write("ipmsg on\nplain on\n")
    p = Earshot(ns, name, *options, home_dir=home, env={"USER": name})
    # Both ports stand once they are told of.
    mark = p.mark()
    p.send("/dialect")
    p.expect(lambda e: "ipmsg: on" in e.get("text", ""), mark)
    p.expect(lambda e: "plain: on" in e.get("text", ""), mark)
    return p


def counters(p):
    """/net: the numbers of each dialect."""
    mark = p.mark()
    p.send("/net")
    text = p.expect("info", mark, command="/net")["text"]
    return {name: [int(n) for n in re.findall(r"\d+", rest)]
            for name, rest in re.findall(r"^(ipmsg|plain) +(.*)$", text,
                                         re.M)}


def udp(source, to, sport, dport, data):
    """A datagram with any sender, to be sent over a raw socket."""
    head = struct.pack("!HHHH", sport, dport, 8 + len(data), 0)
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 28 + len(data), 0, 0, 64, 17,
                     0, socket.inet_aton(source), socket.inet_aton(to))
    return ip + head + data


def raw(ns):
    try:
        return ns.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    except PermissionError as e:
        return lab.skip("no datagrams can be forged here: %s" % e)


def broken(rng):
    """Never a packet of IP Messenger."""
    kind = rng.randrange(6)
    junk = rng.randbytes(rng.randrange(1, 200))
    if kind == 0:
        return junk.replace(b":", b";")
    if kind == 1:
        return b"1:1:alice:host1\0"
    if kind == 2:
        return b"1:1:alice:host1:abc:hi\0"
    if kind == 3:
        return b"1:%s:alice:host1:32:hi\0" % (b"9" * rng.randrange(21, 400))
    if kind == 4:
        return b"1:x:alice:host1:288:hi\0"
    return b"1:5:" + b"a" * rng.randrange(256, 1200) + b":h:288:hi\0"


def t20_malformed():
    """None of them is shown, and all are counted."""
    _, hosts = lab.lan_of(2, v6=False)
    ana = speaker(hosts[0], "ana")
    sock = hosts[1].socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("0.0.0.0", IPMSG))
    rng, before, mark = random.Random(5), counters(ana), ana.mark()
    for i in range(BROKEN):
        sock.sendto(broken(rng), (ANA, IPMSG))
        if i % 50 == 0:
            ana.sync()  # a socket holds so many
    lab.wait_until(lambda: counters(ana)["ipmsg"][0] - before["ipmsg"][0] >=
                   BROKEN, "all %d are counted: %s" % (BROKEN, counters(ana)))
    check(counters(ana)["ipmsg"][0] - before["ipmsg"][0] == BROKEN,
          "each is counted once")
    # What is no text, on the port of texts.
    for i in range(BROKEN):
        sock.sendto(b"\xff\xfe\0" + rng.randbytes(20) + b"\0", (ANA, PLAIN))
        if i % 50 == 0:
            ana.sync()
    lab.wait_until(lambda: sum(counters(ana)["plain"]) >= BROKEN,
                   "all are counted: %s" % counters(ana))
    for event in ("message", "shout", "peer"):
        check(not ana.all(event, mark), "none is shown: %s"
              % ana.all(event, mark)[:1])
    sock.setblocking(False)
    try:
        check(False, "an answer: %r" % sock.recv(2000))
    except BlockingIOError:
        pass
    lab.count("broken datagrams", 2 * BROKEN)


def t20_amplification():
    """To a source that never took part in anything no more bytes go than came
    from it."""
    _, hosts = lab.lan_of(3, v6=False)
    ana = speaker(hosts[0], "ana")
    tap, out = lab.Capture(hosts[1]), raw(hosts[2])
    # Somebody else's name under the address of one who says nothing.
    def packet(kind, body=b"", options=0, n=0):
        return b"1:%d:%s:%s:%d:%s\0" % (1700000000 + n, b"victim", b"PC-9",
                                        kind | options, body)
    asked = answered = 0
    kinds = [(im.ENTRY, b"v\0g\0", im.CAPUTF8), (im.SENDMSG, b"hi", 0x100),
             (im.GETINFO, b"", 0), (im.GETABSENCE, b"", 0),
             (im.GETPUBKEY, b"65920006", 0), (im.ISGETLIST2, b"", 0),
             (im.READMSG, b"1700000000", im.READCHECK),
             (im.GETLIST, b"0", 0), (im.RELEASE, b"1700000000", 0)]
    for n in range(300):
        kind, body, options = kinds[n % len(kinds)]
        data = packet(kind, body, options, n)
        out.sendto(udp(BOB, ANA, IPMSG, IPMSG, data), (ANA, 0))
        asked += len(data)
        if n % 25 == 0:
            ana.sync()
    end = time.monotonic() + REST
    lab.wait_until(lambda: lab.pump(0.05) or time.monotonic() > end, "rest",
                   timeout=REST + lab.SLACK)
    for _, outgoing, data in tap.read():
        frame = lab.Frame(data)
        if not outgoing and frame.src == ANA and frame.dst == BOB and \
                frame.sport == IPMSG:
            answered += len(frame.payload)
    print("asked with %d bytes, answered with %d" % (asked, answered))
    check(answered <= asked, "%d bytes for %d" % (answered, asked))
    lab.count("forged questions", 300)


def t21_bounced():
    """Datagrams of each dialect, forged so that one answers the other: within
    two seconds nothing moves any more."""
    _, hosts = lab.lan_of(3, v6=False)
    ana = speaker(hosts[0], "ana", "--port", "41001")
    bob = speaker(hosts[1], "bob", "--port", "41002")
    out, tap = raw(hosts[2]), lab.Capture(hosts[0], "eth0")
    ana.expect("peer", dialect="ipmsg", name="bob")
    bob.expect("peer", dialect="ipmsg", name="ana")
    # The beginning has to be over: the last entries, after 5 s, their answers.
    def entries(source):
        return sum(f.src == source and f.dst == "10.77.0.255" and
                   f.dport == IPMSG for f in
                   (lab.Frame(d) for _, _, d in tap.read()))
    lab.wait_until(lambda: lab.pump(0.1) or min(entries(ANA), entries(BOB))
                   >= 2, "the last entries")
    quiet = time.monotonic() + REST
    lab.wait_until(lambda: lab.pump(0.1) or time.monotonic() > quiet, "rest")
    rng = random.Random(7)
    ports = [(IPMSG, IPMSG), (PLAIN, IPMSG), (IPMSG, PLAIN), (PLAIN, PLAIN),
             (41001, IPMSG), (IPMSG, 41002), (41002, PLAIN)]
    bodies = [b"1:77:eve:PC-7:1:eve\0", b"1:78:eve:PC-7:288:hi\0",
              b"1:79:eve:PC-7:3:eve\0", b"1:80:eve:PC-7:64:\0",
              b"1:81:eve:PC-7:33:80\0", b"1:82:eve:PC-7:48:78\0",
              b"1:83:eve:PC-7:114:65920006\0", b"text for everybody", b"EARS",
              rng.randbytes(64)]
    for n in range(CROSSED):
        sport, dport = ports[n % len(ports)]
        source, to = ((ANA, BOB), (BOB, ANA))[n // 7 % 2]
        out.sendto(udp(source, to, sport, dport, bodies[n % len(bodies)]),
                   (to, 0))
        if n % 40 == 0:
            ana.sync()
            bob.sync()
    begin = time.monotonic()
    tap.read()
    at = len(tap.packets)
    last = begin
    while time.monotonic() < begin + 3 * REST:
        lab.pump(0.05)
        tap.read()
        moved = [lab.Frame(d) for _, _, d in tap.packets[at:]]
        at = len(tap.packets)
        if any(f.proto == 17 and {f.sport, f.dport} & {IPMSG, PLAIN}
               for f in moved):
            last = time.monotonic()
    print("the last datagram %.2f s after the last forged one"
          % (last - begin))
    # Timers of the dialect itself, as its refresh, are not answers.
    check(last - begin < REST + lab.SLACK / 8, "it dies out: %.1f s"
          % (last - begin))
    ana.quit()
    bob.quit()
    lab.count("crossed datagrams", CROSSED)


lab.run(t20_malformed, t20_amplification, t21_bounced)
