#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""--record and --replay: what a record has and what it must not have, what an
engine makes of it, and files that are full, there already, or damaged."""
import contextlib
import hashlib
import json
import os
import random
import shutil
import socket
import stat
import struct
import subprocess
import sys
import time

sys.dont_write_bytecode = True
import lab
from ipmsg_peer import SENDMSG, Peer
from lab import Earshot, check

lab.enter()

MAGIC = b"EARSREC\x01"
HEAD = struct.Struct(">HBQ")
WINDOW = 8  # so many bytes of a secret or of a file in a row are one too many
HOUR_MS = 3600 * 1000


def read(path):
    with open(path, "rb") as f:
        return f.read()


def write(path, data):
    with open(path, "wb") as f:
        f.write(data)
    return path


# Replays -------------------------------------------------------------------

def nowhere():
    """A namespace in which nothing can be reached."""
    ns = lab.Ns("nowhere")
    ns.ip("link set lo down")
    return ns


def replay(path, *options, before=()):
    """Its status, its output, its complaint, and how long it took. It has an
    empty home that nobody can write to."""
    empty = lab.home("empty")
    os.chmod(empty, 0o500)
    begin = time.monotonic()
    done = subprocess.run(
        [*before, lab.program, "--replay", path, *options],
        capture_output=True, stdin=subprocess.DEVNULL, cwd=empty,
        timeout=lab.DEADLINE, env=dict(os.environ, HOME=empty),
        preexec_fn=lab.child_setup(nowhere(), plain_user=True))
    took = time.monotonic() - begin
    check(os.listdir(empty) == [], "a replay made nothing")
    check(done.returncode in (0, 1), "status %s of a replay: %s"
          % (done.returncode, done.stderr.decode()))
    lab.count("replays")
    return done.returncode, done.stdout, done.stderr.decode(), took


def played(path):
    """The events of a good one."""
    status, out, err, _ = replay(path, "--json")
    check((status, err) == (0, ""), "status %d: %s" % (status, err))
    return [json.loads(line) for line in out.splitlines()]


def of(events, event, **fields):
    return [e for e in events if e["event"] == event and
            all(e.get(k) == v for k, v in fields.items())]


def entries(data):
    """(kind, ms, body) of each, and where the next one would be."""
    at = len(MAGIC)
    check(data.startswith(MAGIC), "it begins as a record")
    while at < len(data):
        size, kind, ms = HEAD.unpack_from(data, at)
        at += HEAD.size
        yield kind, ms, data[at:at + size]
        at += size
    check(at == len(data), "whole entries")


# What must not be in it ----------------------------------------------------

def sub_key(seed, number):
    return hashlib.blake2b(digest_size=32, key=seed, person=b"EARSHOT1",
                           salt=struct.pack("<Q", number)).digest()


def seed_of(home):
    kind, seed = read(os.path.join(home, "identity")).split()[2:4]
    check(kind == b"1" and len(seed) == 64, "the file of the identity")
    return bytes.fromhex(seed.decode())


def check_absent(data, secret, what):
    """No part of it is there, neither as bytes nor in hexadecimal."""
    for form in (secret, secret.hex().encode()):
        for i in range(0, len(form) - WINDOW + 1):
            if form[i:i + WINDOW] in data:
                raise lab.Failure("of %s: %r is in the record"
                                  % (what, form[i:i + WINDOW]))
    lab.count("secrets looked for")


def check_harmless(data, ana, texts, files):
    seed = seed_of(ana.home)
    check_absent(data, seed, "the seed")
    for number in (1, 2, 3):
        check_absent(data, sub_key(seed, number), "sub-key %d" % number)
    for text in texts:
        for kind in ("utf-8", "utf-16-le", "gb18030"):
            check(text.encode(kind) not in data, "%s is in it" % text)
        lab.count("texts looked for")
    for name, content in files:
        check(name.encode() not in data, "a name of a file")
        for i in range(0, len(content) - WINDOW, 997):
            check(content[i:i + WINDOW] not in data, "bytes of a file")
        lab.count("files looked for")


# Parts ---------------------------------------------------------------------

def say(a, b, text):
    mark = b.mark()
    a.send("/msg %s %s" % (b.id, text))
    b.expect("message", mark, text=text)
    return text


def send_file(a, b, name, size):
    content = random.Random(name).randbytes(size)
    mark = b.mark()
    a.send("/send " + write(os.path.join(a.home, name), content))
    offer = b.expect("transfer", mark, state="offered")
    b.send("/get " + offer["transfer"])
    b.expect("transfer", mark, state="done")
    return name, content


def tell_strangers_things(ns, ana, texts):
    """Somebody who takes our ports for another program's."""
    with ns.inside():
        for text in texts:
            with contextlib.closing(socket.create_connection(
                    ("10.77.0.1", ana.tcp_port), lab.DEADLINE)) as s:
                s.sendall(text.encode() + b"\n")
                with contextlib.suppress(ConnectionError):
                    s.recv(1)
            with contextlib.closing(socket.socket(
                    socket.AF_INET, socket.SOCK_DGRAM)) as s:
                s.sendto(text.encode(), ("10.77.0.1", ana.udp_port))


