#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The doctor: each fault made for real is named first, and health is told where
nothing is wrong. EARSHOT_ONLY=WORD[,WORD] picks some of the faults."""
import json
import os
import shutil
import subprocess
import sys
import time

sys.dont_write_bytecode = True
import lab

# What has our name is not for the programs that are started.
ONLY = [w for w in os.environ.get("EARSHOT_ONLY", "").split(",") if w]
REPORT = bool(os.environ.get("EARSHOT_REPORT"))

os.environ["PATH"] += ":/usr/sbin:/sbin"
lab.enter()
import doctor_lab
from lab import check

HEALTHY = 50
HEALTHY_SHORT = 8
TOGETHER = 8

for tool in ("nft", "iptables", "bridge"):
    if shutil.which(tool) is None:
        lab.skip("no %s here (Debian: nftables, iptables, iproute2), so there "
                 "are no faults to make" % tool)


class Answer:
    def __init__(self, case, events):
        self.findings = [e for e in events if e.get("event") == "finding"]
        last = events[-1]
        self.ill, self.text = last["ill"], last["text"]
        self.words = [f["fault"] for f in self.findings
                      if f["severity"] != "hint"]
        self.all_words = [f["fault"] for f in self.findings]


def ask_program(case):
    """Where none runs, or comes up."""
    home = lab.home("asked")
    p = subprocess.run(
        [lab.program, "--home", home, "--interface", "eth0", "doctor",
         "--json"], preexec_fn=lab.child_setup(case.asker),
        capture_output=True, text=True)
    events = [json.loads(line) for line in p.stdout.splitlines()]
    check(p.returncode == 1 and events, "%s: status %d, %s"
          % (case.name, p.returncode, p.stderr))
    return Answer(case, events)


def begin(case):
    if isinstance(case.asker, lab.Earshot):
        case.mark = case.asker.mark()
        case.asker.send("/doctor" + (" " + case.who if case.who else ""))


def end(case):
    if not isinstance(case.asker, lab.Earshot):
        return ask_program(case)
    case.asker.expect("doctor", case.mark)
    return Answer(case, case.asker.events[case.mark:])


def judge_fault(case, answer):
    first = answer.all_words[0] if answer.all_words else "nothing"
    ok = first in case.words and answer.ill != case.hint
    print("%-26s %-18s%s" % (case.name, first, "" if ok else
                             "WANTED %s, of %s" % ("/".join(case.words),
                                                   answer.all_words)))
    if not ok or REPORT:
        print(answer.text)
    lab.count("faults named first" if ok else "faults missed")
    return ok


def judge_health(case, answer):
    ok = not answer.ill
    if not ok:
        print("%s: FALSE ALARM %s\n%s" % (case.name, answer.words,
                                          answer.text))
    elif REPORT:
        print(answer.text)
    lab.count("healthy laboratories" if ok else "false alarms")
    return ok


def ask_all(makers, judge):
    """Several laboratories at a time: most of it is waiting."""
    good = True
    for i in range(0, len(makers), TOGETHER):
        cases = []
        for name, make in makers[i:i + TOGETHER]:
            case = make()
            case.name = name
            cases.append(case)
        for case in cases:
            begin(case)
        for case in cases:
            good = judge(case, end(case)) and good
        lab.close_all()
    return good


def faults():
    makers = [(f.__name__, f) for f in doctor_lab.FAULTS
              if not ONLY or f.__name__ in ONLY]
    check(ONLY or len(makers) >= 20, "so many faults")
    check(ask_all(makers, judge_fault), "each fault is named first")


def without_root():
    if not lab.owns_users:
        lab.note("the doctor of another user than the test's")
        return
    makers = [(f.__name__, f) for f in (
        doctor_lab.user_dropped, doctor_lab.user_dropped_out,
        doctor_lab.user_port_taken)]
    check(ask_all(makers, judge_fault), "named without root, too")
    for make, doubt in ((doctor_lab.user_healthy, []),
                        (doctor_lab.user_alone, ["sudo nft list ruleset"])):
        case = make()
        case.name = make.__name__
        begin(case)
        answer = end(case)
        check(judge_health(case, answer), "no false alarm without root")
        told = [c for f in answer.findings for c in f["commands"]
                if f["fault"] == "firewall-unknown"]
        check(told == doubt, "what root would add: %s" % answer.findings)


def health():
    count = HEALTHY if lab.LONG else HEALTHY_SHORT
    seeds = [int(w) for w in ONLY if w.isdigit()] or range(count)
    makers = [("seed %d" % s, lambda s=s: doctor_lab.healthy(s))
              for s in seeds]
    check(ask_all(makers, judge_health), "no false alarm")


parts = [faults, without_root, health]
if ONLY:
    parts = [health] if ONLY[0].isdigit() else [faults]
    if ONLY == ["root"]:
        parts = [without_root]
lab.run(*parts)
