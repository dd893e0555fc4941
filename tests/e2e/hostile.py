#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Somebody on the network, and somebody one talks with, who means harm."""
import os
import re
import resource
import socket
import struct
import sys
import time

sys.dont_write_bytecode = True
import corpus
import lab
import native
from lab import Capture, Earshot, Frame, check
from native import ACK, NACK, Person
from terminals import forbidden

lab.enter()

ANA = "10.77.0.1"


def strings(value):
    if isinstance(value, dict):
        for v in value.values():
            yield from strings(v)
    elif isinstance(value, str):
        yield value


def nothing_forbidden(peers):
    """T44, T45, T47: the characters of all that was printed."""
    for p in peers:
        p.sync()
        bad = forbidden(p.raw.decode())
        check(not bad, "%s printed %s" % (p.name, bad))
        for event in p.events:
            for text in strings(event):
                bad = forbidden(text)
                check(not bad, "%s: %s in %.200s" % (p.name, bad, event))
                lab.count("strings looked at")


def befriend(ana, eve):
    """A session with ana, who answered: no limits of first contact."""
    session = eve.dial(ANA, ana.tcp_port)
    session.wait_for(ACK, session.say(b"good morning"))
    ana.expect("message", id=eve.id, text="good morning")
    ana.send("/msg %s good morning to you" % eve.id)
    ana.expect("delivery", state="sent")
    return session


def t44_names():
    """Names and statuses, to a pipe and to a program."""
    _, (host, other, far) = lab.lan_of(3)
    ana = Earshot(host, "ana")
    ben = Earshot(other, "ben", json_events=False, wait=False)
    ben.expect(lambda line: "you are ben" in line)
    ana.expect("peer", name="ben")
    met = 0
    for i, name in enumerate(corpus.NAMES):
        far.address("eth0", 20 + i, v6=False)
        eve = Person(far, name[:64], address="10.77.0.%d" % (20 + i))
        eve.status = corpus.TEXTS[i % len(corpus.TEXTS)][:128]
        eve.client = name[:16]
        eve.announce()
        ana.expect("peer", id=eve.id)
        tag = eve.id[:4]
        line = ben.expect(lambda line: "·" + tag in line)
        check(line.startswith("* ") and " is online (unknown)" in line,
              "the form of a line: " + line)
        shout = dict(zip((native.SHOUT_ID, native.SHOUT_TEXT,
                          native.SHOUT_SENT),
                         (os.urandom(16), (name or b"x") * 3, bytes(8))))
        eve.announce(native.SHOUT, more=shout)
        met += 1
    ana.sync()
    ben.sync()
    # All that ben printed are lines of ours, in one of their forms.
    for line in ben.events:
        check(re.match(r"\* |! |      \| |\d\d:\d\d .* shouts \(PUBLIC\): ",
                       line), "no line of ours: " + line)
    people = [line for line in ben.events if re.match(r"\* .* is online", line)]
    check(len(people) == met + 1, "%d lines for %d" % (len(people), met + 1))
    check(len(set(people)) == len(people), "no two look the same")
    nothing_forbidden((ana, ben))
    lab.count("hostile names", met)


def t46_texts():
    """Texts of somebody we talk with."""
    _, (host, other, far) = lab.lan_of(3)
    ana = Earshot(host, "ana")
    ben = Earshot(other, "ben", json_events=False, wait=False)
    ben.expect(lambda line: "you are ben" in line)
    far.address("eth0", 9, v6=False)
    eve = Person(far)
    eve.announce()
    ana.expect("peer", id=eve.id)
    session = befriend(ana, eve)
    to_ben = eve.dial("10.77.0.2")
    to_ben.wait_for(ACK, to_ben.say(b"good morning"))
    ben.expect(lambda line: "good morning" in line)
    ben.send("/msg %s you too" % eve.id)
    total = 1
    for text in filter(None, corpus.TEXTS):
        begin = time.monotonic()
        session.wait_for(ACK, session.say(text))
        to_ben.wait_for(ACK, to_ben.say(text))
        took = time.monotonic() - begin
        check(took < lab.SLACK, "%d bytes took %.2f s" % (len(text), took))
        total += 1
    ana.sync()
    ben.sync()
    got = ana.all("message", id=eve.id)
    check(len(got) == total, "%d of %d texts" % (len(got), total))
    long_one = [e["text"] for e in got if len(e["text"]) == 65536]
    check(long_one == ["x" * 65536], "a line of 64 KiB, whole")
    spoken = [line for line in ben.events if re.match(r"\d\d:\d\d ", line)]
    check(len(spoken) == total, "%d lines that speak for %d texts" % (
        len(spoken), total))
    for line in spoken:
        check(re.match(r"\d\d:\d\d eve(·\w+)?: ", line), "who speaks: " + line)
    for line in ben.events:
        check(re.match(r"\* |! |      \| |\d\d:\d\d eve", line),
              "no line of ours: %.100s" % line)
    nothing_forbidden((ana, ben))
    lab.count("hostile texts", total - 1)


