#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""/net: interfaces, ports, counters, rates and drops by cause, as they are; on
lines and on screens of two sizes."""
import re
import sys

sys.dont_write_bytecode = True
import lab
from lab import Capture, Earshot, Frame, check
from native import Person
from terminals import Tmux

lab.enter()

GARBAGE, FORGED, HONEST = 7, 5, 11


def report(p):
    mark = p.mark()
    p.send("/net")
    return p.expect("info", mark, command="/net")["text"]


def number(text, pattern):
    found = re.search(pattern, text)
    check(found, "no %r in:\n%s" % (pattern, text))
    return int(found.group(1))


def true_to_what_was_sent():
    _, (host, far) = lab.lan_of(2)
    ana = Earshot(host, "ana")
    wire = Capture(host, "eth0")
    text = report(ana)
    for part in ("eth0 10.77.0.1/24", "netmask 255.255.255.0",
                 "broadcast 10.77.0.255", "MAC ", "tcp %d" % ana.tcp_port,
                 "udp %d" % lab.PORT, "udp %d" % ana.udp_port):
        check(part in text, "no %r in:\n%s" % (part, text))
        lab.count("words")
    before = number(text, r"(\d+) in, \d+ accepted")
    minute = number(text, r"(\d+) in during the last minute")
    eve = Person(far, b"eve", address="10.77.0.2")
    for _ in range(HONEST):
        eve.announce()
    for _ in range(FORGED):
        data = bytearray(eve.beacon())
        data[-1] ^= 1
        eve.broadcast(bytes(data))
    for i in range(GARBAGE):
        eve.broadcast(b"nonsense %d" % i)
    sent = HONEST + FORGED + GARBAGE
    ana.expect("peer", name="eve")
    lab.wait_until(lambda: number(report(ana), r"(\d+) in, \d+ accepted") >=
                   before + sent, "all of it")
    text = report(ana)
    came = sum(1 for _, out, data in wire.read() if not out
               for f in [Frame(data)]
               if f.src == "10.77.0.2" and f.dport == lab.PORT)
    check(came == sent, "%d of %d came" % (came, sent))
    check(number(text, r"(\d+) in during the last minute") - minute >= sent,
          text)
    # Counted where it came, before it is known who signed it.
    check(number(text, r"eth0 IPv4: \d+ out, (\d+) in") == HONEST + FORGED,
          text)
    check(number(text, r"in, (\d+) accepted") == HONEST, text)
    drops = re.findall(r"(\d+) dropped, (\d+) in the last minute: (.+)", text)
    check(all(a == b for a, b, _ in drops), "nothing is older: %s" % drops)
    causes = {cause: int(a) for a, _, cause in drops}
    check(causes["malformed"] == GARBAGE and causes["badly signed"] == FORGED,
          "by cause: %s" % drops)
    # What went out, as the wire has it.
    lab.wait_until(lambda: [0 for _, out, d in wire.read() if out and
                            Frame(d).dst == "10.77.0.255"], "one of ours")
    check(number(report(ana), r"eth0 IPv4: (\d+) out") >=
          sum(1 for _, out, d in wire.read() if out and
              Frame(d).dst == "10.77.0.255"), "what went out")
    ana.quit()


def on_screens():
    for columns, rows in ((80, 24), (40, 12)):
        _, (host,) = lab.lan_of(1)
        term = Tmux(host, columns, rows)
        term.type("%s --home %s --interface eth0 --name mira" % (
            lab.program, lab.home("mira")), "Enter")
        # Its own words, not those of the command that starts it.
        term.expect("F1 help")
        term.type("/net", "Enter")
        term.expect("mira, here")
        # From its head to its end, a page at a time.
        lab.wait_until(lambda: any("sessions" in row for row in term.screen())
                       or term.keys("NPage"), "the end of it", step=0.2)
        term.expect("people")
        term.expect("sessions")
        lab.count("words", 3)
        term.type("/quit", "Enter")


lab.run(true_to_what_was_sent, on_screens)