def a_day(path):
    """ana records; bob and cem are earshots, zhang has IP Messenger, and dan
    nothing but sockets."""
    _, hosts = lab.lan_of(4)
    home = lab.home("ana")
    write(os.path.join(home, "config"),
          b"ipmsg on\nplain on\nfiles.folder %s\n" % home.encode())
    ana = Earshot(hosts[0], "ana", "--record", path, home_dir=home)
    bob, cem = Earshot(hosts[1], "bob"), Earshot(hosts[2], "cem")
    bob.send("/set files.folder " + bob.home)
    lab.meet(ana, bob, cem)
    texts = [say(ana, bob, "meet me at the old mill"),
             say(bob, ana, "bring the blue folder along"),
             say(cem, ana, "nobody may know of this"),
             say(ana, cem, "你好，明天见面吧")]
    for p, text in ((ana, "lunch is ready downstairs"),
                    (cem, "the printer is on fire again")):
        p.send("/shout " + text)
        bob.expect("shout", text=text)
        texts.append(text)
    ana.expect("shout", text=texts[-1])
    ana.send("/alias %s old friend of mine" % bob.id, "/query " + bob.id)
    ana.expect("peer", id=bob.id, name="old friend of mine")
    texts.append("old friend of mine")
    bob.send("/query ana")
    files = [send_file(ana, bob, "sketch-of-a-bridge.bin", 300000),
             send_file(bob, ana, "letter-to-a-friend.bin", 300000)]
    zhang = Peer(hosts[3], "zhang", "PC-1", nick="zhang")
    zhang.enter()
    seen = ana.expect("peer", dialect="ipmsg")
    zhang.say("10.77.0.1", "the code is four times seven")
    ana.expect("message", text="the code is four times seven")
    ana.send('/msg "%s" whisper it to nobody at all' % seen["name"])
    zhang.expect(SENDMSG)
    texts += ["the code is four times seven", "whisper it to nobody at all"]
    ana.send("/listen tcp 8888")
    ana.expect("info", command="/listen tcp 8888")
    with hosts[3].inside():
        with contextlib.closing(socket.create_connection(
                ("10.77.0.1", 8888), lab.DEADLINE)) as s:
            s.sendall(b"an old program says this\n")
            ana.expect("message", text="an old program says this")
    texts.append("an old program says this")
    strangers = ["a secret for another program", "EARS are not for all ears"]
    tell_strangers_things(hosts[3], ana, strangers)
    texts += strangers
    mark = ana.mark()
    bob.quit()
    ana.expect("peer", mark, id=bob.id, state="offline")
    mark = ana.mark()
    cem.process.kill()
    ana.expect("peer", mark, id=cem.id, state="stale")
    ana.send("/msg cem are you still in there")
    texts.append("are you still in there")
    zhang.close()
    ana.quit()
    return ana, bob, cem, texts, files


def changes(events, ids):
    """How each of them went on, without what only says so again."""
    last, out = {}, []
    for e in events:
        state = (e.get("state"), e.get("trust"))
        if e.get("id") in ids and last.get(e["id"]) != state:
            last[e["id"]] = state
            out.append((e["id"], *state))
    return out


def what_it_has():
    """Nobody's words, keys or files; and the same people, in the same order, at
    the same times."""
    path = os.path.join(lab.work, "day.rec")
    ana, bob, cem, texts, files = a_day(path)
    data = read(path)
    check(stat.S_IMODE(os.stat(path).st_mode) == 0o600, "for us alone")
    check_harmless(data, ana, texts, files)
    print("  %d bytes, %d entries" % (len(data), len(list(entries(data)))))
    events = played(path)
    check(events[0]["event"] == "record" and events[0]["id"] == ana.id and
          events[0]["tcp_port"] == ana.tcp_port and
          events[0]["udp_port"] == ana.udp_port, "who recorded")
    ids = (bob.id, cem.id)
    then = changes(ana.all("peer"), ids)
    now = changes(of(events, "peer"), ids)
    check(then == now, "the same:\n%s\n%s" % (then, now))
    check(len(now) >= 6, "people came, were pinned, and went: %s" % now)
    states, = of(events, "states")
    check(states["different"] == 0 and states["same"] >= 2 and
          states["told"] >= 4, "states: %s" % states)
    for told in of(events, "recorded", replay="same"):
        check(any(abs(p["ms"] - told["ms"]) <= 50 and p["state"] == told["state"]
                  for p in of(events, "peer", id=told["id"])),
              "at the same time: %s" % told)
    lists(events, bob, cem)
    status, one, _, took = replay(path)
    _, two, _, _ = replay(path)
    check(status == 0 and one == two and len(one) > 1000, "twice the same")
    check(all(len(line) > 10 for line in one.splitlines()), "lines")
    traced(path)
    lab.count("states compared", len(of(events, "recorded")))
    return path


