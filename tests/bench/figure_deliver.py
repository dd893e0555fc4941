# SPDX-License-Identifier: MIT
"""From the line that sends a text to the event that it was delivered."""

import contextlib
import fcntl
import os
import statistics
import subprocess

from net import Lan
from programs import Lines
from table import spread

ROUNDS = 300
PORT = 7007
ALLOWANCE_US = 60
PIPE_SIZE = 1 << 20


@contextlib.contextmanager
def on_processor(number):
    """What is started inside stays on it; None leaves it to the kernel."""
    before = os.sched_getaffinity(0)
    if number is not None:
        os.sched_setaffinity(0, {sorted(before)[number]})
    yield
    os.sched_setaffinity(0, before)


def rounds(bench, processors):
    """microseconds: of each text, each ping-pong, each trip through pipes"""
    with Lan(2) as (here, there):
        with on_processor(processors[1]):
            bob = Lines(bench, bench.plain("bob"), there)
            with there:
                echo = subprocess.Popen([bench.helper("pingpong"), str(PORT)],
                                        stdout=subprocess.PIPE)
        # Room for all the events: a reader would want a processor, too.
        fcntl.fcntl(bob.fileno(), fcntl.F_SETPIPE_SZ, PIPE_SIZE)
        echo.stdout.readline()
        bob.wait(event="ready")
        with here, on_processor(processors[0]):
            driver = subprocess.Popen(
                [bench.helper("deliver"), str(ROUNDS), "10.77.0.2", str(PORT),
                 "bob", *bench.plain("ana")],
                env=bench.env, stdout=subprocess.PIPE, text=True)
        # Strangers are held to a rate: bob answers, so that ana is none.
        bob.wait(event="peer", name="ana")
        bob.say("/msg ana hello")
        printed, _ = driver.communicate(timeout=120)
        echo.kill()
        echo.communicate()
        bob.end()
    if driver.returncode != 0:
        raise RuntimeError("deliver failed")
    rows = [[int(w) / 1000 for w in line.split()]
            for line in printed.splitlines()]
    return [list(column) for column in zip(*rows)]


PLACES = (
    ((0, 1), "each host on a processor of its own"),
    ((0, 0), "both hosts on one processor"),
    ((None, None), "wherever the kernel puts them"),
)


def measure(bench, table):
    enough = len(os.sched_getaffinity(0)) > 1
    for processors, where in PLACES:
        if enough or processors[1] != 1:
            report(table, where, *rounds(bench, processors))
    table.note("Send to delivered is timed outside earshot, from writing the "
               "line to its standard input to reading the event from its "
               "standard output. A round trip through two pipes to a process "
               "that only copies is the price of that: it is subtracted, and "
               "the difference is what is compared.")
    table.note("Two machines have a processor each. Left to itself, the kernel "
               "runs both ends of a bare ping-pong on one processor in turn "
               "and wakes no other; programs that have work left once they "
               "have sent it spreads over both, and pays for waking them.")


def report(table, where, text, bare, pipes):
    median = statistics.median
    must = 2 * median(bare) + ALLOWANCE_US
    own = median(text) - median(pipes)
    table.add(f"send to delivered, 100-byte text, {where}",
              f"{own:.0f} us; with the pipes " + spread(text, "us", 0),
              "bare TCP ping-pong " + spread(bare, "us", 0)
              + "; pipes " + spread(pipes, "us", 0),
              own / median(bare),
              f"<= 2 x bare + {ALLOWANCE_US} us = {must:.0f} us", own <= must)