def t34_oversize():
    """T34, T53: too much, malformed, unknown; and a session that survives."""
    _, (host, far) = lab.lan_of(2)
    ana = Earshot(host, "ana")
    far.address("eth0", 9, v6=False)
    eve = Person(far)
    session = befriend(ana, eve)

    def values(**more):
        fields = {1: os.urandom(16), 2: struct.pack(">Q", eve.next_seq(session.fp)),
                  3: bytes(8), 5: b"hi"}
        fields.update({int(k[1:]): v for k, v in more.items()})
        return {k: v for k, v in fields.items() if v is not None}

    for kind, more, code in (
            (1, {"_5": b"y" * 65537}, (2, 3)), (1, {"_5": b"z" * 69900},
                                                (2, 3)),
            (1, {"_5": None}, (3,)), (1, {"_2": b"\1"}, (3,)),
            (1, {"_5": b""}, (3,)), (99, {}, (1,)),
            (1, {"_128": b"critical"}, (1,))):
        fields = values(**more)
        session.send(bytes([kind]) + native.fields(fields))
        got = session.wait_for(NACK, fields[1])
        check(got in code, "%s: NACK %d" % (more, got))
        lab.count("refused messages")
    for junk in (b"\1", b"\1\1", b"\1" + b"\xff" * 100, b"\2\6\0\0\1\1",
                 b"\5" + native.fields({7: os.urandom(16), 8: b"\2"}),
                 b"\2" + native.fields({6: b"\1", 7: os.urandom(16 * 60)}),
                 b"\3" + native.fields({4: b"\1"}),
                 b"\4" + native.fields({4: b"\1", 5: b"s" * 200})):
        session.send(junk)
        lab.count("refused messages")
    marker = session.say(b"still in session")
    session.wait_for(ACK, marker)
    ana.expect("message", text="still in session")
    check(len(ana.all("message", id=eve.id)) == 2, "nothing of it was shown")
    for n in (70001, 100000, 1 << 20):
        closes(session, lambda: session.send(bytes([1]) + bytes(n - 1)))
        session = eve.dial(ANA, ana.tcp_port)
        session.wait_for(ACK, session.say(b"after %d" % n))
        ana.expect("message", text="after %d" % n)
        lab.count("oversize messages")
    for record in (b"\4data", b"\0", b"\1" + bytes([native.READY]),
                   b"\1\xf5", b"\1" + bytes([native.PING]) + b"123",
                   b"\1" + bytes([native.REKEY]) + b"x"):
        closes(session, lambda: session.record(record))
        session = eve.dial(ANA, ana.tcp_port)
        lab.count("refused records")
    closes(session, lambda: session.sock.sendall(
        struct.pack(">H", 40) + os.urandom(40)))
    session = eve.dial(ANA, ana.tcp_port)
    session.wait_for(ACK, session.say(b"at last"))
    ana.expect("message", text="at last")


def closes(session, action):
    """The session is ended by the other end, without more than a CLOSE."""
    with_reset = (BrokenPipeError, ConnectionResetError)
    try:
        action()
    except with_reset:
        return
    try:
        while True:
            got = session.receive()
            check(got[0] in (native.CLOSE, native.TEXT, native.SAY_STATUS),
                  "an answer: %r" % got[:40])
    except (EOFError, *with_reset):
        pass


def t30_slowloris():
    """T30: idle connections keep nobody out."""
    for addresses in (1, 25):
        idle_from(addresses)