def lists(events, bob, cem):
    """The packets, and what they were."""
    packets = of(events, "packet")
    for kind in ("announcement", "solicitation", "goodbye", "shout",
                 "handshake", "bytes", "entry", "message", "foreign"):
        check(of(packets, "packet", kind=kind), "no packet of kind " + kind)
    check(of(packets, "packet", id=bob.id, name="bob", interface="eth0"),
          "bob by name")
    check(of(packets, "packet", kind="shout", id=cem.id, direction="in"),
          "cem shouted")
    for what in ("dial", "open", "accepted", "ended", "closed", "file"):
        check(of(events, "connection", what=what), "no connection " + what)
    check(of(events, "connection", what="dial")[0]["to"].endswith(":41827"),
          "whom it dialled")
    check(of(events, "port", port=2425) and of(events, "port", port=8888),
          "ports of dialects: %s" % of(events, "port"))
    check(of(events, "recorded", dialect="ipmsg", replay="not-replayed"),
          "zhang was there")
    discovery, = of(events, "discovery")
    check(discovery["accepted"] >= 5 and discovery["dropped"]["our own"] >= 2,
          "discovery: %s" % discovery)
    check(of(events, "interface", interface="eth0"), "a sum of eth0")
    check(of(events, "end", why="left"), "it ended as it should")


def traced(path):
    """Nothing is opened to be written, nothing is sent."""
    strace = shutil.which("strace")
    if strace is None or lab.sanitized():
        lab.note("the calls of a replay: no strace here, or a sanitizer")
        return
    out = os.path.join(lab.work, "calls")
    status, _, err, _ = replay(path, before=(
        strace, "-f", "-o", out, "-e", "trace=%network,%file"))
    if "ptrace" in err:
        lab.note("the calls of a replay: " + err.strip())
        return
    check(status == 0, "traced: %s" % err)
    calls = read(out).decode().splitlines()
    # The program lets nobody look into it: names are not to be seen.
    begun, = [i for i, c in enumerate(calls) if '"/dev/null"' in c]
    check(any("openat" in c for c in calls[begun + 1:]), "it read the record")
    for c in calls[begun + 1:]:
        check(any(w in c for w in ("O_RDONLY", "newfstatat(", "exited")),
              "a replay did this: " + c)
        lab.count("calls looked at")


