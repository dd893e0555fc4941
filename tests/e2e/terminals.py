# SPDX-License-Identifier: MIT
"""Terminals to look into: a pane of a tmux of our own, and a bare pty."""
import fcntl
import itertools
import os
import pty
import re
import select
import shutil
import socket
import struct
import subprocess
import termios
import time
import unicodedata

import lab

PROMPT = "ready> "
servers = itertools.count()
BORDER = 20  # the column of the line beside the contacts, at 80 columns


def width(text):
    """Cells, as tmux counts them."""
    cells = 0
    for c in text:
        if unicodedata.category(c) in ("Mn", "Me", "Cf"):
            continue
        cells += 2 if unicodedata.east_asian_width(c) in "WF" else 1
    return cells


def forbidden(text):
    """Characters that no peer may bring to a terminal."""
    found = []
    for c in text:
        n = ord(c)
        if (n < 0x20 and c != "\n" or 0x7f <= n < 0xa0 or
                n in (0xad, 0x61c, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x180e,
                      0x3164, 0xfeff, 0xffa0) or
                n in range(0x200e, 0x2010) or n == 0x200b or
                n in range(0x2028, 0x202f) or n in range(0x2060, 0x2070) or
                n in range(0xe0000, 0xe0080) or n in range(0xe000, 0xf900)):
            found.append("U+%04X" % n)
    return sorted(set(found))


def borders_are_whole(rows):
    """Between the title and the status row the line stands where it should,
    and no row is longer than the screen."""
    for row in rows[1:-2]:
        left = row.split("│")[0]
        lab.check("│" in row and width(left) == BORDER,
                  "the border is broken: |%s" % "\n|".join(rows))
        lab.check(width(row) <= 80, "too wide: %s" % row)
    lab.count("rows measured", len(rows) - 3)


def are_whole(rows):
    """The same, asked: a frame that is being drawn is not yet so."""
    try:
        borders_are_whole(rows)
    except lab.Failure:
        return False
    return True


def has_mark(text, mark):
    """A row with the text, and the delivery mark in front of it."""
    def wanted(rows):
        return any(re.search("%s.*%s" % (re.escape(mark), re.escape(text)),
                             row) for row in rows)
    wanted.__doc__ = "%s %s" % (mark, text)
    return wanted


class Tmux:
    """A pane with a shell in it, so that it is seen what a program leaves."""

    def __init__(self, ns, columns=80, rows=24, env=None):
        if shutil.which("tmux") is None:
            lab.skip("no tmux here, so nobody looked at the screen")
        self.socket = os.path.join(lab.work, "tmux%d" % next(servers))
        self.env = dict(os.environ, TERM="screen-256color", SHELL="/bin/sh",
                        PS1=PROMPT, ENV="", **(env or {}))
        self.env.pop("TMUX", None)
        # In the foreground, so that it dies with the test.
        self.server = subprocess.Popen(
            ["tmux", "-D", "-u", "-S", self.socket, "-f", "/dev/null"],
            env=self.env, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            preexec_fn=lab.child_setup(ns))
        lab.helpers.append(self.server)
        lab.wait_until(self._listens, "a tmux server")
        self("new-session", "-d", "-x", str(columns), "-y", str(rows), "--",
             "/bin/sh", "-i")
        self("set-option", "-g", "window-size", "manual")
        self.resize(columns, rows)
        self.expect(PROMPT.strip())

    def _listens(self):
        """Who comes before it does would start a server of his own."""
        with socket.socket(socket.AF_UNIX) as s:
            try:
                s.connect(self.socket)
            except OSError:
                return False
        return True

    def __call__(self, *words):
        done = subprocess.run(["tmux", "-u", "-S", self.socket, *words],
                              env=self.env, capture_output=True)
        if done.returncode != 0:
            raise lab.Failure("tmux %s: %s" % (words, done.stderr))
        return done.stdout.decode()

    def resize(self, columns, rows):
        self.columns, self.rows = columns, rows
        self("resize-window", "-x", str(columns), "-y", str(rows))

    def screen(self):
        """The rows, all of them, without blanks at their ends."""
        return self("capture-pane", "-p").split("\n")[:self.rows]

    def bytes(self):
        """The same with attributes, as a terminal would get it."""
        return self("capture-pane", "-p", "-e")

    def ask(self, variable):
        return self("display-message", "-p", "#{%s}" % variable).strip()

    def keys(self, *names):
        self("send-keys", *names)

    def type(self, text, *keys):
        self("send-keys", "-l", text)
        if keys:
            self.keys(*keys)

    def expect(self, wanted, timeout=lab.DEADLINE):
        """Waits until a row contains it, or wanted(rows) is true."""
        if not callable(wanted):
            text = wanted

            def wanted(rows):
                return any(text in row for row in rows)
            wanted.__doc__ = text
        rows = []

        def look():
            rows[:] = self.screen()
            return wanted(rows)
        try:
            lab.wait_until(look, "on the screen: %s" % wanted.__doc__,
                           timeout, step=0.03)
        except lab.Failure as e:
            raise lab.Failure("%s\n%s" % (e, "\n".join(
                "|" + row for row in rows))) from None
        lab.count("screens awaited")
        return rows

    def whole(self, wanted=lambda rows: True):
        """The same, and the lines between the parts of the screen stand where
        they should: what is looked at may be half a frame."""
        def both(rows):
            found = wanted(rows) if callable(wanted) else any(
                wanted in row for row in rows)
            return found and are_whole(rows)
        both.__doc__ = "%s, and whole borders" % (
            wanted.__doc__ if callable(wanted) else wanted)
        return self.expect(both)

    def left(self):
        """The shell has the terminal again: the program in it has ended, or is
        stopped, and what is typed is not for it any more."""
        def wanted(rows):
            shown = [row for row in rows if row]
            return shown and shown[-1] == PROMPT.strip() and \
                self.ask("alternate_on") == "0"
        wanted.__doc__ = "the shell"
        return self.expect(wanted)

    def wait_for(self, variable, value):
        lab.wait_until(lambda: self.ask(variable) == value,
                       "%s is %s" % (variable, value))


