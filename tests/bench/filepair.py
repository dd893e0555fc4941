# SPDX-License-Identifier: MIT
"""Two earshots that know each other, one of which sends files."""

import os
import select
import time

from net import Lan
from programs import Lines

PATIENCE_S = 60
OVER = ("done", "failed", "refused", "cancelled", "paused")


class End(Lines):
    """Keeps what came until it is asked for."""

    def __init__(self, bench, name, host, folder):
        bench.forget(name)
        home = bench.path(f"home-{name}")
        os.makedirs(home)
        with open(os.path.join(home, "config"), "w", encoding="utf-8") as file:
            file.write(f"files.folder {folder}\n")
        super().__init__(bench, bench.plain(name), host)
        self.events = []

    def take(self, wanted):
        """The first that came, with these values; all before it are gone."""
        for i, event in enumerate(self.events):
            if wanted.items() <= event.items():
                del self.events[:i + 1]
                return event
        return None


class Pair:
    def __init__(self, bench, hosts, folder):
        self.bench = bench
        self.ana = End(bench, "ana", hosts[0], folder)
        self.bob = End(bench, "bob", hosts[1], folder)
        self.ends = [self.ana, self.bob]
        for end, other in ((self.ana, "bob"), (self.bob, "ana")):
            self.wait(end, event="peer", name=other)
        # Strangers are held to a rate: these have talked.
        self.ana.say("/msg bob hello")
        self.wait(self.bob, event="message")
        self.bob.say("/msg ana hello")
        self.wait(self.ana, event="message")
        self.ana.say("/query bob")

    def pump(self, timeout_s=0):
        """What they print: of both, so that none is held up."""
        for end in select.select(self.ends, [], [], timeout_s)[0]:
            events = end.read()
            if events is None:
                raise RuntimeError("earshot ended")
            end.events += events

    def wait(self, end, **wanted):
        return self.first((end, wanted))[1]

    def first(self, *choices, timeout_s=PATIENCE_S):
        """Which of the choices, (end, values) each, came first; its event."""
        until = time.monotonic() + timeout_s
        while (left := until - time.monotonic()) > 0:
            for i, (end, wanted) in enumerate(choices):
                event = end.take(wanted)
                if event is not None:
                    return i, event
            self.pump(left)
        raise TimeoutError(f"no {choices[0][1]} within {timeout_s} s")

    def offer(self, path):
        """Its number at bob's."""
        for end in self.ends:
            end.events.clear()
        self.ana.say(f"/send {path}")
        which, event = self.first(
            (self.bob, {"event": "transfer", "state": "offered"}),
            (self.ana, {"event": "error"}),
            (self.ana, {"event": "transfer", "state": "refused"}))
        if which > 0:
            raise RuntimeError("earshot: " + (event.get("text")
                                              or event["reason"]))
        return event["transfer"]

    def get(self, number):
        self.bob.say(f"/get {number}")

    def done(self, number):
        _, event = self.first(*(
            (self.bob, {"event": "transfer", "transfer": number, "state": s})
            for s in OVER))
        if event["state"] != "done":
            raise RuntimeError("earshot: {state} {reason}".format(**event))
        return event["path"]

    def into(self, folder):
        self.bob.say(f"/set files.folder {folder}")
        self.wait(self.bob, event="setting")

    def copy(self, path, folder):
        """From /send to the end, with /get as soon as it is offered."""
        self.into(folder)
        start = time.monotonic()
        number = self.offer(path)
        self.get(number)
        there = self.done(number)
        took = time.monotonic() - start
        if os.path.dirname(there) != folder:
            raise RuntimeError(f"it is {there}, not in {folder}")
        return took

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for end in self.ends:
            end.end()
