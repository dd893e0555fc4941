#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""T50: what others could read is refused; T51: keys in no argument, no
environment, no core file and no swap."""
import os
import re
import signal
import stat
import sys

sys.dont_write_bytecode = True
import lab
from lab import Earshot, check
from native import Identity

lab.enter()

MODES = (0o640, 0o604, 0o660, 0o606, 0o644, 0o666)


def seed_of(home):
    with open(os.path.join(home, "identity"), "rb") as f:
        return bytes.fromhex(f.read().split(b"\n")[1].decode())


def pair():
    _, hosts = lab.lan_of(2)
    ana, bob = (Earshot(h, n) for h, n in zip(hosts, ("ana", "bob")))
    lab.meet(ana, bob)
    ana.send("/msg %s hello" % bob.id)
    bob.expect("message", text="hello")
    bob.send("/msg %s hello" % ana.id)
    ana.expect("message", text="hello")
    return hosts, ana, bob


def t50_files_open_to_others_6_modes():
    """The key and the history: refused, or closed before anything is read."""
    hosts, ana, bob = pair()
    ana.quit()
    for folder, folders, files in os.walk(ana.home):
        for name in folders + files:
            mode = stat.S_IMODE(os.lstat(os.path.join(folder, name)).st_mode)
            check(not mode & 0o077, "%s: %o" % (name, mode))
            lab.count("modes")
    for name in ("identity", "earshot.db"):
        path, refused = os.path.join(ana.home, name), 0
        for mode in MODES:
            os.chmod(path, mode)
            again = Earshot(hosts[0], "ana", home_dir=ana.home, wait=False)
            check(again.wait() == 1 and again.raw == b"" and
                  "chmod 600" in again.stderr() and
                  path in again.stderr(), "%s, %o: %s" % (
                      name, mode, again.stderr()))
            refused += 1
        check(refused == 6, "6 modes")
        lab.count("refused", refused)
        os.chmod(path, 0o600)
    Earshot(hosts[0], "ana", home_dir=ana.home).quit()


def places(pid, secrets):
    """Where a process has them: for each of its maps that does, its flags."""
    found = []
    with open("/proc/%d/smaps" % pid) as f:
        text = f.read()
    maps = re.findall(r"(?m)^([0-9a-f]+)-([0-9a-f]+) (\S+) .*?"
                      r"^VmFlags: ([^\n]*)", text, re.S)
    with open("/proc/%d/mem" % pid, "rb") as f:
        for begin, end, access, flags in maps:
            size = int(end, 16) - int(begin, 16)
            # The largest are the shadows of a sanitizer.
            if "r" not in access or size > 1 << 28:
                continue
            f.seek(int(begin, 16))
            try:
                data = f.read(size)
            except OSError:
                continue
            for name, secret in secrets.items():
                if secret in data:
                    found.append((name, flags.split()))
    return found


def t51_keys_are_nowhere_else_4():
    """Arguments, environment, core files, swap."""
    _, ana, bob = pair()
    who = Identity(seed_of(ana.home))
    secrets = {"seed": who.seed, "X25519": who.x_secret,
               "Ed25519": who.ed_secret[:32]}
    looked = 0
    for name in ("cmdline", "environ"):
        with open("/proc/%d/%s" % (ana.pid, name), "rb") as f:
            data = f.read()
        check(not any(s in data or s.hex().encode() in data
                      for s in secrets.values()), "no key in " + name)
        looked += 1
    with open("/proc/%d/limits" % ana.pid) as f:
        check(re.search(r"Max core file size +0 +0 ", f.read()), "no core")
    check(lab.sanitized() or os.stat("/proc/%d" % ana.pid).st_uid == 0,
          "nobody's to look into")
    looked += 1
    # Who is not root may not look, and perhaps not lock.
    if not lab.owns_users:
        lab.note("the memory of earshot: that is for root")
        return
    found = places(ana.pid, secrets)
    check({name for name, _ in found} == {"X25519", "Ed25519"},
          "the keys, and the seed no more: %s" % found)
    if lab.sanitized():
        lab.note("copies: a sanitizer keeps frames of calls that are over")
    for name, flags in found:
        check(lab.sanitized() or ("lo" in flags and "dd" in flags),
              "%s is where it may be written to the disk: %s" % (name, flags))
    looked += 1
    check(looked == 4, "4 places")
    lab.count("places", looked)
    # And it dies without leaving anything.
    before = set(os.listdir("."))
    ana.signal(signal.SIGABRT)
    check(ana.wait() == -signal.SIGABRT, "it died")
    check(set(os.listdir(".")) == before and not [
        n for n in os.listdir(ana.home) if "core" in n], "no core file")


lab.run(t50_files_open_to_others_6_modes, t51_keys_are_nowhere_else_4)