def an_hour():
    """The same day, spread over an hour and longer: it does not wait."""
    path = what_it_has()
    data = read(path)
    last = list(entries(data))[-1][1]
    factor = 2 * HOUR_MS // last + 1
    slow = bytearray(MAGIC)
    for kind, ms, body in entries(data):
        slow += HEAD.pack(len(body), kind, ms * factor) + body
    status, out, err, took = replay(
        write(os.path.join(lab.work, "hours.rec"), bytes(slow)), "--json")
    events = [json.loads(line) for line in out.splitlines()]
    check(status == 0, "two hours: %s" % err)
    check(events[-1]["ms"] >= 2 * HOUR_MS, "it is as long")
    check(took < 1 + lab.SLACK, "took %.1f s" % took)
    print("  %d s in %.2f s" % (events[-1]["ms"] // 1000, took))
    damaged(data)


def damaged(data):
    """Cut, changed and made up: a sentence that names the byte."""
    rng = random.Random(7)
    path = os.path.join(lab.work, "bad.rec")
    marks = [len(MAGIC)]
    for _, _, body in entries(data):
        marks.append(marks[-1] + HEAD.size + len(body))
    cuts = {0, 1, 7, 8, 9} | {rng.randrange(len(data)) for _ in range(40)}
    for cut in cuts:
        status, out, err, _ = replay(write(path, data[:cut]))
        whole = max([m for m in marks if m <= cut], default=0)
        check(status == 1 and err.rstrip().endswith("at byte %d" % whole),
              "cut at %d: %d %s" % (cut, status, err))
        check(cut < len(data) // 2 or out.count(b"\n") > 20, "up to there")
        lab.count("cuts")
    for _ in range(100):
        bad = bytearray(data)
        for _ in range(rng.randrange(1, 4)):
            bad[rng.randrange(len(bad))] = rng.randrange(256)
        status, out, err, _ = replay(write(path, bytes(bad)))
        check(status == 0 or "at byte" in err, "changed: %s" % err)
        check(all(b >= 0x20 or b == 0x0a for b in out), "no controls come out")
        lab.count("changes")
    for junk in (b"", b"#!/bin/sh\n", MAGIC + b"\xff" * 5000,
                 MAGIC + HEAD.pack(4, 2, 0) + b"\0\0\0\1", data + b"more"):
        status, out, err, _ = replay(write(path, junk))
        check(status == 1 and "at byte" in err, "junk: %d %s" % (status, err))
    # A name that would write across a terminal.
    evil = bytearray(MAGIC)
    for kind, ms, body in entries(data):
        body = body.replace(b"\x03bob", b"\x03\x1b[H") if kind == 18 else body
        evil += HEAD.pack(len(body), kind, ms) + body
    status, out, _, _ = replay(write(path, bytes(evil)))
    check(status == 0 and b"\x1b" not in out and "␛[H" in out.decode(),
          "a name is text of a peer")


def run_once(*words):
    done = subprocess.run(
        [lab.program, *words], capture_output=True, stdin=subprocess.DEVNULL,
        timeout=lab.DEADLINE, preexec_fn=lab.child_setup(lab.Ns("once")))
    return done.returncode, done.stderr.decode()


def refusals():
    """Where nothing can or shall be recorded: a sentence, and no file."""
    home = lab.home("ana")
    there = write(os.path.join(lab.work, "there"), b"mine")
    link = os.path.join(lab.work, "link")
    os.symlink(there, link)
    front = ("--home", home, "--plain")
    for path, why in ((there, "there already"), (link, "there already"),
                      (lab.work, "there already"),
                      ("/nowhere/a.rec", "No such file"),
                      ("/proc/a.rec", "No such file")):
        status, err = run_once(*front, "--record", path)
        check(status == 1 and why in err and path in err,
              "%s: %d %s" % (path, status, err))
        lab.count("refusals")
    check(read(there) == b"mine", "it is as it was")
    new = os.path.join(lab.work, "new.rec")
    for words in (("log",), ("passphrase",), ("listen", "udp", "9000"),
                  ("--replay", there), ("who", "--replay", there)):
        status, err = run_once("--home", home, "--record", new, *words)
        check(status == 2 and not os.path.exists(new), "%s: %s" % (words, err))
        lab.count("refusals")
    status, err = run_once("--replay", "/nowhere/a.rec")
    check(status == 1 and "No such file" in err, err)
    # Beside one that runs: neither a front end nor a verb.
    ana = Earshot(lab.Ns("host"), "ana", interface=None, home_dir=home)
    for words in ((), ("who",)):
        status, err = run_once(*front[:2], "--plain", "--record", new, *words)
        check(status == 1 and err and not os.path.exists(new), err)
        lab.count("refusals")
    ana.quit()
    # One that is started for a verb can be.
    status, err = run_once(*front[:2], "--record", new, "who", "--wait", "0")
    check(status == 0 and of(played(new), "end", why="left"), err)


def full_disk():
    """The record ends, with a word; earshot goes on, and what is there of it
    is replayed."""
    _, hosts = lab.lan_of(2)
    small = lab.home("small")
    lab.mount("e2e", small, "tmpfs", 0, "size=8k,mode=0700")
    path = os.path.join(small, "a.rec")
    ana = Earshot(hosts[0], "ana", "--record", path)
    bob = Earshot(hosts[1], "bob")
    lab.meet(ana, bob)
    say(ana, bob, "hello")
    say(bob, ana, "hello")
    for i in range(200):
        say(ana, bob, "number %d" % i)
    ana.expect(lambda e: "the record ends here" in e.get("text", ""))
    check(os.stat(path).st_size <= 8192, "no larger than the disk")
    say(bob, ana, "still there?")
    say(ana, bob, "still here")
    ana.quit()
    data = read(path)
    check(len(list(entries(data))) > 50, "whole entries up to there")
    status, out, err, _ = replay(path)
    check(status == 1 and "without an end, at byte %d" % len(data) in err, err)
    check(b"name=bob" in out, "bob came before")
    lab.unmount(small)


lab.run(refusals, full_disk, an_hour)
