#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Two users and three instances on one machine: all reach each other, and
nobody takes, opens or is heard at what is another's."""
import json
import os
import socket
import stat
import subprocess
import sys

sys.dont_write_bytecode = True
import lab
from guest import Client
from guest import path as control_of
from lab import Earshot, check

lab.enter()
if not lab.owns_users:
    lab.skip("only root can become two users, so nobody looked at them")

ANA, BEN = 4001, 4002
USUAL = ".local/share/earshot"


def say(a, b, text, transport):
    mark = b.mark()
    a.send("/msg %s %s" % (b.id, text))
    got = b.expect("message", mark, text=text, id=a.id)
    check(got["transport"] == transport, "over %s: %s" % (transport, got))
    a.expect("delivery", message=got["message"], state="delivered")
    lab.count("messages over " + transport)


def three():
    _, (host,) = lab.lan_of(1)
    people = (Earshot(host, "ana", uid=ANA), Earshot(host, "two", uid=ANA),
              Earshot(host, "ben", uid=BEN))
    lab.meet(*people)
    for p in people:
        with open("/proc/%d/status" % p.pid) as f:
            check("\nUid:\t%d\t" % os.stat(p.home).st_uid in f.read(),
                  "whose process it is")
    return host, people


def all_reach_all():
    """All pairs, both ways, over TCP and UDP, and shouts."""
    _, people = three()
    check(len({p.tcp_port for p in people}) == 3 and
          len({p.udp_port for p in people}) == 3, "ports of their own")
    check(len({p.id for p in people}) == 3, "keys of their own")
    for transport in ("tcp", "udp"):
        for a in people:
            for b in people:
                if a is b:
                    continue
                mark = a.mark()
                a.send("/transport %s %s" % (transport, b.id))
                a.expect("info", mark)
        for a in people:
            for b in people:
                if a is not b:
                    lab.wait_until(lambda: settled(a, b, transport),
                                   "%s to %s over %s" % (a.name, b.name,
                                                         transport))
                    say(a, b, "%s from %s" % (transport, a.name), transport)
    for a in people:
        marks = [p.mark() for p in people]
        a.send("/shout all of you, says " + a.name)
        for p, mark in zip(people, marks):
            if p is not a:
                p.expect("shout", mark, id=a.id,
                         text="all of you, says " + a.name)
                lab.count("shouts")
    for a in people:
        seen = {e["id"] for e in a.all("peer") if e["state"] == "online"}
        check(seen == {p.id for p in people} - {a.id},
              "each sees the two others")


def settled(a, b, transport):
    """A choice takes a moment: a message tells whether it is over."""
    mark = b.mark()
    a.send("/msg %s over what?" % b.id)
    return b.expect("message", mark, id=a.id)["transport"] == transport


def become(uid, task):
    """What the task yields for that user, in a process of its own."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            lab.child_setup(uid=uid)()
            os.write(writer, json.dumps(task()).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as f:
        data = f.read()
    os.waitpid(pid, 0)
    check(data, "the other user got as far as to an answer")
    return json.loads(data)


def attempt(call, *args):
    try:
        call(*args)
    except OSError as e:
        return e.errno
    return 0


def everything(home):
    return [os.path.join(folder, name)
            for folder, folders, files in os.walk(home)
            for name in folders + files]


def nobody_else_opens():
    """Home, key, history, record of a run and socket are their owner's."""
    _, (ana, two, ben) = three()
    record = os.path.join(ana.home, "record")
    ana.send("/msg %s for the history" % ben.id)
    ben.expect("message")
    ana.sync()
    names = {os.path.basename(p) for p in everything(ana.home)}
    check({"identity", "earshot.db", "control", "lock", "pins"} <= names or
          {"identity", "earshot.db", "control", "lock"} <= names,
          "there is something to look for: %s" % names)
    for path in everything(ana.home) + [ana.home]:
        there = os.lstat(path)
        check(there.st_uid == ANA and not there.st_mode & 0o077,
              "%s: %o" % (path, there.st_mode))
        lab.count("modes")
    paths = everything(ana.home)

    def look():
        got = [attempt(os.listdir, ana.home),
               attempt(os.open, record, os.O_CREAT | os.O_WRONLY)]
        got += [attempt(os.open, path, os.O_RDONLY) for path in paths]
        got += [attempt(os.unlink, path) for path in paths]
        got.append(attempt(socket.socket(socket.AF_UNIX).connect,
                           control_of(ana)))
        return got
    errors = become(BEN, look)
    check(errors == [13] * len(errors) and len(errors) >= 11,
          "all refused: %s" % errors)
    lab.count("refused by modes", len(errors))
    for a, b in ((ana, ben), (two, ben), (ben, ana)):
        done = subprocess.run(
            [lab.program, "--home", b.home, "id"], capture_output=True,
            text=True, preexec_fn=lab.child_setup(uid=os.stat(a.home).st_uid))
        check(done.returncode != 0 and b.id not in done.stdout and
              "belongs to user" in done.stderr, "no verb of another: %s" % done)
    # The two of one user are his, and still two.
    check(become(ANA, lambda: attempt(os.listdir, two.home)) == 0, "his own")


