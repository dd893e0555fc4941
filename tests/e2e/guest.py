# SPDX-License-Identifier: MIT
"""A program at the control socket."""
import json
import os
import socket

import lab
from lab import Failure


class Client:
    """Reads only when it is asked to."""

    def __init__(self, a):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(lab.DEADLINE)
        self.socket.connect(path(a))
        self.rest = b""

    def greeting(self):
        return self.until(lambda e: e["event"] == "done")

    def event(self):
        """The next one; None when the other end closed."""
        while b"\n" not in self.rest:
            lab.pump()
            data = self.socket.recv(65536)
            if not data:
                return None
            self.rest += data
        line, self.rest = self.rest.split(b"\n", 1)
        return json.loads(line.decode())

    def until(self, wanted):
        got = []
        while True:
            event = self.event()
            if event is None:
                raise Failure("the control socket closed after %s" % got[-3:])
            got.append(event)
            if wanted(event):
                return got

    def write(self, data):
        self.socket.sendall(data)

    def ask(self, line):
        """What came of a command, alone."""
        self.write(line.encode() + b"\n")
        got = self.until(lambda e: e["event"] == "done" and
                         e["command"] == line)
        at = got.index({"event": "begin", "command": line})
        return got[at + 1:-1]

    def close(self):
        self.socket.close()


def heard_by(a):
    """How many programs are told what happens there: taken, not only
    waiting to be."""
    with open("/proc/%d/net/unix" % a.pid) as f:
        rows = [line.split() for line in f]
    return sum(row[5] == "03" and row[6] != "0" and row[7:] == [path(a)]
               for row in rows)


def path(a):
    return os.path.join(a.home, "control")
