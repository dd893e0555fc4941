#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Settings: changed while it runs, kept in the file, there at the next start."""
import os
import sys

sys.dont_write_bytecode = True
import lab
from lab import Earshot, check

lab.enter()


def read(path):
    with open(path) as f:
        return f.read()


def write(path, text):
    with open(path, "w") as f:
        f.write(text)


def kept():
    """What is set is in the file, among what was there, and counts again at
    the next start; others learn of a new name."""
    _, (here, there) = lab.lan_of(2)
    ana, bob = Earshot(here, "ana"), Earshot(there, "bob")
    lab.meet(ana, bob)
    path = os.path.join(ana.home, "config")
    write(path, "# mine\nlook.times off\n\n# the end\n")
    mark = ana.mark()
    ana.send("/set notify.words pizza", "/set look.theme light",
             "/set look.times on", "/set name anna", "/theme no")
    ana.expect("setting", mark, key="notify.words", value=["pizza"])
    ana.expect("setting", mark, key="look.theme", value="light", live=True)
    ana.expect("error", mark, command="/theme no")
    bob.expect("peer", name="anna", id=ana.id)
    ana.sync()
    check(read(path) == "# mine\nlook.times on\n\n# the end\n"
          "notify.words pizza\nlook.theme light\nname anna\n",
          "the file has what was set, and all else as it was")
    ana.send("/unset look.theme", "/unset notify.words pizza")
    ana.sync()
    check("theme" not in read(path) and "pizza" not in read(path),
          "what is unset is gone")
    ana.send("/set look.boxes off", "/nick zoe")
    ana.sync()
    ana.quit()
    # The name of the command line is of one run.
    again = Earshot(here, "other", home_dir=ana.home)
    again.send("/set look.boxes")
    again.expect("info", command="/set look.boxes")
    check("look.boxes is off" in again.find("info")["text"], "read again")
    check(read(path).endswith("name zoe\nlook.boxes off\n"), "and as written")
    again.send("/save")
    again.sync()
    check("name other\n" in read(path), "/save writes what is of this run")
    again.quit()
    bob.quit()


def not_kept():
    """Where the file cannot be written, what is set counts in this run, the
    reason is told, and /save does it later."""
    _, (here,) = lab.lan_of(1)
    ana = Earshot(here, "ana")
    path = os.path.join(ana.home, "config")
    os.mkdir(path)
    mark = ana.mark()
    ana.send("/set look.boxes off")
    ana.expect("setting", mark, key="look.boxes", value="off")
    ana.sync()
    error = ana.find("error", mark)
    check(error is not None and path in error["text"] and
          "/save" in error["text"], "the reason, and what to do")
    mark = ana.mark()
    ana.send("/set look.boxes")
    ana.sync()
    check("is off" in ana.find("info", mark)["text"], "it counts in this run")
    os.rmdir(path)
    ana.send("/save")
    ana.sync()
    check("look.boxes off\n" in read(path), "saved later")
    ana.quit()


lab.run(kept, not_kept)
