#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""T52: killed at any moment, nothing that was accepted is lost or doubled.

Two talk, both ways at once, and one of them is killed again and again at
marked calls of the C library, which lie on either side of all that matters:
the commit, the acknowledgement, what the user is told. Each time its files are
looked at as they were left, it is started again, and the talk goes on. In
every other run the power fails, too: what was written and not synced is gone.
Four runs at each point over TCP and UDP; EARSHOT_LONG=1: 50.
"""
import os
import shutil
import signal
import sys
import time

sys.dont_write_bytecode = True
import lab
import ledger
from lab import Earshot, LossyLan, check
from ledger import raw_id

LIBRARY = "killpoint.so"

lab.enter()

RUNS = 50 if lab.LONG else 4
# When, which call, of which file: see tests/support/killpoint.c.
TALKING = (
    "before pwrite64 -wal", "after pwrite64 -wal",
    "before fdatasync -wal", "after fdatasync -wal",
    "before write pipe", "after write pipe",
    "before poll any", "after poll any",
)
STREAM = ("before send socket", "after send socket",
          "before recv socket", "after recv socket")
DATAGRAMS = ("before sendmsg socket", "after sendmsg socket",
             "before recvmsg socket", "after recvmsg socket")
STARTING = ("before fdatasync -wal", "after pwrite64 -shm",
            "after write epoch", "before fdatasync epoch")
LEAVING = ("before pwrite64 .db", "after pwrite64 .db",
           "before fdatasync .db", "before unlink any")
ON_THE_WAY = 30


class Talk:
    """ana, who is killed, and bob, who sees it."""

    def __init__(self, transport, seed):
        self.lan = LossyLan()
        self.transport = transport
        self.at = lab.home("killpoint")
        self.library = shutil.copy(
            os.path.join(lab.build, "tests", "support", LIBRARY), self.at)
        self.armed = os.path.join(self.at, "armed")
        self.count = seed
        self.home = lab.home("ana")
        self.given = {"ana": 0, "bob": 0}
        self.accepted = {"ana": [], "bob": []}  # ids, as told
        self.delivered = {"ana": set(), "bob": set()}
        self.got = {"ana": [], "bob": []}       # (id, text)
        self.stored = set()  # of bob's, on ana's disk at the last crash
        self.ever_stored = set()
        self.read_to = {}
        self.lives = 0
        self.power_fails = False
        self.bob = self.ana = None
        self.bob = Earshot(self.lan.hosts[1], "bob")
        self.start(None)
        lab.meet(self.ana, self.bob)
        for one, other in ((self.ana, self.bob), (self.bob, self.ana)):
            one.send("/transport %s %s" % (transport, other.id))
            one.sync()

    # Lives

    def start(self, point, armed=False, wait=True):
        env = {}
        self.point = None
        if point:
            # Not always the first: up to the 12th time.
            self.count = (self.count * 1103515245 + 12345) % (1 << 31)
            nth = 1 if armed or point in LEAVING else 1 + self.count // 64 % 12
            env = {"LD_PRELOAD": self.library, "KILLPOINT_ARMED": self.armed,
                   "KILLPOINT": "%s %d" % (point, nth)}
            self.point = env["KILLPOINT"]
            if self.power_fails:
                env["KILLPOINT_POWER"] = "1"
                self.point += ", and the power"
        if armed:
            self.arm()
        self.ana = Earshot(self.lan.hosts[0], "ana", home_dir=self.home,
                           env=env, wait=wait)
        self.lives += 1
        self.read_to["ana"] = 0

    def arm(self):
        with open(self.armed, "w"):
            pass

    def buried(self, how="SIGKILL"):
        """Once ana has been killed: what her files say, as they were left."""
        check(self.ana.wait() == -signal.SIGKILL, "killed, not ended with %s"
              % self.ana.status)
        with_care(lambda: os.unlink(self.armed))
        self.step(give=False)
        lab.close(self.ana)
        copy = snapshot(self.home)
        judge_copy(copy, self.bob.id, self.accepted["ana"],
                   self.delivered["bob"], how)
        entries = ledger.history(copy, self.bob.id)
        # What had been stored, and not told yet, is history when she is back.
        self.stored = {e.id for e in ledger.said(entries, False)}
        self.ever_stored |= self.stored
        # She died before she could tell.
        there = {e.id for e in ledger.said(entries, True) if not e.waits}
        self.delivered["ana"] |= {id for id in self.accepted["ana"]
                                  if raw_id(id) in there}
        shutil.rmtree(copy)
        lab.count("kills")

    # Talking

    def step(self, give=True):
        for me, other in ((self.ana, self.bob), (self.bob, self.ana)):
            self.take(me)
            outstanding = len(self.accepted[me.name]) - \
                len(self.delivered[me.name])
            if give and outstanding < ON_THE_WAY:
                me.send("/msg %s %s %d" % (self.to(other), me.name,
                                           self.given[me.name]))
                self.given[me.name] += 1
        lab.pump(0.002)

    def to(self, other):
        return other.id if hasattr(other, "id") else other.name

    def take(self, me):
        at = self.read_to.setdefault(me.name, 0)
        for event in me.events[at:]:
            if event["event"] == "message":
                self.take_message(me, event)
            elif event["event"] == "delivery":
                self.take_delivery(me, event)
            elif event["event"] == "ready" and me is self.ana:
                me.id = event["id"]
        self.read_to[me.name] = len(me.events)

    def take_message(self, me, event):
        got = self.got[me.name]
        check(event["transport"] == self.transport, "over " + self.transport)
        check(event["missing"] == 0, "missing: %s" % event)
        item = event["message"], event["text"]
        if me is self.ana and item in got:
            # What was shown in her last moments comes again if it had not
            # been stored: on the screen of this life it is the first time.
            check(raw_id(item[0]) not in self.stored,
                  "shown twice: %s" % event)
            del got[got.index(item):]
            lab.count("shown again, since not stored before")
        got.append(item)

    def take_delivery(self, me, event):
        id, state = event["message"], event["state"]
        check(state != "failed", event)
        if id not in self.accepted[me.name]:
            self.accepted[me.name].append(id)
        if state == "delivered":
            check(id not in self.delivered[me.name] or me is self.ana,
                  "delivered once: %s" % event)
            self.delivered[me.name].add(id)

    def progress(self, texts=3):
        """So many more of each."""
        want = {n: len(g) + texts for n, g in self.got.items()}
        until(lambda: all(len(self.got[n]) >= w for n, w in want.items()),
              self.step, lambda: "that the talk goes on: %s" % self)

    def __str__(self):
        return "life %d; given %s, accepted %s, delivered %s, got %s" % (
            self.lives, self.given,
            {n: len(x) for n, x in self.accepted.items()},
            {n: len(x) for n, x in self.delivered.items()},
            {n: len(x) for n, x in self.got.items()})

    def finish(self):
        # What she was killed before she could tell, her disk knows.
        def settled():
            return len(self.delivered["bob"]) == self.given["bob"] and \
                not waiting(self.home) and not waiting(self.bob.home)
        until(settled, lambda: self.step(give=False),
              lambda: "the end: %s" % self)
        for p in (self.ana, self.bob):
            p.quit()
            self.take(p)
        for name in ("ana", "bob"):
            numbers = [int(text.split()[1]) for _, text in self.got[name]]
            check(numbers == sorted(set(numbers)), "in order, once")
            check(len({id for id, _ in self.got[name]}) == len(numbers),
                  "each under one id")
        for name, other in (("ana", "bob"), ("bob", "ana")):
            came = {id for id, _ in self.got[other]}
            lost = [id for id in self.accepted[name] if id not in came and
                    raw_id(id) not in self.ever_stored]
            check(not lost, "%d accepted by %s and lost: %s" % (
                len(lost), name, lost))
        ours = ledger.history(self.home, self.bob.id)
        ledger.compare(self.ana, self.bob, len(ledger.said(ours, True)),
                       self.given["bob"])
        self.lan.switch.close()


def with_care(action):
    try:
        action()
    except FileNotFoundError:
        pass


def until(condition, step, what):
    end = time.monotonic() + 2 * lab.DEADLINE
    while not condition():
        if time.monotonic() > end:
            raise lab.Failure("not in time: %s" % (
                what() if callable(what) else what))
        step()


def waiting(home):
    db = ledger.open_db(home)
    try:
        return db.execute("SELECT count(*) FROM message WHERE waits"
                          ).fetchone()[0]
    finally:
        db.close()


def snapshot(home):
    """A copy of the database as another machine would find the disk."""
    copy = lab.home("copy")
    for name in os.listdir(home):
        if name.startswith("earshot.db"):
            shutil.copy(os.path.join(home, name), copy)
    return copy


def judge_copy(copy, peer, accepted, acknowledged, how="copied"):
    """Sound; with all ours that were accepted, all theirs that we
    acknowledged."""
    check(ledger.is_sound(copy), "a database that is sound")
    entries = ledger.history(copy, peer)
    mine = {e.id for e in ledger.said(entries, True)}
    theirs = {e.id for e in ledger.said(entries, False)}
    lost = [id for id in accepted if raw_id(id) not in mine]
    check(not lost, "%s: %d accepted and not stored: %s"
          % (how, len(lost), lost[:9]))
    lost = [id for id in acknowledged if raw_id(id) not in theirs]
    check(not lost, "%s: %d acknowledged and not stored: %s"
          % (how, len(lost), lost[:9]))
    lab.count("copies looked at")


def ends(ana):
    return ana.process.poll() is not None


def kill_while_talking(talk, point):
    talk.start(point)
    talk.progress()
    talk.arm()
    until(lambda: ends(talk.ana), talk.step, "that she dies %s" % point)
    talk.buried(talk.point)


def kill_at_start(talk, point):
    talk.start(point, armed=True, wait=False)
    until(lambda: ends(talk.ana), lambda: talk.step(give=False),
          "that she dies %s" % point)
    talk.buried(talk.point)


def kill_at_end(talk, point):
    talk.start(point)
    talk.progress()
    talk.arm()
    talk.ana.send("/quit", "/quit")
    until(lambda: ends(talk.ana), lambda: talk.step(give=False),
          "that she dies %s" % point)
    talk.buried(talk.point)


def kill_all(transport, points):
    talk = Talk(transport, 1 if transport == "tcp" else 2)
    talk.progress()
    talk.ana.signal(signal.SIGKILL)
    talk.buried()
    for i in range(RUNS):
        talk.power_fails = i % 2 == 1
        for how, which in ((kill_while_talking, points),
                           (kill_at_start, STARTING), (kill_at_end, LEAVING)):
            for point in which:
                how(talk, point)
    talk.start(None)
    talk.progress()
    talk.finish()
    print("%s: %d points, %d lives, %d and %d messages" % (
        transport, len(points) + len(STARTING) + len(LEAVING), talk.lives,
        len(talk.got["bob"]), len(talk.got["ana"])))


def newborn():
    """Killed while its first start makes the files; the next one makes do."""
    host = lab.lan_of(1)[1][0]
    at = lab.home("killpoint")
    library = shutil.copy(
        os.path.join(lab.build, "tests", "support", LIBRARY), at)
    total = 0
    for power in (False, True):
        for call in ("before fdatasync any", "after fdatasync any",
                     "before pwrite64 any", "before write any",
                     "before fsync any", "after rename any"):
            nth = 0
            died = True
            while died:
                nth += 1 if lab.LONG else 2
                env = {"LD_PRELOAD": library, "KILLPOINT_ARMED": at,
                       "KILLPOINT": "%s %d" % (call, nth)}
                if power:
                    env["KILLPOINT_POWER"] = "1"
                died = first_start(host, env)
                total += died
    check(total > 20, "%d points" % total)
    print("a first start killed at %d points" % total)


def first_start(host, env):
    """Whether the first one died."""
    home = lab.home("newborn")
    first = Earshot(host, "eve", home_dir=home, env=env, wait=False)
    lab.wait_until(lambda: lab.pump(0.01) or ends(first) or
                   first.find("ready"), "a start")
    died = first.find("ready") is None
    if died:
        first.wait()
        second = Earshot(host, "eve", home_dir=home)
        second.quit()
        check(ledger.is_sound(home) and second.stderr() == "" and
              not second.all("error"), "as if it were the first: %s %s" % (
                  second.stderr(), second.events))
    shutil.rmtree(home)
    lab.close(first)
    if died:
        lab.close(second)
    return died


def copies():
    """What a copy of the disk at any moment holds."""
    for transport in ("tcp", "udp"):
        talk = Talk(transport, 3)
        talk.progress()
        end = time.monotonic() + (60 if lab.LONG else 3)
        while time.monotonic() < end:
            talk.progress(1)
            acknowledged = set(talk.delivered["bob"])
            talk.ana.signal(signal.SIGSTOP)
            copy = snapshot(talk.home)
            talk.ana.signal(signal.SIGCONT)
            judge_copy(copy, talk.bob.id, talk.accepted["ana"], acknowledged)
            shutil.rmtree(copy)
        talk.finish()


def tcp():
    kill_all("tcp", TALKING + STREAM)


def udp():
    kill_all("udp", TALKING + DATAGRAMS)


lab.run(tcp, udp, newborn, copies)
