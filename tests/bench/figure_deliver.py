# SPDX-License-Identifier: MIT
"""From the line that sends a text to the event that it was delivered: stored
and synced at both ends."""

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
ALLOWANCE_US = 100
UDP_FACTOR = 1.2
PIPE_SIZE = 1 << 20


@contextlib.contextmanager
def on_processor(number):
    """What is started inside stays on it; None leaves it to the kernel."""
    before = os.sched_getaffinity(0)
    if number is not None:
        os.sched_setaffinity(0, {sorted(before)[number]})
    yield
    os.sched_setaffinity(0, before)


def rounds(bench, processors, transport):
    """microseconds: of each text, ping-pong, trip through pipes, synced write
    """
    for name in ("ana", "bob"):
        bench.forget(name)
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
                 bench.path("synced"), "bob", transport, *bench.plain("ana")],
                env=bench.env, stdout=subprocess.PIPE, text=True)
        # Strangers are held to a rate: bob answers, so that ana is none.
        bob.wait(event="peer", name="ana")
        bob.say("/msg ana hello")
        printed, _ = driver.communicate(timeout=120)
        bob.wait(event="message", transport=transport)
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
        if not enough and processors[1] == 1:
            continue
        tcp = report(table, where, rounds(bench, processors, "tcp"))
        text, _, pipes, _ = rounds(bench, processors, "udp")
        udp = statistics.median(text) - statistics.median(pipes)
        table.add(f"the same over UDP, {where}", f"{udp:.0f} us",
                  f"over TCP {tcp:.0f} us", udp / tcp,
                  f"<= {UDP_FACTOR} x TCP", udp <= UDP_FACTOR * tcp)
    table.note("Send to delivered is timed outside earshot, from writing the "
               "line to its standard input to reading the event from its "
               "standard output; both ends have stored and synced the text by "
               "then. A round trip through two pipes to a process that only "
               "copies is the price of that: it is subtracted, and the "
               "difference is what is compared.")
    table.note("Two machines have a processor each. Left to itself, the kernel "
               "runs both ends of a bare ping-pong on one processor in turn "
               "and wakes no other; programs that have work left once they "
               "have sent it spreads over both, and pays for waking them.")


def report(table, where, columns):
    """The median of the text, without the pipes."""
    median = statistics.median
    text, bare, pipes, synced = columns
    must = median(bare) + 2 * median(synced) + ALLOWANCE_US
    own = median(text) - median(pipes)
    table.add(f"send to delivered, 100-byte text, stored at both, {where}",
              f"{own:.0f} us; with the pipes " + spread(text, "us", 0),
              "bare TCP ping-pong " + spread(bare, "us", 0)
              + "; fdatasync " + spread(synced, "us", 0)
              + "; pipes " + spread(pipes, "us", 0),
              own / (median(bare) + 2 * median(synced)),
              f"<= bare + 2 x fdatasync + {ALLOWANCE_US} us = {must:.0f} us",
              own <= must)
    return own
