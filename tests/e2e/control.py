#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The control socket: other programs speak to a running earshot, each gets its
own answers, and none of them can hold it up."""
import os
import socket
import stat
import sys

sys.dont_write_bytecode = True
import lab
from guest import Client, path
from lab import Earshot, check

lab.enter()

CLIENTS_MAX = 128


def pair():
    _, hosts = lab.lan_of(2)
    ana, bob = (Earshot(h, n) for h, n in zip(hosts, ("ana", "bob")))
    ana.expect("peer", id=bob.id, state="online")
    bob.expect("peer", id=ana.id, state="online")
    return hosts, ana, bob


def speaks():
    """Commands and events, as with --plain --json; answers go to who asked."""
    _, ana, bob = pair()
    check(stat.S_IMODE(os.stat(path(ana)).st_mode) == 0o600, "its mode")
    one, two = Client(ana), Client(ana)
    greeting = one.greeting()
    check(greeting[0]["event"] == "ready" and greeting[0]["id"] == ana.id,
          "who this is comes first: %s" % greeting[0])
    check([e["id"] for e in greeting if e["event"] == "peer"] == [bob.id],
          "then who is there")
    two.greeting()
    mark = ana.mark()
    answer = one.ask("/msg %s from a program" % bob.id)
    check([e["state"] for e in answer if e["event"] == "delivery"][:1] ==
          ["queued"], "what became of it at once: %s" % answer)
    bob.expect("message", text="from a program")
    one.until(lambda e: e.get("state") == "delivered")
    ana.expect("delivery", mark, state="delivered")
    mark = ana.mark()
    check(one.ask("/nosuch")[0]["event"] == "error", "an error is an answer")
    check("bob" in one.ask("/who")[0]["text"], "so is information")
    ana.expect_absent(lambda e: e["event"] in ("info", "error") and
                      e["command"] in ("/nosuch", "/who"), mark)
    check([e for e in two.ask("/no2") if "/no2" not in e["command"]] == [],
          "nobody else's answers")
    bob.send("/msg %s to all of them" % ana.id)
    for client in (one, two):
        client.until(lambda e: e["event"] == "message" and
                     e["text"] == "to all of them")
    ana.expect("message", text="to all of them")
    one.write(b"/who\n/net")
    one.socket.shutdown(socket.SHUT_WR)
    got = []
    while (event := one.event()) is not None:
        got.append(event)
    check([e["command"] for e in got if e["event"] == "done"] ==
          ["/who", "/net"], "what was asked before the end is answered")


def hostile():
    """Garbage, lines without end, and clients that never read."""
    _, ana, bob = pair()
    client = Client(ana)
    client.greeting()
    client.write(b"\xff\xfe\n")
    client.until(lambda e: e["event"] == "error" and "UTF-8" in e["text"])
    client.write(b"x" * 200000 + b"\n")
    client.until(lambda e: e["event"] == "error" and "longer" in e["text"])
    check(client.ask("/no1")[0]["event"] == "error", "it goes on")
    deaf = [Client(ana) for _ in range(CLIENTS_MAX - 1)]
    before = ana.memory_kib()
    ana.send("/msg %s you are no stranger" % bob.id)
    bob.expect("message", text="you are no stranger")
    for turn in range(4):
        for i in range(500):
            bob.send("/msg %s %s%d" % (ana.id, "long " * 200, i))
        bob.send("/msg %s end %d" % (ana.id, turn))
        ana.expect("message", text="end %d" % turn)
    lab.count("messages beside deaf clients", 2004)
    grown = ana.memory_kib() - before
    if lab.sanitized():
        lab.note("memory: a sanitizer keeps what was freed")
    else:
        check(grown < (CLIENTS_MAX + 32) * 1024, "%d KiB more for %d that do "
              "not read" % (grown, len(deaf)))
    ana.sync()
    got = []
    waiting = Client(ana)  # beyond the bound: has its turn when one leaves
    deaf.pop().close()
    got = waiting.greeting()
    check(got[0]["event"] == "ready", "the next one has its turn")
    late = deaf.pop()
    lost = late.until(lambda e: e["event"] == "error" and
                      "missing here" in e["text"])
    check(len(lost) < 2100, "who reads late is told what is missing")
    for each in deaf:
        each.close()
    ana.sync()


def restarts():
    """A socket that a killed one left is replaced; the end removes it."""
    hosts, ana, _ = pair()
    client = Client(ana)
    client.greeting()
    ana.process.kill()
    while client.event() is not None:
        pass  # what was told before, and then its end
    check(os.path.exists(path(ana)), "the socket stays behind")
    lab.close(ana)
    again = Earshot(hosts[0], "ana", home_dir=ana.home)
    client = Client(again)
    check(client.greeting()[0]["id"] == ana.id, "the next one listens there")
    client.write(b"/quit\n")
    check(again.wait() == 0, "a client may end it")
    check(not os.path.exists(path(again)), "nothing is left")


def hasty():
    """Who writes and is gone at once was heard."""
    _, ana, bob = pair()
    for i in range(20):
        client = Client(ana)
        client.write(b"/msg %s in haste %d\n" % (bob.id.encode(), i))
        client.close()
        bob.expect("message", text="in haste %d" % i)
    lab.count("hasty clients", 20)


def others():
    """Other users get nothing, whatever the mode of the socket."""
    if not lab.owns_users:
        lab.note("no other users here")
        return
    _, ana, _ = pair()
    os.chmod(path(ana), 0o666)
    folder = ana.home
    while folder.startswith(lab.work):
        os.chmod(folder, 0o755)
        folder = os.path.dirname(folder)
    pid = os.fork()
    if pid == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
        status = 2
        try:
            s = socket.socket(socket.AF_UNIX)
            s.connect(path(ana))
            s.settimeout(lab.DEADLINE)
            status = 0 if s.recv(1) == b"" else 1
        except PermissionError:
            status = 0
        os._exit(status)
    done = []

    def ended():
        lab.pump(0.01)
        done[:] = os.waitpid(pid, os.WNOHANG)
        return done[0] == pid
    lab.wait_until(ended, "the other user is done")
    check(os.waitstatus_to_exitcode(done[1]) == 0, "he got nothing")
    ana.sync()


lab.run(speaks, hostile, hasty, restarts, others)
