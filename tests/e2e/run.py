#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Commands that one has run by another: who may, what the program gets, and
that none of them outlives its time, its words or its session."""
import json
import os
import sys
import time

sys.dont_write_bytecode = True
import lab
from injections import DASHES, PAYLOADS
from lab import Earshot, check

lab.enter()


def word(text):
    return '"%s"' % text.replace("\\", "\\\\").replace('"', '\\"')


def configure(owner, *lines):
    for line in lines:
        mark = owner.mark()
        owner.send("/set " + line)
        owner.expect("info", mark, command="/set " + line)


def probe():
    """A program that tells what it got."""
    path = os.path.join(lab.work, "probe.py")
    with open(path, "w", encoding="utf-8") as f:
        f.write("import json, os, sys\n"
                "open(%r, 'a').write('.')\n"
                "print(json.dumps([sys.argv[1:], sorted(os.environ),\n"
                "    sys.stdin.read(), os.environ.get('EARSHOT_FROM'),\n"
                "    os.environ.get('EARSHOT_RUN')]))\n"
                % os.path.join(lab.work, "times"))
    # Not by its name: what finds that may leave variables of its own.
    return "%s -I %s" % (sys.executable, path)


def times():
    """How often it was started."""
    path = os.path.join(lab.work, "times")
    return os.path.getsize(path) if os.path.exists(path) else 0


def pair(*lines, verified=True):
    """ana, who lets bob run what the lines say."""
    _, hosts = lab.lan_of(2)
    ana, bob = (Earshot(h, n) for h, n in zip(hosts, ("ana", "bob")))
    ana.expect("peer", id=bob.id, state="online")
    bob.expect("peer", id=ana.id, state="online")
    bob.send("/msg %s hello" % ana.id)
    ana.expect("message", text="hello")
    ana.send("/msg %s hello" % bob.id)
    bob.expect("message", text="hello")
    if verified:
        ana.send("/verify %s same" % bob.id)
        ana.expect("peer", id=bob.id, trust="verified")
    configure(ana, *lines)
    return hosts, ana, bob


def ask(who, owner, line):
    """Runs it; all events of it, the last of which is its end."""
    mark = who.mark()
    who.send("/run %s %s" % (owner.id, line))

    def over():
        lab.pump(0.01)
        got = who.all("run", mark)
        return got if got and got[-1]["state"] not in ("asked",
                                                       "output") else None
    return lab.wait_until(over, "the end of %s" % line)


def said(events):
    return "\n".join(e["text"] for e in events if e["state"] == "output")


def works():
    program = probe()
    _, ana, bob = pair("run probe = %s {args}" % program,
                       "run.who probe verified",
                       "run bad = sh -c 'echo out; echo err >&2; exit 3'",
                       "run.who bad " + "0" * 52, "run.who bad verified")
    mark = ana.mark()
    got = ask(bob, ana, "probe a \"b c\" 'd'")
    args, names, text, name, run = json.loads(said(got))
    check(args == ["a", "b c", "d"], "its words: %s" % args)
    check(text == "" and name == "bob" and run == "probe", "no input")
    check(not set(names) - {"PATH", "HOME", "USER", "LOGNAME", "LANG",
                            "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR",
                            "EARSHOT_RUN", "EARSHOT_FROM", "EARSHOT_ID"},
          "a clean environment: %s" % names)
    check(got[-1]["state"] == "ended" and got[-1]["status"] == 0, "its end")
    check(got[0]["state"] == "asked" and got[0]["direction"] == "out", "asked")
    there = ana.expect("run", mark, state="ended")
    check(there["direction"] == "in" and there["id"] == bob.id and
          there["run"] == got[0]["run"], "both see it")
    check("bob" in ana.expect("info", mark)["text"], "it is told")
    check(ana.expect("run", mark, state="asked")["text"] ==
          "probe a 'b c' d", "what was asked for")
    got = ask(bob, ana, "bad")
    check(said(got) == "out\nerr" and got[-1]["status"] == 3, "errors, too: %s" % got)
    for who, other in ((ana, bob), (bob, ana)):
        path = os.path.join(lab.work, "log-" + who.name)
        who.send("/query %s" % other.id, "/export -json " + path)
        who.expect("info", command="/export -json " + path)
        with open(path, encoding="utf-8") as f:
            kept = [json.loads(line) for line in f]
        ran = [m["ran"] for m in kept if "ran" in m]
        check(ran == ["asked", "output"] * 2, "it is kept: %s" % ran)


def refused(events):
    check(events[-1]["state"] == "refused", "refused: %s" % events[-1])
    lab.count("refused")


def refuses():
    program = probe()
    _, ana, bob = pair(verified=False)
    before = times()
    refused(ask(bob, ana, "probe"))
    check("compared" in bob.expect("error")["text"], "off, and not verified")
    check("verified" in ana.expect("error")["text"], "shown there, too")
    configure(ana, "run probe = " + program, "run.who probe verified")
    refused(ask(bob, ana, "probe"))
    ana.send("/verify %s same" % bob.id)
    ana.expect("peer", id=bob.id, trust="verified")
    mark = ana.mark()
    refused(ask(bob, ana, "probe x"))
    check("arguments" in ana.expect("error", mark)["text"], "no arguments")
    for name in ("prob", "probe2", "PROBE", "sh", "python3", "..", "run"):
        refused(ask(bob, ana, name))
    ana.send("/unset run.who", "/set run.who probe bob")
    ana.sync()
    refused(ask(bob, ana, "probe"))
    check(times() == before, "nothing was run")
    ana.send("/alias %s bob" % bob.id)
    ana.sync()
    check(ask(bob, ana, "probe")[-1]["state"] == "ended", "by the own name")
    ana.send("/unset run.who", "/set run.who probe " + bob.id)
    ana.sync()
    check(ask(bob, ana, "probe")[-1]["state"] == "ended", "by fingerprint")
    mark = ana.mark()
    ana.send("/verify %s different" % bob.id)
    ana.expect("peer", mark, id=bob.id, trust="pinned")
    refused(ask(bob, ana, "probe"))
    check(times() == before + 2, "and nothing else")


def strangers():
    """Another key under the same name, at the same place; and a blocked one."""
    program = probe()
    hosts, ana, bob = pair("run probe = " + program, "run.who probe verified")
    before = times()
    check(ask(bob, ana, "probe")[-1]["status"] == 0, "bob may")
    bob.quit()
    lab.close(bob)
    fake = Earshot(hosts[1], "bob")
    ana.expect("peer", id=fake.id, trust="changed")
    fake.expect("peer", id=ana.id, state="online")
    refused(ask(fake, ana, "probe"))
    ana.send("/block %s" % fake.id)
    ana.expect("peer", id=fake.id, trust="blocked")
    mark = fake.mark()
    fake.send("/run %s probe" % ana.id)
    fake.expect("error", mark)
    check(times() == before + 1, "it was run once")


def t48_run_payloads():
    program = probe()
    _, ana, bob = pair("run any = %s -- {any}" % program,
                       "run some = %s -- {args}" % program,
                       "run.who any verified", "run.who some verified")
    every = PAYLOADS + DASHES
    for first in range(0, len(every), 7):
        texts = every[first:first + 7]
        line = " ".join(["any"] + [word(t) for t in texts] + ["last"])
        got = ask(bob, ana, line)
        while got[-1]["state"] == "refused":
            check("often" in bob.all("error")[-1]["text"], "any may: " + line)
            got = ask(bob, ana, line)
        args = json.loads(said(got))[0]
        check(len(args) == len(texts) + 2 and args[0] == "--" and
              args[-1] == "last", "each is one word: %s %s" % (texts, args))
        for text, arg in zip(texts, args[1:]):
            check(arg == text or not text.isascii(),
                  "as it was: %r %r" % (text, arg))
            lab.count("payloads")
    check(lab.counts["payloads"] == len(every) >= 60, "%d" % len(every))
    for text in DASHES:
        refused(ask(bob, ana, "some " + word(text)))
    check(not any(os.path.exists(os.path.join(d, "gone"))
                  for d in (".", lab.work, ana.home, bob.home,
                            os.path.expanduser("~"))), "nothing else was run")


def running(mark):
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/cmdline" % pid, "rb") as f:
                if mark.encode() in f.read():
                    return True
        except OSError:
            pass
    return False


def bad():
    """Programs that hang, fork, flood, crash, or are not there."""
    mark = "61.%d" % os.getpid()
    sleep = "sleep " + mark
    programs = {
        "hang": (sleep, ("late",)),
        "deaf": ("sh -c \"trap '' TERM INT HUP; %s; %s\"" % (sleep, sleep),
                 ("late",)),
        "forks": ("sh -c 'for i in 1 2 3 4 5 6 7 8; do %s & done; wait'"
                  % sleep, ("late",)),
        "leaves": ("sh -c 'for i in 1 2 3; do %s & done; echo gone'" % sleep,
                   ("ended",)),
        "floods": ("sh -c 'yes %s | head -c 1000000000; %s'" % (mark, sleep),
                   ("long",)),
        "binary": ("head -c 1000000000 /dev/urandom", ("long",)),
        "dies": ("sh -c 'kill -9 $$'", ("killed",)),
        "absent": ("no-such-program-here", ("refused",)),
        "folder": ("/", ("refused",)),
    }
    _, ana, bob = pair()
    for name, (program, ends) in programs.items():
        # On a busy machine what ends by itself has to have the time to.
        configure(ana, "run %s = %s" % (name, program),
                  "run.who %s verified" % name,
                  "run.time %d" % (2 if "late" in ends else 60))
        mark_at = bob.mark()
        got = None
        while got is None or (got[-1]["state"] == "refused" and
                              "refused" not in ends):
            lab.pump(0.2)
            got = ask(bob, ana, name)
        check(got[-1]["state"] in ends, "%s: %s" % (name, got[-1]))
        size = sum(len(e["text"]) for e in got if e["state"] == "output")
        check(size <= 3 * 65536, "%s says %d bytes" % (name, size))
        lab.wait_until(lambda: not running(mark), "%s is gone" % name)
        bob.send("/msg %s %s is over" % (ana.id, name))
        ana.expect("message", text="%s is over" % name)
        check(not any("\x1b" in e["text"] for e in
                      bob.all("run", mark_at)), "clean")
        lab.count("bad programs")


def ends():
    """Either end stops it; and so does the end of the session."""
    mark = "62.%d" % os.getpid()
    hosts, ana, bob = pair("run hang = sleep " + mark,
                           "run.who hang verified")
    for who, other in ((bob, ana), (ana, bob)):
        at = bob.mark(), ana.mark()
        bob.send("/run %s hang" % ana.id)
        ana.expect("run", at[1], state="asked")
        lab.wait_until(lambda: running(mark), "it runs")
        who.send("/run %s --stop" % other.id)
        bob.expect("run", at[0], state="stopped")
        ana.expect("run", at[1], state="stopped")
        lab.wait_until(lambda: not running(mark), "it is stopped")
    at = ana.mark()
    bob.send("/run %s hang" % ana.id)
    ana.expect("run", at, state="asked")
    lab.wait_until(lambda: running(mark), "it runs")
    bob.signal(9)
    lab.close(bob)
    ana.expect("run", at, state="stopped")
    lab.wait_until(lambda: not running(mark), "nobody waits for it")


def flood():
    program = probe()
    _, ana, bob = pair("run probe = " + program, "run.who probe verified")
    before, at, there = times(), bob.mark(), ana.mark()
    since = time.monotonic()
    for _ in range(25):
        bob.send(*["/run %s probe" % ana.id] * 8)
        bob.sync()
    bob.send("/msg %s beside" % ana.id)
    ana.expect("message", there, text="beside")

    def over():
        lab.pump(0.01)
        got = [e for e in bob.all("run", at)
               if e["state"] not in ("asked", "output")]
        asked = bob.all("run", at, state="asked")
        return got if len(got) == len(asked) else None
    got = lab.wait_until(over, "all ends")
    begun = sum(e["state"] == "ended" for e in got)
    check(0 < begun <= 12 + (time.monotonic() - since) / 2,
          "%d of %d were begun" % (begun, len(got)))
    check(times() - before == begun, "and no more were run")
    told = len(ana.all("error", there))
    check(told <= 8 + (time.monotonic() - since) / 10,
          "told %d times" % told)
    lab.count("requests", len(got))


lab.run(works, refuses, strangers, t48_run_payloads, bad, ends, flood)
