#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Programs that are started when something happens: what they get, and that
none of them holds anything up."""
import os
import sys

sys.dont_write_bytecode = True
import lab
from injections import DASHES, PAYLOADS
from lab import Earshot, check

lab.enter()

def pair(**settings):
    _, hosts = lab.lan_of(2)
    ana, bob = (Earshot(h, n) for h, n in zip(hosts, ("ana", "bob")))
    ana.expect("peer", id=bob.id, state="online")
    bob.expect("peer", id=ana.id, state="online")
    for key, value in settings.items():
        line = "/set %s %s" % (key.replace("_", "."), value)
        mark = ana.mark()
        ana.send(line)
        ana.expect("info", mark, command=line)
    ana.send("/msg %s you are no stranger" % bob.id)
    bob.expect("message", text="you are no stranger")
    return hosts, ana, bob


def told(path, n):
    """The lines there, once they are so many."""
    def lines():
        lab.pump(0.01)
        if not os.path.exists(path):
            return None
        with open(path, encoding="utf-8", errors="surrogateescape") as f:
            got = f.read().split("\n")[:-1]
        return got if len(got) >= n else None
    return lab.wait_until(lines, "%d lines in %s" % (n, path))


def hook(path, words=""):
    """A program that writes down what it got, a line each time."""
    return ("python3 -c 'import os, sys; t = sys.stdin.read(); "
            "f = open(\"%s\", \"a\"); e = os.environ; "
            "f.write(\"|\".join([e[\"EARSHOT_EVENT\"], e[\"EARSHOT_FROM\"], "
            "e[\"EARSHOT_ID\"], e[\"EARSHOT_PATH\"], str(len(sys.argv)), t]) "
            "+ chr(10))' %s" % (path, words)).rstrip()


def tells():
    path = os.path.join(lab.work, "told")
    program = hook(path)
    hosts, ana, bob = pair(hook_message=program, hook_mention=program,
                           hook_shout=program, hook_online=program)
    bob.send("/msg %s hello there" % ana.id)
    check(told(path, 1) == ["message|bob|%s||1|hello there" % bob.id],
          "a message: %s" % told(path, 1))
    bob.send("/shout lunch")
    check(told(path, 2)[1] == "shout|bob|%s||1|lunch" % bob.id, "a shout")
    bob.send("/shout ana, lunch")
    check(sorted(told(path, 4)[2:]) ==
          ["mention|bob|%s||1|ana, lunch" % bob.id,
           "shout|bob|%s||1|ana, lunch" % bob.id], "a mention: %s"
          % told(path, 4))
    bob.quit()
    ana.expect("peer", id=bob.id, state="offline")
    again = Earshot(hosts[1], "bob", home_dir=bob.home)
    check(told(path, 5)[4].startswith("online|bob|" + again.id), "who comes")
    ana.send("/msg %s not this" % again.id)
    again.expect("message", text="not this")
    check(len(told(path, 5)) == 5, "our own are none")


def t48_hooks_payloads():
    path = os.path.join(lab.work, "payloads")
    _, ana, bob = pair(hook_message=hook(path, "--"))
    # One line each: a break of lines is one in a message, too.
    said = [p for p in PAYLOADS + DASHES if p.strip() and "\u2028" not in p]
    for n, text in enumerate(said):
        bob.send("/msg %s %s" % (ana.id, "/" + text
                                 if text.startswith("/") else text))
        got = told(path, n + 1)[n].split("|", 5)
        check(got[:3] == ["message", "bob", bob.id] and got[4] == "2",
              "its arguments are the user's: %s" % got)
        lab.count("payloads")
    check(len(said) >= 60, "%d payloads" % len(said))
    check(not any(os.path.exists(os.path.join(d, "gone"))
                  for d in (".", lab.work, ana.home)), "nothing was run")


def running(word):
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/cmdline" % pid, "rb") as f:
                if word.encode() in f.read().split(b"\0"):
                    return True
        except OSError:
            pass
    return False


def bad():
    """Programs that hang, crash, flood, fork, are not there."""
    word = "hooks-%d" % os.getpid()
    for program in ("sleep 45", "false", "yes " + word, "sh -c 'sleep 45 & '",
                    "no-such-program-here", "sh -c 'kill -9 $$'"):
        _, ana, bob = pair(hook_message=program)
        mark = ana.mark()
        for i in range(60):
            bob.send("/msg %s %s %d" % (ana.id, program, i))
        ana.expect("message", mark, text="%s 59" % program)
        ana.sync()
        check(len(ana.all("message", mark)) == 60, "all came beside it")
        ana.quit()
        lab.close(ana)
        bob.quit()
        lab.close(bob)
        lab.wait_until(lambda: not running(word), "they are gone, too")
        lab.count("bad programs")


lab.run(tells, t48_hooks_payloads, bad)
