# SPDX-License-Identifier: MIT
"""A thousand messages over TCP and over UDP, on one bad path."""

import fcntl
import os
import select
import statistics
import struct
import subprocess
import time

from net import Host, ip
from programs import Lines
from table import spread

TEXTS = 1000
SIZE = 1024
LOSS = 1  # percent
ONE_WAY_MS = 10
RUNS = 5
FACTOR = 1.3
TUNSETIFF = 0x400454CA
IFF_TAP, IFF_NO_PI = 0x0002, 0x1000
PATIENCE_S = 120
# A TAP device looks like a private network, and those are to be asked for.
CARD = ["--interface", "eth0"]


def tap(host):
    """A card of the namespace, and the descriptor of its other end."""
    with host:
        fd = os.open("/dev/net/tun", os.O_RDWR)
        fcntl.ioctl(fd, TUNSETIFF,
                    struct.pack("16sH22x", b"eth0", IFF_TAP | IFF_NO_PI))
    return fd


class Path:
    """Two hosts and the switch between them."""

    def __init__(self, bench):
        self.hosts = [Host("lossy1"), Host("lossy2")]
        fds = [tap(host) for host in self.hosts]
        for i, host in enumerate(self.hosts):
            ip("-n", host.name, "address", "add", f"10.77.0.{i + 1}/24",
               "broadcast", "10.77.0.255", "dev", "eth0")
            ip("-n", host.name, "link", "set", "eth0", "up")
        self.switch = subprocess.Popen(
            [f"{bench.build}/tests/support/lanswitch", *map(str, fds)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, pass_fds=fds,
            text=True)
        for fd in fds:
            os.close(fd)
        self.tell(f"loss {LOSS}")
        self.tell(f"delay {ONE_WAY_MS} 0")

    def tell(self, line):
        self.switch.stdin.write(line + "\n")
        self.switch.stdin.flush()
        answer = self.switch.stdout.readline()
        if not answer.startswith("ok"):
            raise RuntimeError(f"{line}: {answer}")

    def close(self):
        self.switch.stdin.close()
        self.switch.wait()
        for host in self.hosts:
            host.close()


def thousand(ana, bob, run):
    """Seconds from the first line to the last delivery."""
    text = b"".join(b"%d %0*d\n" % (run, SIZE - 3, i) for i in range(TEXTS))
    start = time.monotonic()
    given = delivered = 0
    os.set_blocking(ana.process.stdin.fileno(), False)
    rest = theirs = b""
    end = start + PATIENCE_S
    # Whole lines of both, since what comes next is read by line.
    while (delivered < TEXTS or theirs[-1:] not in (b"", b"\n")) \
            and time.monotonic() < end:
        try:
            given += os.write(ana.process.stdin.fileno(), text[given:])
        except BlockingIOError:
            pass
        readable = select.select([ana, bob], [], [], 0.05)[0]
        if bob in readable:
            theirs = os.read(bob.fileno(), 1 << 20)
        if ana in readable:
            got = rest + os.read(ana.fileno(), 1 << 20)
            last = got.rfind(b"\n") + 1
            rest = got[last:]
            delivered += got.count(b'"state":"delivered"', 0, last)
    os.set_blocking(ana.process.stdin.fileno(), True)
    if delivered < TEXTS:
        raise RuntimeError(f"{delivered} of {TEXTS} were delivered")
    return time.monotonic() - start


def congestion_control(host):
    """What TCP does there."""
    with host:
        path = "/proc/sys/net/ipv4/tcp_congestion_control"
        with open(path, encoding="ascii") as file:
            return file.read().strip()


def measure(bench, table):
    took = {"tcp": [], "udp": []}
    path = Path(bench)
    try:
        control = congestion_control(path.hosts[0])
        for name in ("ana", "bob"):
            bench.forget(name)
        bob = Lines(bench, bench.plain("bob") + CARD, path.hosts[1])
        ana = Lines(bench, bench.plain("ana") + CARD, path.hosts[0])
        ana.wait(event="peer", name="bob")
        bob.wait(event="peer", name="ana")
        bob.say("/msg ana hello")
        ana.wait(event="message", text="hello")
        ana.say("/query bob")
        for run in range(RUNS):
            for transport, values in took.items():
                ana.say(f"/transport {transport}")
                ana.say(f"by {transport} {run}")
                while bob.wait(event="message")["transport"] != transport:
                    ana.say(f"by {transport} {run}")
                    time.sleep(0.2)
                time.sleep(0.3)
                values.append(thousand(ana, bob, run))
        ana.end()
        bob.end()
    finally:
        path.close()
    udp, tcp = statistics.median(took["udp"]), statistics.median(took["tcp"])
    table.add(f"{TEXTS} texts of {SIZE} bytes over UDP, {LOSS} % loss, "
              f"{2 * ONE_WAY_MS} ms there and back",
              spread(took["udp"], "s", 2), f"TCP with {control} " + spread(took["tcp"], "s", 2),
              udp / tcp, f"<= {FACTOR} x TCP", udp <= FACTOR * tcp)
