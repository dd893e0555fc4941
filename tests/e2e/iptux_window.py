# SPDX-License-Identifier: MIT
"""iptux, the program, on a display that nobody sees, used by its windows.

    screen = Display()
    ling = Iptux(screen, ns, nick="Ling")
    ling.say("ana", "hello")       into the window of that conversation
    ling.shows("ana", "ana", "hi") that it stands there, said by ana

What stands in a window is read as people copy it: select all, and ask for the
selection. Keys are sent like those of a keyboard, to the window that has the
focus.
"""
import functools
import json
import os
import re
import shutil
import subprocess
import time

import ipmsg_peer as im
import lab

PROGRAMS = ("iptux", "Xvfb", "xdotool", "xclip")
SOCKETS = "/tmp/.X11-unix"
WIDTH, HEIGHT = 1000, 600
ACCEPT_Y = 40
UNANSWERED_MAX = 5
CHOOSE_FILES, CHOOSE_FOLDERS, SAVE = (
    "Choose enclosure files", "Choose enclosure folders",
    "Please select a folder to save files")


class Crashed(lab.Failure):
    """It draws from two threads, whenever somebody whose window is open is
    announced again, and survives that mostly. Or it stands still for ever."""


def soon(condition):
    """Within a second; for what is tried again otherwise."""
    end = time.monotonic() + lab.PATIENCE
    while not (result := condition()) and time.monotonic() < end:
        pass
    return result


def until(condition, what):
    """For what a window is to do. One that does nothing any more is begun
    anew."""
    try:
        return lab.wait_until(condition, what, 2 * lab.DEADLINE)
    except Crashed:
        raise
    except lab.Failure as e:
        raise Crashed(str(e)) from None


def missing():
    return [p for p in PROGRAMS if shutil.which(p) is None]


class Display:
    def __init__(self):
        self.accept_y = ACCEPT_Y  # where a button was found
        self.unanswered = 0  # questions for the selection, in a row
        # A display that is asked for any number takes away the socket of who
        # has that in another network.
        os.makedirs(SOCKETS, exist_ok=True)
        lab.mount("x11", SOCKETS, "tmpfs", 0, "mode=1777")
        end, theirs = os.pipe()
        self.process = subprocess.Popen(
            ["Xvfb", "-displayfd", str(theirs), "-screen", "0",
             "1400x900x24", "-nolisten", "tcp", "-noreset"],
            pass_fds=[theirs], stderr=subprocess.DEVNULL,
            preexec_fn=lab.child_setup())
        os.close(theirs)
        number = b""
        while not number.endswith(b"\n"):
            part = os.read(end, 16)
            if not part:
                raise lab.Failure("Xvfb does not start")
            number += part
        os.close(end)
        # Nothing of the desktop that the tests may have been started from.
        self.env = {
            "PATH": os.environ["PATH"], "LANG": "C.UTF-8",
            "DISPLAY": ":" + number.decode().strip(), "NO_AT_BRIDGE": "1",
            "GDK_BACKEND": "x11", "DBUS_SESSION_BUS_ADDRESS": "unix:path=/no",
        }

    def output(self, words, timeout):
        """Empty when it failed."""
        done = subprocess.run(
            words, env=self.env, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            timeout=timeout)
        return done.stdout.decode() if done.returncode == 0 else ""

    def ask(self, *words):
        try:
            return self.output(words, lab.DEADLINE)
        except subprocess.TimeoutExpired:
            raise lab.Failure("%s hangs" % " ".join(words)) from None

    def selection(self):
        """What whoever holds it answers; empty when nobody does in time. An
        answer gets lost when the holder changes while it is asked."""
        try:
            text = self.output(("xclip", "-selection", "primary", "-o"),
                               lab.SLACK)
        except subprocess.TimeoutExpired:
            self.unanswered += 1
            if self.unanswered == UNANSWERED_MAX:
                raise Crashed("iptux stands still") from None
            return ""
        self.unanswered = 0
        return text

    def keys(self, *names):
        self.ask("xdotool", "key", *names)

    def click(self, x, y):
        self.ask("xdotool", "mousemove", str(x), str(y), "click", "1")

    def clipboard(self, text, which="clipboard"):
        # It stays behind to answer for what it holds, with its output open.
        try:
            subprocess.run(["xclip", "-selection", which, "-i"], env=self.env,
                           input=text.encode(), stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL, check=True,
                           timeout=lab.DEADLINE)
        except subprocess.TimeoutExpired:
            raise Crashed("nobody takes what is copied") from None

    def selected(self):
        """All of what has the focus."""
        self.clipboard("", "primary")
        self.keys("ctrl+a")
        return self.selection()

    def paste(self, text, at=None):
        """Into what has the focus, or gets it by a click."""
        def there():
            # A window that has another size now may not be drawn so yet.
            if at is not None:
                self.click(*at)
            self.clipboard(text)
            self.keys("ctrl+a", "ctrl+v")
            # A path of a folder is given a slash more.
            return soon(lambda: self.selected() in (text, text + "/"))

        until(there, "%.100s in a window" % text)

    def focus(self, window):
        """Keys go there from now on; nothing else covers it. False when it has
        closed meanwhile."""
        def there():
            self.ask("xdotool", "windowraise", window, "windowfocus", window)
            return self.ask("xdotool", "getwindowfocus",
                            "-f").strip() == window

        return soon(there)

    def close(self):
        self.process.terminate()  # it has files to remove
        self.process.wait()


