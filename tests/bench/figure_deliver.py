# SPDX-License-Identifier: MIT
"""From the line that sends a text to the event that it was delivered."""

import statistics
import subprocess

from net import Lan
from programs import Drain, Lines
from table import spread

ROUNDS = 600
PORT = 7007
ALLOWANCE_US = 60


def measure(bench, table):
    with Lan(2) as (here, there):
        bob = Lines(bench, bench.plain("bob"), there)
        bob.wait(event="ready")
        with there:
            echo = subprocess.Popen(
                [bench.helper("pingpong"), str(PORT)],
                stdout=subprocess.PIPE)
        echo.stdout.readline()
        with here:
            driver = subprocess.Popen(
                [bench.helper("deliver"), str(ROUNDS), "10.77.0.2", str(PORT),
                 "bob", *bench.plain("ana")],
                env=bench.env, stdout=subprocess.PIPE, text=True)
        # Strangers are held to a rate: bob answers, so that ana is none.
        bob.wait(event="peer", name="ana")
        bob.say("/msg ana hello")
        drain = Drain([bob])
        out, _ = driver.communicate(timeout=120)
        drain.stop()
        for process in (echo, bob.process):
            process.kill()
            process.wait()
    if driver.returncode != 0:
        raise RuntimeError("deliver failed")
    rows = [[int(w) / 1000 for w in line.split()]
            for line in out.splitlines()]
    text, bare, pipes = (list(column) for column in zip(*rows))
    report(table, text, bare, pipes)


def report(table, text, bare, pipes):
    median = statistics.median
    must = 2 * median(bare) + ALLOWANCE_US
    own = median(text) - median(pipes)
    baseline = "bare TCP ping-pong " + spread(bare, "us", 0)
    table.add(f"send to delivered, 100-byte text, {ROUNDS} rounds",
              f"{own:.0f} us without the pipes of the measurement",
              baseline, own / median(bare),
              f"<= 2 x bare + {ALLOWANCE_US} us = {must:.0f} us", own <= must)
    table.add("the same with the pipes", spread(text, "us", 0),
              "pipes alone " + spread(pipes, "us", 0),
              median(text) / median(bare))
    table.note("Send to delivered is timed outside earshot, from writing the "
               "line to its standard input to reading the event from its "
               "standard output. A round trip through two pipes to a process "
               "that only copies is the price of that, and is subtracted in "
               "the first row.")
