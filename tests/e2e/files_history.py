#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Files between two earshots, over restarts, kills, cuts, another address, pauses
and a full disk: nobody is asked again, what arrives is what was sent, and the
history of both ends says what it was, to whom, and where it is. A file that
changed on its way is none of those that were offered.

In the short form each end is killed a few times, the network is cut once and
the address changes once. EARSHOT_LONG=1: 100 kills of each end in transfers of
1 GiB, and 50 cuts.
"""
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True
import lab
from lab import Earshot, check, wait_until

lab.enter()

MIB = 1 << 20
SIZE = (64 if lab.sanitized() else 1024 if lab.LONG else 256) * MIB
KILLS = 100 if lab.LONG else 5
CUTS = 50 if lab.LONG else 2
OVER = ("done", "failed", "refused", "cancelled")
dice = random.Random(int(os.environ.get("SEED", "1")))


class Space:
    """A file system that holds what the one of the laboratory has no room
    for."""

    def __init__(self, mib):
        self.path = lab.home("space")
        lab.mount("e2e", self.path, "tmpfs", 0, "size=%dm,mode=0700" % mib)

    def folder(self, name):
        path = os.path.join(self.path, name)
        os.makedirs(path, exist_ok=True)
        return path

    def close(self):
        lab.unmount(self.path)


def make(folder, name, size):
    """Bytes that are nowhere the same; their SHA-256."""
    path, sha = os.path.join(folder, name), hashlib.sha256()
    block = bytearray(dice.randbytes(MIB))
    with open(path, "wb") as f:
        for at in range(0, size, MIB):
            block[:8] = at.to_bytes(8, "big")
            piece = bytes(block[:min(MIB, size - at)])
            sha.update(piece)
            f.write(piece)
    return path, sha.hexdigest()


def sha256(path):
    sha = hashlib.sha256()
    with open(path, "rb") as f:
        while piece := f.read(MIB):
            sha.update(piece)
    return sha.hexdigest()


class Person:
    """A home, and the lives of the program in it."""

    def __init__(self, ns, name, folder):
        self.ns, self.name, self.got = ns, name, folder
        self.home = lab.home(name)
        self.asked = []  # when something was offered
        with open(os.path.join(self.home, "config"), "w") as f:
            f.write("files.folder %s\n" % folder)
        self.p = None
        self.start()
        self.id = self.p.id

    def start(self):
        self.p = Earshot(self.ns, self.name, home_dir=self.home)

    def kill(self):
        self.p.signal(signal.SIGKILL)
        check(self.p.wait() == -signal.SIGKILL, "killed, not ended with %s"
              % self.p.status)
        lab.close(self.p)
        lab.count("kills")

    def quit(self):
        self.p.quit()
        lab.close(self.p)

    def restart(self):
        self.quit()
        self.start()

    def told(self, number, *states):
        """In this life, one of them; or None."""
        return self.p.find(
            lambda e: e.get("event") == "transfer" and
            e["transfer"] == number and e["state"] in states)

    def state(self, number, *states, timeout=lab.DEADLINE):
        """The same by the history, where it ended before it could tell."""
        looked = time.monotonic()
        end = looked + timeout
        while (found := self.told(number, *states)) is None:
            now = time.monotonic()
            check(now < end and not self.p.ended, "%s: %s is %s" % (
                self.name, number, " or ".join(states)))
            if now > looked + 1:
                looked = now
                file = self.files().get(number, {}).get("file", {})
                if file.get("state") in states:
                    return file
            lab.pump(0.05)
        return found

    def log(self, *words):
        done = subprocess.run(
            [lab.program, "--home", self.home, "log", *words],
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=lab.DEADLINE, preexec_fn=lab.child_setup(self.ns))
        check(done.returncode == 0, done)
        return done.stdout.splitlines()

    def files(self):
        """As the log of the machine has them: by number."""
        found = [json.loads(line) for line in self.log("--json")]
        return {f["file"]["transfer"]: f for f in found if "file" in f}


def two(space=None, lan=None, hosts=None):
    if hosts is None:
        lan, hosts = lab.lan_of(2)
    def folder(name):
        return space.folder(name) if space else lab.home("got")
    ana = Person(hosts[0], "ana", folder("ana"))
    bob = Person(hosts[1], "bob", folder("bob"))
    lab.meet(ana.p, bob.p)
    # Who was written to may offer more than a stranger.
    for a, b in ((ana, bob), (bob, ana)):
        mark = b.p.mark()
        a.p.send("/msg %s hello" % b.id)
        b.p.expect("message", mark, id=a.id)
    return ana, bob


def offer(ana, bob, path):
    """The numbers it has at both ends. No more than three in a minute are
    taken of anybody."""
    while len(bob.asked) >= 3 and time.monotonic() < bob.asked[-3] + 61:
        lab.pump(0.1)
    a, b = ana.p.mark(), bob.p.mark()
    ana.p.send("/query " + bob.id, "/send '%s'" % path)
    name = os.path.basename(path)
    mine = ana.p.expect("transfer", a, name=name)
    theirs = bob.p.expect("transfer", b, name=name, state="offered")
    bob.asked.append(time.monotonic())  # it may have been on its way for long
    return mine["transfer"], theirs["transfer"]


def arrived(bob, number, sha, timeout=lab.DEADLINE):
    end = bob.state(number, *OVER, timeout=timeout)
    check(end["state"] == "done" and end["path"], "arrived: %s" % end)
    check(sha256(end["path"]) == sha, "what was sent: %s" % end)
    # Who was killed at the end may leave a list, until that is old.
    check(not parts(bob, ".part"), "and nothing else: %s" % parts(bob))
    lab.count("files that are right")
    return end["path"]


def parts(bob, end=""):
    return [n for n in os.listdir(bob.got)
            if n.startswith(".earshot-") and n.endswith(end)]


def settle(person, number, *states):
    """The history tells of it."""
    return wait_until(
        lambda: lab.pump(0.05) or
        (person.files().get(number, {"file": {"state": None}})["file"]
         ["state"] in states and person.files()[number]),
        "%s in the log of %s: %s" % (number, person.name, states))


def restarted():
    """Offered while the other is away; both start again before it is taken."""
    ana, bob = two()
    place = lab.home("files")
    path, sha = make(place, "report one.pdf", 3 * MIB + 17)
    bob.quit()
    mark = ana.p.mark()
    ana.p.send("/query " + bob.id, "/send '%s'" % path)
    mine = ana.p.expect("transfer", mark, state="offered")["transfer"]
    ana.restart()
    bob.start()
    theirs = bob.p.expect("transfer", name="report one.pdf",
                          state="offered")["transfer"]
    offered = settle(bob, theirs, "offered")
    check(offered["from"] == "ana" and offered["file"]["path"] is None and
          offered["file"]["size"] == 3 * MIB + 17, offered)
    for who in (bob, ana, bob):
        who.restart()
    lab.meet(ana.p, bob.p)
    bob.p.send("/get " + theirs)
    there = arrived(bob, theirs, sha)
    wait_until(lambda: lab.pump(0.01) or not parts(bob), "it is tidied up")
    check(os.path.basename(there) == "report one.pdf", there)
    told = settle(ana, mine, "done")
    check(told["mine"] and told["conversation"] == "bob" and
          told["file"]["direction"] == "out" and
          told["file"]["path"] == path and told["file"]["ended"], told)
    told = settle(bob, theirs, "done")
    check(not told["mine"] and told["from"] == "ana" and
          told["file"]["path"] == there and
          told["file"]["done"] == 3 * MIB + 17, told)
    words(ana, bob, path, there)
    refused(ana, bob, place)


def words(ana, bob, path, there):
    """The same for people: in the log, an export and what is found."""
    line = "file report one.pdf, 3.1 MB (done: %s)"
    check(any(("me to bob: " + line % path) in l for l in ana.log()),
          ana.log())
    check(any(("ana: " + line % there) in l for l in bob.log()), bob.log())
    for who, what in ((ana, path), (bob, there)):
        for form in ("", "-json "):
            out = os.path.join(who.home, "out" + form.strip())
            mark = who.p.mark()
            who.p.send("/export %s%s" % (form, out))
            wait_until(lambda: lab.pump(0.01) or
                       (os.path.exists(out) and os.path.getsize(out)),
                       "an export")
            who.p.sync()
            with open(out) as f:
                check(what in f.read(), "%s: %s" % (who.name, out))
    mark = bob.p.mark()
    bob.p.send("/search -all report")
    bob.p.expect("found", mark, text="report one.pdf")


def refused(ana, bob, place):
    """Refused, and called off, while the other end is away."""
    path, _ = make(place, "b.bin", 1000)
    mine, theirs = offer(ana, bob, path)
    settle(ana, mine, "offered")
    ana.quit()
    bob.p.send("/refuse " + theirs)
    settle(bob, theirs, "refused")
    bob.restart()
    ana.start()
    told = settle(ana, mine, "refused")
    check(told["file"]["ended"] and told["file"]["ended_by"] == "them", told)
    lab.meet(ana.p, bob.p)
    path, _ = make(place, "c.bin", 1000)
    mine, theirs = offer(ana, bob, path)
    settle(bob, theirs, "offered")
    bob.quit()
    ana.p.send("/cancel " + mine)
    settle(ana, mine, "cancelled")
    ana.restart()
    told = settle(ana, mine, "cancelled")
    check(told["file"]["ended_by"] == "us", told)
    bob.start()
    told = settle(bob, theirs, "cancelled")
    check(told["file"]["ended_by"] == "them", told)
    check(any("(cancelled by you: " in l for l in ana.log()), ana.log())
    check(any("(cancelled by ana)" in l for l in bob.log()), bob.log())
    # Numbers go on.
    lab.meet(ana.p, bob.p)
    path, sha = make(place, "d.bin", 1000)
    more = offer(ana, bob, path)
    check(int(more[1][1:]) > int(theirs[1:]), more)
    bob.p.send("/get " + more[1])
    arrived(bob, more[1], sha)


def unkept():
    """A contact with whom no history is kept."""
    ana, bob = two()
    path, sha = make(lab.home("files"), "a.bin", MIB)
    bob.p.send("/history off " + ana.id)
    bob.p.sync()
    _, theirs = offer(ana, bob, path)
    settle(bob, theirs, "offered")
    bob.restart()
    lab.meet(ana.p, bob.p)
    bob.p.send("/get " + theirs)
    arrived(bob, theirs, sha)
    wait_until(lambda: lab.pump(0.05) or not bob.files(), "it is forgotten")


class Sending:
    """A transfer that is disturbed, and begun anew once it is over."""

    def __init__(self, ana, bob, space, size):
        self.ana, self.bob = ana, bob
        self.path, self.sha = make(space.folder("from"), "big.bin", size)
        self.number, self.mine = None, None

    def is_over(self):
        return self.number is None or self.bob.told(self.number, *OVER)

    def ensure(self):
        """It is under way."""
        if self.number is not None and not self.is_over():
            found = self.bob.files().get(self.number, {}).get("file", {})
            if found.get("state") not in OVER:
                return
        self.finish()
        lab.meet(self.ana.p, self.bob.p)
        self.mine, self.number = offer(self.ana, self.bob, self.path)
        self.bob.p.send("/get " + self.number)

    def finish(self):
        if self.number is None:
            return
        os.unlink(arrived(self.bob, self.number, self.sha,
                          4 * lab.DEADLINE))
        settle(self.ana, self.mine, "done")
        self.number = None

    def while_it_runs(self, s):
        """Waits so long, or until it is over."""
        end = time.monotonic() + s
        while (left := end - time.monotonic()) > 0 and not self.is_over():
            lab.pump(left)
        return not self.is_over()


def took(ana, bob, space):
    """How long one of them takes, undisturbed."""
    s = Sending(ana, bob, space, SIZE)
    begin = time.monotonic()
    s.ensure()
    s.finish()
    seconds = time.monotonic() - begin
    print("%d MiB undisturbed: %.1f s" % (SIZE // MIB, seconds))
    return seconds


def killed():
    """Each end in turn, at any moment."""
    space = Space(3 * SIZE // MIB + 512)
    try:
        ana, bob = two(space)
        seconds = took(ana, bob, space)
        for who in (bob, ana):
            s = Sending(ana, bob, space, SIZE)
            kills = during = 0
            while kills < KILLS:
                s.ensure()
                # Some are over by then, most are not.
                during += s.while_it_runs(dice.uniform(0, seconds / 2))
                who.kill()
                kills += 1
                who.start()
            s.finish()
            print("%s killed %d times, %d of them before the end"
                  % (who.name, kills, during))
    finally:
        space.close()


def cut():
    """The cable, for a moment, or for longer than anybody waits for."""
    space = Space(3 * SIZE // MIB + 512)
    try:
        lan, hosts = lab.lan_of(2)
        ana, bob = two(space, lan, hosts)
        seconds = took(ana, bob, space)
        s = Sending(ana, bob, space, SIZE)
        for i in range(CUTS):
            s.ensure()
            s.while_it_runs(dice.uniform(0, seconds / 2))
            port = "port%d" % (1 + i % 2)
            lan.ns.ip("link set %s down" % port)
            pause = time.monotonic() + dice.choice((0.05, 0.5, 3))
            while time.monotonic() < pause:
                lab.pump(0.05)
            lan.ns.ip("link set %s up" % port)
            lab.count("cuts")
        s.finish()
    finally:
        space.close()


def moved():
    """Who receives gets another address in the middle."""
    space = Space(3 * SIZE // MIB + 512)
    try:
        lan, hosts = lab.lan_of(2, v6=False)
        ana, bob = two(space, lan, hosts)
        seconds = took(ana, bob, space)
        s = Sending(ana, bob, space, SIZE)
        for number in (22, 23):
            s.ensure()
            s.while_it_runs(dice.uniform(0.2, 0.6) * seconds)
            hosts[1].ip("addr flush dev eth0")
            hosts[1].address("eth0", number, v6=False)
            lab.count("addresses")
        s.finish()
    finally:
        space.close()


def here(bob):
    """Bytes of what is not complete."""
    return sum(os.stat(os.path.join(bob.got, n)).st_size
               for n in parts(bob, ".part"))


class FullDisk:
    """One of bob's that fills up in the middle of a transfer."""

    def __init__(self):
        self.space = Space(2 * SIZE // MIB + 64)
        self.small = Space(SIZE // MIB + 256 + 64)
        self.ballast = os.path.join(self.small.path, "ballast")
        self.ana, self.bob = two(self.space)
        self.bob.p.send("/set files.folder " + self.small.path)
        self.bob.p.sync()
        self.bob.got = self.small.path
        self.sending = Sending(self.ana, self.bob, self.space, SIZE)

    def fill(self):
        """What came by then is kept, and waits."""
        bob, s = self.bob, self.sending
        s.ensure()
        wait_until(lambda: lab.pump(0.001) or here(bob) > SIZE // 8,
                   "some of it is here", step=0)
        # It must not be over before the disk is full.
        self.ana.p.signal(signal.SIGSTOP)
        with open(self.ballast, "wb") as f:
            st = os.statvfs(self.small.path)
            os.posix_fallocate(f.fileno(), 0, st.f_bavail * st.f_frsize -
                               (264 << 20))
        self.ana.p.signal(signal.SIGCONT)
        stopped = bob.state(s.number, "paused", "failed", "done")
        check(stopped["state"] == "paused", "it can go on: %s" % stopped)
        print("full: " + stopped["reason"])
        kept = here(bob)
        check(0 < kept < SIZE, "what came is kept: %d" % kept)

    def free(self):
        os.unlink(self.ballast)

    def close(self):
        self.space.close()
        self.small.close()


def full():
    """The disk fills up in the middle; then there is room again."""
    disk = FullDisk()
    try:
        disk.fill()
        disk.free()
        disk.bob.p.send("/resume " + disk.sending.number)
        disk.sending.finish()
    finally:
        disk.close()


def full_and_killed():
    """The same, and nobody says that there is room: a start finds it, of who
    receives, and then of both."""
    disk = FullDisk()
    try:
        ana, bob, s = disk.ana, disk.bob, disk.sending
        for ends in ((bob,), (bob, ana)):
            disk.fill()
            settle(bob, s.number, "paused")
            for who in ends:
                who.kill()
            disk.free()
            for who in ends:
                who.start()
            s.finish()
    finally:
        disk.close()


def begun(ana, bob, path):
    """Some of it is here."""
    mine, theirs = offer(ana, bob, path)
    bob.p.send("/get " + theirs)
    wait_until(lambda: lab.pump(0.001) or here(bob) > SIZE // 8,
               "some of it is here", step=0)
    return mine, theirs


def changed():
    """It is touched while its sender is away: both are told, once, what is true
    and what helps."""
    space = Space(3 * SIZE // MIB + 512)
    try:
        ana, bob = two(space)
        path, sha = make(space.folder("files"), "changed.bin", SIZE)
        mine, theirs = begun(ana, bob, path)
        ana.kill()
        os.utime(path, (10 ** 9, 10 ** 9))
        ana.start()
        for who, number, word in (
                (bob, theirs, "it changed at its sender; another /send"),
                (ana, mine, "changed.bin changed since it was offered")):
            end = who.state(number, *OVER)
            check(end["state"] == "failed" and word in end["reason"], end)
        wait_until(lambda: lab.pump(0.01) or not parts(bob), "it is tidied up")
        mark = bob.p.mark()
        bob.p.send("/get " + theirs)
        bob.p.expect("error", mark)
        # What is said to help does.
        lab.meet(ana.p, bob.p)
        mine, theirs = offer(ana, bob, path)
        bob.p.send("/get " + theirs)
        arrived(bob, theirs, sha)
    finally:
        space.close()


def rests(who, number, by):
    return wait_until(
        lambda: lab.pump(0.01) or
        [e for e in who.p.all("transfer", transfer=number)][-1]
        .get("paused_by") == by, "%s of %s is paused by %s" % (
            number, who.name, by))


def told_who(who, number, other):
    mark = who.p.mark()
    who.p.send("/resume " + number)
    text = "%s is paused by %s, who lets it go on" % (number, other.name)
    who.p.expect("info", mark, text=text)
    rests(who, number, "them")


def rested():
    """Either pauses it: the other one cannot let it go on, and is told so."""
    space = Space(3 * SIZE // MIB + 512)
    try:
        ana, bob = two(space)
        path, sha = make(space.folder("files"), "rested.bin", SIZE)
        mine, theirs = begun(ana, bob, path)
        # It must not be over before.
        bob.p.signal(signal.SIGSTOP)
        ana.p.send("/pause " + mine)
        rests(ana, mine, "us")
        bob.p.signal(signal.SIGCONT)
        rests(bob, theirs, "them")
        told_who(bob, theirs, ana)
        bob.p.send("/pause " + theirs)
        rests(bob, theirs, "both")
        bob.p.send("/resume " + theirs)
        rests(bob, theirs, "them")
        bob.p.send("/pause " + theirs)
        rests(bob, theirs, "both")
        ana.p.send("/resume " + mine)
        rests(bob, theirs, "us")
        rests(ana, mine, "them")
        told_who(ana, mine, bob)
        bob.p.send("/resume " + theirs)
        arrived(bob, theirs, sha)
        ana.state(mine, "done")
    finally:
        space.close()


lab.run(restarted, unkept, killed, cut, moved, full, full_and_killed,
        changed, rested)
