# SPDX-License-Identifier: MIT
"""Chats on a terminal in front of somebody, with another who writes to them:
earshot, and IRC clients in the same place."""

import os
import select
import threading
import time

import irc
from programs import Lines, Terminal

AHEAD = 900  # what a peer's queue holds, less a few
PATIENCE_S = 20


class Reader:
    """Reads a terminal, counts, and notices a text; from a thread of its own.
    """

    def __init__(self, terminal, text=b""):
        self.terminal, self.text = terminal, text
        self.bytes = 0
        self.last = b""
        self.stopped = False
        self.seen = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.stopped:
            if not select.select([self.terminal], [], [], 0.1)[0]:
                continue
            try:
                got = os.read(self.terminal.fileno(), 1 << 16)
            except OSError:
                return
            self.bytes += len(got)
            self.last = (self.last + got)[-65536 - len(self.text):]
            if self.text and self.text in self.last:
                self.seen.set()

    def wait(self):
        if not self.seen.wait(PATIENCE_S):
            raise TimeoutError(f"{self.text} did not come on the screen; "
                               f"last {self.last[-200:]}")

    def stop(self):
        self.stopped = True
        self.thread.join()
        return self.bytes


class Sender:
    """An earshot that writes to another, and keeps its queue full."""

    def __init__(self, bench, host, to):
        self.lines = Lines(bench, bench.plain("bob"), host)
        self.to = to
        self.delivered = 0
        self.change = threading.Condition()

    def begin(self):
        self.lines.wait(event="peer", name=self.to)
        self.lines.say(f"/query {self.to}")
        self.lines.say("hello")
        self.lines.wait(event="delivery", state="delivered")
        threading.Thread(target=self.count, daemon=True).start()

    def count(self):
        """Events as bytes: to parse them would be the slowest part."""
        rest = b""
        try:
            while got := os.read(self.lines.fileno(), 1 << 20):
                got = rest + got
                end = got.rfind(b"\n") + 1
                rest = got[end:]
                with self.change:
                    self.delivered += got.count(b'"state":"delivered"', 0, end)
                    self.change.notify()
        except (OSError, ValueError):
            pass

    def write(self, data):
        fd = self.lines.process.stdin.fileno()
        while data:
            data = data[os.write(fd, data):]

    def say(self, texts):
        """Returns when all are given, not when they are delivered."""
        base, given = self.delivered, 0
        while given < len(texts):
            with self.change:
                if not self.change.wait_for(
                        lambda: self.delivered - base + AHEAD > given,
                        PATIENCE_S):
                    raise TimeoutError(f"{given} of {len(texts)} were given, "
                                       f"{self.delivered - base} arrived")
                room = self.delivered - base + AHEAD
            self.write(b"".join(t + b"\n" for t in texts[given:room]))
            given = min(room, len(texts))

    def end(self):
        self.lines.end()


class Ours:
    """earshot with the conversation of the sender before it."""

    def __init__(self, bench, here, there, options=()):
        for name in ("ana", "bob"):
            bench.forget(name)
        argv = bench.earshot("ana", *options)
        self.terminal = Terminal(bench, argv, here)
        self.sender = Sender(bench, there, "ana")

    def begin(self):
        reader = Reader(self.terminal)
        self.sender.begin()
        time.sleep(0.5)
        # Who was never written to may not write that much.
        self.terminal.type("/query bob\r")
        time.sleep(0.2)
        self.terminal.type("hi\r")
        time.sleep(1)
        reader.stop()

    def say(self, texts):
        self.sender.say(texts)

    def end(self):
        self.terminal.end()
        self.sender.end()


class Theirs:
    def __init__(self, bench, here, name):
        self.client = irc.Client(bench, here, name)
        self.terminal = self.client.terminal

    def begin(self):
        reader = Reader(self.terminal)
        time.sleep(1.5)
        self.terminal.type(f"/join {irc.CHANNEL}\r")
        joined = self.client.server.joined.wait(irc.PATIENCE_S)
        time.sleep(1)
        reader.stop()
        if not joined:
            raise RuntimeError(f"it did not join: {reader.last[-300:]}")

    def say(self, texts):
        self.client.say(texts)

    def end(self):
        self.client.end()
