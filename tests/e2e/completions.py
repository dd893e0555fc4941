#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The completions offer in bash, zsh and fish what --help tells, and no more.

Each shell is a real one at a terminal of its own, with the generated file
where an installation puts it."""
import collections
import fcntl
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time

sys.dont_write_bytecode = True
import lab
from lab import check

lab.enter()

HERE = os.path.dirname(os.path.abspath(__file__))
ASSETS = os.path.join(HERE, "..", "..", "assets", "completions")
WIDTH = 80

Option = collections.namedtuple("Option", "letter name arg")


# What the program says ------------------------------------------------------

def help_of(*words):
    done = subprocess.run(
        [lab.program, *words, "--help"], stdin=subprocess.DEVNULL,
        capture_output=True, text=True,
        env=dict(os.environ, LC_ALL="C", LANGUAGE=""))
    check(done.returncode == 0 and done.stderr == "",
          "%s --help: %s %s" % (words, done.returncode, done.stderr))
    for line in done.stdout.split("\n"):
        check(len(line) <= WIDTH, "wider than %d: %s" % (WIDTH, line))
    lab.count("helps")
    return done.stdout


def options_of(text):
    return [Option(*m) for m in
            re.findall(r"^  -(\w), --([\w-]+)(?: ([A-Z]+))?", text, re.M)]


def settings_of(text):
    rows = text.split("The settings:\n")[1]
    return dict(re.findall(r"^  ([a-z][\w.]*) (\S+)", rows, re.M))


class Told:
    """All the helps, read without what made the completions of them."""

    def __init__(self):
        text = help_of()
        self.verbs = re.findall(r"^  ([a-z][a-z-]*)(?= |$)", text, re.M)
        self.options = {None: options_of(text)}
        check(len(self.verbs) >= 17, "verbs: %s" % self.verbs)
        for verb in self.verbs:
            text = help_of(verb)
            check(text.startswith("usage: earshot %s " % verb), text)
            check("Exit status: 0" in text, "%s: no exit status" % verb)
            self.options[verb] = options_of(text)
            if verb == "set":
                self.settings = settings_of(text)
        check(len(self.settings) > 40, "settings: %s" % self.settings)

    def long(self, verb):
        return {"--" + o.name for o in self.options[verb]}

    def short(self, verb):
        return {"-" + o.letter for o in self.options[verb]}

    def values(self, key):
        words = self.settings[key].split("|")
        return {w for w in words if re.search("[a-z0-9]", w)} \
            if len(words) > 1 else set()


# The shells -----------------------------------------------------------------

class Shell:
    """One at a terminal, in a folder with files of known names."""
    prompt = "READY>"
    asked = b"\x14"

    shorts = True  # lists options of one letter, too

    def __init__(self, argv, setup, **env):
        self.dir = tempfile.mkdtemp(dir=lab.work)
        for name in ("plan.txt", "photo.png"):
            open(os.path.join(self.dir, name), "w").close()
        os.mkdir(os.path.join(self.dir, "pictures"))
        env = dict(os.environ, TERM="dumb", HOME=self.dir, LC_ALL="C",
                   XDG_CONFIG_HOME=lab.home("config"), INPUTRC="/dev/null",
                   **env)
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(self.dir)
            os.execvpe(argv[0], argv, env)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ,
                    struct.pack("HHHH", 500, 200, 0, 0))
        self.seen = ""
        for line in setup:
            self.run(line)

    def read_until(self, condition, what):
        deadline = time.monotonic() + lab.DEADLINE
        while not condition(self.seen):
            if not select.select([self.fd], [], [],
                                 deadline - time.monotonic())[0]:
                raise lab.Failure("%s: %r" % (what, self.seen[-2000:]))
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                data = b""
            if not data:
                raise lab.Failure("it ended: %r" % self.seen[-2000:])
            self.seen += data.decode(errors="replace").replace("\r", "")

    def type(self, data):
        self.seen = ""
        while data:
            data = data[os.write(self.fd, data):]

    def finish(self, what):
        """Until the mark, and the prompt behind it: what is typed before that
        a terminal in its usual mode would take, not the shell."""
        self.read_until(lambda t: re.search(
            r"\nMARK\n(.|\n)*" + re.escape(self.prompt), t), what)
        return self.seen

    def run(self, line):
        self.type((line + "; echo MA''RK\n").encode())
        return self.finish(line)

    def offered(self, line):
        """The words that the shell lists behind what is typed."""
        # ^U takes it away again.
        self.type(line.encode() + self.asked + b"\x15echo MA''RK\n")
        lab.count("lists")
        return self.words(self.finish(line), line)

    def words(self, text, line):
        text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x07", "", text)
        rows = text.split("echo MA''RK")[0].split("\n")
        rows = [r for r in rows[1:] if self.prompt not in r and
                r.strip() != line.strip()]
        return set(" ".join(rows).split())

    def tab(self, line):
        """What earshot is given when a Tab is typed behind that."""
        self.type(line.encode() + b"\t END; echo MA''RK\n")
        return re.search(r"RAN:(.*) END", self.finish(line)).group(1).split()

    def close(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


LIBRARY = "/usr/share/bash-completion/bash_completion"


def bash(with_library=False):
    setup = ["PS1='READY''>'", "earshot() { echo \"RAN:$*\"; }",
             "bind 'set completion-query-items 0'",
             "bind 'set page-completions off'",
             "bind 'set completion-display-width 0'",
             "bind '\"\\C-t\": possible-completions'"]
    folder = os.path.join(lab.home("data"), "bash-completion", "completions")
    os.makedirs(folder)
    shutil.copy(os.path.join(ASSETS, "earshot.bash"), folder)
    if with_library:
        # It finds the file by itself.
        setup.append(". " + LIBRARY)
    else:
        setup.append(". '%s/earshot.bash'" % folder)
    shell = Shell(["bash", "--norc", "--noprofile", "-i"], setup,
                  XDG_DATA_HOME=os.path.dirname(os.path.dirname(folder)))
    shell.shorts = False
    return shell


class Zsh(Shell):
    def __init__(self):
        super().__init__(["zsh", "-f", "-i"], [
            "PS1='READY''>'; unsetopt prompt_cr prompt_sp",
            "fpath=('%s' $fpath); autoload -Uz compinit; compinit -D -u" %
            ASSETS,
            "earshot() { echo \"RAN:$*\" }",
            "zstyle ':completion:*' verbose no; LISTMAX=0",
            "unsetopt list_types; bindkey '^T' list-choices"])


class Fish(Shell):
    """What it lists is asked of the complete of its own, on the same lines."""

    def __init__(self):
        super().__init__(["fish", "-N", "-i"], [
            "function fish_prompt; printf 'READY''>'; end",
            "function earshot; echo \"RAN:$argv\"; end",
            "source '%s/earshot.fish'" % ASSETS])

    def offered(self, line):
        seen = self.run("complete -C '%s'" % line)
        lab.count("lists")
        rows = seen.split("echo MA''RK\n", 1)[1].split("MARK\n")[0]
        return {re.sub(r"\x1b.*?[a-zA-Z]|\t.*", "", row)
                for row in rows.split("\n")} - {""}


# What is asked --------------------------------------------------------------

def lines(told, shorts):
    """What is typed, and what is to be listed."""
    def dashed(verb):
        return told.long(verb) | (told.short(verb) if shorts else set())

    yield "earshot ", set(told.verbs)
    yield "earshot se", {"send", "send-file", "set"}
    yield "earshot --", told.long(None)
    yield "earshot -", dashed(None)
    for verb in told.verbs:
        yield "earshot %s --" % verb, told.long(verb)
        yield "earshot %s -" % verb, dashed(verb)
        first = {"listen": {"udp", "tcp"}, "set": set(told.settings)}
        yield "earshot %s " % verb, first.get(verb, set())
    yield "earshot verify bob ", {"same", "different"}
    yield "earshot send bob ", set()
    for key in told.settings:
        yield "earshot set %s " % key, told.values(key)
    yield "earshot set look.theme dark ", set()
    # The verb is what is no option, and no value of one.
    yield "earshot --home /tmp -j log --s", {"--search", "--since"}
    yield "earshot -n send log --l", {"--limit"}
    yield "earshot send --wait 3 listen ", set()
    for name in ("log --since", "log -U"):
        yield "earshot %s " % name, {"today", "yesterday"}
    yield ("earshot listen --framing ",
           {"line", "length", "length-le", "datagram"})
    for name in ("receive --count", "--port", "-n", "who -w"):
        yield "earshot %s " % name, set()
    yield "earshot send-file bob p", {"plan.txt", "photo.png", "pictures"}
    yield "earshot send-file bob plan.txt ph", {"photo.png"}
    yield "earshot receive --dir ", {"pictures"}
    yield "earshot --home ", {"pictures"}


def asked_of(shell, told):
    for line, wanted in lines(told, shell.shorts):
        got = {word.rstrip("/=") for word in shell.offered(line)}
        # zsh lists options where nothing else can come.
        verb = line.split()[1] if line.count(" ") > 1 else None
        if isinstance(shell, Zsh) and not wanted and got:
            wanted = told.long(verb) | told.short(verb)
        check(got == wanted, "%r: lacks %s, and has %s too many" %
              (line, sorted(wanted - got), sorted(got - wanted)))
    check("lo" in shell.offered("earshot --interface "), "interfaces")
    check("sed" in shell.offered("earshot listen --exec se"), "programs")
    check(shell.tab("earshot send-f") == ["send-file"], "a Tab")
    for line, got in (("earshot doctor --ti", ["doctor", "--timeout"]),
                      ("earshot send bob --no-w", ["send", "bob", "--no-wait"]),
                      ("earshot --vers", ["--version"])):
        check(shell.tab(line) == got, "a Tab behind " + line)
    shell.close()


TOLD = Told()
MISSING = [name for name in ("bash", "zsh", "fish")
           if shutil.which(name) is None]


def in_bash():
    if "bash" not in MISSING:
        asked_of(bash(), TOLD)


def in_bash_with_its_library():
    if "bash" in MISSING or not os.path.exists(LIBRARY):
        lab.notes.append("bash-completion: it is not installed")
        return
    asked_of(bash(with_library=True), TOLD)


def in_zsh():
    if "zsh" not in MISSING:
        asked_of(Zsh(), TOLD)


def in_fish():
    if "fish" not in MISSING:
        asked_of(Fish(), TOLD)


def nothing_was_left_out():
    if MISSING:
        lab.skip("not installed: %s; in the other shells all is well" %
                 ", ".join(MISSING))


lab.run(in_bash, in_bash_with_its_library, in_zsh, in_fish,
        nothing_was_left_out)
