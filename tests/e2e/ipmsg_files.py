#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Files and folders over IP Messenger: with a peer of the tests' own, and
between two earshots."""
import hashlib
import os
import sys

sys.dont_write_bytecode = True
import ipmsg_peer as im
import lab
from ipmsg_peer import Peer
from lab import Earshot, check

lab.enter()

HERE, THERE = "10.77.0.1", "10.77.0.2"
BIG = 100 << 20


def speaker(ns, name, *options):
    home = lab.home(name)
    with open(os.path.join(home, "config"), "w") as f:
        f.write("ipmsg on\nfiles.folder %s/got\n" % home)
    p = Earshot(ns, name, *options, home_dir=home, env={"USER": name})
    p.got = os.path.join(home, "got")
    return p


def guest(**more):
    _, hosts = lab.lan_of(2, v6=False)
    ana = speaker(hosts[0], "ana")
    zhang = Peer(hosts[1], "zhang", "PC-1", **more)
    zhang.enter(HERE)
    ana.expect("peer", dialect="ipmsg", name="zhang", state="online")
    return ana, zhang


def offered(p, name, **fields):
    return p.expect("transfer", name=name, state="offered", **fields)


def read(path):
    with open(path, "rb") as f:
        return f.read()


def noise(n):
    return hashlib.shake_128(b"noise").digest(min(n, 1 << 20)) * (
        n // (1 << 20) or 1)


def content(folder):
    """A folder: its files by their paths; folders are None."""
    found = {}
    for at, folders, files in os.walk(folder):
        below = os.path.relpath(at, os.path.dirname(folder))
        found[below] = None
        for name in files:
            found[os.path.join(below, name)] = read(os.path.join(at, name))
    return found


def plant(where):
    """A folder with what folders have."""
    root = os.path.join(where, "照片")
    os.makedirs(os.path.join(root, "a", "b"))
    os.makedirs(os.path.join(root, "empty"))
    for name, data in (("one.txt", b"1"), ("a/two: x.bin", noise(3 << 20)),
                       ("a/b/三.txt", "三".encode()), ("none", b"")):
        with open(os.path.join(root, name), "wb") as f:
            f.write(data)
    return root


def from_them():
    """A file and a folder of theirs; refused; a name that is a path."""
    ana, zhang = guest()
    data = noise(5 << 20)
    zhang.offer(HERE, "two things", ("a: 1.bin".encode(), data),
                ("照片".encode(), plant(lab.home("zhang"))))
    ana.expect("message", text="two things")
    file, folder = offered(ana, "a_ 1.bin"), offered(ana, "照片")
    check((file["direction"], file["with"], file["dialect"], file["size"],
           file["folder"], folder["folder"]) ==
          ("in", "zhang", "ipmsg", len(data), False, True), file)
    zhang.expect(im.RECVMSG)
    mark = ana.mark()
    ana.send("/get " + file["transfer"], "/get " + folder["transfer"])
    done = ana.expect("transfer", mark, transfer=file["transfer"],
                      state="done")
    check(os.path.dirname(done["path"]) == ana.got and
          read(done["path"]) == data, "the file: %s" % done)
    done = ana.expect("transfer", mark, transfer=folder["transfer"],
                      state="done")
    want = content(os.path.join(lab.work, [
        n for n in os.listdir(lab.work) if n.endswith("-zhang")][-1], "照片"))
    # A colon is none in the names that we make.
    check(content(done["path"]) == {k.replace(":", "_"): v
                                    for k, v in want.items()}, "the folder")
    check(done["note"] == "1 name in it was changed, to be safe here", done)
    check(len(zhang.served) == 2, "asked once for each")
    # Not wanted.
    number = zhang.offer(HERE, "no thanks", (b"b.bin", b"x" * 1000))
    offer = offered(ana, "b.bin")
    ana.send("/refuse " + offer["transfer"])
    check(zhang.expect(im.RELEASE).body == number, "they are told")
    # Names that lead elsewhere.
    mark = ana.mark()
    zhang.offer(HERE, "evil", (b"../../evil", b"evil"))
    evil = ana.expect("transfer", mark, state="offered")
    ana.send("/get " + evil["transfer"])
    done = ana.expect("transfer", mark, transfer=evil["transfer"],
                      state="done")
    check(os.path.dirname(done["path"]) == ana.got, done)
    zhang.close()


def to_them():
    """A file and a folder of ours, asked for as other programs do."""
    ana, zhang = guest()
    folder = plant(lab.home("files"))
    path = os.path.join(os.path.dirname(folder), "b 2.bin")
    data = noise(2 << 20)
    with open(path, "wb") as f:
        f.write(data)
    ana.send("/query zhang", "/send '%s' %s" % (path, folder))
    offer = zhang.expect(im.SENDMSG)
    check(offer.options & im.ATTACH and offer.options & im.UTF8, offer)
    things = im.attachments(offer.ext)
    check([(name.decode(), kind) for _, name, _, kind in things] ==
          [("b 2.bin", im.FILE), ("照片", im.DIRECTORY)] and
          things[0][2] == len(data), "what is offered: %s" % things)
    got = zhang.fetch(HERE, offer.number, things[0][0], size=len(data))
    check(got == data, "%d bytes of %d" % (len(got), len(data)))
    ana.expect("transfer", name="b 2.bin", state="done")
    files = im.untree(zhang.fetch(HERE, offer.number, things[1][0],
                                  im.GETDIR))
    check({k.decode(): v for k, v in files.items()} == content(folder),
          "the folder: %s" % list(files))
    ana.expect("transfer", name="照片", state="done")
    # What was not offered, was fetched, or is asked for by somebody else.
    for number, file in ((offer.number, 77), (b"12345", things[0][0])):
        check(zhang.fetch(HERE, number, file) == b"", "nothing comes of it")
    # In the middle: as after a cut. More than what is on its way at a time.
    data = noise(32 << 20)
    with open(path, "wb") as f:
        f.write(data)
    mark = ana.mark()
    ana.send("/send '%s'" % path)
    offer = zhang.expect(im.SENDMSG, zhang.came.index(offer) + 1)
    half = zhang.fetch(HERE, offer.number, 1, size=1 << 20)
    rest = zhang.fetch(HERE, offer.number, 1, offset=len(half),
                       size=len(data) - len(half))
    check(half + rest == data, "the rest: %d and %d" % (len(half), len(rest)))
    ana.expect("transfer", mark, name="b 2.bin", state="done")
    zhang.close()


def two():
    """100 MB and a folder between two earshots; a chat beside it."""
    _, hosts = lab.lan_of(2, v6=False)
    ana = speaker(hosts[0], "ana", "--port", "41001")
    bob = speaker(hosts[1], "bob", "--port", "41002")
    ana.expect("peer", dialect="ipmsg", name="bob")
    bob.expect("peer", dialect="ipmsg", name="ana")
    folder = plant(lab.home("files"))
    path = os.path.join(os.path.dirname(folder), "big.bin")
    data = noise(BIG)
    with open(path, "wb") as f:
        f.write(data)
    ana.send("/query bob", "/send %s %s" % (path, folder))
    big, tree = offered(bob, "big.bin"), offered(bob, "照片")
    bob.send("/get " + big["transfer"], "/query ana", "meanwhile")
    ana.expect("message", text="meanwhile")
    done = bob.expect("transfer", transfer=big["transfer"], state="done")
    check(read(done["path"]) == data, "100 MB, as they were")
    ana.expect("transfer", name="big.bin", state="done")
    bob.send("/get " + tree["transfer"])
    done = bob.expect("transfer", transfer=tree["transfer"], state="done")
    check(content(done["path"]) == {k.replace(":", "_"): v for k, v in
                                    content(folder).items()}, "the folder")
    lab.count("MB", BIG >> 20)


lab.run(from_them, to_them, two)
