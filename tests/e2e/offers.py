#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""More files than a new colleague is asked about at a time: those beyond three
in a minute wait at their sender, who is told why, and go by themselves when
others were taken. EARSHOT_LONG=1: and when none was, in a minute."""
import json
import os
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True
import lab
from lab import Earshot, check, wait_until

lab.enter()

NAMES = ("a.txt", "b.txt", "c.txt", "d.txt", "e.txt")
WHY = "other offers of yours to answer"


def people():
    """ana's network and home, with five files; bob, whom nobody wrote to."""
    _, hosts = lab.lan_of(2)
    home, at_bob = lab.home("ana"), lab.home("bob")
    with open(os.path.join(at_bob, "config"), "w") as f:
        f.write("files.folder %s/got\n" % at_bob)
    bob = Earshot(hosts[1], "bob", home_dir=at_bob)
    bob.got = os.path.join(at_bob, "got")
    for name in NAMES:
        with open(os.path.join(home, name), "w") as f:
            f.write("this is " + name)
    return hosts[0], home, bob


def take(bob, name):
    offer = bob.expect("transfer", state="offered", name=name)
    bob.send("/get " + offer["transfer"])
    bob.expect("transfer", transfer=offer["transfer"], state="done")


def all_are_right(bob):
    for name in NAMES:
        with open(os.path.join(bob.got, name)) as f:
            check(f.read() == "this is " + name, name)
    wait_until(lambda: lab.pump(0.01) or
               sorted(os.listdir(bob.got)) == list(NAMES), "nothing else")


def offers_of(bob):
    return {e["name"] for e in bob.all("transfer", state="offered")}


def by_send_file():
    """It ends well, and said what it waited for."""
    ns, home, bob = people()
    run = subprocess.Popen(
        [lab.program, "--home", home, "--interface", "eth0", "--json",
         "--timeout", "%d" % lab.DEADLINE, "send-file", "bob", *NAMES],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, cwd=home, preexec_fn=lab.child_setup(ns))
    for name in NAMES[:3]:
        bob.expect("transfer", state="offered", name=name)
    for name in NAMES:
        take(bob, name)
    wait_until(lambda: lab.pump(0.01) or run.poll() is not None, "send-file")
    out, err = run.communicate()
    check(run.returncode == 0 and err == b"", (run.returncode, err))
    events = [json.loads(line) for line in out.splitlines()]
    waited = {e["name"] for e in events
              if e["state"] == "offered" and WHY in e["reason"]}
    check(waited == {"d.txt", "e.txt"}, waited)
    for name in NAMES:
        mine = [e for e in events if e["name"] == name]
        check(mine[-1]["state"] == "done" and mine[-1]["reason"] == "", mine)
        check(not [e for e in mine if e["state"] == "refused"], mine)
    all_are_right(bob)


def waiting(ana, mark=0):
    return {e["name"]: e["transfer"] for e in ana.events[mark:]
            if e.get("event") == "transfer" and e["state"] == "offered" and
            WHY in e["reason"]}


def two_wait():
    ns, home, bob = people()
    ana = Earshot(ns, "ana", home_dir=home)
    lab.meet(ana, bob)
    ana.send("/send --to bob " + " ".join(
        os.path.join(home, name) for name in NAMES))
    wait_until(lambda: lab.pump(0.01) or len(waiting(ana)) == 2, "two wait")
    wait_until(lambda: lab.pump(0.01) or
               offers_of(bob) == set(NAMES[:3]), "three are there")
    return ns, home, ana, bob


def killed():
    """Who sends dies meanwhile, and writes a text; it is not held up, and the
    rest is sent all the same."""
    ns, home, ana, bob = two_wait()
    ana.signal(signal.SIGKILL)
    ana.wait()
    lab.close(ana)
    ana = Earshot(ns, "ana", home_dir=home)
    ana.send("/msg bob a word")
    message = bob.expect("message", text="a word")
    check(message["missing"] == 0, message)
    check(offers_of(bob) == set(NAMES[:3]), offers_of(bob))
    for name in NAMES:
        take(bob, name)
    all_are_right(bob)
    for e in bob.all("message"):
        check(e["missing"] == 0, e)
    for name in NAMES:
        ana.expect("transfer", name=name, state="done")


def cancelled():
    """What waits is taken back, and nobody there hears of it."""
    _, _, ana, bob = two_wait()
    number = waiting(ana)["d.txt"]
    ana.send("/cancel " + number)
    ana.expect("transfer", transfer=number, state="cancelled")
    for name in ("a.txt", "b.txt", "c.txt", "e.txt"):
        take(bob, name)
    check("d.txt" not in offers_of(bob), offers_of(bob))


def a_minute_later():
    """Nobody takes any."""
    if not lab.LONG:
        lab.note("offers that nobody answers for a minute (EARSHOT_LONG=1)")
        return
    began = time.monotonic()
    _, _, ana, bob = two_wait()
    mark = ana.mark()
    for name in NAMES[3:]:
        bob.expect("transfer", state="offered", name=name)
        ana.expect("transfer", mark, state="offered", name=name, reason="")
    check(time.monotonic() - began > 60, "not before")
    for name in NAMES:
        take(bob, name)
    all_are_right(bob)


lab.run(by_send_file, killed, cancelled, a_minute_later)
