#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a stranger on the network sees, and what he can make others send."""
import os
import shutil
import socket
import struct
import subprocess
import sys
import time

sys.dont_write_bytecode = True
import lab
import native
from lab import Capture, Earshot, Frame, check
from native import Person

lab.enter()

ANA = "10.77.0.1"


def capture_file(packets):
    """The packets as a file that other programs read."""
    path = os.path.join(lab.work, "capture.pcap")
    with open(path, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65536, 1))
        for n, (_, _, data) in enumerate(packets):
            f.write(struct.pack("<IIII", 1795168920, n, len(data), len(data)))
            f.write(data)
    return path


def tshark_finds(path, text):
    done = subprocess.run(
        ["tshark", "-r", path, "-Y", 'frame contains "%s"' % text],
        capture_output=True, text=True)
    check(done.returncode == 0, "tshark: " + done.stderr)
    return len(done.stdout.splitlines())


def plaintext():
    """Nothing of a conversation is on the wire; a shout is, as it says."""
    lan, hosts = lab.lan_of(2)
    capture = Capture(lan.ns)
    # Long enough that cipher text does not hold them by chance.
    names = ("anastasia", "bartholomew")
    ana, bob = [Earshot(ns, name) for ns, name in zip(hosts, names)]
    lab.meet(ana, bob)
    secrets = ["secret%d-%s" % (i, os.urandom(4).hex()) for i in range(20)]
    for i, text in enumerate(secrets):
        a, b = (ana, bob) if i % 2 else (bob, ana)
        a.send("/msg %s %s" % (b.id, text))
        got = b.expect("message", text=text)
        a.expect("delivery", message=got["message"], state="delivered")
    ids = [e["message"] for p in (ana, bob) for e in p.all("message")]
    ana.send("/shout public-cake")
    bob.expect("shout", text="public-cake")
    for p in (ana, bob):
        p.quit()
    packets = capture.read()
    frames = [Frame(d) for _, _, d in packets]
    udp = b"".join(f.payload for f in frames if f.proto == 17)
    tcp = b"".join(f.payload for f in frames if f.proto == 6)
    check(len(tcp) > 20 * 64 and b"EARS" in tcp, "the sessions were captured")
    check(b"public-cake" in udp and b"public-cake" not in tcp,
          "shouts are public")
    for name in names:
        check(name.encode() in udp and name.encode() not in tcp,
              "the hellos are sealed")
    for text in secrets:
        check(text.encode() not in udp + tcp, "seen: " + text)
        check(text.encode("utf-16-le") not in udp + tcp, "seen: " + text)
    for message in ids:
        check(message.encode() not in udp + tcp, "an id is seen")
    lab.count("packets read", len(packets))
    if shutil.which("tshark") is None:
        lab.note("the capture with tshark: there is none")
        return
    path = capture_file(packets)
    check(tshark_finds(path, "public-cake") > 0, "tshark finds the shout")
    for text in secrets[:3]:
        check(tshark_finds(path, text) == 0, "tshark finds nothing else")
    lab.count("questions to tshark", 4)


class Stranger:
    """Eve, and all UDP payload that passes between her and the others."""

    def __init__(self, host, number):
        address = "10.77.0.%d" % number
        host.address("eth0", number, v6=False)
        self.capture = Capture(host, "eth0")
        self.eve = Person(host, b"eve", address=address)
        self.address = address

    def answers(self):
        """Datagrams to her, but for the broadcasts all get."""
        return [f for _, out, d in self.capture.read() if not out
                for f in [Frame(d)]
                if f.proto == 17 and f.dst == self.address]


def settled(ana):
    """Everything sent to ana before this has been read by her: her answer to
    a command comes from the same loop, one turn later at the earliest."""
    for _ in range(3):
        ana.sync()


def t20_amplification():
    """T20: no datagram is answered with more than it had, most with none."""
    _, (host, far) = lab.lan_of(2)
    ana = Earshot(host, "a" * 64)
    ana.send("/status " + "s" * 128)
    ana.expect("info", command="/status " + "s" * 128)
    number = 20
    ports = ((ANA, ana.udp_port), ("10.77.0.255", lab.PORT), (ANA, lab.PORT))
    for to in ports:
        for case in silent_cases():
            number += 1
            s = Stranger(far, number)
            s.eve.udp.sendto(case(s.eve), to)
            settled(ana)
            check(s.answers() == [], "%s to %s is answered"
                  % (case.__name__, to))
            lab.count("datagrams without an answer")
    ratios = []
    for to in ports[:2]:
        number += 1
        s = Stranger(far, number)
        requests = [s.eve.beacon(native.SOLICIT) for _ in range(10)]
        for data in requests:
            s.eve.udp.sendto(data, to)
        lab.wait_until(s.answers, "an answer to a solicitation")
        settled(ana)
        got = s.answers()
        check(all(len(f.payload) <= len(requests[0]) for f in got),
              "longer than the question")
        check(all(f.payload[6] & native.REPLY for f in got), "marked")
        check(len(got) <= 2, "%d answers to one who asks 10 times" % len(got))
        ratios.append(max(len(f.payload) for f in got) / len(requests[0]))
    check(max(ratios) <= 1, "ratios %s" % ratios)
    print("a solicitation of %d bytes: largest ratio %.2f"
          % (len(requests[0]), max(ratios)))
    lab.count("ratios above 1", 0)


