# SPDX-License-Identifier: MIT
"""What it costs to do nothing: wake-ups in a minute, memory."""

import os
import socket
import statistics
import threading
import time

import peers
from net import Lan
from programs import Drain, Lines, Terminal, pss_kib, status
from table import spread

SETTLE_S = 30
IDLE_S = 60
MUST_SWITCHES = 6
MUST_BEYOND = 2
DISCOVERY_PORT = 41827
ETH_P_ALL, ETH_P_IP, ETH_P_IPV6 = 3, 0x0800, 0x86DD
# The copies of an announcement over IPv4 and IPv6, and what answers them.
TOGETHER_S = 0.02
CONTACTS = 10
MUST_MB = 8
SWITCHES = "voluntary_ctxt_switches"


def start_others(bench, host):
    """name: program, for those who are installed"""
    others = {}
    if peers.installed("irssi"):
        others["irssi"] = Terminal(bench, peers.irssi(bench), host)
    if peers.installed("weechat"):
        others["weechat"] = Terminal(bench, peers.weechat(bench), host)
    if peers.installed("catgirl", "openssl"):
        server = peers.Catgirl(bench, host)
        others["catgirl"] = Terminal(bench, server.argv, host)
    return others


def listing(names, values, shown):
    return "; ".join(f"{n} " + (shown(values[n]) if n in values
                                else "not installed") for n in names)


class Wire:
    """Counts when announcements pass a host, in either direction; those that
    pass together count once."""

    def __init__(self, host):
        with host:
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM,
                                        socket.htons(ETH_P_ALL))
            self.socket.bind(("eth0", ETH_P_ALL))
        self.times = []
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        try:
            while True:
                packet, address = self.socket.recvfrom(2048)
                if is_discovery(packet, address[1]):
                    self.times.append(time.monotonic())
        except OSError:
            pass

    def between(self, start, end):
        times = [t for t in self.times if start <= t < end]
        return sum(t - before > TOGETHER_S
                   for before, t in zip([0, *times], times))


def is_discovery(packet, protocol):
    if protocol == ETH_P_IP:
        at, kind = (packet[0] & 15) * 4, packet[9]
    elif protocol == ETH_P_IPV6:
        at, kind = 40, packet[6]
    else:
        return False
    return (kind == socket.IPPROTO_UDP
            and int.from_bytes(packet[at + 2:at + 4], "big")
            == DISCOVERY_PORT)


def measure_wakes(bench, table):
    """Four on screens; each has the three others for peers."""
    # Whoever receives does not interrupt whoever sends: on a network each has
    # a machine, and the copies for IPv4 and IPv6 leave one after the other.
    os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    with Lan(4) as hosts:
        ours = [Terminal(bench, bench.earshot(f"idle{i}"), host)
                for i, host in enumerate(hosts)]
        others = start_others(bench, hosts[0])
        drain = Drain([*ours, *others.values()])
        wires = [Wire(host) for host in hosts]
        time.sleep(SETTLE_S)
        start = time.monotonic()
        before = [status(p.pid, SWITCHES) for p in ours]
        theirs = {n: status(p.pid, SWITCHES) for n, p in others.items()}
        time.sleep(IDLE_S)
        counts = [status(p.pid, SWITCHES) - b for p, b in zip(ours, before)]
        end = time.monotonic()
        beyond = [n - wire.between(start, end)
                  for n, wire in zip(counts, wires)]
        theirs = {n: status(p.pid, SWITCHES) - theirs[n]
                  for n, p in others.items()}
        drain.stop()
        for program in [*ours, *others.values()]:
            program.end()
    median = statistics.median(counts)
    irssi = theirs.get("irssi")
    table.add(f"idle {IDLE_S} s, 3 peers: voluntary context switches, "
              "each of four", spread(counts, ""),
              listing(("catgirl", "irssi", "weechat"), theirs, str),
              median / irssi if irssi else None,
              f"<= {MUST_SWITCHES}", median <= MUST_SWITCHES)
    table.add("the same, without those for announcements that came or went",
              spread(beyond, ""), "", None, f"<= {MUST_BEYOND}",
              statistics.median(beyond) <= MUST_BEYOND)


def measure_memory(bench, table):
    with Lan(2) as hosts:
        eve = Terminal(bench, bench.earshot("eve"), hosts[0])
        others = start_others(bench, hosts[0])
        drain = Drain([eve, *others.values()])
        friends = [Lines(bench, bench.plain(f"friend{i}"), hosts[1])
                   for i in range(CONTACTS)]
        for friend in friends:
            friend.wait(event="peer", name="eve")
            friend.say("/msg eve how are you?")
            friend.wait(event="delivery", state="delivered")
        time.sleep(2)
        rss = status(eve.pid, "VmRSS") / 1024
        pss = pss_kib(eve.pid)
        theirs = {n: status(p.pid, "VmRSS") / 1024 for n, p in others.items()}
        shared = "" if pss is None else f" (PSS {pss / 1024:.1f})"
        drain.stop()
        for program in [eve, *others.values(), *friends]:
            program.end()
    irssi = theirs.get("irssi")
    table.add(f"RSS idle, {CONTACTS} contacts with a conversation each",
              f"{rss:.1f} MB{shared}",
              listing(("catgirl", "irssi", "weechat"), theirs,
                      lambda mb: f"{mb:.1f} MB"),
              rss / irssi if irssi else None, f"<= {MUST_MB} MB",
              rss <= MUST_MB)