class Iptux:
    def __init__(self, screen, ns, nick, wait=True, **config):
        self.screen, self.ns, self.nick = screen, ns, nick
        self.home = lab.home(nick)
        self.saved = os.path.join(self.home, "saved")
        os.mkdir(self.saved)
        os.mkdir(os.path.join(self.home, ".iptux"))
        with open(os.path.join(self.home, ".iptux", "config.json"), "w") as f:
            json.dump(dict({"nick_name": nick, "belong_group": "lab",
                            "open_chat": True, "archive_path": self.saved},
                           **config), f)
        self.said = open(os.path.join(self.home, "iptux.log"), "wb")
        self.process = subprocess.Popen(
            ["iptux", "--log", "INFO"], cwd=self.home,
            env=dict(screen.env, HOME=self.home), stdin=subprocess.DEVNULL,
            stdout=self.said, stderr=self.said,
            preexec_fn=lab.child_setup(ns))
        lab.helpers.append(self.process)
        if wait:
            self.main = self.wait("^Iptux$")

    def log(self):
        with open(self.said.name, errors="replace") as f:
            return f.read()

    @property
    def ended(self):
        return self.process.poll() is not None

    # Windows

    def find(self, title):
        """One of this iptux: those of others may be going still."""
        if self.ended:
            raise Crashed("iptux ended: " + self.log()[-1500:])
        found = self.screen.ask(
            "xdotool", "search", "--all", "--onlyvisible", "--pid",
            str(self.process.pid), "--name", title).split()
        return found[0] if found else None

    def wait(self, title):
        return until(lambda: self.find(title), "window " + title)

    def visible(self, who):
        return self.find(r"^Talk with %s\(" % who)

    def shut(self):
        """Closes the conversations."""
        def closed():
            window = self.find("^Talk with ")
            if window and self.screen.focus(window):
                self.screen.keys("ctrl+w")
                soon(lambda: self.find("^Talk with ") != window)
            return not window

        until(closed, "the conversations of iptux close")

    def row(self, number):
        """Opens the conversation in that row of the list: its name there."""
        def opened():
            self.shut()
            if self.screen.focus(self.main):
                self.screen.keys("Home", *["Down"] * number, "Return")
                return soon(lambda: self.find("^Talk with "))

        window = until(opened, "a conversation of iptux opens")
        title = self.screen.ask("xdotool", "getwindowname", window)
        return title[len("Talk with "):title.index("(")]

    def listed(self):
        """Who is in its list."""
        names = []
        while True:
            name = self.row(len(names))
            # The last row is where Down stays.
            if name in names:
                return names
            names.append(name)

    def open(self, who):
        """The window of a conversation, found as people find it: a row of the
        list, and Enter. Looks again: a text that comes opens one, too."""
        def opened():
            if not self.visible(who):
                names = self.listed()
                if who in names:
                    self.row(names.index(who))
            return self.visible(who)

        return until(opened, "%s in the list of iptux" % who)

    def talk(self, who):
        """The same, in front, where it is known what is where."""
        s, size = self.screen, (str(WIDTH), str(HEIGHT))

        def there():
            window = self.open(who)
            s.ask("xdotool", "windowmove", window, "0", "0",
                  "windowsize", window, *size)
            return soon(lambda: "%sx%s" % size in s.ask(
                "xdotool", "getwindowgeometry", window)) and s.focus(window)

        until(there, "the window of " + who)

    # Texts

    def say(self, who, text):
        self.talk(who)
        self.screen.paste(text, (100, HEIGHT - 100))
        self.screen.keys("ctrl+Return")

    def text(self, who):
        """What was said, as it stands there, without the times."""
        self.talk(who)

        def read():
            self.screen.click(100, 150)
            return self.screen.selected()

        return re.sub(r"(?m)^\(\d\d:\d\d:\d\d\) ", "",
                      until(read, "a text in that window"))

    def shows(self, who, author, text):
        want = "%s:\n%s\n" % (author, text)
        lab.wait_until(lambda: want in self.text(who),
                       "%r in the window of iptux" % want, 2 * lab.DEADLINE)
        lab.count("texts read in windows")

    # Files

    def choose(self, title, path):
        s = self.screen
        until(lambda: s.focus(self.wait(title)), "the focus there")
        s.keys("slash")
        s.paste(path)

        def taken():
            s.keys("Return")
            return soon(lambda: not self.find(title))

        until(taken, "it takes " + path)

    def attach(self, who, path):
        """A file or a folder, to be sent with the next text."""
        self.talk(who)
        self.screen.click(100, HEIGHT - 100)
        if os.path.isdir(path):
            self.screen.keys("ctrl+d")
            self.choose(CHOOSE_FOLDERS, path)
        else:
            self.screen.keys("ctrl+s")
            self.choose(CHOOSE_FILES, path)

    def accept(self, who):
        """What is offered, into the directory saved. Its list of offers may be
        missing in a window that a text has just opened."""
        self.talk(who)
        # A button of a height that depends on the fonts.
        s, y = self.screen, self.screen.accept_y - 8

        def asked():
            nonlocal y
            y += 8
            if y > 120:
                y = ACCEPT_Y
                self.talk(who)
            s.click(WIDTH - 15, y)
            found = soon(lambda: self.find(SAVE))
            if not found and y == 120:
                self.shut()
            s.accept_y = y if found else ACCEPT_Y
            return found

        until(asked, "iptux asks where to save")
        self.choose(SAVE, self.saved)

    # Its end

    def quit(self):
        def ended():
            if self.screen.focus(self.main):
                self.screen.keys("ctrl+q")
            return soon(lambda: self.ended)

        until(ended, "iptux ends")

    def kill(self):
        self.process.kill()
        self.process.wait()


