#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Whatever is wrong is told in a sentence, and nothing is lost by it.

What keeps earshot from starting: one line on standard error, the documented
status, no event, and a home as it was. What does not: an event.
"""
import contextlib
import os
import re
import shutil
import socket
import sqlite3
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
KEPT = ("identity", "pins", "pins.imported", "pins.damaged", "config",
        "epoch")
ZOE = "a" * 51 + "q"
OLD_PINS = "earshot pins 1\n"


def pin_line(fp, name):
    """As the first version wrote it."""
    return "%s pinned - 1 7 1 1795168920000 1795168920000 %s\n" % (fp, name)


def write_pins(home, *lines, mode=0o600):
    path = os.path.join(home, "pins")
    with open(path, "w") as f:
        f.write("".join(lines))
    os.chmod(path, mode)
    return path


def rows_of(home):
    """All that the database holds, of a copy: looking must not mend it."""
    place = lab.home("copy")
    for name in ("earshot.db", "earshot.db-wal"):
        path = os.path.join(home, name)
        if os.path.isfile(path):
            shutil.copy(path, place)
    db = sqlite3.connect(os.path.join(place, "earshot.db"))
    try:
        names = [r[0] for r in db.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND "
            "name NOT LIKE 'words%' ORDER BY name")]
        found = {name: db.execute("SELECT * FROM " + name).fetchall()
                 for name in names}
        found["version"] = db.execute("PRAGMA user_version").fetchall()
        sound = db.execute("PRAGMA integrity_check").fetchall()
        check(sound == [("ok",)], "a sound database: %s" % sound)
    finally:
        db.close()
        shutil.rmtree(place)
    return found


def column(home, what):
    db = sqlite3.connect("file:%s/earshot.db?mode=ro" % home, uri=True)
    try:
        return [r[0] for r in db.execute("SELECT " + what)]
    finally:
        db.close()


def snapshot(home):
    """What must survive. The superuser of the test reads everything."""
    found = {}
    for name in KEPT:
        path = os.path.join(home, name)
        if os.path.isfile(path):
            with open(path, "rb") as f:
                found[name] = f.read()
    if os.path.isfile(os.path.join(home, "earshot.db")):
        found["earshot.db"] = rows_of(home)
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
    """A home that was started once, with one contact and a text for them."""
    home = lab.home(name)
    write_pins(home, OLD_PINS, pin_line(ZOE, "zoe"))
    first = Earshot(ns, name, interface=None, home_dir=home, **setup)
    first.send("/msg %s when will you be back?" % ZOE)
    first.expect("delivery", to="zoe", state="queued")
    first.send("/quit", "/quit")
    check(first.wait() == 0, "ended with status %s" % first.status)
    check(column(home, "name FROM contact") == ["zoe"] and
          column(home, "text FROM message") == ["when will you be back?"],
          "a contact and a text")
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
        refused(ns, words, USAGE, said, "--help")
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


def database():
    """The file with all that was said, where it is not to be trusted."""
    ns = lab.Ns("alone")
    home = used_home(ns, "ana").home
    path = os.path.join(home, "earshot.db")
    for mode in (0o644, 0o640, 0o602):
        with changed(path, mode):
            refused(ns, [], FAILED, path, "%04o" % mode, "chmod 600",
                    home=home)
    for mode in (0, 0o200, 0o400):
        with changed(path, mode):
            refused(ns, [], FAILED, path, "cannot be written", home=home,
                    plain_user=True)
    if lab.owns_users:
        os.chown(path, 1234, 1234)
        refused(ns, [], FAILED, path, "1234", "--home", home=home)
        os.chown(path, 0, 0)
    for pragma, says in (("user_version = 99", "newer earshot"),
                         ("application_id = 1", "not a database of earshot")):
        aside = shutil.copy(path, path + ".real")
        db = sqlite3.connect(path)
        db.execute("PRAGMA " + pragma)
        db.close()
        refused(ns, [], FAILED, path, says, home=home)
        os.rename(aside, path)
        os.chmod(path, 0o600)
    os.rename(path, path + ".real")
    os.symlink("earshot.db.real", path)
    refused(ns, [], FAILED, path, "not a plain file", "move it", home=home)
    os.unlink(path)
    for make in (os.mkdir, os.mkfifo):
        make(path)
        refused(ns, [], FAILED, path, "not a plain file", "move it",
                home=home)
        (os.rmdir if make is os.mkdir else os.unlink)(path)
    os.rename(path + ".real", path)
    before = rows_of(home)
    Earshot(ns, "ana", interface=None, home_dir=home).quit()
    after = rows_of(home)
    for table in ("contact", "message", "conv"):
        check(after[table] == before[table], "%s: %s, not %s" % (
            table, after[table], before[table]))


def old_pins():
    """The pins of the first version are taken over, once; what is damaged in
    them is told and kept aside."""
    _, (host, far) = lab.lan_of(2)
    ana = Earshot(host, "ana")
    home = lab.home("bob")
    pins = write_pins(home, OLD_PINS, pin_line(ana.id, "ana"),
                      "no line of pins\n", pin_line(ZOE, "zoe"))
    mark = ana.mark()
    bob = Earshot(far, "bob", home_dir=home)
    error = bob.expect("error", command=None)
    check("1 damaged line" in error["text"] and
          "pins.damaged" in error["text"] and "stranger" in error["text"],
          "damaged pins are told: %s" % error)
    bob.expect("peer", id=ana.id, trust="pinned", state="online")
    ana.expect("peer", mark, id=bob.id, state="online")
    bob.quit()
    check(sorted(column(home, "name FROM contact")) == ["ana", "zoe"],
          "both are in the database")
    with open(pins + ".damaged") as f:
        check(f.read() == "no line of pins\n", "what is damaged is kept")
    with open(pins + ".imported") as f:
        text = f.read()
        check(ana.id in text and ZOE in text, "and the good ones, too")
    check(not os.path.exists(pins), "under another name")
    # Taken over once: what is there now is newer than any such file.
    write_pins(home, OLD_PINS, pin_line(ana.id, "hana").replace(
        "pinned", "blocked"), pin_line("b" + ZOE[1:], "yin"))
    bob = Earshot(far, "bob", home_dir=home)
    bob.expect("peer", id=ana.id, trust="pinned", state="online")
    bob.expect_absent("error", command=None)
    bob.quit()
    check(not os.path.exists(pins) and
          sorted(column(home, "name FROM contact")) == ["ana", "zoe"],
          "a file of later changes nothing")


def bad_pins():
    """Those that cannot be taken over keep earshot from starting, or whoever
    is in them would be a stranger for ever."""
    ns = lab.Ns("alone")
    home = lab.home("cem")
    good = pin_line(ZOE, "zoe")
    for mode in (0o644, 0o604):
        pins = write_pins(home, OLD_PINS, good, mode=mode)
        refused(ns, [], FAILED, pins, "%04o" % mode, "chmod 600", home=home)
    write_pins(home, OLD_PINS, good, mode=0)
    refused(ns, [], FAILED, pins, "Permission denied", home=home,
            plain_user=True)
    write_pins(home, "earshot pins 2\n", good)
    refused(ns, [], FAILED, pins, "newer earshot", home=home)
    write_pins(home, "x" * (1 << 22))
    refused(ns, [], FAILED, pins, "longer", home=home)
    os.rename(pins, pins + ".real")
    os.symlink("pins.real", pins)
    refused(ns, [], FAILED, pins, "symbolic link", home=home)
    os.unlink(pins)
    os.mkdir(pins)
    refused(ns, [], FAILED, pins, "not a plain file", "move it", home=home)
    os.rmdir(pins)
    check(column(home, "count(*) FROM contact") == [0], "nobody yet")
    write_pins(home, OLD_PINS, good)
    Earshot(ns, "cem", interface=None, home_dir=home).quit()
    check(column(home, "name FROM contact") == ["zoe"], "in the end")


def epochs():
    """A counter of starts that is damaged goes on above all before."""
    _, (host, far) = lab.lan_of(2)
    ana, bob = Earshot(host, "ana"), Earshot(far, "bob")
    lab.meet(ana, bob)
    bob.quit()
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
    """At the start. What happens later is in disk.py."""
    ns = lab.Ns("alone")
    place = lab.home("small")
    lab.mount("none", place, "tmpfs", 0, "size=1m,mode=0700")
    os.chown(place, 0, 0)
    filler = os.path.join(place, "filler")

    def fill(but=0):
        with contextlib.suppress(OSError), open(filler, "wb", 0) as f:
            while True:
                f.write(b"x" * 4096)
        os.truncate(filler, os.path.getsize(filler) - but)

    fill()
    refused(ns, [], FAILED, place, "No space left", "--home", home=place)
    check(not os.path.exists(os.path.join(place, "identity")),
          "half a key is no key")
    os.unlink(filler)
    pins = write_pins(place, OLD_PINS, pin_line(ZOE, "zoe"))
    # With room for a key, for a little of the database, for most of it.
    for room in range(8, 80, 8):
        fill(room << 10)
        refused(ns, [], FAILED, "earshot.db", "no room left", "make room",
                home=place)
        check(os.path.exists(pins), "the pins are still there")
        os.unlink(filler)
    ana = Earshot(ns, "ana", interface=None, home_dir=place)
    ana.send("/msg %s are you back?" % ZOE)
    failed = ana.expect("delivery", state="failed")
    check("256 MiB" in failed["reason"], "a disk this small: %s" % failed)
    ana.quit()
    check(column(place, "name FROM contact") == ["zoe"], "there was room")
    # What is there can be read.
    fill()
    full = Earshot(ns, "ana", interface=None, home_dir=place)
    told = full.expect("error")
    check("no room left" in told["text"] and "make room" in told["text"] and
          "earshot.db" in told["text"], told)
    full.send("/msg %s anybody there?" % ZOE)
    full.expect("delivery", state="failed")
    full.quit()
    os.unlink(filler)
    again = Earshot(ns, "ana", interface=None, home_dir=place)
    check(again.id == ana.id, "the same person")
    again.quit()


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
            with open(os.path.join(home, name), "rb") as f:
                check(b"fingerprint" not in f.read(), "an event in " + name)
        check(rows_of(home)["message"] == [], "a sound database")
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
        term.expect("not known to read UTF-8")
        term.expect("LC_ALL=C.UTF-8")
        term.type("/quit\r")
        check(term.wait() == 0, "status in locale " + locale)
        # What it is asked, hidden, to learn whether it reads UTF-8 all the
        # same.
        shown = re.sub(rb"\033\[8m.*?\033\[0m", b"", term.output)
        check(max(shown) < 0x80, "lines and marks in ASCII in locale %s: %s" % (
            locale, term.output))
        lab.count("locales")
    term = on([])
    term.expect("F1 help")
    os.close(term.master)
    term.master = os.open("/dev/null", os.O_RDWR)
    lab.wait_until(lambda: term.process.poll() is not None, "a hangup")
    check(term.process.returncode == 0, "a hangup is no failure: %d"
          % term.process.returncode)


lab.run(command_line, network, identity, homes, configuration, database,
        old_pins, bad_pins, epochs, full_disk, streams, terminals)
