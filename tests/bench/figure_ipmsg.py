# SPDX-License-Identifier: MIT
"""IP Messenger: until earshot and iptux list each other, and from a text to
its acknowledgement."""

import os
import select
import socket
import statistics
import struct
import subprocess
import time

import peers
from net import Lan
from programs import Lines
from table import spread

RUNS, TEXTS = 8, 80
BEYOND_MS = 60
PATIENCE_S = 10
GAP_S = 0.02
ENTRY, ANSWER, TEXT, ACK = 1, 3, 32, 33
OURS, THEIRS = "10.77.0.1", "10.77.0.2"
ETH_P_ALL, SO_TIMESTAMPNS = 3, 35


class Wire:
    """Datagrams of IP Messenger at a host, with the times of the kernel."""

    def __init__(self, host):
        with host:
            self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM,
                                      socket.htons(ETH_P_ALL))
            self.sock.bind(("eth0", ETH_P_ALL))
        self.sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.sock.settimeout(PATIENCE_S)

    def one(self):
        packet, more, _, _ = self.sock.recvmsg(65536, 64)
        seconds, ns = struct.unpack("qq", more[0][2])
        if len(packet) < 28 or packet[9] != socket.IPPROTO_UDP:
            return None
        udp = (packet[0] & 15) * 4
        words = packet[udp + 8:].split(b":")
        if len(words) < 5 or not words[4].isdigit():
            return None
        return (seconds * 1000 + ns / 1e6, socket.inet_ntoa(packet[12:16]),
                int(words[4]) & 0xFF)

    def wait(self, source, command):
        """When it passed. TimeoutError, if it does not."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            found = self.one()
            if found and found[1:] == (source, command):
                return found[0]
        raise TimeoutError(f"no packet {command} from {source}")

    def idle(self):
        while select.select([self.sock], [], [], 0)[0]:
            self.one()

    def close(self):
        self.sock.close()


def wall_ms():
    return time.time_ns() / 1e6


def earshot(bench, host):
    home = bench.path("home-ana")
    os.makedirs(home, exist_ok=True)
    with open(os.path.join(home, "config"), "w", encoding="utf-8") as file:
        file.write("ipmsg on\n")
    return Lines(bench, bench.plain("ana"), host)


def end(*programs):
    for program in programs:
        program.kill()
        program.wait()


def iptux_joins(bench, peer):
    """From its first packet on; and how long that took from its exec."""
    with Lan(2) as hosts:
        wire = Wire(hosts[0])
        ana = earshot(bench, hosts[0])
        ana.wait(event="ready")
        time.sleep(0.3)
        wire.idle()
        start_ms = wall_ms()
        ling = peer.start("ling", hosts[1])
        entry_ms = wire.wait(THEIRS, ENTRY)
        answer_ms = wire.wait(OURS, ANSWER)
        ana.wait(event="peer", dialect="ipmsg", state="online")
        listed_ms = wall_ms()
        end(ling)
        ana.end()
        wire.close()
    return max(answer_ms, listed_ms) - entry_ms, entry_ms - start_ms


def earshot_joins(bench, peer):
    with Lan(2) as hosts:
        ling = peer.start("ling", hosts[1])
        time.sleep(1.5)
        start_ms = wall_ms()
        ana = earshot(bench, hosts[0])
        ana.wait(event="peer", dialect="ipmsg", state="online")
        took_ms = wall_ms() - start_ms
        end(ling)
        ana.end()
    return took_ms


def to_ack(wire, source, target, say):
    """Of each text, on the wire, in microseconds. The kernel notes both times;
    who waited for the text here would be woken by it, on the processor that
    sends it, and run before who answers it."""
    took = []
    for _ in range(TEXTS):
        wire.idle()
        say()
        time.sleep(GAP_S)
        sent_ms = wire.wait(source, TEXT)
        took.append((wire.wait(target, ACK) - sent_ms) * 1000)
    return took


def texts_of_earshot(bench, peer):
    with Lan(2) as hosts:
        wire = Wire(hosts[0])
        ana = earshot(bench, hosts[0])
        ling = peer.start("ling", hosts[1])
        name = ana.wait(event="peer", dialect="ipmsg", state="online")["name"]
        time.sleep(1.5)
        main = peer.window(ling, "^Iptux$")

        def say():
            # Processors that idle wake late; between two iptux none does.
            peer.keys(main, "Home", "Home", "Home")
            ana.say(f"/msg {name} hi")

        took = to_ack(wire, OURS, THEIRS, say)
        end(ling)
        ana.end()
        wire.close()
    return took


def typed(peer, program, wire, source):
    """What sends a text from a window of iptux: one of the rows of its list
    leads to somebody else."""
    main = peer.window(program, "^Iptux$")
    for row in range(2):
        peer.keys(main, "Home", *["Down"] * row, "Return")
        talk = peer.window(program, "^Talk with ")

        def say(talk=talk):
            peer.keys(talk, "h", "i", "ctrl+Return")

        wire.idle()
        say()
        wire.sock.settimeout(1)
        try:
            wire.wait(source, ACK)
            return say
        except TimeoutError:
            peer.keys(talk, "ctrl+w")
        finally:
            wire.sock.settimeout(PATIENCE_S)
    raise TimeoutError("iptux sends nothing")


def texts_of_iptux(bench, peer, other):
    """To an earshot, or to another iptux."""
    with Lan(2) as hosts:
        wire = Wire(hosts[1])
        there = other(hosts[0])
        time.sleep(0.5)
        ling = peer.start("ling", hosts[1])
        time.sleep(1.5)
        say = typed(peer, ling, wire, OURS)
        took = to_ack(wire, THEIRS, OURS, say)
        end(ling)
        there.kill() if isinstance(there, subprocess.Popen) else there.end()
        wire.close()
    return took


def measure_listing(bench, table, peer):
    found = [iptux_joins(bench, peer) for _ in range(RUNS)]
    beyond, own = [list(values) for values in zip(*found)]
    baseline = "iptux alone, exec to its first packet " + spread(own, "ms")
    table.add("earshot and iptux listing each other, from the first packet of "
              f"the iptux that joins, {RUNS} runs", spread(beyond, "ms"),
              baseline, None, f"<= {BEYOND_MS} ms",
              statistics.median(beyond) <= BEYOND_MS)
    joins = [earshot_joins(bench, peer) for _ in range(RUNS)]
    table.add(f"the same from exec of the earshot that joins, {RUNS} runs",
              spread(joins, "ms"), baseline, None, f"<= {BEYOND_MS} ms",
              statistics.median(joins) <= BEYOND_MS)


def measure_texts(bench, table, peer):
    def second(host):
        return peer.start("wang", host)

    theirs = texts_of_iptux(bench, peer, second)
    ours = texts_of_earshot(bench, peer)
    stored = texts_of_iptux(bench, peer, lambda h: earshot(bench, h))
    middle = statistics.median(theirs)
    baseline = "iptux to iptux " + spread(theirs, "us", 0)
    table.add(f"IP Messenger, text to acknowledgement, earshot to iptux, "
              f"{TEXTS} texts", spread(ours, "us", 0), baseline,
              statistics.median(ours) / middle, "<= iptux to iptux",
              statistics.median(ours) <= middle)
    table.add("the same, iptux to earshot, which stores and syncs it before",
              spread(stored, "us", 0), baseline,
              statistics.median(stored) / middle)


def measure(bench, table):
    if not peers.installed("iptux", "Xvfb", "xdotool"):
        table.add("IP Messenger beside iptux", "iptux, Xvfb or xdotool: not "
                  "installed")
        return
    peer = peers.Iptux(bench)
    try:
        measure_listing(bench, table, peer)
        measure_texts(bench, table, peer)
    finally:
        peer.end()