def whoever_connects_is_asked():
    """Modes that were opened by a mistake do not open the socket."""
    host, (ana, _, ben) = three()
    client = Client(ana)
    check(client.greeting()[0]["id"] == ana.id, "root is heard")
    client.close()
    os.chmod(ana.home, 0o777)
    os.chmod(control_of(ana), 0o666)

    def knock():
        heard = b""
        for _ in range(20):
            s = socket.socket(socket.AF_UNIX)
            s.settimeout(10)
            s.connect(control_of(ana))
            try:
                s.sendall(b"/quit --all\n/msg %s forged\n"
                          % ben.id.encode())
            except OSError:
                pass
            try:
                heard += s.recv(65536)
            except ConnectionError:
                pass
            s.close()
        return heard.decode()
    mark = ben.mark()
    check(become(BEN, knock) == "", "not a word to another user")
    lab.count("refused by the kernel's word", 20)
    own = become(ANA, lambda: Client(ana).greeting()[0]["id"])
    check(own == ana.id, "the own user is heard")
    ana.send("/msg %s still here" % ben.id)
    ben.expect("message", mark, text="still here")
    ben.expect_absent("message", mark, text="forged")
    done = subprocess.run(
        [lab.program, "--home", ana.home, "who"], capture_output=True,
        text=True, preexec_fn=lab.child_setup(host, uid=BEN))
    check(done.returncode != 0 and "belongs to user 4001" in done.stderr,
          "no verb either: %s" % done)


class User:
    """Somebody with a login, at the usual places."""

    def __init__(self, host, name, uid):
        self.host, self.name, self.uid = host, name, uid
        self.home = lab.home(name, uid)
        self.line = "%s:x:%d:%d::%s:/bin/sh\n" % (name, uid, uid, self.home)

    def env(self, more):
        env = dict(os.environ, HOME=self.home, EARSHOT_NAME=self.name, **more)
        return env

    def start(self, **more):
        p = subprocess.Popen(
            [lab.program, "--headless", "--interface", "eth0"],
            env=self.env(more), stdin=subprocess.DEVNULL,
            preexec_fn=lab.child_setup(self.host, uid=self.uid))
        lab.helpers.append(p)
        return p

    def verb(self, *words, **more):
        done = subprocess.run(
            [lab.program, "--interface", "eth0", *words],
            env=self.env(more), capture_output=True, text=True,
            timeout=lab.DEADLINE,
            preexec_fn=lab.child_setup(self.host, uid=self.uid))
        check(done.returncode == 0, "%s: %s" % (words, done))
        return done.stdout

    def id(self, **more):
        return self.verb("id", **more).split()[0]

    def has(self, path):
        """A socket, of theirs alone."""
        lab.wait_until(lambda: os.path.exists(path), path)
        there = os.lstat(path)
        check(stat.S_ISSOCK(there.st_mode) and there.st_uid == self.uid and
              not there.st_mode & 0o077, path)
        # It is made executable, and is not for long.
        lab.wait_until(lambda: stat.S_IMODE(os.lstat(path).st_mode) == 0o600,
                       "the mode of " + path)
        lab.count("sockets")


def usual_places():
    """Without --home: with nothing, with a runtime directory for two homes,
    and with one that is everybody's."""
    _, (host,) = lab.lan_of(1)
    ana, ben = User(host, "ana", ANA), User(host, "ben", BEN)
    accounts = os.path.join(lab.home("etc"), "passwd")
    with open(accounts, "w", encoding="utf-8") as f:
        f.write("root:x:0:0::/root:/bin/sh\n" + ana.line + ben.line)
    os.chmod(accounts, 0o644)
    shared = os.path.join(lab.work, "shared")
    os.mkdir(shared)
    os.chmod(shared, 0o1777)
    lab.mount(accounts, "/etc/passwd", None, lab.MS_BIND)
    try:
        places(ana, ben, shared)
    finally:
        lab.unmount("/etc/passwd")


def theirs():
    """What the two have where everybody may put things."""
    found = set()
    for folder in (lab.work, "/tmp"):
        with os.scandir(folder) as entries:
            for entry in entries:
                try:
                    if entry.stat(follow_symlinks=False).st_uid in (ANA, BEN):
                        found.add(entry.path)
                except FileNotFoundError:
                    pass  # of some other program
    return found


def places(ana, ben, shared):
    before = theirs()
    running = []
    for user in (ana, ben):
        running.append(user.start())
        user.has(os.path.join(user.home, USUAL, "control"))
    ids = {user.id() for user in (ana, ben)}
    check(len(ids) == 2, "two people: %s" % ids)
    check(theirs() == before, "nothing where others could get at it")
    # A runtime directory that is everybody's, with somebody in wait there.
    def wait():
        os.mkdir(os.path.join(shared, "earshot"))
        os.chmod(os.path.join(shared, "earshot"), 0o777)
        trap = socket.socket(socket.AF_UNIX)
        trap.bind(os.path.join(shared, "earshot", "control"))
        os.chmod(os.path.join(shared, "earshot", "control"), 0o777)
        return 0
    become(BEN, wait)
    check(ana.id(XDG_RUNTIME_DIR=shared) == ana.id(), "it is not used")
    # Two homes of one user, and one runtime directory.
    own = lab.home("run", ANA)
    running[0].terminate()
    check(running[0].wait() is not None, "ended")
    one, two = {"XDG_RUNTIME_DIR": own}, {
        "XDG_RUNTIME_DIR": own, "XDG_DATA_HOME": lab.home("data", ANA)}
    ana.start(**one)
    ana.has(os.path.join(own, "earshot", "control"))
    ana.start(**two)
    ana.has(os.path.join(two["XDG_DATA_HOME"], "earshot", "control"))
    ids = [user.id(**more)
           for user, more in ((ana, one), (ana, two), (ben, {}))]
    check(len(set(ids)) == 3, "three of them: %s" % ids)
    for user, more in ((ana, one), (ana, two), (ben, {})):
        def others():
            lines = user.verb("who", "--wait", "3", "--json", **more)
            return {json.loads(line).get("id")
                    for line in lines.splitlines()} & set(ids)
        mine = user.id(**more)
        lab.wait_until(lambda: others() - {mine} == set(ids) - {mine},
                       "the two others")
        lab.count("views")


lab.run(all_reach_all, nobody_else_opens, whoever_connects_is_asked,
        usual_places)
