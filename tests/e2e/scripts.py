#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Scripts that use earshot much, and all at once: each message arrives, and
once, whether an earshot runs beside them or each needs one for the moment.

EARSHOT_LONG=1: a thousand in a row instead of some, and fifty at once without
one that runs.
"""
import collections
import json
import os
import select
import subprocess
import sys
import time

sys.dont_write_bytecode = True
import lab
from guest import Client
from lab import Earshot, check

lab.enter()

SMALL = lab.sanitized() and not lab.LONG
IN_A_ROW = 1000 if lab.LONG else 25 if SMALL else 100
AT_ONCE = 12 if SMALL else 50
BRIEF_IN_A_ROW = 100 if lab.LONG else 4 if SMALL else 12
BRIEF_AT_ONCE = 50 if lab.LONG else 6 if SMALL else 12
CLIENTS = 100
FLOOD = 3000 if lab.LONG else 1400
BATCH = 100  # less than is kept for a reader that is slow


def start(ns, home, text):
    p = subprocess.Popen(
        [lab.program, "send", "bob", text, "--home", home, "--name", "ana",
         "--interface", "eth0", "--timeout", "%d" % lab.DEADLINE],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, preexec_fn=lab.child_setup(ns))
    lab.helpers.append(p)
    return p


def end(p):
    lab.wait_until(lambda: lab.pump(0.001) or p.poll() is not None,
                   "it ends: %s" % p.args, step=0)
    said = p.stdout.read().decode()
    p.stdout.close()
    lab.helpers.remove(p)
    check((p.returncode, said) == (0, ""),
          "%s: status %d, %s" % (p.args[3], p.returncode, said))


def send(ns, home, row, at_once, kind):
    """What was sent."""
    texts = ["%s, %d in a row" % (kind, i) for i in range(row)]
    begin = time.monotonic()
    for text in texts:
        end(start(ns, home, text))
    middle = time.monotonic()
    more = ["%s, %d at once" % (kind, i) for i in range(at_once)]
    for p in [start(ns, home, text) for text in more]:
        end(p)
    print("%s: %d in a row in %.1f s, %d at once in %.1f s" % (
        kind, row, middle - begin, at_once, time.monotonic() - middle))
    lab.count("earshot send", row + at_once)
    return texts, more


def once(bob, texts, more):
    """All of it is with bob, once, and what was in a row is in order."""
    bob.sync()
    got = bob.all("message")
    heard = collections.Counter(e["text"] for e in got)
    check(heard == collections.Counter(texts + more),
          "each once: %s" % (heard - collections.Counter(texts + more)
                             or collections.Counter(texts + more) - heard))
    check(len({e["message"] for e in got}) == len(got), "ids of their own")
    check([e["text"] for e in got][:len(texts)] == texts, "in order")


def no_stranger(bob, id):
    """Strangers are held to a rate."""
    bob.send("/msg %s write to me" % id)
    bob.expect("delivery", state="delivered")


def beside():
    _, hosts = lab.lan_of(2)
    ana, bob = (Earshot(h, n) for h, n in zip(hosts, ("ana", "bob")))
    lab.meet(ana, bob)
    no_stranger(bob, ana.id)
    fds = lab.wait_until(lambda: open_files(ana), "its files")
    texts, more = send(hosts[0], ana.home, IN_A_ROW, AT_ONCE, "beside one")
    once(bob, texts, more)
    ana.sync()
    delivered = [e["message"] for e in ana.all("delivery", state="delivered")]
    check(len(set(delivered)) == len(delivered) == len(texts + more),
          "and the one that runs saw each delivered")
    lab.wait_until(lambda: lab.pump(0.01) or open_files(ana) <= fds + 1,
                   "no descriptor stays behind")


def open_files(p):
    return len(os.listdir("/proc/%d/fd" % p.pid))


def alone():
    _, hosts = lab.lan_of(2)
    bob = Earshot(hosts[1], "bob")
    ana = Earshot(hosts[0], "ana")
    lab.meet(ana, bob)
    no_stranger(bob, ana.id)
    ana.quit()
    texts, more = send(hosts[0], ana.home, BRIEF_IN_A_ROW, BRIEF_AT_ONCE,
                       "with none")
    once(bob, texts, more)
    log = subprocess.run(
        [lab.program, "log", "--json", "--limit", "10000", "--home",
         ana.home], check=True,
        stdin=subprocess.DEVNULL, capture_output=True, text=True).stdout
    kept = collections.Counter(
        e["text"] for e in map(json.loads, log.splitlines()) if e.get("mine"))
    check(kept == collections.Counter(texts + more), "so says the history")


def crowd():
    """A hundred programs hear what happens; one more never reads."""
    _, hosts = lab.lan_of(2)
    ana, bob = (Earshot(h, n) for h, n in zip(hosts, ("ana", "bob")))
    lab.meet(ana, bob)
    ana.send("/msg %s you are no stranger" % bob.id)
    bob.expect("message", text="you are no stranger")
    clients = [Client(ana) for _ in range(CLIENTS)]
    for client in clients:
        client.greeting()
    deaf = Client(ana)
    deaf.greeting()
    bob.send("/msg %s hear this" % ana.id)
    for i, client in enumerate(clients):
        client.until(lambda e: e["event"] == "message" and
                     e["text"] == "hear this")
        again = client.ask("/no%d" % i)
        check([e["event"] for e in again] == ["error"], "once: %s" % again)
    lab.count("clients that heard it", CLIENTS)
    for client in clients[10:]:
        client.close()
    beside_deaf(ana, bob, clients[:10], deaf)


def all_heard(heard, last):
    lab.pump(0.001)
    for s in select.select(heard, [], [], 0)[0]:
        heard[s] += s.recv(1 << 20)
    return all(last in data[-8192:] for data in heard.values())


def beside_deaf(ana, bob, clients, deaf):
    """More than is kept for one that does not read; the others hear it all."""
    for client in clients:
        client.socket.setblocking(False)
    heard = {client.socket: b"" for client in clients}
    for begin in range(0, FLOOD, BATCH):
        for i in range(begin, begin + BATCH):
            bob.send("/msg %s %s%d" % (ana.id, "long " * 200, i))
        last = b"long %d\"" % (begin + BATCH - 1)
        lab.wait_until(lambda: all_heard(heard, last), "the others hear all",
                       step=0)
    for data in heard.values():
        events = [json.loads(line) for line in data.splitlines()]
        got = [e["text"].split()[-1] for e in events
               if e["event"] == "message"]
        check(got == [str(i) for i in range(FLOOD)], "each once, in order")
    lab.count("events that readers heard", FLOOD * len(clients))
    ana.sync()
    deaf.until(lambda e: e["event"] == "error" and "missing here" in e["text"])
    check(deaf.ask("/no")[0]["event"] == "error", "it has another chance")


lab.run(beside, alone, crowd)
