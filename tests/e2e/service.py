#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""assets/earshot.service with a systemd of a user of its own, as it is: the
program where an installation puts it, a home, a network, a control group. And
what assets/earshot.openrc tells OpenRC."""
import os
import shutil
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True
import lab
from lab import Earshot, check

lab.enter()

HERE = os.path.dirname(os.path.abspath(__file__))
UNIT = os.path.join(HERE, "..", "..", "assets", "earshot.service")
SCRIPT = os.path.join(HERE, "..", "..", "assets", "earshot.openrc")
MANAGER = "/usr/lib/systemd/systemd"
TARGETS = "/usr/lib/systemd/user"
BIN = "/usr/local/bin"


def unified():
    """Where control groups of the second version are."""
    for path in ("/sys/fs/cgroup", "/sys/fs/cgroup/unified"):
        if os.path.exists(os.path.join(path, "cgroup.procs")) and \
           os.path.exists(os.path.join(path, "cgroup.controllers")):
            return path
    return lab.skip("no control groups of version 2 here")


class Manager:
    """systemd --user, alone in a control group."""

    def __init__(self, ns):
        self.ns = ns
        self.home = lab.home("user")
        self.run_dir = lab.home("run")
        self.units = os.path.join(self.home, "units")
        os.mkdir(self.units)
        self.env = dict(
            os.environ, HOME=self.home, XDG_RUNTIME_DIR=self.run_dir,
            SYSTEMD_UNIT_PATH=self.units, PATH="/usr/bin:/bin")
        # What a unit needs of the others, and nothing that they bring along.
        for name in os.listdir(TARGETS):
            if name.endswith(".target"):
                shutil.copy(os.path.join(TARGETS, name), self.units)
        shutil.copy(UNIT, self.units)
        try:
            self.enter()
        except OSError as e:
            lab.skip("no control group of one's own here: %s" % e)
        self.log = open(os.path.join(self.home, "log"), "w+")
        self.process = subprocess.Popen(
            [MANAGER, "--user", "--log-target=console"], env=self.env,
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
            preexec_fn=lab.child_setup(ns, more=self.join))
        lab.helpers.append(self.process)
        self.wait_for(lambda: self.process.poll() is not None or
                      self.ctl("is-system-running", "--wait")[0] in (0, 1) and
                      os.path.exists(self.run_dir + "/systemd/private"),
                      "a manager")
        if self.process.poll() is not None:
            self.log.seek(0)
            lab.skip("systemd --user does not start here: " +
                     self.log.read().strip()[-200:])

    def enter(self):
        root = unified()
        if root != "/sys/fs/cgroup":
            lab.mount(root, "/sys/fs/cgroup", None, lab.MS_BIND)
        self.group = "/sys/fs/cgroup/earshot-test-%d" % os.getpid()
        os.mkdir(self.group)
        # It asks so whether there is a systemd at all.
        os.makedirs("/run/systemd", exist_ok=True)
        lab.mount("e2e", "/run/systemd", "tmpfs")
        os.mkdir("/run/systemd/system")
        os.makedirs(BIN, exist_ok=True)
        lab.mount("e2e", BIN, "tmpfs")
        os.symlink(lab.program, BIN + "/earshot")

    def join(self):
        with open(self.group + "/cgroup.procs", "w") as f:
            f.write("0")

    def wait_for(self, condition, what):
        lab.wait_until(lambda: lab.pump(0.02) or condition(), what)

    def run(self, *words, status=0):
        done = subprocess.run(words, env=self.env, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True,
                              timeout=lab.DEADLINE,
                              preexec_fn=lab.child_setup(self.ns))
        if status is not None:
            check(done.returncode == status, "%s: %d %s%s" % (
                words, done.returncode, done.stdout, done.stderr))
        return done.returncode, done.stdout, done.stderr

    def ctl(self, *words, status=None):
        return self.run("systemctl", "--user", "--no-pager", *words,
                        status=status)

    def earshot(self, *words):
        lab.count("verbs")
        return self.run(BIN + "/earshot", *words)[1]

    def property(self, name):
        return self.ctl("show", "-P", name, "earshot", status=0)[1].strip()

    def is_state(self, *names):
        return self.property("ActiveState") in names

    def close(self):
        """Also what a manager that was killed left behind."""
        self.process.kill()
        self.process.wait()
        deadline = time.monotonic() + lab.DEADLINE
        while os.path.isdir(self.group) and time.monotonic() < deadline:
            for path, _, _ in os.walk(self.group, topdown=False):
                with open(path + "/cgroup.procs") as f:
                    for pid in f.read().split():
                        os.kill(int(pid), signal.SIGKILL)
                try:
                    os.rmdir(path)
                except OSError:
                    lab.pump(0.01)  # they are on their way out


def the_service():
    _, (here, there) = lab.lan_of(2)
    m = Manager(here)
    try:
        lives(m, there)
    finally:
        m.close()


def lives(m, there):
    # What is wrong in the file is said, and nothing of it is.
    _, out, err = m.run("systemd-analyze", "--user", "--man=no", "verify",
                        m.units + "/earshot.service")
    check(out + err == "", "it verifies: " + out + err)
    bob = Earshot(there, "bob")
    m.earshot("set", "name", "ana")
    m.earshot("set", "interface", "eth0")
    bob.expect("peer", name="ana")

    m.ctl("enable", "earshot", status=0)
    mark = bob.mark()
    m.ctl("start", "earshot", status=0)
    ana = bob.expect("peer", name="ana", state="online")["id"]
    check(m.is_state("active"), "active")
    m.wait_for(lambda: "bob" in m.earshot("who"),
               "a verb finds it, and it bob")
    m.earshot("send", "bob", "is anybody there")
    bob.expect("message", mark, text="is anybody there")

    # Programs and files of its own are none of systemd's business.
    there_is = os.path.join(m.home, "hooked")
    m.earshot("set", "hook.message", "touch " + there_is)
    bob.send("/msg %s I am" % ana)
    m.wait_for(lambda: os.path.exists(there_is), "a hook")
    check(m.run(BIN + "/earshot", "doctor", status=None)[0] in (0, 1),
          "the doctor looks")

    # Killed, it comes back.
    pid, mark = int(m.property("MainPID")), bob.mark()
    os.kill(pid, signal.SIGKILL)
    bob.expect("peer", mark, id=ana, state="stale")
    bob.expect("peer", mark, id=ana, state="online")
    check(int(m.property("MainPID")) != pid and m.property("NRestarts") == "1",
          "another one")
    mark = bob.mark()
    m.earshot("send", "bob", "here again")
    bob.expect("message", mark, text="here again")

    # Stopped, it says goodbye, and stays away.
    mark = bob.mark()
    m.ctl("stop", "earshot", status=0)
    bob.expect("peer", mark, id=ana, state="offline")
    check(m.is_state("inactive") and m.property("Result") == "success" and
          m.property("ExecMainStatus") == "0", "stopped cleanly")

    # Wrong use is not tried again; nor does a program that is not there pass
    # for one that runs.
    drop_in = os.path.join(m.units, "earshot.service.d")
    os.mkdir(drop_in)
    for program, status in (("earshot --headless --nosuch", "2"),
                            ("/nonexistent/earshot", "203")):
        with open(drop_in + "/wrong.conf", "w") as f:
            f.write("[Service]\nExecStart=\nExecStart=%s\nRestartSec=1h\n" %
                    program)
        m.ctl("daemon-reload", status=0)
        started = m.ctl("start", "earshot")[0]
        m.wait_for(lambda: m.property("ExecMainStatus") == status, "it fails")
        if status == "2":
            m.wait_for(lambda: m.is_state("failed"), "it stays down")
        else:
            check(started != 0, "systemctl start says so")
        m.ctl("stop", "earshot", status=0)
        m.ctl("reset-failed", "earshot")
        lab.count("wrong units")


def the_script():
    """It is a shell's: what it sets is what supervise-daemon goes by."""
    done = subprocess.run(
        ["sh", "-euc", "use() { echo use $*; }; after() { echo after $*; }; "
         ". '%s'; depend; echo \"$supervisor $command $command_args "
         "$command_user $respawn_max\"" % SCRIPT],
        env=dict(os.environ, RC_SVCNAME="earshot.ana"), capture_output=True,
        text=True)
    check(done.stderr == "" and done.stdout.split("\n")[:3] == [
        "use net", "after firewall",
        "supervise-daemon /usr/bin/earshot --headless ana 5"],
        "%s%s" % (done.stdout, done.stderr))


if not os.access(MANAGER, os.X_OK) or shutil.which("systemctl") is None:
    lab.skip("no systemd here, so the unit was not started")
lab.run(the_script, the_service)