def idle_from(addresses):
    _, (host, other, far) = lab.lan_of(3)
    ana = Earshot(host, "ana")
    bob = Earshot(other, "bob")
    lab.meet(ana, bob)
    for i in range(addresses):
        far.address("eth0", 50 + i, v6=False)
    idle = []
    for i in range(200):
        sock = far.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.setblocking(False)
        sock.bind(("10.77.0.%d" % (50 + i % addresses), 0))
        sock.connect_ex((ANA, ana.tcp_port))
        idle.append(sock)
    for sock in idle:
        try:
            sock.send(b"E")
        except OSError:
            pass
    begin = time.monotonic()
    mark = ana.mark()
    bob.send("/msg %s through the crowd" % ana.id)
    ana.expect("message", mark, text="through the crowd")
    took = time.monotonic() - begin
    print("connected beside 200 idle connections of %d hosts in %.0f ms"
          % (addresses, took * 1e3))
    # A place becomes free when the first of them is closed.
    check(took < 4 * lab.PATIENCE, "took %.2f s" % took)
    lab.count("idle connections", len(idle))
    if addresses == 1:
        all_closed(idle, begin)


def all_closed(idle, begin):
    # After their 5 s they are gone.

    def gone():
        for sock in list(idle):
            try:
                if sock.recv(1) == b"":
                    idle.remove(sock)
            except BlockingIOError:
                pass
            except OSError:
                idle.remove(sock)
        return not idle
    lab.wait_until(gone, "the end of the idle ones", step=0.05)
    check(time.monotonic() - begin < 5 + lab.SLACK, "5 s each")


def t32_no_descriptors():
    """T32: out of descriptors, it neither dies nor spins, and recovers."""
    _, (host, other, far) = lab.lan_of(3)
    ana = Earshot(host, "ana", more=lambda: resource.setrlimit(
        resource.RLIMIT_NOFILE, (40, 40)))
    bob = Earshot(other, "bob")
    lab.meet(ana, bob)
    bob.send("/msg %s before" % ana.id)
    ana.expect("message", text="before")
    socks = []
    for i in range(10):
        address = "10.77.0.%d" % (50 + i)
        far.address("eth0", 50 + i, v6=False)
        for _ in range(8):
            sock = far.socket(socket.AF_INET, socket.SOCK_STREAM)
            sock.setblocking(False)
            sock.bind((address, 0))
            sock.connect_ex((ANA, ana.tcp_port))
            socks.append(sock)
    lab.wait_until(lambda: descriptors(ana) >= 38, "all descriptors used")
    most, cpu = descriptors(ana), cpu_s(ana)
    begin = time.monotonic()
    lab.wait_until(lambda: time.monotonic() > begin + 1.0, "a second")
    used = (cpu_s(ana) - cpu) / (time.monotonic() - begin)
    print("%d descriptors used, %.0f %% of a core" % (most, used * 100))
    check(used < 0.5, "it spins: %.0f %%" % (used * 100))
    bob.send("/msg %s meanwhile" % ana.id)
    ana.expect("message", text="meanwhile")
    for sock in socks:
        sock.close()
    far.address("eth0", 9, v6=False)
    eve = Person(far)
    session = eve.dial(ANA, ana.tcp_port)
    session.wait_for(ACK, session.say(b"afterwards"))
    ana.expect("message", text="afterwards")
    lab.count("connections beyond the limit", len(socks))


def descriptors(p):
    return len(os.listdir("/proc/%d/fd" % p.pid))


def cpu_s(p):
    with open("/proc/%d/stat" % p.pid) as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def t22_crowd():
    """T22: 2 000 identities in 5 s; memory is bounded, friends unaffected."""
    _, (host, other, far) = lab.lan_of(3)
    ana = Earshot(host, "ana")
    bob = Earshot(other, "bob")
    lab.meet(ana, bob)
    bob.send("/msg %s hello" % ana.id)
    ana.expect("peer", id=bob.id, trust="pinned")
    mark, before, cpu = ana.mark(), ana.memory_kib(), cpu_s(ana)
    people = []
    for i in range(100):
        far.address("eth0", 100 + i, v6=False)
        people.append(Person(far, address="10.77.0.%d" % (100 + i)))
    begin = time.monotonic()
    for i in range(2000):
        eve = people[i % 100]
        eve.identity = native.Identity()
        eve.instance = os.urandom(8)
        eve.name = b"fake %d" % i
        eve.announce()
        due = begin + (i + 1) * 5 / 2000
        lab.wait_until(lambda: time.monotonic() >= due, "time", step=0.002)
        if i % 500 == 250:
            text = "in the crowd %d" % i
            bob.send("/msg %s %s" % (ana.id, text))
            ana.expect("message", text=text, timeout=lab.SLACK)
    ana.sync()
    grown, used = ana.memory_kib() - before, cpu_s(ana) - cpu
    listed = {e["id"] for e in ana.all("peer", mark)} - {bob.id}
    print("%d identities in %.1f s: %d listed, %d KiB more, %.1f %% of a core"
          % (2000, time.monotonic() - begin, len(listed), grown,
             used * 100 / 5))
    check(len(listed) > 200, "some are listed, so they arrived")
    if lab.sanitized():
        lab.note("memory: a sanitizer keeps what was freed")
    else:
        check(grown < 6 * 1024, "memory grew by %d KiB" % grown)
    check(used / 5 < 0.25 * lab.PATIENCE, "%.2f s of processor" % used)
    check(not [e for e in ana.all("peer", mark, id=bob.id)
               if e["state"] != "online"], "bob stays as he is")
    lab.count("identities", 2000)


