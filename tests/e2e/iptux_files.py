#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Files and folders over IP Messenger, to and from iptux, used by its
windows."""
import hashlib
import os
import sys

sys.dont_write_bytecode = True
import ipmsg_peer as im
import iptux_window
import lab
from iptux_window import two
from lab import check

screen = iptux_window.begin()
BIG = 100 << 20


def noise(n):
    """Nowhere the same, so that no piece can stand in the place of another."""
    return hashlib.shake_128(b"noise").digest(n)


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(data)
    return path


def digest(path):
    with open(path, "rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


def content(folder):
    """A folder: hashes of its files by their paths; folders are None."""
    found = {}
    for at, _, files in os.walk(folder):
        below = os.path.relpath(at, os.path.dirname(folder))
        found[below] = None
        for name in files:
            found[os.path.join(below, name)] = digest(os.path.join(at, name))
    return found


def plant(root):
    """Three levels, an empty folder, an empty file, names of all kinds."""
    for name, data in (("one.txt", b"1"), ("a/two 2.bin", noise(3 << 20)),
                       ("a/b/三.txt", "三".encode()), ("none", b""),
                       ("文件夹/报告: 终.txt", b"report")):
        write(os.path.join(root, name), data)
    os.mkdir(os.path.join(root, "empty"))
    return root


def give(pair, path, name=None):
    """iptux offers it. Now and then its chooser returns with nothing: then no
    offer goes over the wire before the text, and it is done again."""
    ana, ling, wire = pair
    name = name or os.path.basename(path)

    def offers():
        return [p for p in wire.all(iptux_window.LING, im.SENDMSG)
                if p.options & im.ATTACH]

    for n in range(5):
        mark, before = ana.mark(), len(offers())
        ling.attach("ana", path)
        text = "take %d %s" % (n, name)
        ling.say("ana", text)
        ana.expect("message", mark, text=text)
        if len(offers()) > before:
            return ana.expect("transfer", mark, name=name, direction="in",
                              state="offered", folder=os.path.isdir(path))
        lab.count("choosers that returned with nothing")
    raise lab.Failure("iptux offers nothing")


def ended(ana, transfer, state="done"):
    return ana.expect("transfer", transfer=transfer["transfer"], state=state)


def send(ana, ling, path):
    # An iptux that opens a window for a text may lose the offer beside it.
    ling.open("ana")
    mark = ana.mark()
    ana.send("/query Ling", "/send '%s'" % path)
    return ana.expect("transfer", mark, direction="out", state="offered")


def saved(ling, name, size):
    path = os.path.join(ling.saved, name)
    lab.wait_until(lambda: os.path.exists(path) and
                   os.path.getsize(path) == size,
                   "%d bytes in %s" % (size, name))
    return path


def to_iptux():
    """100 MB, and a text meanwhile."""
    ana, ling, _ = two(screen)
    path = write(os.path.join(lab.home("files"), "big.bin"), noise(BIG))
    sent = send(ana, ling, path)
    ling.accept("ana")
    ended(ana, sent)
    check(digest(saved(ling, "big.bin", BIG)) == digest(path),
          "100 MB, as they were")
    lab.count("MB to iptux", BIG >> 20)
    # It lists what came, and goes on.
    ling.say("ana", "thanks 谢谢")
    ana.expect("message", text="thanks 谢谢")


def from_iptux():
    ana, _, _ = pair = two(screen)
    path = write(os.path.join(lab.home("files"), "big.bin"), noise(BIG))
    offer = give(pair, path)
    check(offer["size"] == BIG, offer)
    ana.send("/get " + offer["transfer"])
    done = ended(ana, offer)
    check(os.path.dirname(done["path"]) == os.path.join(ana.home, "got") and
          digest(done["path"]) == digest(path), "100 MB, as they were")
    lab.count("MB from iptux", BIG >> 20)


def names():
    """Of files that are hard for the one or the other."""
    ana, ling, _ = pair = two(screen)
    where = lab.home("files")
    path = write(os.path.join(where, "报告 2.txt"), b"report")
    sent = send(ana, ling, path)
    ling.accept("ana")
    ended(ana, sent)
    check(digest(saved(ling, "报告 2.txt", 6)) == digest(path), "as it was")
    for name, here in (("照片 ß.txt", "照片 ß.txt"),
                       ("12: 30.txt", "12_ 30.txt")):
        path = write(os.path.join(where, name), name.encode())
        offer = give(pair, path, here)
        ana.send("/get " + offer["transfer"])
        done = ended(ana, offer)
        check(digest(done["path"]) == digest(path), "as it was: %s" % done)


def colon_to_iptux():
    """It drops what is offered with a colon in its name: so it has none."""
    ana, ling, _ = two(screen)
    path = write(os.path.join(lab.home("files"), "12: 30.txt"), b"noon")
    sent = send(ana, ling, path)
    ling.accept("ana")
    ended(ana, sent)
    here, = os.listdir(ling.saved)
    check(digest(saved(ling, here, 4)) == digest(path), "as it was: " + here)


def folder_from_iptux():
    ana, _, _ = pair = two(screen)
    folder = plant(os.path.join(lab.home("files"), "照片"))
    offer = give(pair, folder)
    ana.send("/get " + offer["transfer"])
    done = ended(ana, offer)
    want = {k.replace(":", "_"): v for k, v in content(folder).items()}
    check(content(done["path"]) == want, "the folder: %s" %
          sorted(set(content(done["path"]).items()) ^ set(want.items())))
    lab.count("files in folders", len(want))


def folder_to_iptux():
    """iptux 0.8.3 crashes when it receives one, also from an iptux."""
    ana, ling, _ = two(screen)
    folder = plant(os.path.join(lab.home("files"), "photos"))
    sent = send(ana, ling, folder)
    ling.accept("ana")
    there = os.path.join(ling.saved, "photos")

    def over():
        lab.pump()
        return ling.ended or os.path.isdir(there) and \
            content(there) == content(folder)

    lab.wait_until(over, "a folder, or the end of iptux")
    if ling.ended:
        lab.note("a folder at iptux: it crashes while it receives one "
                 "(status %s)" % ling.process.returncode)
        # It may have gone out in whole by then.
        over = ana.expect(lambda e: e.get("transfer") == sent["transfer"] and
                          e["state"] in ("done", "paused", "failed"))
        check(over["state"] == "done" or over["reason"], over)
        ana.sync()
    else:
        ended(ana, sent)


iptux_window.run(screen, to_iptux, from_iptux, names, colon_to_iptux,
                 folder_from_iptux, folder_to_iptux)
