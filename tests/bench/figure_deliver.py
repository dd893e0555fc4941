# SPDX-License-Identifier: MIT
"""From the line that sends a text to the event that it was delivered."""

import contextlib
import os
import statistics
import subprocess
import time

from net import Lan
from table import spread

ROUNDS = 400
PORT = 7007
ALLOWANCE_US = 60


@contextlib.contextmanager
def on_processor(number):
    """What is started inside stays on it; None leaves it to the kernel."""
    before = os.sched_getaffinity(0)
    if number is not None:
        os.sched_setaffinity(0, {sorted(before)[number]})
    yield
    os.sched_setaffinity(0, before)


def await_text(path, text):
    end = time.monotonic() + 10
    while time.monotonic() < end:
        with open(path, encoding="utf-8") as file:
            if text in file.read():
                return
        time.sleep(0.01)
    raise TimeoutError(f"bob does not say {text}")


def rounds(bench, processors):
    """microseconds: of each text, each ping-pong, each trip through pipes"""
    events = bench.path("bob-events")
    with Lan(2) as (here, there), open(events, "wb") as out:
        with there, on_processor(processors[1]):
            # Into a file: a reader would want a processor, too.
            bob = subprocess.Popen(bench.plain("bob"), env=bench.env,
                                   stdin=subprocess.PIPE, stdout=out)
            echo = subprocess.Popen([bench.helper("pingpong"), str(PORT)],
                                    stdout=subprocess.PIPE)
        echo.stdout.readline()
        await_text(events, '"ready"')
        with here, on_processor(processors[0]):
            driver = subprocess.Popen(
                [bench.helper("deliver"), str(ROUNDS), "10.77.0.2", str(PORT),
                 "bob", *bench.plain("ana")],
                env=bench.env, stdout=subprocess.PIPE, text=True)
        # Strangers are held to a rate: bob answers, so that ana is none.
        await_text(events, '"name":"ana"')
        os.write(bob.stdin.fileno(), b"/msg ana hello\n")
        printed, _ = driver.communicate(timeout=120)
        for process in (echo, bob):
            process.kill()
            process.communicate()
    if driver.returncode != 0:
        raise RuntimeError("deliver failed")
    rows = [[int(w) / 1000 for w in line.split()]
            for line in printed.splitlines()]
    return [list(column) for column in zip(*rows)]


def measure(bench, table):
    if len(os.sched_getaffinity(0)) > 1:
        report(table, "each host on a processor of its own",
               *rounds(bench, (0, 1)))
    report(table, "wherever the kernel puts them",
           *rounds(bench, (None, None)))
    table.note("Send to delivered is timed outside earshot, from writing the "
               "line to its standard input to reading the event from its "
               "standard output. A round trip through two pipes to a process "
               "that only copies is the price of that: it is subtracted, and "
               "the difference is what is compared.")
    table.note("Two machines have a processor each. Left to itself, the kernel "
               "runs both ends of a bare ping-pong on one processor in turn "
               "and wakes no other, which only ends without any work of "
               "their own can have.")


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