def t23_forged():
    """T23, T24: in the name of somebody we know."""
    lan, (host, other, far) = lab.lan_of(3, v6=False)
    capture = Capture(lan.ns)
    ana = Earshot(host, "ana")
    bob = Earshot(other, "bob")
    lab.meet(ana, bob)
    bob.send("/msg %s hello" % ana.id)
    ana.expect("peer", id=bob.id, trust="pinned")
    bob.send("/status first")
    ana.expect("peer", id=bob.id, status="first")
    lab.wait_until(lambda: {p[5] for p in from_bob(capture)} >= {1, 3},
                   "an announcement beside the first question")
    bob.quit()
    ana.expect("peer", id=bob.id, state="offline")
    old = from_bob(capture)
    check({p[5] for p in old} == {1, 2, 3}, "all kinds were captured")
    eves = []
    for i in range(40):
        far.address("eth0", 50 + i, v6=False)
        eves.append(Person(far, address="10.77.0.%d" % (50 + i)))
    mark = ana.mark()
    sent = replay(eves, old, ana)
    ana.expect_absent("peer", mark, id=bob.id)
    again = Earshot(other, "bob", home_dir=bob.home)
    ana.expect("peer", mark, id=bob.id, state="online")
    again.send("/msg %s back" % ana.id)
    ana.expect("message", text="back")
    mark = ana.mark()
    sent += replay(eves, old, ana)
    new = from_bob(capture) - old
    sent += replay(eves, new, ana)
    for data in list(old | new):
        sent += replay(eves, changed(data), ana)
    ana.send("/net")
    net = ana.expect("info", command="/net")["text"]
    print(net[net.index("datagrams"):net.index("people")])
    check("rate" not in net and "too many" not in net,
          "judged, not dropped for their number: " + net)
    ana.expect_absent("peer", mark, id=bob.id)
    mark = again.mark()
    ana.send("/msg %s it is really you" % bob.id)
    again.expect("message", mark, text="it is really you")
    again.quit()
    ana.expect("peer", id=bob.id, state="offline")
    lab.count("replayed and forged datagrams", sent)


def from_bob(capture):
    """All that was heard of him, each once."""
    return {bytes(f.payload) for _, _, d in capture.read() for f in [Frame(d)]
            if f.src == "10.77.0.2" and f.dport == lab.PORT and f.proto == 17}


def replay(eves, datagrams, ana):
    """From other addresses, to where they are heard; from so many that none
    is dropped for its number alone."""
    for data in datagrams:
        eves.append(eves.pop(0))
        eve = eves[0]
        eve.broadcast(data)
        eve.udp.sendto(data, (ANA, ana.udp_port))
        ana.sync()
    return 2 * len(datagrams)


def changed(data):
    """Of one datagram: newer, another kind, another name, other keys; with
    its own signature, and with a good one of somebody else."""
    other = native.Identity()
    made = []
    for at, value in ((5, b"\1"), (5, b"\2"), (6, b"\2"),
                      (8, b"\xff\xff\xff\xf0"), (12, b"\xff\xff\xff\xf0"),
                      (88, b"\0\1"), (92, b"\0\1"), (24, other.ed),
                      (56, other.x)):
        body = (data[:at] + value + data[at + len(value):])[:-64]
        if body == data[:-64]:
            continue
        made.append(body + data[-64:])
        made.append(body + native.sign(other.ed_secret,
                                       b"earshot-disc-v1\0" + body))
    return made


native.self_test()
lab.run(t44_names, t46_texts, t34_oversize, t30_slowloris, t32_no_descriptors,
        t22_crowd, t23_forged)
