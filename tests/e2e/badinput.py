#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Whatever is wrong is told in a sentence, and nothing is lost by it.

What keeps earshot from starting: one line on standard error, the documented
status, no event, and a home as it was. What does not: an event.
"""
import contextlib
import os
import shutil
import socket
import stat
import subprocess
import sys
import time

sys.dont_write_bytecode = True
import lab
from lab import Earshot, check
from terminals import Pty, forbidden

lab.enter()

FAILED, USAGE = 1, 2
KEPT = ("identity", "pins", "config", "epoch")


def snapshot(home):
    """What must survive. The superuser of the test reads everything."""
    found = {}
    for name in KEPT:
        path = os.path.join(home, name)
        if os.path.isfile(path):
            with open(path, "rb") as f:
                found[name] = f.read()
    return found


def attempt(ns, words, stdin=subprocess.DEVNULL, env=None, **setup):
    try:
        return subprocess.run(
            [lab.program] + words, stdin=stdin, capture_output=True, text=True,
            env=dict(os.environ, **(env or {})), timeout=lab.DEADLINE,
            preexec_fn=lab.child_setup(ns, **setup))
    except subprocess.TimeoutExpired:
        raise lab.Failure("%s does not end" % words) from None


def refused(ns, words, status, *says, home=None, **more):
    """The start is refused with a sentence that says all of that."""
    before = snapshot(home) if home else {}
    options = ["--plain", "--json"] + (["--home", home] if home else [])
    done = attempt(ns, options + words, **more)
    case = "%s %s" % (words, says)
    check(done.returncode == status, "%s: status %d, not %d: %s" % (
        case, done.returncode, status, done.stderr))
    check(done.stderr.startswith("earshot: ") and
          done.stderr.count("\n") == 1, "%s: one line: %s" % (
              case, done.stderr))
    for text in says:
        check(text in done.stderr, "%s: %r is not in: %s" % (
            case, text, done.stderr))
    check(done.stdout == "", "%s: no event: %s" % (case, done.stdout))
    after = snapshot(home) if home else {}
    for name, data in before.items():
        check(after.get(name) == data, "%s: %s was changed" % (case, name))
    check(not forbidden(done.stderr), "%r: clean" % done.stderr)
    print("  %d  %s" % (status, done.stderr.strip()))
    lab.count("refusals")


def used_home(ns, name, **setup):
    """A home that was started once, with one pin."""
    first = Earshot(ns, name, interface=None, **setup)
    first.quit()
    with open(os.path.join(first.home, "pins"), "a") as f:
        f.write("%s pinned - 1 7 1 1795168920000 1795168920000 zoe\n"
                % ("a" * 51 + "q"))
    return first


def command_line():
    ns = lab.Ns("alone")
    home = lab.home("ana")
    for words, said in (
            (["--frobnicate"], "no option --frobnicate"),
            (["-Z"], "no option -Z"),
            (["--port", "99999"], '"99999"'), (["--port", "0"], '"0"'),
            (["--port", "x"], '"x"'), (["--port"], "--port wants a value"),
            (["--a\033[31mb"], "no option"),
            (["\033]0;x\007\xff"], "no command"),
            (["--name", ""], "between 1 and 64 bytes"),
            (["--name", "x" * 65], "between 1 and 64 bytes"),
            (["--interface", "a/b"], '"a/b"'), (["--interface", ""], '""'),
            (["surplus"], '"surplus"'), (["demo", "demo"], '"demo"')):
        refused(ns, words, USAGE, said, "earshot --help")
    check(os.listdir(home) == [], "nothing was made")
    for word in ("--help", "--version"):
        done = attempt(ns, [word])
        check(done.returncode == 0 and "earshot" in done.stdout and
              done.stderr == "", word)


def network():
    ns = lab.Ns("alone")
    home = used_home(ns, "ana").home
    refused(ns, ["--interface", "nope0"], FAILED, "nope0", "one of these: lo",
            home=home)
    holder = ns.socket(socket.AF_INET, socket.SOCK_DGRAM)
    holder.bind(("0.0.0.0", lab.PORT))
    refused(ns, [], FAILED, "discovery port", "in use", "another program",
            "--port", home=home)
    other = Earshot(ns, "ana", "--port", "5000", interface=None,
                    home_dir=home)
    other.quit()
    holder.close()
    ns.ip("link set lo down")
    alone = Earshot(ns, "ana", interface=None, home_dir=home)
    error = alone.expect("error", command=None)
    check("no network" in error["text"] and "/net" in error["text"],
          "no network is told: %s" % error)
    ns.ip("link set lo up")
    alone.quit()


@contextlib.contextmanager
def changed(path, mode):
    before = stat.S_IMODE(os.stat(path).st_mode)
    os.chmod(path, mode)
    yield
    os.chmod(path, before)


def identity():
    ns = lab.Ns("alone")
    home = used_home(ns, "ana").home
    key = os.path.join(home, "identity")
    with open(key) as f:
        good = f.read()
    with changed(key, 0):
        refused(ns, [], FAILED, key, "Permission denied", "--home", home=home,
                plain_user=True)
    for mode in (0o644, 0o640, 0o602):
        with changed(key, mode):
            refused(ns, [], FAILED, key, "%04o" % mode, "chmod 600", home=home)
    if lab.owns_users:
        os.chown(key, 1234, 1234)
        refused(ns, [], FAILED, key, "1234", "--home", home=home)
        os.chown(key, 0, 0)
    else:
        lab.note("a key of another user: there is no other user here")
    for bad in ("", good[:40], "hello\n", good.replace("identity 1", "ident"),
                good[:-3] + "zz\n", good + "x", "x" * 100000):
        with open(key, "w") as f:
            f.write(bad)
        refused(ns, [], FAILED, key, "backup", "move it away", home=home)
    with open(key, "w") as f:
        f.write(good.replace("identity 1", "identity 3"))
    refused(ns, [], FAILED, key, "newer earshot", home=home)
    with open(key, "w") as f:
        f.write(good)
    os.rename(key, key + ".real")
    os.symlink("identity.real", key)
    refused(ns, [], FAILED, key, "symbolic link", home=home)
    os.unlink(key)
    os.mkdir(key)
    refused(ns, [], FAILED, key, "not a plain file", "move it", home=home)
    os.rmdir(key)
    os.rename(key + ".real", key)
    again = Earshot(ns, "ana", interface=None, home_dir=home)
    again.quit()
    with open(key) as f:
        check(f.read() == good, "the key is the one it was")


def homes():
    ns = lab.Ns("alone")
    home = used_home(ns, "ana").home
    with changed(home, 0o500):
        refused(ns, [], FAILED, home, "--home", home=home, plain_user=True)
    with changed(home, 0o755):
        refused(ns, [], FAILED, home, "0755", "chmod 700", home=home)
    lab.mount(home, home, None, lab.MS_BIND)
    lab.mount(None, home, None,
              lab.MS_BIND | lab.MS_REMOUNT | lab.MS_RDONLY)
    refused(ns, [], FAILED, home, "Read-only", "--home", home=home)
    lab.unmount(home)
    if lab.owns_users:
        os.chown(home, 1234, 1234)
        refused(ns, [], FAILED, home, "1234", "--home", home=home)
        os.chown(home, 0, 0)
    for path in (os.path.join(home, "identity"),
                 os.path.join(home, "identity", "below"),
                 "/proc/nothing"):
        refused(ns, ["--home", path], FAILED, path, "--home")
    Earshot(ns, "ana", interface=None, home_dir=home).quit()


def configuration():
    ns = lab.Ns("alone")
    home = used_home(ns, "ana").home
    path = os.path.join(home, "config")
    good = "# me\nstatus at my desk\n"
    for line, said in (("frob on", "frob"), ("port 70000", "70000"),
                       ("quiet perhaps", "perhaps"), ("= x", "\"=\""),
                       ("name " + "x" * 65, "64"), ("name a\033b", "control"),
                       ("look.glyphs wide", "wide")):
        with open(path, "w") as f:
            f.write(good + line + "\n")
        refused(ns, [], FAILED, path, "line 3", said, "correct that line",
                home=home)
    with open(path, "wb") as f:
        f.write(good.encode() + b"name \xff\xfe\n")
    refused(ns, [], FAILED, path, "UTF-8", home=home)
    with open(path, "w") as f:
        f.write("#" * (1 << 22))
    refused(ns, [], FAILED, path, "longer", home=home)
    with open(path, "w") as f:
        f.write(good)
    with changed(path, 0):
        refused(ns, [], FAILED, path, "Permission denied", home=home,
                plain_user=True)
    Earshot(ns, "ana", interface=None, home_dir=home).quit()


def damaged_state():
    """A start goes on, says what is damaged, and keeps it aside."""
    _, (host, far) = lab.lan_of(2)
    ana, bob = Earshot(host, "ana"), Earshot(far, "bob")
    lab.meet(ana, bob)
    bob.send("/msg %s hello" % ana.id)
    bob.expect("delivery", state="delivered")
    bob.expect("peer", id=ana.id, trust="pinned")
    bob.quit()
    pins = os.path.join(bob.home, "pins")
    with open(pins) as f:
        check(ana.id in f.read(), "ana is pinned in the file")
    with open(pins, "a") as f:
        f.write("no line of pins\n")
    again = Earshot(far, "bob", home_dir=bob.home)
    error = again.expect("error", command=None)
    check("1 damaged line" in error["text"] and
          "pins.damaged" in error["text"] and "repair" in error["text"],
          "damaged pins are told: %s" % error)
    again.expect("peer", id=ana.id, trust="pinned", state="online")
    again.quit()
    with open(pins + ".damaged") as f:
        check("no line of pins\n" in f.read(), "and kept")
    with open(pins) as f:
        check(ana.id in f.read(), "and the good ones, too")
    for bad in ("x", "", "99999999999\n", "-1\n", "\0\0\0\0"):
        with open(os.path.join(bob.home, "epoch"), "w") as f:
            f.write(bad)
        # A lost counter goes on from the clock, in seconds.
        second = int(time.time())
        lab.wait_until(lambda: int(time.time()) > second, "the next second")
        mark = ana.mark()
        again = Earshot(far, "bob", home_dir=bob.home)
        ana.expect("peer", mark, id=bob.id, state="online")
        mark = ana.mark()
        again.quit()
        ana.expect("peer", mark, id=bob.id, state="offline")
        lab.count("damaged epochs")


def full_disk():
    _, (host, far) = lab.lan_of(2)
    place = lab.home("small")
    lab.mount("none", place, "tmpfs", 0, "size=64k,mode=0700")
    os.chown(place, 0, 0)
    filler = os.path.join(place, "filler")

    def fill():
        with contextlib.suppress(OSError), open(filler, "wb", 0) as f:
            while True:
                f.write(b"x" * 4096)

    fill()
    refused(host, [], FAILED, place, "No space left", "--home", home=place)
    check(not os.path.exists(os.path.join(place, "identity")),
          "half a key is no key")
    os.unlink(filler)
    ana, bob = Earshot(host, "ana", home_dir=place), Earshot(far, "bob")
    lab.meet(ana, bob)
    before = snapshot(place)
    fill()
    bob.send("/msg %s hello" % ana.id)
    ana.expect("message", text="hello")
    error = ana.expect("error", command=None)
    check("No space left" in error["text"] and "remembered only" in
          error["text"], "pins that cannot be written are told: %s" % error)
    check(snapshot(place) == before, "the old files are whole")
    os.unlink(filler)
    ana.quit()
    check(bob.id.encode() in snapshot(place)["pins"],
          "and are written once there is room")
    fill()
    # Nothing new has to be written to start: a full disk keeps nobody out.
    Earshot(host, "ana", home_dir=place).quit()
    check(bob.id.encode() in snapshot(place)["pins"], "the pins are whole")
    os.unlink(filler)


def streams():
    """Closed standard files; a reader that goes away; a line too long."""
    ns = lab.Ns("alone")
    for closed in ((0,), (1,), (2,), (0, 1, 2)):
        home = lab.home("closed%d" % len(lab.counts))
        shutil.rmtree(home)
        done = attempt(ns, ["--plain", "--home", home],
                       more=lambda: [os.close(fd) for fd in closed])
        check(done.returncode == 0, "closed %s: %s" % (closed, done))
        for name in os.listdir(home):
            with open(os.path.join(home, name)) as f:
                check("fingerprint" not in f.read(), "an event in " + name)
        check(os.path.getsize(os.path.join(home, "lock")) < 20, "the lock")
        lab.count("closed files", len(closed))
    ana = Earshot(ns, "ana", interface=None)
    ana.process.stdout.close()
    os.write(ana.process.stdin.fileno(), b"/who\n")
    check(ana.process.wait(lab.DEADLINE) == 1, "nobody listens: leaves")
    bob = Earshot(ns, "bob", interface=None)
    bob.send("x" * 200000, "/who")
    error = bob.expect("error", command="")
    check("64 KiB" in error["text"], "a line too long: %s" % error)
    bob.expect("info", command="/who")
    for line in (b"\xff\xfe", b"/msg bob \xc3", b"\xed\xa0\x80", b"a\0b"):
        mark = bob.mark()
        bob.send(line)
        error = bob.expect("error", mark)
        check("UTF-8" in error["text"], "not text: %s" % error)
    bob.quit()


def terminals():
    """Terminals that cannot show a screen, or not everything."""
    ns = lab.Ns("alone")

    def on(words, **more):
        term = Pty(ns, ["--home", lab.home("on%d" % len(lab.helpers))] + words,
                   **more)
        return term

    for name in ("no-such-terminal", "xterm\033[31m", "x" * 300):
        term = on([], env={"TERM": name})
        check(term.wait() == FAILED, "TERM=%.20s: %s" % (name, term.output))
        text = term.output.decode()
        check(text.startswith("earshot: ") and text.count("\n") == 1 and
              "TERM" in text and "--plain" in text and
              not forbidden(text.replace("\r\n", "\n")),
              "TERM=%.20s: %s" % (name, text))
        print("  1  %s" % text.strip())
        lab.count("refusals")
    for more in ({"unset": ("TERM",)}, {"env": {"TERM": "dumb"}},
                 {"env": {"EARSHOT_PLAIN": "1"}}):
        term = on([], **more)
        term.expect("fingerprint")
        term.type("/who\n")
        term.expect("nobody is here")
        term.type("/quit\n")
        check(term.wait() == 0 and b"\033" not in term.output,
              "plain on a terminal, %s: %s" % (more, term.output))
    for locale in ("C", "POSIX", "xx_YY.nonsense"):
        term = on(["--name", "ana"], env={"LC_ALL": locale})
        term.expect("not UTF-8")
        term.expect("LC_ALL=C.UTF-8")
        term.type("/quit\r")
        check(term.wait() == 0, "status in locale " + locale)
        check(max(term.output) < 0x80, "lines and marks in ASCII in locale %s: %s" % (
            locale, term.output))
        lab.count("locales")
    term = on([])
    term.expect("F1 help")
    os.close(term.master)
    term.master = os.open("/dev/null", os.O_RDWR)
    lab.wait_until(lambda: term.process.poll() is not None, "a hangup")
    check(term.process.returncode == 0, "a hangup is no failure: %d"
          % term.process.returncode)


lab.run(command_line, network, identity, homes, configuration, damaged_state,
        full_disk, streams, terminals)
