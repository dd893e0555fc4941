# SPDX-License-Identifier: MIT
"""Files from one iptux to another, by its windows, which the tests drive
(tests/e2e/iptux_window.py). That needs namespaces of its own: this file is
a program, too, which takes lines "PATH FOLDER" and answers each with the
seconds the copy took.
"""

import os
import shutil
import subprocess
import sys
import time

E2E = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e")
PROGRAMS = ("iptux", "Xvfb", "xdotool", "xclip")
# Its windows lose something now and then.
TRIES = 3


class Iptux:
    """Starts that program, and asks it."""

    def __init__(self, bench):
        self.process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True,
            env=dict(os.environ, EARSHOT=f"{bench.build}/earshot",
                     EARSHOT_PATIENCE="0.5"))

    @staticmethod
    def installed():
        return all(shutil.which(name) for name in PROGRAMS)

    def copy(self, path, folder):
        self.process.stdin.write(f"{path} {folder}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        try:
            return float(answer)
        except ValueError:
            raise RuntimeError("iptux: " + answer.strip()) from None

    def end(self):
        self.process.stdin.close()
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


def born(path):
    return float(subprocess.run(["stat", "-c", "%.9W", path], check=True,
                                capture_output=True).stdout)


def receive(lab, path, size):
    """When it was made and when it was whole."""
    def whole():
        return os.path.exists(path) and os.path.getsize(path) == size

    lab.wait_until(whole, "all of " + path)
    # Its time of modification is made that of the source.
    written = os.stat(path).st_ctime_ns / 1e9
    start = time.monotonic()
    fd = os.open(path, os.O_RDONLY)
    os.fsync(fd)
    os.close(fd)
    return written - born(path) + time.monotonic() - start


def copy(lab, window, screen, path, folder):
    _, hosts = lab.lan_of(2, v6=False)
    wire = window.Wire(hosts[0])
    ana = window.Iptux(screen, hosts[0], "ana")
    # Its window to save in begins with this folder, and often stays there.
    ling = window.Iptux(screen, hosts[1], "Ling", archive_path=folder)
    ling.saved = folder
    # One that opens a window for a text may lose the offer beside it.
    ling.open("ana")
    for n in range(TRIES):
        ana.attach("Ling", path)
        ana.say("Ling", f"take {n}")
        if lab.wait_until(lambda: wire.all(window.ANA, window.im.SENDMSG),
                          "a text of iptux") and any(
                p.options & window.im.ATTACH
                for p in wire.all(window.ANA, window.im.SENDMSG)):
            break
    ling.accept("ana")
    return receive(lab, os.path.join(folder, os.path.basename(path)),
                   os.path.getsize(path))


def patiently(lab, *words):
    """Again when its windows lost something, or it crashed."""
    for left in reversed(range(TRIES)):
        try:
            return copy(lab, *words)
        except (lab.Failure, OSError):
            if left == 0:
                raise
        finally:
            lab.close_all()
    return None


def serve():
    sys.path.insert(0, E2E)
    import iptux_window as window
    import lab
    screen = window.begin()
    try:
        for line in sys.stdin:
            path, folder = line.split()
            try:
                print(patiently(lab, window, screen, path, folder), flush=True)
            except (lab.Failure, OSError) as error:
                print(" ".join(str(error).split()), flush=True)
    finally:
        lab.close_all()
        screen.close()


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    serve()
