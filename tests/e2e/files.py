#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Files that do not arrive: stopped, cut, killed, on a full disk, changed while
they are sent; and what is never sent."""
import os
import signal
import socket
import sys

sys.dont_write_bytecode = True
import lab
from lab import Earshot, check, wait_until

lab.enter()

BIG = 400 << 20


def speaker(ns, name, folder=None, *options):
    home = lab.home(name)
    got = folder or os.path.join(home, "got")
    with open(os.path.join(home, "config"), "w") as f:
        f.write("ipmsg on\nfiles.folder %s\n" % got)
    p = Earshot(ns, name, *options, home_dir=home, env={"USER": name})
    p.got = got
    return p


def two(folder=None):
    _, hosts = lab.lan_of(2, v6=False)
    ana = speaker(hosts[0], "ana", None, "--port", "41001")
    bob = speaker(hosts[1], "bob", folder, "--port", "41002")
    ana.expect("peer", dialect="ipmsg", name="bob")
    bob.expect("peer", dialect="ipmsg", name="ana")
    ana.send("/query bob")
    bob.send("/query ana")
    return ana, bob


def sparse(name="big.bin", size=BIG):
    path = os.path.join(lab.home("files"), name)
    with open(path, "wb") as f:
        f.truncate(size)
    return path


def begin(ana, bob, path):
    """On its way: some of it is written."""
    mark = bob.mark()
    ana.send("/send '%s'" % path)
    offer = bob.expect("transfer", mark, name=os.path.basename(path),
                       state="offered")
    bob.send("/get " + offer["transfer"])
    wait_until(lambda: any(os.stat(os.path.join(bob.got, n)).st_size > 0
                           for n in parts(bob)), "something is written")
    return offer["transfer"]


def parts(p):
    return os.listdir(p.got) if os.path.isdir(p.got) else []


def still_talk(ana, bob, text):
    bob.send(text)
    ana.expect("message", text=text)


def stopped():
    """By who takes it, by who sends it."""
    ana, bob = two()
    path = sparse()
    for who, other in ((bob, ana), (ana, bob)):
        ours, theirs = ana.mark(), bob.mark()
        number = begin(ana, bob, path)
        mine = number if who is bob else ana.expect(
            "transfer", ours, state="offered")["transfer"]
        who.send("/cancel " + mine)
        if who is ana:
            # It may go on later, for all that is known here.
            bob.expect("transfer", theirs, transfer=number, state="paused")
            check(len(parts(bob)) == 1, "what came is kept")
            bob.send("/cancel " + number)
        end = bob.expect("transfer", theirs, transfer=number,
                         state="cancelled")
        check(end["path"] is None, end)
        wait_until(lambda: not parts(bob), "nothing is left of it")
        still_talk(ana, bob, "after %s" % who.name)
    # It was not refused: once more, to the end.
    small = sparse("small.bin", 1 << 20)
    ana.send("/send " + small)
    offer = bob.expect("transfer", name="small.bin", state="offered")
    bob.send("/get " + offer["transfer"])
    bob.expect("transfer", transfer=offer["transfer"], state="done")
    wait_until(lambda: parts(bob) == ["small.bin"], "it alone is there")


def killed():
    """The sender, and then who takes it: nothing has the name of the file."""
    ana, bob = two()
    begin(ana, bob, sparse())
    ana.signal(signal.SIGKILL)
    bob.expect("transfer", name="big.bin", state="paused")
    bob.quit()
    check(not parts(bob), "nothing is left of it")
    ana, bob = two()
    begin(ana, bob, sparse())
    bob.signal(signal.SIGKILL)
    bob.wait()
    left = parts(bob)
    check(len(left) == 1 and left[0].startswith(".earshot-"), left)
    ana.expect("transfer", name="big.bin", state="paused")


def free(place):
    st = os.statvfs(place)
    return st.f_bavail * st.f_frsize


def full():
    """300 MiB, of which 256 stay free."""
    place = lab.home("small")
    lab.mount("e2e", place, "tmpfs", 0, "size=300m,mode=0700")
    try:
        ana, bob = two(place)
        ana.send("/send " + sparse("large.bin", 100 << 20))
        offer = bob.expect("transfer", name="large.bin", state="offered")
        bob.send("/get " + offer["transfer"])
        end = bob.expect("transfer", name="large.bin", state="failed")
        check("256 MiB" in end["reason"], end)
        check(not parts(bob), parts(bob))
        still_talk(ana, bob, "too full")
        # A folder, whose size is only what the other end says.
        folder = os.path.join(lab.home("files"), "many")
        os.mkdir(folder)
        for i in range(60):
            with open(os.path.join(folder, str(i)), "wb") as f:
                f.truncate(1 << 20)
        ana.send("/send " + folder)
        offer = bob.expect("transfer", name="many", state="offered")
        bob.send("/get " + offer["transfer"])
        bob.expect("transfer", name="many", state="failed")
        wait_until(lambda: not parts(bob), "nothing is left of it")
        wait_until(lambda: free(place) > 290 << 20, "all is free again")
        still_talk(ana, bob, "as before")
    finally:
        lab.unmount(place)


def changed():
    """It becomes shorter while it is sent."""
    ana, bob = two()
    path = sparse()
    begin(ana, bob, path)
    os.truncate(path, 1 << 20)
    end = ana.expect("transfer", name="big.bin", state="failed")
    check("shorter" in end["reason"], end)
    bob.expect("transfer", name="big.bin", state="paused")
    check(all(n.startswith(".earshot-") for n in parts(bob)), parts(bob))


def never():
    """What is no file, and who takes none."""
    ana, bob = two()
    folder = os.path.join(lab.home("files"), "odd")
    os.mkdir(folder)
    with open(os.path.join(folder, "file"), "wb") as f:
        f.write(b"file")
    os.mkfifo(os.path.join(folder, "pipe"))
    os.symlink("/etc/passwd", os.path.join(folder, "link"))
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(os.path.join(folder, "socket"))
    ana.send("/send " + folder)
    note = ana.expect("transfer", name="odd", state="offered")["note"]
    for what in ("a named pipe", "a symbolic link", "a socket"):
        check(what in note, note)
    offer = bob.expect("transfer", name="odd", state="offered")
    bob.send("/get " + offer["transfer"])
    path = bob.expect("transfer", transfer=offer["transfer"],
                      state="done")["path"]
    check(os.listdir(path) == ["file"], os.listdir(path))
    for line in ("/send /nowhere/at/all", "/send " + folder + "/pipe",
                 "/send " + folder + "/link", "/send /dev/null", "/send /",
                 "/send /proc/version"):
        mark = ana.mark()
        ana.send(line)
        ana.expect("error", mark)
    listener.close()
    ana.close()
    # Notes stay where they are.
    _, hosts = lab.lan_of(1)
    carol = Earshot(hosts[0], "carol")
    carol.send("/query note-to-self")
    mark = carol.mark()
    carol.send("/send " + os.path.join(folder, "file"))
    carol.expect("error", mark)
    check(carol.find("transfer") is None, "nothing is offered")


lab.run(stopped, killed, full, changed, never)