# One of them and an earshot, on a LAN -----------------------------------------

ANA, LING = "10.77.0.1", "10.77.0.2"


def begin():
    """For a script: a display, or the end of it."""
    if missing():
        lab.skip("not installed: %s; ./bootstrap --check --with-peers does it"
                 % ", ".join(missing()))
    lab.enter()
    return Display()


def run(screen, *parts):
    try:
        lab.run(*map(patiently, parts))
    finally:
        screen.close()


class Wire:
    """The datagrams between them."""

    def __init__(self, ns):
        self.capture = lab.Capture(ns, "eth0")

    def all(self, source, kind):
        found = []
        for _, _, data in self.capture.read():
            f = lab.Frame(data)
            if f.proto == 17 and f.dport == im.PORT and f.src == source:
                p = im.Packet(f.payload, f.dst)
                if p.kind == kind:
                    found.append(p)
        return found

    def acknowledged(self, source, target):
        """Each checked text went once, and was acknowledged once."""
        sent = [p.number for p in self.all(source, im.SENDMSG)
                if p.options & im.SENDCHECK]
        acks = [p.body for p in self.all(target, im.RECVMSG)]
        lab.check(sent and sorted(sent) == sorted(acks),
                  "sent %s, acknowledged %s" % (sent, acks))
        lab.count("acknowledgements on the wire", len(acks))


def speaker(ns, home_dir=None):
    home = home_dir or lab.home("ana")
    with open(os.path.join(home, "config"), "w") as f:
        f.write("ipmsg on\nfiles.folder %s/got\n" % home)
    return lab.Earshot(ns, "ana", home_dir=home, env={"USER": "ana"})


def two(screen, **config):
    """A fresh network each time: iptux cannot have its port again while old
    connections linger."""
    _, hosts = lab.lan_of(2, v6=False)
    wire = Wire(hosts[0])
    ana = speaker(hosts[0])
    ling = Iptux(screen, hosts[1], "Ling", **config)
    listed(ana)
    return ana, ling, wire


def patiently(part):
    """Again when iptux crashed by itself."""
    @functools.wraps(part)
    def tried():
        for _ in range(3):
            try:
                return part()
            except Crashed as e:
                print(e)
                lab.count("crashes of iptux of its own")
                lab.close_all()
        return part()
    return tried


def listed(ana, after=0):
    return ana.expect("peer", after, dialect="ipmsg", name="Ling",
                      state="online")