class Pty:
    """A program on a bare terminal, whose output is read when asked for."""

    def __init__(self, ns, words, columns=80, rows=24, env=None, unset=()):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ,
                    struct.pack("HHHH", rows, columns, 0, 0))
        self.before = termios.tcgetattr(slave)
        self.path = os.ttyname(slave)
        os.set_blocking(self.master, False)
        environment = dict(os.environ, TERM="xterm-256color")
        environment.update(env or {})
        for name in unset:
            environment.pop(name, None)

        def more():
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        self.process = subprocess.Popen(
            [lab.program] + words, stdin=slave, stdout=slave,
            stderr=slave, env=environment,
            preexec_fn=lab.child_setup(ns, later=more))
        lab.helpers.append(self.process)
        os.close(slave)
        self.output = b""

    def pump(self, timeout=0.0):
        """Reads what there is; False at the end."""
        lab.pump()
        if not select.select([self.master], [], [], timeout)[0]:
            return True
        try:
            data = os.read(self.master, 1 << 16)
        except BlockingIOError:
            return True
        except OSError:  # the other end is closed
            return False
        self.output += data
        return bool(data)

    def quiet(self, still=0.1):
        """Until nothing comes any more for so long; returns what came."""
        begin = len(self.output)
        last = time.monotonic()
        while time.monotonic() - last < still:
            size = len(self.output)
            self.pump(0.02)
            if len(self.output) > size:
                last = time.monotonic()
        return self.output[begin:]

    def expect(self, text, after=0, timeout=lab.DEADLINE):
        end = time.monotonic() + timeout
        while text.encode() not in self.output[after:]:
            if time.monotonic() > end or not self.pump(0.05):
                raise lab.Failure("on the terminal: no %r in %r"
                                  % (text, self.output[-3000:]))
        lab.count("screens awaited")

    def waiting(self):
        """Bytes that were written and not read yet."""
        lab.pump()
        count = fcntl.ioctl(self.master, termios.FIONREAD, bytes(4))
        return struct.unpack("i", count)[0]

    def type(self, text):
        os.write(self.master, text.encode())

    def wait(self, timeout=lab.DEADLINE):
        end = time.monotonic() + timeout
        while self.process.poll() is None and time.monotonic() < end:
            self.pump(0.02)
        # To the end; where somebody else has it open, there is none.
        while self.pump(0.2) and time.monotonic() < end:
            if not select.select([self.master], [], [], 0)[0]:
                break
        if self.process.poll() is None:
            raise lab.Failure("%s does not end: %r"
                              % (self.process.args, self.output[-2000:]))
        return self.process.returncode
