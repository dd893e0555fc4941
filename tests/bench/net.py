# SPDX-License-Identifier: MIT
"""A network that nobody else is on: two namespaces joined by a cable, or more
of them by a bridge.

enter() starts the program again in namespaces of its own; when it ends, all
that ran in them ends with it.
"""

import ctypes
import os
import subprocess
import sys
import time

INSIDE = "EARSHOT_BENCH_INSIDE"
CLONE_NEWNET = 0x40000000

libc = ctypes.CDLL(None, use_errno=True)


def enter():
    """Returns only inside."""
    if os.environ.get(INSIDE):
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        return
    flags = ["-n", "-m", "-p", "--fork", "--kill-child=SIGTERM",
             "--mount-proc"]
    if os.getuid() != 0:
        flags.insert(0, "-r")
    if subprocess.run(["unshare", *flags, "true"]).returncode != 0:
        sys.exit("bench: this machine gives no namespaces to this user; "
                 "try as root")
    os.environ[INSIDE] = "1"
    os.execvp("unshare", ["unshare", *flags, sys.executable, *sys.argv])


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def setns(fd):
    if libc.setns(fd, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


class Host:
    """A network namespace; what is started in `with host:` runs there."""

    home = None

    def __init__(self, name):
        self.name = name
        ip("netns", "add", name)
        ip("-n", name, "link", "set", "lo", "up")
        self.fd = os.open(f"/run/netns/{name}", os.O_RDONLY)

    def __enter__(self):
        if Host.home is None:
            Host.home = os.open("/proc/self/ns/net", os.O_RDONLY)
        setns(self.fd)

    def __exit__(self, *_):
        setns(Host.home)

    def close(self):
        os.close(self.fd)
        ip("netns", "del", self.name)


class Lan:
    """Hosts a, b, c, … with the addresses 10.77.0.1, .2, .3, …/16."""

    count = 0

    def __init__(self, size):
        Lan.count += 1
        self.name = f"lan{Lan.count}"
        self.hosts = [Host(self.name + chr(ord("a") + i))
                      for i in range(size)]
        if size == 2:
            self.join_two()
        else:
            self.join_many()
        for i, host in enumerate(self.hosts):
            ip("-n", host.name, "address", "add", f"10.77.0.{i + 1}/16",
               "broadcast", "10.77.255.255", "dev", "eth0")
            ip("-n", host.name, "link", "set", "eth0", "up")
        self.await_ipv6()

    def join_two(self):
        first, second = self.hosts
        ip("-n", first.name, "link", "add", "name", "eth0", "type", "veth",
           "peer", "name", "eth0", "netns", second.name)

    def join_many(self):
        ip("link", "add", "name", self.name, "type", "bridge")
        ip("link", "set", self.name, "up")
        for i, host in enumerate(self.hosts):
            port = f"{self.name}p{i}"
            ip("link", "add", "name", port, "type", "veth", "peer", "name",
               "eth0", "netns", host.name)
            ip("link", "set", port, "master", self.name, "up")

    def await_ipv6(self):
        """Until the link-local addresses may be used."""
        end = time.monotonic() + 5
        for host in self.hosts:
            while time.monotonic() < end:
                shown = subprocess.run(
                    ["ip", "-n", host.name, "-6", "address", "show", "dev",
                     "eth0"], capture_output=True, text=True).stdout
                if "fe80" in shown and "tentative" not in shown:
                    break
                time.sleep(0.05)

    def close(self):
        for host in self.hosts:
            host.close()
        if len(self.hosts) != 2:
            ip("link", "del", self.name)

    def __enter__(self):
        return self.hosts

    def __exit__(self, *_):
        self.close()
