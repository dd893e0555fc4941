#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The words of the command line: beside a running earshot, and by themselves."""
import json
import os
import subprocess
import sys

sys.dont_write_bytecode = True
import lab
from guest import heard_by
from lab import Earshot, check

lab.enter()


def start(ns, home, *words, text=None, env=None):
    """earshot WORDS, its output and status to be asked for."""
    p = subprocess.Popen(
        [lab.program, *words, "--home", home, "--interface", "eth0"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=dict(os.environ, **(env or {})), preexec_fn=lab.child_setup(ns))
    lab.helpers.append(p)
    p.stdin.write((text or "").encode())
    p.stdin.close()
    return p


def end(p):
    """Status, output, what went wrong."""
    lab.wait_until(lambda: lab.pump(0.01) or p.poll() is not None,
                   "it ends: %s" % p.args)
    return p.returncode, p.stdout.read().decode(), p.stderr.read().decode()


def run(ns, home, *words, **more):
    return end(start(ns, home, *words, **more))


def lan():
    return lab.lan_of(2)[1]


def beside():
    """With a running one: its contacts, its history, its answers."""
    hosts = lan()
    ana, bob = (Earshot(h, n) for h, n in zip(hosts, ("ana", "bob")))
    ana.expect("peer", id=bob.id, state="online")
    status, out, _ = run(hosts[0], ana.home, "who")
    check(status == 0 and out.startswith("bob  ") and "online" in out, out)
    status, out, _ = run(hosts[0], ana.home, "who", "--json")
    check(json.loads(out)["id"] == bob.id, out)
    check(run(hosts[0], ana.home, "id")[1] == ana.id + " ana\n", "who I am")
    mark = bob.mark()
    status, out, err = run(hosts[0], ana.home, "send", "bob", "by hand")
    check((status, out, err) == (0, "", ""), "sent: %s %s" % (out, err))
    bob.expect("message", mark, text="by hand", id=ana.id)
    text = "first line\nsecond, with \"quotes\" and \\ and \u4e2d\u6587"
    check(run(hosts[0], ana.home, "send", "bob", text=text + "\n")[0] == 0,
          "from standard input")
    bob.expect("message", mark, text=text)
    check(run(hosts[0], ana.home, "send", bob.id, "-", text="by tag")[0]
          == 0, "by fingerprint")
    bob.expect("message", mark, text="by tag")
    status, out, err = run(hosts[0], ana.home, "send", "carol", "hi",
                           "--wait", "0")
    check(status == 1 and "carol" in err, "nobody of that name: %s" % err)
    for empty in ("", "\n"):
        status, _, err = run(hosts[0], ana.home, "send", "bob", text=empty)
        check(status == 1 and "empty" in err, err)
    check(run(hosts[0], ana.home, "send", "bob", text="x" * 65537)[0] == 1,
          "too long")
    check(run(hosts[0], ana.home, "shout", "lunch?")[0] == 0, "shouted")
    bob.expect("shout", mark, text="lunch?")
    status, out, _ = run(hosts[0], ana.home, "info", "bob")
    check(status == 0 and bob.id in out, out)
    status, out, _ = run(hosts[0], ana.home, "set", "look.times", "off")
    check(status == 0 and out == "look.times is off\n", out)
    status, _, err = run(hosts[0], ana.home, "set", "look.times", "perhaps")
    check(status == 1 and "look.times" in err, err)
    check(run(hosts[0], ana.home, "who", "what")[0] == 2, "wrong use")


def waits():
    """Who is away gets it later; nobody is told that it arrived."""
    hosts = lan()
    ana, bob = (Earshot(h, n) for h, n in zip(hosts, ("ana", "bob")))
    ana.expect("peer", id=bob.id, state="online")
    check(run(hosts[0], ana.home, "send", "bob", "hi")[0] == 0, "known now")
    bob.quit()
    ana.expect("peer", id=bob.id, state="offline")
    status, _, err = run(hosts[0], ana.home, "send", "bob", "later",
                         "--timeout", "1")
    check(status == 3 and "bob is not there" in err, err)
    check(run(hosts[0], ana.home, "send", "bob", "too", "--no-wait")[0] == 0,
          "stored")
    again = Earshot(hosts[1], "bob", home_dir=bob.home)
    again.expect("message", text="later")
    again.expect("message", text="too")


def receives():
    hosts = lan()
    ana, bob = (Earshot(h, n) for h, n in zip(hosts, ("ana", "bob")))
    ana.expect("peer", id=bob.id, state="online")
    bob.expect("peer", id=ana.id, state="online")
    p = start(hosts[0], ana.home, "receive", "--count", "2", "--from", "bob")
    lines = []

    def comes():
        bob.send("/msg %s number %d" % (ana.id, len(lines)))
        lines.append(None)
        lab.pump(0.05)
        return p.poll() is not None
    lab.wait_until(comes, "two came")
    status, out, _ = end(p)
    check(status == 0 and out.count("bob: number ") == 2, out)
    status, out, err = run(hosts[0], ana.home, "receive", "--timeout", "1",
                           "--from", "carol")
    check((status, out) == (3, "") and "nothing came" in err, err)


def alone():
    """Nothing runs: one is started for the moment."""
    hosts = lan()
    bob = Earshot(hosts[1], "bob")
    home = lab.home("ana")
    status, out, err = run(hosts[0], home, "send", "bob", "from cron",
                           "--name", "ana")
    check(status == 0, "sent: %s" % err)
    bob.expect("message", text="from cron", **{"from": "ana"})
    bob.expect(lambda e: e["event"] == "peer" and e["name"] == "ana" and
               e["state"] == "offline")
    # It waits two seconds for those who are there to say so.
    def who():
        status, out, err = run(hosts[0], home, "who", "--name", "ana")
        check(status == 0, "who: %s" % err)
        return out.startswith("bob ")
    lab.wait_until(who, "bob is there")
    check(sorted(os.listdir(home)) == sorted(
        set(os.listdir(home)) - {"control"}), "no socket stays behind")


def bot():
    """A program for each message; nothing of a peer is an argument."""
    hosts = lan()
    home = lab.home("bot")
    p = start(hosts[0], home, "listen", "--name", "bot", "--exec",
              "sh -c 'tr a-z A-Z; echo \" from $EARSHOT_FROM $#\"' --")
    ana = Earshot(hosts[1], "ana")
    got = ana.expect(lambda e: e["event"] == "peer" and e["name"] == "bot" and
                     e["state"] == "online")
    hostile = ["$(touch gone)", "`id`", "-rf /", "; echo no", "--help"]
    for text in ["make me loud"] + hostile:
        ana.send("/msg %s %s" % (got["id"], text))
        ana.expect("message", text=text.upper() + " from ana 0")
        lab.count("payloads")
    ana.send("/shout no answer to this")
    ana.sync()
    p.terminate()
    check(end(p)[0] == 0, "it ends when told to")


def examined(out):
    """The events of doctor --json: findings, facts, the last one."""
    events = [json.loads(line) for line in out.splitlines()]
    check(events[-1]["event"] == "doctor", "the last one: %s" % out)
    findings = [e for e in events if e["event"] == "finding"]
    facts = [e for e in events if e["event"] == "fact"]
    check(len(findings) + len(facts) == len(events) - 1, out)
    return findings, facts, events[-1]


def doctor():
    """Beside a running one and by itself; for scripts and for people."""
    hosts = lan()
    bob = Earshot(hosts[1], "bob")
    home = lab.home("ana")
    status, out, err = run(hosts[0], home, "doctor")
    check((status, err) == (0, ""), "healthy: %s %s" % (out, err))
    check(out.startswith("nothing wrong was found\n") and "bob" in out and
          bob.id not in out and bob.id[:4] in out, out)
    ana = Earshot(hosts[0], "ana")
    ana.expect("peer", id=bob.id, state="online")
    mark = ana.mark()
    status, out, _ = run(hosts[0], ana.home, "doctor", "--json")
    findings, facts, last = examined(out)
    check(status == 0 and not last["ill"] and last["asked"] is None, out)
    check({f["about"] for f in facts} >= {"interface", "port", "peer"}, out)
    check(all(f["severity"] == "hint" for f in findings), out)
    status, out, _ = run(hosts[0], ana.home, "doctor", "bob", "--json")
    _, facts, last = examined(out)
    check(last["asked"] == "bob" and
          [f["name"] for f in facts if f["about"] == "peer"] != [], out)
    # Who was never seen may be who is missing: what keeps people away is told.
    status, out, err = run(hosts[0], ana.home, "doctor", "carol")
    check(status == 1 and "carol" in err and
          out.startswith("nothing wrong was found\n"), out + err)
    status, out, _ = run(hosts[0], ana.home, "doctor", "carol", "--json")
    check(status == 1 and examined(out)[2]["asked"] is None, out)
    # An address: one that is there, and one where nobody is.
    status, out, _ = run(hosts[0], ana.home, "doctor", "10.77.0.2")
    check(status == 0 and "the way to 10.77.0.2\n" in out, out)
    status, out, _ = run(hosts[0], ana.home, "doctor", "10.77.0.99")
    check(status == 1 and out.startswith("1. [bad] nobody answers at "), out)
    status, out, err = run(hosts[0], ana.home, "doctor", "--timeout", "0")
    check((status, out) == (1, "") and "--timeout" in err, err)
    check(run(hosts[0], home, "doctor", "bob", "ana")[0] == 2, "wrong use")
    ana.send("/doctor")
    ana.expect("doctor", mark, ill=False)
    check(not [e for e in ana.events[mark:] if e["event"] == "message"],
          "nothing of it is told to others")
    ana.quit()
    # Where none comes up, that is what there is to tell.
    taken = start_taker(hosts[0])
    status, out, _ = run(hosts[0], home, "doctor", "--json")
    findings, _, last = examined(out)
    check(status == 1 and last["ill"], out)
    check(findings[0]["fault"] == "port-discovery" and
          findings[0]["severity"] == "bad", out)
    check(findings[0]["commands"], "and what mends it: %s" % out)
    taken.terminate()


def start_taker(ns):
    """A program that has the discovery port to itself."""
    p = subprocess.Popen(
        [sys.executable, "-c",
         "import socket, sys\n"
         "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
         "s.bind(('', 41827))\n"
         "print('taken', flush=True)\n"
         "sys.stdin.read()\n"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        preexec_fn=lab.child_setup(ns))
    lab.helpers.append(p)
    check(p.stdout.readline() == b"taken\n", "it is taken")
    return p


def headless():
    hosts = lan()
    home = lab.home("ana")
    p = start(hosts[0], home, "--headless", "--name", "ana")
    bob = Earshot(hosts[1], "bob")
    ana = bob.expect(lambda e: e["event"] == "peer" and e["name"] == "ana")
    bob.send("/msg %s are you there" % ana["id"])
    bob.expect("delivery", state="delivered")
    status, out, _ = run(hosts[0], home, "log")
    check("bob: are you there" in out, out)
    p.terminate()
    check(end(p)[:2] == (0, ""), "SIGTERM ends it, and it said nothing")
    bob.expect("peer", id=ana["id"], state="offline")


def trusts():
    """Keys remembered, compared and refused from the shell."""
    hosts = lan()
    ana, bob = (Earshot(h, n) for h, n in zip(hosts, ("ana", "bob")))
    ana.expect("peer", id=bob.id, state="online", trust="unknown")
    status, _, err = run(hosts[0], ana.home, "pin", "bob", ana.id)
    check(status == 1 and bob.id in err, "another one: %s" % err)
    ana.expect_absent("peer", id=bob.id, trust="pinned")
    status, out, err = run(hosts[0], ana.home, "pin", "bob")
    check(status == 0 and "bob" in out, "pinned: %s %s" % (out, err))
    ana.expect("peer", id=bob.id, trust="pinned")
    check(not ana.all("message") and not bob.all("message"), "without a word")
    mark = ana.mark()
    status, out, _ = run(hosts[0], ana.home, "verify", "bob")
    check(status == 0 and any(c.isdigit() for c in out), "a number: " + out)
    check(run(hosts[0], ana.home, "verify", "bob", "same")[0] == 0, "same")
    ana.expect("peer", mark, id=bob.id, trust="verified")
    mark = ana.mark()
    check(run(hosts[0], ana.home, "verify", "bob", "different")[0] == 0, "not")
    ana.expect("peer", mark, id=bob.id, trust="pinned")
    mark = ana.mark()
    check(run(hosts[0], ana.home, "pin", "bob", bob.id.upper())[0] == 0,
          "by fingerprint")
    ana.expect("peer", mark, id=bob.id, trust="verified")
    check(run(hosts[0], ana.home, "block", "bob")[0] == 0, "blocked")
    ana.expect("peer", mark, id=bob.id, trust="blocked")
    check(run(hosts[0], ana.home, "pin", "bob", "--wait", "1")[0] == 1, "no")
    check(run(hosts[0], ana.home, "unblock", "bob")[0] == 0, "not any more")
    check(run(hosts[0], ana.home, "pin", "nobody", "--wait", "1")[0] == 1,
          "nobody")
    check(run(hosts[0], ana.home, "block")[0] == 2, "wrong use")
    status, out, _ = run(hosts[0], ana.home, "id", "--qr")
    lines = out.split("\n")
    check(status == 0 and lines[0] == ana.id + " ana" and len(lines) == 21 and
          all(len(line) == 37 for line in lines[1:20]), "a QR code")


def receiver(ns, ana, there, count):
    """One that takes what bob offers, and that is told already."""
    lab.wait_until(lambda: lab.pump(0.01) or heard_by(ana) == 0,
                   "those before are gone")
    p = start(ns, ana.home, "receive", "--dir", there, "--from", "bob",
              "--count", count)
    lab.wait_until(lambda: lab.pump(0.01) or heard_by(ana) == 1,
                   "it is heard")
    return p


def files():
    """receive --dir: what is offered is taken there."""
    hosts = lan()
    ana, bob = (Earshot(h, n) for h, n in zip(hosts, ("ana", "bob")))
    ana.expect("peer", id=bob.id, state="online")
    bob.expect("peer", id=ana.id, state="online")
    there = os.path.join(lab.work, "a folder")
    os.mkdir(there)
    check(run(hosts[0], ana.home, "receive", "--dir", there + "x")[0] == 1,
          "no folder")
    p = receiver(hosts[0], ana, there, "3")
    names = ("it's.bin", "two")
    for name in names:
        path = os.path.join(lab.work, name)
        with open(path, "wb") as f:
            f.write(os.urandom(100000))
        check(run(hosts[1], bob.home, "send-file", "ana", path)[0] == 0,
              "sent " + name)
    bob.send("/msg %s that was all" % ana.id)
    status, out, err = end(p)
    check(status == 0, err)
    lines = out.split("\n")[:-1]
    check(sorted(lines) == sorted(
        ["bob: file " + os.path.join(there, name) for name in names] +
        ["bob: that was all"]), "each is told: %s" % lines)
    for name in names:
        with open(os.path.join(lab.work, name), "rb") as a, \
                open(os.path.join(there, name), "rb") as b:
            check(a.read() == b.read(), "it is the same")


def namesakes():
    """With a fingerprint it does not matter who else has the name."""
    for which in (0, 1):
        hosts = lab.lan_of(3)[1]
        ana, *both = (Earshot(h, n) for h, n in zip(hosts,
                                                    ("ana", "bob", "bob")))
        for one in both:
            ana.expect("peer", id=one.id, state="online")
        check(run(hosts[0], ana.home, "pin", "bob", ana.id)[0] == 1, "other")
        status, _, err = run(hosts[0], ana.home, "pin", "bob", both[which].id)
        check(status == 0, err)
        ana.expect("peer", id=both[which].id, trust="verified")


def impostor():
    """Who takes the name of a contact is not whom --from means."""
    hosts = lab.lan_of(3)[1]
    ana, bob = (Earshot(h, n) for h, n in zip(hosts, ("ana", "bob")))
    ana.expect("peer", id=bob.id, state="online")
    check(run(hosts[0], ana.home, "pin", "bob")[0] == 0, "pinned")
    eve = Earshot(hosts[2], "bob", home_dir=lab.home("eve"))
    ana.expect("peer", id=eve.id)
    eve.expect("peer", id=ana.id, state="online")
    there = os.path.join(lab.work, "there")
    os.mkdir(there)
    p = receiver(hosts[0], ana, there, "2")
    path = os.path.join(lab.work, "good.bin")
    with open(path, "wb") as f:
        f.write(b"x" * 1000)
    status = run(hosts[2], eve.home, "send-file", "ana", path,
                 "--timeout", "1")[0]
    ana.expect("transfer", id=eve.id, state="offered")
    check(status != 0 and os.listdir(there) == [], "it is not taken")
    eve.send("/msg %s it is me" % ana.id)
    check(run(hosts[1], bob.home, "send-file", "ana", path)[0] == 0, "sent")
    bob.send("/msg %s that was all" % ana.id)
    status, out, err = end(p)
    check(status == 0 and "it is me" not in out, "%s %s" % (out, err))
    check(os.listdir(there) == ["good.bin"], "the one of bob")


lab.run(trusts, namesakes, files, impostor, beside, waits, receives, alone, bot, doctor, headless)
