#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""earshot demo: three people for a newcomer, and nothing leaves the machine."""
import os
import shutil
import signal
import sys

sys.dont_write_bytecode = True
import lab
from lab import Capture, Earshot, Frame, check

lab.enter()

PEOPLE = {"echo": "online", "noor": "away", "crier": "online"}


def machine():
    """A machine on a LAN with somebody else on it, who is not to notice."""
    _, (host, far) = lab.lan_of(2)
    captures = [Capture(host, "eth0"), Capture(far, "eth0")]
    return host, Earshot(far, "dan"), captures


def demo(host, **more):
    p = Earshot(host, "you", words=["demo"], interface=None,
                later=os.setsid, **more)
    for name, state in PEOPLE.items():
        p.expect("peer", name=name, state=state)
    lab.count("people met", len(PEOPLE))
    return p


def session_of(pid):
    """The session of a process, or None when it is gone."""
    try:
        with open("/proc/%d/stat" % pid) as f:
            return int(f.read().rsplit(")", 1)[1].split()[3])
    except (OSError, ValueError):
        return None


def processes(p):
    return [int(n) for n in os.listdir("/proc")
            if n.isdigit() and session_of(int(n)) == p.pid]


def directories():
    return [n for n in os.listdir(lab.work) if n.startswith("earshot-demo")]


def nothing_left(p):
    lab.wait_until(lambda: processes(p) == [], "no process is left")
    check(directories() == [], "no directory is left: %s" % directories())
    # Nor anything where a home would be without a demo.
    left = [n for n in os.listdir(lab.work) if n.startswith(".")]
    check(left == [], "in the home directory: %s" % left)


def databases(place):
    """Whose there are below the directory of a demo."""
    return sorted(os.path.basename(path) for path, _, names in os.walk(place)
                  if "earshot.db" in names)


def newcomer():
    """All that the demo promises, and its end."""
    host, dan, captures = machine()
    mark = dan.mark()
    p = demo(host)
    check(len(processes(p)) == 1 + len(PEOPLE), "real programs: %s"
          % processes(p))
    check(len(directories()) == 1, "a directory of its own")
    found = databases(os.path.join(lab.work, directories()[0]))
    check(found == sorted([*PEOPLE, "you"]), "all remember there: %s" % found)
    noor = p.expect("peer", name="noor", state="away")
    check(noor["status"] == "at lunch", "noor says why: %s" % noor)
    p.expect("message", **{"from": "echo"})
    p.send("/msg echo is this on?")
    got = p.expect("message", text="is this on?", **{"from": "echo"})
    check(got["encrypted"] and got["transport"] == "tcp", "really talks")
    p.expect("delivery", state="delivered", to="echo")
    p.expect("shout", **{"from": "crier"})
    p.send("/shout hello all", "/nick somebody", "/away", "/back",
           "/msg noor are you there?")
    p.expect("delivery", state="delivered", to="noor")
    p.send("/net")
    net = p.expect("info", command="/net")["text"]
    check("lo 127.0.0.1/8 used" in net and "eth0" in net, "only lo: " + net)
    p.send("/quit", "/quit")
    check(p.wait() == 0, "status %s" % p.status)
    nothing_left(p)
    dan.expect_absent("peer", mark)
    # What another sends arrives on the wire, so the capture works.
    dan.send("/nick dan the second")
    lab.wait_until(lambda: any(
        Frame(d).dport == lab.PORT for _, _, d in captures[0].read()),
        "dan's announcement")
    sent = [f for _, out, d in captures[0].read() if out
            for f in [Frame(d)] if f.proto in (6, 17)]
    check(sent == [], "left the machine: %s" % [vars(f) for f in sent])
    lab.count("packets captured", len(captures[0].packets))


def killed():
    """The people go with whom they were for."""
    host, _, _ = machine()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        p = demo(host)
        p.signal(number)
        check(p.wait() == 0, "status %s" % p.status)
        nothing_left(p)
    p = demo(host)
    p.signal(signal.SIGKILL)
    p.wait()
    lab.wait_until(lambda: processes(p) == [], "no process is left")
    # Nobody was there any more to remove it.
    for name in directories():
        shutil.rmtree(os.path.join(lab.work, name))


def small_disk():
    """It needs little room, whatever an earshot that stays leaves free."""
    host, _, _ = machine()
    place = lab.home("small")
    lab.mount("none", place, "tmpfs", 0, "size=8m,mode=0700")
    p = demo(host, env={"TMPDIR": place})
    check(len(databases(place)) == 1 + len(PEOPLE), "it is there")
    p.send("/msg echo is this on?")
    p.expect("message", text="is this on?", **{"from": "echo"})
    p.expect("delivery", state="delivered", to="echo")
    p.expect_absent("delivery", state="failed")
    p.send("/quit", "/quit")
    check(p.wait() == 0, "status %s" % p.status)
    check(os.listdir(place) == [], "nothing is left: %s" % os.listdir(place))
    lab.unmount(place)


def two_at_once():
    """Two demos on one machine are two worlds."""
    host, _, _ = machine()
    first, second = demo(host), demo(host)
    for a in (first, second):
        a.sync()
        check({e["name"] for e in a.all("peer")} == set(PEOPLE),
              "only one's own")
        check(len({e["id"] for e in a.all("peer")}) == len(PEOPLE), "once")
    for p in (first, second):
        p.quit()
        lab.wait_until(lambda p=p: processes(p) == [], "no process is left")
    check(directories() == [], "no directory is left")


lab.run(newcomer, killed, small_disk, two_at_once)
