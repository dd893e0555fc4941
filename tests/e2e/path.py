#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The way to somebody, step by step: what /doctor WHO is told by the machines
themselves."""
import os
import re
import shutil
import subprocess
import sys
import time

sys.dont_write_bytecode = True
import lab

os.environ["PATH"] += ":/usr/sbin:/sbin"
lab.enter()
from lab import Earshot, check

STEPS = ("neighbour", "ping", "ping-own", "ping-large", "tcp", "handshake",
         "echo", "heard", "load")


def friends(hosts):
    """Both have said something: they are contacts."""
    ana, bob = [Earshot(ns, n) for ns, n in zip(hosts, ("ana", "bob"))]
    lab.meet(ana, bob)
    for a, b in ((ana, "bob"), (bob, "ana")):
        mark = a.mark()
        a.send("/msg %s hi" % b)
        a.expect("delivery", mark, state="delivered")
    return ana, bob


def ask(ana, who="bob"):
    """The report, and each step: its state, and what else is said of it."""
    mark = ana.mark()
    ana.send("/doctor " + who)
    text = ana.expect("doctor", mark)["text"]
    steps = {}
    for line in text.partition("the way to")[2].splitlines():
        words = line.split(None, 2)
        if line.startswith("  ") and len(words) > 1 and words[0] in STEPS:
            steps.setdefault(words[0], (words[1].strip(":"),
                                        " ".join(words[2:])))
    return text, steps


def told(p, line):
    mark = p.mark()
    p.send(line)
    return p.expect("info", mark, command=line)["text"]


def well():
    _, hosts = lab.lan_of(2)
    ana, bob = friends(hosts)
    for _ in range(5):
        text, steps = ask(ana)
        if all(steps.get(step, ("",))[0] == "ok" for step in STEPS):
            break
        lab.count("times that a busy machine took too long")
    for step in STEPS:
        check(steps.get(step, ("",))[0] == "ok", "%s:\n%s" % (step, text))
    rate = int(re.search(r"(\d+) kB/s", text).group(1))
    print("16 MB at %d kB/s" % rate)
    # Nothing of it is left, at either end.
    for p in (ana, bob):
        lab.wait_until(lambda: "1 open, 0 refused" in told(p, "/net"),
                       "one connection is left: %s" % told(p, "/net"))


def chat_beside_a_load():
    """What is said while the load goes through arrives as ever."""
    _, hosts = lab.lan_of(2)
    ana, bob = friends(hosts)
    mark, theirs = ana.mark(), bob.mark()
    ana.send("/doctor bob")
    said = 0
    while ana.find("doctor", mark) is None and said < 500:
        ana.send("/msg bob line %d" % said)
        bob.expect("message", theirs, text="line %d" % said)
        said += 1
        lab.pump(0.02)
    ana.expect("doctor", mark)
    check(said > 20, "said %d" % said)
    lab.count("lines beside a load", said)


def one_way():
    """bob's machine takes what is sent to it alone, and no announcement."""
    if shutil.which("nft") is None:
        lab.note("no nft here")
        return
    _, hosts = lab.lan_of(2)
    ana, bob = friends(hosts)
    _, steps = ask(ana)
    check(steps["heard"][0] == "ok", "%s" % steps)
    rule = ("table inet f {\n chain i { type filter hook input priority 0;\n"
            " udp dport %d drop\n }\n}\n" % lab.PORT)
    done = subprocess.run(["nft", "-f", "-"], input=rule, text=True,
                          preexec_fn=lambda: lab.setns(hosts[1].fd),
                          capture_output=True)
    if done.returncode != 0:
        lab.note("no filters here: %s" % done.stderr.strip())
        return
    # What came before counts for a while.
    time_end = time.monotonic() + lab.DEADLINE
    while time.monotonic() < time_end:
        mark = ana.mark()
        text, steps = ask(ana)
        if ana.find("finding", mark, fault="mute"):
            break
        lab.pump(1)
    check(ana.find("finding", mark, fault="mute"), text)
    check(steps["ping"][0] == "failed" and steps["ping-own"][0] == "ok",
          text)
    # And without WHO, of all who talk to us.
    mark = ana.mark()
    ana.send("/doctor")
    text = ana.expect("doctor", mark)["text"]
    check(ana.find("finding", mark, fault="mute"), text)


def strangers():
    """Who never wrote is not asked, and not told who tried."""
    _, hosts = lab.lan_of(2)
    ana, bob = [Earshot(ns, n) for ns, n in zip(hosts, ("ana", "bob"))]
    lab.meet(ana, bob)
    text, steps = ask(ana)
    for step in ("ping", "tcp", "handshake"):
        check(steps[step][0] == "ok", text)
    for step in ("echo", "heard", "load"):
        check(steps[step][0] == "skipped", text)


lab.run(well, chat_beside_a_load, one_way, strangers)