def silent_cases():
    def garbage(eve):
        return os.urandom(600)

    def nothing(eve):
        return b""

    def magic(eve):
        return b"EARX" + eve.beacon(native.SOLICIT)[4:]

    def major(eve):
        return b"EARS\2" + eve.beacon(native.SOLICIT)[5:]

    def forged(eve):
        data = bytearray(eve.beacon(native.SOLICIT))
        data[-1] ^= 1
        return bytes(data)

    def cut(eve):
        return eve.beacon(native.SOLICIT)[:511]

    def short(eve):
        return eve.beacon(native.SOLICIT, padded=False)

    def answered(eve):
        return eve.beacon(native.SOLICIT, flags=native.REPLY)

    def announcement(eve):
        return eve.beacon()

    def goodbye(eve):
        return eve.beacon(native.GOODBYE)

    def shout(eve):
        return eve.beacon(native.SHOUT, more={
            native.SHOUT_ID: os.urandom(16), native.SHOUT_TEXT: b"hey",
            native.SHOUT_SENT: bytes(8)})

    def long_one(eve):
        return eve.beacon(native.SOLICIT, more={native.PAD: bytes(1100)})
    return (garbage, nothing, magic, major, forged, cut, short, answered,
            announcement, goodbye, shout, long_one)


def tcp_garbage():
    """What is no session is closed without a byte."""
    _, (host, far) = lab.lan_of(2)
    ana = Earshot(host, "ana")
    far.address("eth0", 9, v6=False)
    eve = Person(far)
    for data in (b"GET / HTTP/1.0\r\n\r\n", b"EARS\2\1\0\0", b"EARS\1\2\0\0",
                 b"EARS\1\1\0\1", b"\0" * 100, b"SSH-2.0-x\r\n",
                 native.PREAMBLE + b"\0\0",
                 native.PREAMBLE + b"\xff\xff" + bytes(5000),
                 native.PREAMBLE + b"\0\x20" + bytes(32),
                 native.PREAMBLE + b"\0\x21" + os.urandom(33),
                 native.PREAMBLE + b"\0\x10" + bytes(16)):
        sock = eve.connect(ANA, ana.tcp_port)
        sock.sendall(data)
        try:
            check(sock.recv(1000) == b"", "%r is answered" % data[:20])
        except ConnectionResetError:
            pass
        lab.count("connections closed without a byte")
    ana.sync()
    # An honest session is still possible, and the first thing the other end
    # says comes only after a whole first message.
    session = eve.dial(ANA, ana.tcp_port)
    session.close()


def udp_packet(source, target, data):
    """An IPv4 datagram that says it is from somebody else."""
    udp = struct.pack(">HHHH", source[1], target[1], 8 + len(data), 0) + data
    return struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17,
                       0, socket.inet_aton(source[0]),
                       socket.inet_aton(target[0])) + udp


def t21_loops():
    """T21: two instances that are made to seem to talk to each other."""
    lan, (one, two, far) = lab.lan_of(3)
    ana, bob = Earshot(one, "ana"), Earshot(two, "bob")
    lab.meet(ana, bob)
    a, b = (ANA, ana.udp_port), ("10.77.0.2", bob.udp_port)
    far.address("eth0", 9, v6=False)
    eve = Person(far)
    raw = far.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    capture = Capture(lan.ns)
    spoofed = 1000
    # A third of them are questions, signed and new, so nothing but the rules
    # against loops and floods keeps them all from being answered.
    for i in range(spoofed):
        data = (eve.beacon(native.SOLICIT), eve.beacon(), os.urandom(512))[
            i % 3]
        source, target = (a, b) if i % 2 else (b, a)
        raw.sendto(udp_packet(source, target, data), (target[0], 0))
    sent = time.monotonic()
    last = sent
    seen = 0

    def dead():
        nonlocal last, seen
        now = sum(1 for _, out, d in capture.read() if not out
                  for f in [Frame(d)] if f.proto == 17 and
                  {(f.src, f.sport), (f.dst, f.dport)} == {a, b})
        if now != seen:
            last, seen = time.monotonic(), now
        return time.monotonic() - last > 1.5
    lab.wait_until(dead, "silence between them", step=0.02)
    print("%d spoofed datagrams, %d seen between the two, the last %.2f s "
          "after the end" % (spoofed, seen, last - sent))
    check(last - sent < 2 + lab.SLACK, "traffic dies in 2 s")
    check(seen <= spoofed + 40, "%d datagrams of %d" % (seen, spoofed))
    lab.count("spoofed datagrams", spoofed)
    for p in (ana, bob):
        p.sync()


def off_link():
    """A question that comes from elsewhere is not answered there."""
    lan, (host, far) = lab.lan_of(2)
    ana = Earshot(host, "ana")
    far.address("eth0", 9, v6=False)
    eve = Person(far)
    host.ip("route add default via 10.77.0.9")
    raw = far.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    capture = Capture(lan.ns)
    for source in ("192.0.2.7", "127.0.0.1", "10.77.0.255", "224.0.0.1",
                   "255.255.255.255", ANA):
        for target in ((ANA, ana.udp_port), (ANA, lab.PORT)):
            raw.sendto(udp_packet((source, 5353), target,
                                  eve.beacon(native.SOLICIT)), (ANA, 0))
            lab.count("datagrams from elsewhere")
    settled(ana)
    out = [f for _, outgoing, d in capture.read() if not outgoing
           for f in [Frame(d)] if f.proto == 17 and f.src == ANA and
           f.dport == 5353]
    check(out == [], "answers: %s" % [f.dst for f in out])
    ana.expect_absent("peer", id=eve.id)


native.self_test()
lab.run(plaintext, t20_amplification, tcp_garbage, t21_loops, off_link)
