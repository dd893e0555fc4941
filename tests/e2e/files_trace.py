#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What somebody who takes files does to his disk, by strace: whatever the other
end calls them, however often it is cut, nothing is opened for writing, made,
renamed or removed outside of the folder of downloads, but in the home of
earshot; nothing becomes executable, and nothing is run. And who talks removes
no folder."""
import os
import re
import shutil
import signal
import sys

sys.dont_write_bytecode = True
import lab
from lab import Earshot, check, wait_until

lab.enter()
if shutil.which("strace") is None:
    lab.skip("there is no strace")
if lab.sanitized():
    lab.skip("the sanitizers want to trace, too")

BIG = 128 << 20
MANY = 400
SOME = 100
CALLS = {
    "open", "openat", "openat2", "creat", "mkdir", "mkdirat", "rename",
    "renameat", "renameat2", "unlink", "unlinkat", "rmdir", "link", "linkat",
    "symlink", "symlinkat", "mknod", "mknodat", "truncate", "ftruncate",
    "chmod", "fchmod", "fchmodat", "execve", "execveat"}
NEVER = {"link", "linkat", "symlink", "symlinkat", "mknod", "mknodat",
         "execveat"}
NAMES = [".bashrc", "-rf", "..x", "~", "a\nb", "con.txt", "x\\y", "a:b", "%2e%2e",
         "photo\u202egpj.exe", "evil.desktop", "run.sh", "authorized_keys",
         ".earshot-0123456789abcdef.part", "\u2215etc\u2215passwd", "caf\u00e9",
         "cafe\u0301", " x ", "x.", "$(reboot)"]


class Traced:
    """A home whose program is watched from its first call on."""

    def __init__(self, ns, name, *options, settings=""):
        self.home, self.got = lab.home(name), lab.home(name + "-got")
        self.out = lab.home(name + "-trace")
        with open(os.path.join(self.home, "config"), "w") as f:
            f.write("files.folder %s\n%s" % (self.got, settings))
        wrapper = os.path.join(self.out, "run")
        with open(wrapper, "w") as f:
            f.write("#!/bin/sh\nexec strace -ff -qq -y -s 300 --seccomp-bpf "
                    "-e trace=%s -o '%s/t' '%s' \"$@\"\n" % (
                        ",".join(sorted(CALLS)), self.out, lab.program))
        os.chmod(wrapper, 0o755)
        real, lab.program = lab.program, wrapper
        try:
            self.p = Earshot(ns, name, *options, home_dir=self.home,
                             env={"USER": name})
        except lab.Failure:
            if "strace" in self.said():
                lab.skip("nothing can be traced here")
            raise
        finally:
            lab.program = real

    def said(self):
        return lab.started[-1].stderr() if lab.started else ""

    def threads(self):
        """Of each, (name, arguments, result) of all that it called."""
        for name in sorted(os.listdir(self.out)):
            if not name.startswith("t."):
                continue
            with open(os.path.join(self.out, name), errors="replace") as f:
                found = (re.match(r"(\w+)\((.*)\) += (.*)$", line)
                         for line in f)
                yield [m.groups() for m in found if m]

    def calls(self):
        for calls in self.threads():
            yield from calls


def paths(call, arguments):
    """Those that a call names, as whole as strace knows them."""
    dirs = re.findall(r'(?:AT_FDCWD|\d+)<([^>]*)>, "((?:[^"\\]|\\.)*)"',
                      arguments)
    if dirs:
        return [os.path.normpath(os.path.join(d, p)) for d, p in dirs]
    if call in ("ftruncate", "fchmod"):
        return re.findall(r"^\d+<([^>]*)>", arguments)
    return re.findall(r'"((?:[^"\\]|\\.)*)"', arguments)


def writes(call, arguments):
    if call.startswith("open"):
        return re.search(r"O_(WRONLY|RDWR|CREAT|TRUNC|APPEND)", arguments)
    return True


def inside(path, *folders):
    return any(path == f or path.startswith(f + "/") for f in folders)


def judge(bob):
    """How many of its calls were about downloads."""
    seen = 0
    for call, arguments, result in bob.calls():
        text = "%s(%s) = %s" % (call, arguments, result)
        if call == "execve":
            check(lab.program in arguments, text)
            continue
        # The folders above its home, of which it knows no more.
        made = call != "mkdir" or "EEXIST" not in result
        if not writes(call, arguments) or not made:
            continue
        where = paths(call, arguments)
        check(where, text)
        for path in where:
            path = re.sub(r"\(deleted\)$", "", path)
            if inside(path, bob.got):
                seen += 1
                check(call not in NEVER, text)
                check("O_CREAT" not in arguments or ", 0600)" in
                      arguments + ")", text)
            else:
                check(inside(path, bob.home, "/dev", "/proc/self"), text)
        check("chmod" not in call or int(
            re.findall(r", (0[0-7]*)", arguments)[-1], 8) & 0o111 == 0, text)
    return seen


def two():
    _, hosts = lab.lan_of(2)
    ana = Earshot(hosts[0], "ana", home_dir=lab.home("ana"))
    bob = Traced(hosts[1], "bob")
    lab.meet(ana, bob.p)
    ana.send("/query bob")
    return hosts, ana, bob


def take(bob, name):
    offer = bob.p.expect("transfer", name=name, state="offered")
    bob.p.send("/get " + offer["transfer"])
    return offer["transfer"]


def odd_names():
    _, ana, bob = two()
    folder = os.path.join(lab.home("files"), "odd")
    for depth in ("", "..." + os.sep, "sub/.ssh/"):
        os.makedirs(os.path.join(folder, depth), exist_ok=True)
        for name in NAMES:
            with open(os.path.join(folder, depth, name), "w") as f:
                f.write(name)
            os.chmod(os.path.join(folder, depth, name), 0o755)
    os.symlink("/etc/passwd", os.path.join(folder, "link"))
    single = os.path.join(lab.home("files"), ".profile")
    with open(single, "w") as f:
        f.write("x")
    ana.send("/send " + folder)
    number = take(bob, "odd")
    bob.p.expect("transfer", transfer=number, state="done")
    mark = bob.p.mark()
    ana.send("/send " + single)
    offer = bob.p.expect("transfer", mark, state="offered")
    bob.p.send("/get " + offer["transfer"])
    bob.p.expect("transfer", mark, transfer=offer["transfer"], state="done")
    bob.p.quit()
    files = [os.path.join(d, f) for d, _, names in os.walk(bob.got)
             for f in names]
    check(len(files) == 3 * len(NAMES) + 1, files)
    for path in files:
        check(os.lstat(path).st_mode & 0o7777 == 0o600, path)
        check(not os.path.basename(path).startswith((".", "-")), path)
    seen = judge(bob)
    check(seen >= 3 * len(NAMES), seen)
    lab.count("calls about downloads", seen)


def cut_and_cancelled():
    """Taken up after the sender was killed; another is given up."""
    hosts, ana, bob = two()
    path = os.path.join(lab.home("files"), "big.bin")
    with open(path, "wb") as f:
        f.truncate(BIG)
    ana.send("/send " + path)
    number = take(bob, "big.bin")
    wait_until(lambda: any(
        os.stat(os.path.join(bob.got, n)).st_size > 1 << 20
        for n in os.listdir(bob.got)), "some of it is written", step=0.001)
    ana.signal(signal.SIGKILL)
    ana.wait()
    lab.close(ana)
    wait_until(lambda: sorted(n[-5:] for n in os.listdir(bob.got)) in (
        [".list", ".part"], ["g.bin"]), "all of it, or a part and its list")
    ana = Earshot(hosts[0], "ana", home_dir=ana.home)
    bob.p.expect("transfer", transfer=number, state="done")
    wait_until(lambda: os.listdir(bob.got) == ["big.bin"], "nothing else stays")
    check(os.stat(os.path.join(bob.got, "big.bin")).st_size == BIG, "its size")
    lab.meet(ana, bob.p)
    ana.send("/query bob")
    mark = bob.p.mark()
    ana.send("/send " + path)
    offer = bob.p.expect("transfer", mark, state="offered")
    bob.p.send("/get " + offer["transfer"])
    bob.p.expect("transfer", mark, transfer=offer["transfer"], state="running")
    bob.p.send("/cancel " + offer["transfer"])
    bob.p.expect(lambda e: e.get("transfer") == offer["transfer"] and
                 e.get("state") in ("cancelled", "done"), mark)
    wait_until(lambda: not [n for n in os.listdir(bob.got)
                            if n.startswith(".")], "nothing is left of it")
    bob.p.quit()
    seen = judge(bob)
    check(seen >= 6, seen)
    lab.count("calls about downloads", seen)


def removals(bob):
    """How many files main removed of what came, and everybody."""
    counts = []
    for calls in bob.threads():
        n = sum(call == "unlinkat" and inside(path, bob.got)
                for call, arguments, _ in calls if call == "unlinkat"
                for path in paths(call, arguments))
        counts.append((any(c[0] == "execve" for c in calls), n))
    return sum(n for main, n in counts if main), sum(n for _, n in counts)


def many(name):
    folder = os.path.join(lab.home("files"), name)
    os.mkdir(folder)
    for i in range(MANY):
        with open(os.path.join(folder, "%03d" % i), "wb") as f:
            f.truncate(1 << 20)
    return folder


def some_came(bob):
    places = [os.path.join(bob.got, n) for n in os.listdir(bob.got)]
    return any(len(os.listdir(p)) > SOME for p in places if os.path.isdir(p))


def main_removes_no_folder():
    """Cancelled while its sender is gone; and one of IP Messenger."""
    for ipmsg in (False, True):
        _, hosts = lab.lan_of(2, v6=False)
        options = ["--port", "41001"] if ipmsg else []
        ana = Earshot(hosts[0], "ana", *options, home_dir=lab.home("ana"),
                      env={"USER": "ana"})
        if ipmsg:
            options[1] = "41002"
            ana.send("/dialect ipmsg on")
        bob = Traced(hosts[1], "bob", *options,
                     settings="ipmsg on\n" if ipmsg else "")
        if ipmsg:
            ana.expect("peer", dialect="ipmsg", name="bob")
        else:
            lab.meet(ana, bob.p)
        ana.send("/query bob")
        ana.send("/send " + many("many-ipmsg" if ipmsg else "many"))
        offer = bob.p.expect("transfer", state="offered")
        bob.p.send("/get " + offer["transfer"])
        wait_until(lambda: some_came(bob), "some of it is written", step=0.001)
        if not ipmsg:
            mark = bob.p.mark()
            ana.signal(signal.SIGKILL)
            ana.wait()
            bob.p.expect("transfer", mark, transfer=offer["transfer"],
                         state="accepted")
        bob.p.send("/cancel " + offer["transfer"])
        bob.p.expect("transfer", transfer=offer["transfer"],
                     state="cancelled")
        wait_until(lambda: not os.listdir(bob.got), "nothing is left of it")
        bob.p.quit()
        main, all_of_them = removals(bob)
        check(main == 0, "main removed %d" % main)
        check(all_of_them > SOME, all_of_them)
        if not ipmsg:
            lab.close(ana)


lab.run(odd_names, cut_and_cancelled, main_removes_no_folder)
