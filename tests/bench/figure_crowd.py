# SPDX-License-Identifier: MIT
"""Crowds: simulated ones, and one that is forged."""

import re
import statistics
import subprocess
import time

from net import Lan
from programs import Lines, cpu_s, status
from table import spread

PEERS = 1000
MUST_PER_S = 6
FAKES = 10000
PER_S = 3000
FLOOD_S = 10
MUST_CORE = 0.10
MUST_GROWTH_MB = 4
MUST_CREEP_MB = 0.25
SIM_RUNS = 10000
LAST = ["nice", "-n", "20"]  # takes no time from what idles beside it


def measure_discovery(bench, table):
    out = subprocess.run([*LAST, f"{bench.build}/tests/sim/discovery"],
                         capture_output=True, text=True, check=True).stdout
    steady = {int(n): float(rate) for n, rate in re.findall(
        r"join of +(\d+):.*steady ([0-9.]+)/s", out)}
    ten = steady[10]
    table.add(f"discovery, {PEERS} simulated peers, steady, whole segment",
              f"{steady[PEERS]:.2f} packets/s",
              f"10 peers: {ten:.2f} packets/s", steady[PEERS] / ten,
              f"<= {MUST_PER_S}/s", steady[PEERS] <= MUST_PER_S)


def measure_chat(bench, table):
    out = subprocess.run([*LAST, f"{bench.build}/tests/sim/chat",
                          str(SIM_RUNS)], capture_output=True, text=True)
    line = out.stdout.strip().splitlines()[-1] if out.stdout else "no output"
    table.add("simulator: every message exactly once, in order", line, "",
              None, f"{SIM_RUNS} runs at 30 % loss", out.returncode == 0)


def flood(bench, host, path):
    with host:
        return subprocess.Popen(
            [bench.helper("forge"), "send", path, str(PER_S), str(FLOOD_S),
             "10.77.16.0", "10.77.255.255", "41827"],
            stdout=subprocess.PIPE, text=True)


def delivery_ms(ana):
    start = time.monotonic()
    ana.say("/msg bob still there?")
    ana.wait(event="delivery", to="bob", state="delivered")
    return (time.monotonic() - start) * 1000


def under_attack(bench, hosts, ana, path):
    """core share of ana, milliseconds of each delivery, datagrams sent"""
    took = []
    attack = flood(bench, hosts[2], path)
    before_s, start_s = cpu_s(ana.pid), time.monotonic()
    while attack.poll() is None:
        took.append(delivery_ms(ana))
        time.sleep(0.2)
    share = (cpu_s(ana.pid) - before_s) / (time.monotonic() - start_s)
    return share, took, int(attack.stdout.read())


def measure_flood(bench, table):
    paths = [bench.path(f"fakes{i}") for i in range(2)]
    for path in paths:
        subprocess.run([bench.helper("forge"), "make", str(FAKES), path],
                       check=True)
    with Lan(3) as hosts:
        ana = Lines(bench, bench.plain("ana"), hosts[0])
        bob = Lines(bench, bench.plain("bob"), hosts[1])
        ana.wait(event="peer", name="bob")
        calm = [delivery_ms(ana) for _ in range(20)]
        rss = [status(ana.pid, "VmRSS")]
        idle_s, start_s = cpu_s(ana.pid), time.monotonic()
        time.sleep(2)
        idle = (cpu_s(ana.pid) - idle_s) / (time.monotonic() - start_s)
        runs = []
        for path in paths:
            runs.append(under_attack(bench, hosts, ana, path))
            rss.append(status(ana.pid, "VmRSS"))
        bob.say("/quit")
        ana.wait(event="peer", name="bob", state="offline")
        for program in (ana, bob):
            program.end()
    report_flood(table, runs, [kib / 1024 for kib in rss], calm, idle)


def report_flood(table, runs, rss, calm, idle):
    share = max(r[0] for r in runs)
    sent = sum(r[2] for r in runs)
    took = [ms for r in runs for ms in r[1]]
    what = f"{FAKES} fake identities in {FLOOD_S} s, twice"
    table.add(f"{what}: share of a core", f"{share * 100:.1f} %",
              f"no attack: {idle * 100:.1f} %", None,
              f"< {MUST_CORE * 100:.0f} %", share < MUST_CORE)
    grown, crept = rss[1] - rss[0], rss[2] - rss[1]
    table.add("the same: growth of RSS, first and second time",
              f"{grown:.2f} MB, {crept:.2f} MB", f"before: {rss[0]:.1f} MB",
              rss[2] / rss[0], f"<= {MUST_GROWTH_MB} MB, then "
              f"<= {MUST_CREEP_MB} MB",
              grown <= MUST_GROWTH_MB and crept <= MUST_CREEP_MB)
    table.add("the same: deliveries to a pinned contact meanwhile, all made",
              f"{len(took)}, " + spread(took, "ms"),
              "no attack: " + spread(calm, "ms"),
              statistics.median(took) / statistics.median(calm),
              "pinned contact untouched", True)
    table.note(f"The forged crowd: {sent} datagrams, each identity signed and "
               "from an address of its own. The share of a core is of the "
               "process; what the kernel spends on interrupts is not in it. "
               "Afterwards the contact's goodbye must still be heard.")
