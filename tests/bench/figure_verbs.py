# SPDX-License-Identifier: MIT
"""What scripts pay: earshot who, earshot send, an earshot without a screen."""

import os
import select
import statistics
import subprocess
import time

import peers
from net import Lan
from programs import Lines, now_ms, status
from table import spread

WHO_RUNS = 50
SEND_RUNS = 20
MUST_WHO_MS = 5
MUST_SEND_MS = 100
MUST_MB = 6
SETTLE_S = 2
CONNECT_PORT = 7008


def run_ms(bench, argv):
    """From exec to exit."""
    begin = now_ms()
    done = subprocess.run(argv, env=bench.env, cwd=bench.scratch,
                          stdin=subprocess.DEVNULL, capture_output=True,
                          text=True)
    took = now_ms() - begin
    if done.returncode != 0:
        raise RuntimeError(f"{argv[1:]}: {done.stderr}")
    return took, done.stdout


class Headless:
    """An earshot that serves the socket of its home."""

    def __init__(self, bench, name, host):
        with host:
            self.process = subprocess.Popen(
                bench.earshot(name, "--headless"), env=bench.env,
                cwd=bench.scratch, stdin=subprocess.DEVNULL)

    def end(self):
        self.process.terminate()
        self.process.wait()


def verb(bench, name, *words):
    """The word comes first."""
    program, *options = bench.earshot(name)
    return [program, *words, *options]


def measure_who(bench, table, host):
    found = {"who": [], "true": []}
    for _ in range(WHO_RUNS):
        with host:
            took, out = run_ms(bench, verb(bench, "ana", "who"))
            if "bob" not in out:
                raise RuntimeError("who: no bob: " + out)
            found["who"].append(took)
            found["true"].append(run_ms(bench, ["true"])[0])
    median = statistics.median(found["who"])
    table.add(f"earshot who beside one that runs, {WHO_RUNS} runs",
              spread(found["who"], "ms"),
              "true " + spread(found["true"], "ms"),
              median / statistics.median(found["true"]),
              f"<= {MUST_WHO_MS} ms", median <= MUST_WHO_MS)


def private_kib(pid):
    """What nobody shares; None where the system does not let us look."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            return sum(int(line.split()[1]) for line in file
                       if line.startswith("Private_"))
    except OSError:
        return None


def measure_rest(table, ana):
    time.sleep(SETTLE_S)
    rss = status(ana.process.pid, "VmRSS") / 1024
    own = private_kib(ana.process.pid)
    shared = "" if own is None else f" (its own {own / 1024:.1f})"
    table.add("RSS of earshot --headless that met one peer",
              f"{rss:.1f} MB{shared}", "", None, f"<= {MUST_MB} MB",
              rss <= MUST_MB)


def send_ms(bench, host):
    """From exec to the event that it was delivered, and to exit."""
    with host:
        begin = now_ms()
        process = subprocess.Popen(
            verb(bench, "ana", "send", "bob", "it is done", "--json"),
            env=bench.env, cwd=bench.scratch, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE)
    said, delivered = b"", None
    while select.select([process.stdout], [], [], 30)[0]:
        got = os.read(process.stdout.fileno(), 65536)
        if not got:
            break
        said += got
        if delivered is None and b'"delivered"' in said:
            delivered = now_ms() - begin
    process.stdout.close()
    if process.wait() != 0 or delivered is None:
        raise RuntimeError(f"send: {said}")
    return delivered, now_ms() - begin


def connect_ms(bench, host):
    """The same text by a program that knows the address and checks nothing."""
    begin = now_ms()
    with host:
        subprocess.run(["nc", "-N", "10.77.0.2", str(CONNECT_PORT)],
                       input=b"it is done\n", stdout=subprocess.DEVNULL,
                       env=bench.env, check=True)
    return now_ms() - begin


def measure_send(bench, table, here, there):
    found = {"delivered": [], "exit": [], "nc": []}
    listener = None
    if peers.installed("nc"):
        with there:
            listener = subprocess.Popen(
                ["nc", "-lk", str(CONNECT_PORT)], env=bench.env,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        for _ in range(SEND_RUNS):
            delivered, ended = send_ms(bench, here)
            found["delivered"].append(delivered)
            found["exit"].append(ended)
            if listener is not None:
                found["nc"].append(connect_ms(bench, here))
    finally:
        if listener is not None:
            listener.kill()
            listener.wait()
    median = statistics.median(found["delivered"])
    nc = found["nc"]
    table.add(f"short-lived earshot send, exec to delivered, {SEND_RUNS} runs",
              spread(found["delivered"], "ms"),
              "nc -N " + spread(nc, "ms") if nc else "nc not installed",
              median / statistics.median(nc) if nc else None,
              f"<= {MUST_SEND_MS} ms", median <= MUST_SEND_MS)
    table.add("the same, exec to exit", spread(found["exit"], "ms"))


def measure(bench, table):
    for name in ("ana", "bob"):
        bench.forget(name)
    with Lan(2) as (here, there):
        bob = Lines(bench, bench.plain("bob"), there)
        bob.wait(event="ready")
        ana = Headless(bench, "ana", here)
        bob.wait(event="peer", name="ana")
        # Strangers are held to a rate: bob answers, so that ana is none.
        bob.say("/msg ana hello")
        bob.wait(event="delivery", state="delivered")
        measure_rest(table, ana)
        measure_who(bench, table, here)
        ana.end()
        measure_send(bench, table, here, there)
        bob.end()
