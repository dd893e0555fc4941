# SPDX-License-Identifier: MIT
"""Programs under measurement: earshot by its lines, anything on a terminal."""

import fcntl
import json
import os
import select
import shutil
import signal
import struct
import subprocess
import termios
import threading
import time

ROWS, COLS = 24, 80


class Bench:
    """Where things are."""

    def __init__(self, build, scratch):
        self.build = build
        self.scratch = scratch
        self.env = {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "HOME": scratch,
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
            "TMPDIR": scratch,
        }

    def earshot(self, name, *options):
        return [f"{self.build}/earshot", "--home", self.path(f"home-{name}"),
                "--name", name, *options]

    def plain(self, name):
        return self.earshot(name, "--plain", "--json")

    def helper(self, name):
        return f"{self.build}/tests/bench/{name}"

    def path(self, name):
        return os.path.join(self.scratch, name)

    def forget(self, name):
        """The next start of this one is its first."""
        shutil.rmtree(self.path(f"home-{name}"), ignore_errors=True)


def come_first(priority):
    """This process and what it starts run before others. Sessions are ranked
    before their processes, where the kernel groups them. False: not allowed."""
    try:
        os.setpriority(os.PRIO_PROCESS, 0, priority)
    except PermissionError:
        return False
    rank_session()
    return True


def rank_session():
    nice = os.getpriority(os.PRIO_PROCESS, 0)
    if nice == 0 or not os.path.exists("/proc/self/autogroup"):
        return
    with open("/proc/self/autogroup", "w", encoding="ascii") as file:
        file.write(str(nice))


def now_ms():
    return time.monotonic_ns() / 1e6


class Lines:
    """earshot --plain --json, or whatever prints lines."""

    def __init__(self, bench, argv, host):
        self.rest = b""
        with host:
            self.start_ms = now_ms()
            self.process = subprocess.Popen(
                argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                env=bench.env, cwd=bench.scratch)

    @property
    def pid(self):
        return self.process.pid

    def fileno(self):
        return self.process.stdout.fileno()

    def say(self, line):
        os.write(self.process.stdin.fileno(), line.encode() + b"\n")

    def read(self):
        """The whole lines of one read; None at the end."""
        got = os.read(self.fileno(), 65536)
        if not got:
            return None
        *lines, self.rest = (self.rest + got).split(b"\n")
        return [json.loads(line) for line in lines]

    def wait(self, timeout_s=10, **wanted):
        """The first event that has all of these."""
        end = time.monotonic() + timeout_s
        while (left := end - time.monotonic()) > 0:
            if not select.select([self], [], [], left)[0]:
                break
            events = self.read()
            if events is None:
                break
            for event in events:
                if wanted.items() <= event.items():
                    return event
        raise TimeoutError(f"no {wanted} within {timeout_s} s")

    def end(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


def become(argv, bench):
    try:
        rank_session()
        size = struct.pack("HHHH", ROWS, COLS, 0, 0)
        fcntl.ioctl(0, termios.TIOCSWINSZ, size)
        os.chdir(bench.scratch)
        os.execvpe(argv[0], argv, bench.env)
    finally:
        os._exit(127)


class Terminal:
    """A program on a terminal whose output somebody reads."""

    def __init__(self, bench, argv, host):
        with host:
            self.start_ms = now_ms()
            self.pid, self.fd = os.forkpty()
            if self.pid == 0:
                become(argv, bench)
        self.seen = b""

    def fileno(self):
        return self.fd

    def read(self):
        got = os.read(self.fd, 65536)
        self.seen = (self.seen + got)[-65536:]
        return got

    def type(self, text):
        os.write(self.fd, text.encode())

    def end(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


class Drain:
    """Reads what terminals and programs print, so that none is held up."""

    def __init__(self, programs):
        self.programs = list(programs)
        self.stopped = False
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.stopped:
            for fd in select.select(self.programs, [], [], 0.2)[0]:
                try:
                    os.read(fd.fileno(), 65536)
                except OSError:
                    self.programs.remove(fd)

    def stop(self):
        self.stopped = True
        self.thread.join()


def status(pid, key):
    """A number of /proc/PID/status."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        for line in file:
            if line.startswith(key + ":"):
                return int(line.split()[1])
    raise KeyError(key)


def pss_kib(pid):
    """None where the system does not let us look."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            for line in file:
                if line.startswith("Pss:"):
                    return int(line.split()[1])
    except OSError:
        pass
    return None


def cpu_s(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        words = file.read().rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def cpu_ns(pid):
    """The same, finer: of all its threads that still are."""
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/schedstat",
                  encoding="ascii") as file:
            total += int(file.read().split()[0])
    return total
