#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A passphrase over the identity: the same person before and after, nobody
without it, no echo, and a terminal as it was, however it ends.
"""
import os
import resource
import signal
import stat
import subprocess
import sys
import termios

sys.dont_write_bytecode = True
import lab
from lab import Earshot, check
from terminals import Pty, Tmux, forbidden

lab.enter()

FAILED = 1
QUESTION = "Passphrase for earshot's identity: "
NEW, AGAIN = "New passphrase, empty for none: ", "The same again: "
FIRST, SECOND = "correct horse battery", "zwölf Boxkämpfer"


def contents(home):
    with open(os.path.join(home, "identity"), "rb") as f:
        return f.read()


def secret(text, mode=0o600):
    path = os.path.join(lab.home("secret"), "file")
    with open(path, "w") as f:
        f.write(text)
    os.chmod(path, mode)
    return path


def attempt(ns, words, env=None, more=None):
    """Without any terminal, whoever runs this test."""
    def setup():
        os.setsid()
        if more is not None:
            more()
    done = subprocess.run(
        [lab.program] + words, stdin=subprocess.DEVNULL, capture_output=True,
        text=True, env=dict(os.environ, **(env or {})), timeout=lab.DEADLINE,
        preexec_fn=lab.child_setup(ns, later=setup))
    check(not forbidden(done.stdout + done.stderr), "clean: %s" % done)
    return done


def refused(ns, home, words, *says, **more):
    before = contents(home)
    done = attempt(ns, ["--home", home] + words, **more)
    check(done.returncode == FAILED and done.stdout == "" and
          done.stderr.startswith("earshot: ") and
          done.stderr.count("\n") == 1, "%s: one sentence: %s" % (words, done))
    for text in says:
        check(text in done.stderr, "%r is not in %s" % (text, done.stderr))
    check(contents(home) == before, "%s: the identity was changed" % words)
    print("  %s" % done.stderr.strip())
    lab.count("refusals")


def echoes(term):
    return bool(termios.tcgetattr(term.master)[3] & termios.ECHO)


def answer(term, question, text, end="\n"):
    """Waits for the question after all that was said, and answers it."""
    seen = getattr(term, "seen", 0)
    term.expect(question, seen)
    term.seen = term.output.index(question.encode(), seen) + len(question)
    lab.wait_until(lambda: not echoes(term), "no echo at: " + question)
    term.type(text + end)
    lab.count("answers")


def ended(term, status):
    check(term.wait() == status, "status %d, not %d: %s" % (
        term.process.returncode, status, term.output))
    now = termios.tcgetattr(term.master)
    check(now == term.before, "the terminal is as before: %s, not %s" % (
        now, term.before))
    for text in (FIRST, SECOND):
        check(text.encode() not in term.output, "no passphrase was shown")


def change(ns, home, *answers):
    term = Pty(ns, ["--home", home, "passphrase"])
    for question, text in answers:
        answer(term, question, text)
    return term


def is_sealed(home):
    path = os.path.join(home, "identity")
    check(stat.S_IMODE(os.stat(path).st_mode) == 0o600, "mode of " + path)
    check(not [n for n in os.listdir(home) if n.endswith("~")],
          "nothing is left behind: %s" % os.listdir(home))
    return contents(home).startswith(b"earshot identity 2\n")


def sealed_home(ns, text=FIRST):
    """A home with an identity that was never there in plain."""
    home = lab.home("sealed")
    done = attempt(ns, ["--home", home, "--passphrase-file",
                        secret(text + "\n"), "passphrase"])
    check(done.returncode == 0 and "is sealed" in done.stdout and
          done.stderr == "" and is_sealed(home), "sealed at once: %s" % done)
    return home


def set_change_remove():
    ns = lab.Ns("alone")
    ana = Earshot(ns, "ana", interface=None)
    ana.quit()
    home, plain = ana.home, contents(ana.home)

    term = change(ns, home, (NEW, FIRST), (AGAIN, FIRST))
    ended(term, 0)
    check(b"is sealed" in term.output and is_sealed(home), "it is sealed")
    check(plain.split()[-1] not in contents(home), "the seed is not in it")
    check(QUESTION.encode() not in term.output, "there was nothing to ask for")

    # On the screen: asked before it appears.
    term = Pty(ns, ["--home", home, "--name", "ana"])
    answer(term, QUESTION, "wrong")
    answer(term, QUESTION, "")
    answer(term, QUESTION, FIRST)
    for text in ("2 more tries", "1 more try"):
        term.expect("not the passphrase of this identity; " + text)
    check(b"\033" not in term.output[:term.seen], "no screen yet")
    term.expect("F1 help", term.seen)
    term.type("/quit\r")
    ended(term, 0)

    term = Pty(ns, ["--home", home])
    for text in ("wrong", FIRST + "x", FIRST[:-1]):
        answer(term, QUESTION, text)
    ended(term, FAILED)
    check(b"\033" not in term.output, "no screen at all")

    def same_as_ever(text):
        again = Earshot(ns, "ana", "--passphrase-file",
                        secret(text + "\nanything"), interface=None,
                        home_dir=home)
        again.quit()
        check(again.id == ana.id, "the same person: %s" % again.id)
    same_as_ever(FIRST)

    ended(change(ns, home, (QUESTION, FIRST), (NEW, SECOND), (AGAIN, SECOND)),
          0)
    check(is_sealed(home), "still sealed")
    same_as_ever(SECOND)
    refused(ns, home, ["--plain", "--passphrase-file", secret(FIRST)],
            "line 1 of", "not the passphrase")

    sealed = contents(home)
    term = change(ns, home, (QUESTION, SECOND), (NEW, FIRST),
                  (AGAIN, FIRST + " "))
    ended(term, FAILED)
    check(b"were not the same" in term.output, "told apart: %s" % term.output)
    ended(change(ns, home, (QUESTION, "n"), (QUESTION, "o"), (QUESTION, "")),
          FAILED)
    term = change(ns, home, (QUESTION, SECOND), (NEW, "x" * 1500))
    ended(term, FAILED)
    check(b"at most 1023 bytes" in term.output, "too long: %s" % term.output)
    check(contents(home) == sealed, "and nothing was changed")

    ended(change(ns, home, (QUESTION, SECOND), (NEW, ""), (AGAIN, "")), 0)
    check(contents(home) == plain, "the plain file is back")
    term = change(ns, home, (NEW, ""), (AGAIN, ""))
    ended(term, 0)
    check(b"as before" in term.output and contents(home) == plain,
          "nothing to remove: %s" % term.output)


def scripts():
    """No terminal: a file, or a sentence."""
    ns = lab.Ns("alone")
    ana = Earshot(ns, "ana", interface=None)
    home, plain = ana.home, contents(ana.home)
    file = secret(FIRST + "\n")
    refused(ns, home, ["--passphrase-file", file, "passphrase"],
            "another earshot")
    ana.quit()

    def change_by(path, says):
        done = attempt(ns, ["--home", home, "--passphrase-file", path,
                            "passphrase"])
        check(done.returncode == 0 and done.stderr == "" and
              says in done.stdout, "by a file: %s" % done)
    refused(ns, home, ["passphrase"], "no terminal", "--passphrase-file")
    change_by(file, "is sealed")
    check(is_sealed(home), "sealed by a file")
    refused(ns, home, ["--plain"], "no terminal", "--passphrase-file")
    refused(ns, home, ["passphrase"], "no terminal")
    refused(ns, home, ["--passphrase-file", file, "passphrase"], "no line 2")
    for path, says in ((secret(FIRST, 0o640), "chmod 600"),
                       (secret(FIRST, 0o604), "chmod 600"),
                       (file + "x", "there is no file"), ("", "no file"),
                       (os.path.dirname(file), "not a plain file"),
                       (secret(""), "no line 1"), (secret("\n"), "line 1 of"),
                       (secret("x" * 1024), "at most 1023 bytes"),
                       (secret("x" * 5000), "too long")):
        refused(ns, home, ["--plain", "--passphrase-file", path], says)
    os.symlink(file, file + "-link")
    refused(ns, home, ["--plain", "--passphrase-file", file + "-link"],
            "symbolic link")
    refused(ns, home, ["--plain"], "line 1 of",
            env={"EARSHOT_PASSPHRASE_FILE": secret("wrong")})

    env = {"EARSHOT_PASSPHRASE_FILE": file}
    again = Earshot(ns, "ana", interface=None, home_dir=home, env=env)
    check(again.id == ana.id, "the same person")
    with open("/proc/%d/environ" % again.pid, "rb") as f:
        check(FIRST.encode() not in f.read(), "not in its environment")
    with open("/proc/%d/cmdline" % again.pid, "rb") as f:
        check(FIRST.encode() not in f.read(), "nor on its command line")
    again.quit()
    change_by(secret("%s\n%s\n" % (FIRST, SECOND)), "was changed")
    refused(ns, home, ["--plain", "--passphrase-file", file], "line 1 of")
    change_by(secret("%s\n\n" % SECOND), "no passphrase any more")
    check(contents(home) == plain, "the plain file is back")
    # Not needed now: not even looked for.
    Earshot(ns, "ana", interface=None, home_dir=home,
            env={"EARSHOT_PASSPHRASE_FILE": "/nowhere"}).quit()


def interrupted():
    """However it ends at the question, the terminal is as it was."""
    ns = lab.Ns("alone")
    home = sealed_home(ns)
    sealed = contents(home)

    def asked(*words):
        term = Pty(ns, ["--home", home, *words])
        term.expect(QUESTION)
        check(not echoes(term), "no echo")
        term.type("half of i")
        return term
    for words in ((), ("--plain",), ("passphrase",)):
        for key, number in (("\003", signal.SIGINT), ("\034", signal.SIGQUIT)):
            term = asked(*words)
            term.type(key)
            ended(term, -number)
            lab.count("interruptions")
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT,
                       signal.SIGALRM, signal.SIGUSR1):
            term = asked(*words)
            term.process.send_signal(number)
            ended(term, -number)
            lab.count("interruptions")
    # The end of the input, in and before a line.
    term = asked()
    term.type("\004\025\004")
    ended(term, FAILED)
    check(b"no passphrase was given" in term.output, term.output)
    # Stopped by force, with a shell that sets the terminal to its liking.
    term = asked()
    term.process.send_signal(signal.SIGSTOP)
    lab.wait_until(lambda: os.waitid(os.P_PID, term.process.pid,
                                     os.WSTOPPED | os.WNOWAIT), "a stop")
    termios.tcsetattr(term.master, termios.TCSANOW, term.before)
    term.seen = len(term.output)
    term.process.send_signal(signal.SIGCONT)
    answer(term, QUESTION, FIRST)
    term.expect("F1 help", term.seen)
    term.type("/quit\r")
    check(term.wait() == 0, "goes on after a stop")
    check(contents(home) == sealed, "the identity is as it was")


def stopped():
    """Ctrl-Z at the question: the shell is usable, fg asks again."""
    ns = lab.Ns("alone")
    home = sealed_home(ns)
    tmux = Tmux(ns)
    fd = os.open(tmux.ask("pane_tty"), os.O_RDWR | os.O_NOCTTY)
    before = termios.tcgetattr(fd)
    tmux.type("%s --home %s" % (lab.program, home), "Enter")
    tmux.expect(QUESTION.strip())
    tmux.keys("C-z")
    tmux.expect("topped")
    lab.wait_until(lambda: termios.tcgetattr(fd) == before,
                   "the line of the shell as it was")
    tmux.type("clear", "Enter")
    # Or the question of before would be taken for the next one, and the answer
    # to it come too early.
    tmux.expect(lambda rows: not any(QUESTION.strip() in r for r in rows))
    tmux.type("fg", "Enter")
    tmux.expect(QUESTION.strip())
    lab.wait_until(lambda: not termios.tcgetattr(fd)[3] & termios.ECHO,
                   "no echo again")
    tmux.type(FIRST, "Enter")
    tmux.expect("F1 help")
    tmux.type("/quit", "Enter")
    tmux.left()
    check(termios.tcgetattr(fd) == before, "the line as it was at the end")
    check(FIRST not in "".join(tmux.screen()), "no passphrase was shown")
    os.close(fd)


def damaged():
    """What was tampered with, and a machine without memory."""
    ns = lab.Ns("alone")
    home, file = sealed_home(ns), secret(FIRST)
    path, good = os.path.join(home, "identity"), contents(home)
    start = ["--plain", "--passphrase-file", file]

    def write(data):
        with open(path, "wb") as f:
            f.write(data)
    for was, now, says in (
            (b"identity 2", b"identity 3", "newer earshot"),
            (b"identity 2", b"identity 1", "restore it from a backup"),
            (b"argon2id13", b"argon2id14", "use a newer one"),
            (b"ops 3", b"ops 2", "too little or too much"),
            (b"ops 3", b"ops 9", "too little or too much"),
            (b"mem 268435456", b"mem 8192", "too little or too much"),
            (b"mem 268435456", b"mem 9999999999999", "too little or too much"),
            (b"ops 3", b"ops 4", "not the passphrase"),
            (b"ops 3", b"ops -1", "is damaged"),
            (b"\nnonce ", b"\nnonce 0", "is damaged"), (b"\n", b"", "newer"),
            (good[60:], b"", "is damaged"), (good, b"", "is empty")):
        write(good.replace(was, now, 1))
        refused(ns, home, start, says)
    last = good[-2:-1]
    write(good[:-2] + (b"0" if last != b"0" else b"1") + b"\n")
    refused(ns, home, start, "not the passphrase")
    # Nobody is asked for the passphrase of what cannot be opened with it.
    write(good.replace(b"ops 3", b"ops 9"))
    term = Pty(ns, ["--home", home])
    ended(term, FAILED)
    check(b"Passphrase" not in term.output, "not asked: %s" % term.output)
    write(good)
    if lab.sanitized():
        lab.note("a sanitizer takes all addresses: no limit was set")
    else:
        def limit():
            resource.setrlimit(resource.RLIMIT_AS, (200 << 20, 200 << 20))
        refused(ns, home, start, "256 MiB", "cannot be had", more=limit)
        refused(ns, home, ["--passphrase-file", file, "passphrase"],
                "cannot be had", more=limit)
    Earshot(ns, "ana", *start, interface=None, home_dir=home).quit()


lab.run(set_change_remove, scripts, interrupted, stopped, damaged)
