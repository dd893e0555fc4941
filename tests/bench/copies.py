# SPDX-License-Identifier: MIT
"""How other programs copy files from one host to another: scp and rsync with
an sshd of the bench's own, tar and nc, and TCP without anything.

A copy is a function of a path and a folder that answers with the seconds it
took, until all of it is on the disk.
"""

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import threading
import time

SSH_PORT, PORT = 2222, 7011
THERE = "10.77.0.2"
CIPHERS = ("chacha20-poly1305@openssh.com", "aes128-gcm@openssh.com",
           "aes256-gcm@openssh.com")
PATIENCE_S = 60
RANK_S = 0.02

libc = ctypes.CDLL(None, use_errno=True)

SSHD = """\
Port {port}
ListenAddress {there}
HostKey {folder}/host
AuthorizedKeysFile {folder}/user.pub
PidFile none
StrictModes no
UsePAM no
UseDNS no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
Subsystem sftp internal-sftp
"""

SSH = """\
Host *
Port {port}
IdentityFile {folder}/user
IdentitiesOnly yes
StrictHostKeyChecking no
UserKnownHostsFile /dev/null
LogLevel ERROR
"""


def sync(path):
    """All of the file system that the path is on."""
    fd = os.open(path, os.O_RDONLY)
    failed = libc.syncfs(fd)
    os.close(fd)
    if failed:
        raise OSError(ctypes.get_errno(), "syncfs")


def sync_file(path):
    fd = os.open(path, os.O_RDONLY)
    os.fsync(fd)
    os.close(fd)


def listening(host, port):
    """Until somebody there does."""
    end = time.monotonic() + PATIENCE_S
    wanted = f":{port:04X}"
    while time.monotonic() < end:
        with host, open("/proc/thread-self/net/tcp",
                        encoding="ascii") as file:
            rows = [line.split() for line in file]
        if any(r[1].endswith(wanted) and r[3] == "0A" for r in rows[1:]):
            return
        time.sleep(0.002)
    raise TimeoutError(f"nobody listens at port {port}")


def wait_for(process, kill):
    """Its end, to the moment: a wait with a timeout looks each 50 ms only."""
    late = threading.Timer(PATIENCE_S, kill)
    late.start()
    try:
        return process.wait()
    finally:
        late.cancel()


def complete(words, **how):
    process = subprocess.Popen(words, **how)
    result = wait_for(process, process.kill)
    if result != 0:
        raise subprocess.CalledProcessError(result, words)


def leads_session(pid):
    try:
        return os.getsid(pid) == pid
    except OSError:
        return False


class Ssh:
    """An sshd at one host, which lets somebody at the other in."""

    def __init__(self, bench, hosts):
        self.bench, (self.here, self.there) = bench, hosts
        self.folder = bench.path("ssh")
        os.makedirs(self.folder)
        os.makedirs("/run/sshd", mode=0o755)
        for name in ("host", "user"):
            subprocess.run(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f",
                 os.path.join(self.folder, name)], check=True)
        for name, text in (("sshd.conf", SSHD), ("ssh.conf", SSH)):
            with open(os.path.join(self.folder, name), "w",
                      encoding="ascii") as file:
                file.write(text.format(port=SSH_PORT, there=THERE,
                                       folder=self.folder))
        self.config = os.path.join(self.folder, "ssh.conf")
        # It starts itself again for each connection: by its whole path.
        sshd = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:"
                            + os.environ.get("PATH", ""))
        with self.there:
            self.daemon = subprocess.Popen(
                [sshd, "-D", "-q", "-f",
                 os.path.join(self.folder, "sshd.conf")],
                stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        listening(self.there, SSH_PORT)
        self.cipher = CIPHERS[0]
        self.ranked = set()

    @staticmethod
    def installed():
        sbin = "/usr/sbin:/usr/local/sbin:" + os.environ.get("PATH", "")
        return shutil.which("scp") and shutil.which("sshd", path=sbin)

    def run(self, *words):
        over = threading.Event()
        ranking = threading.Thread(target=self.rank, args=[over])
        ranking.start()
        try:
            start = time.monotonic()
            with self.here:
                complete(words, env=self.bench.env, stdin=subprocess.DEVNULL)
            return time.monotonic() - start
        finally:
            over.set()
            ranking.join()

    def rank(self, over):
        """sshd begins a session for each connection, and another for what
        runs in it; they are to come before others as all here does."""
        if not os.path.exists("/proc/self/autogroup"):
            return
        with open("/proc/self/autogroup", encoding="ascii") as file:
            nice = file.read().split()[-1]
        while not over.wait(RANK_S):
            for pid in filter(str.isdigit, os.listdir("/proc")):
                if pid not in self.ranked and leads_session(int(pid)):
                    self.ranked.add(pid)
                    with contextlib.suppress(OSError), open(
                            f"/proc/{pid}/autogroup", "w",
                            encoding="ascii") as file:
                        file.write(nice)

    def connect(self):
        return self.run("ssh", "-F", self.config, THERE, "true")

    def scp(self, path, folder, *options):
        took = self.run("scp", "-q", *options, "-F", self.config, "-c",
                        self.cipher, path, f"{THERE}:{folder}/")
        return took + self.rest(path, folder)

    def scp_folder(self, path, folder):
        return self.scp(path, folder, "-r")

    def rsync(self, path, folder):
        took = self.run("rsync", "-e", f"ssh -F {self.config} -c "
                        + self.cipher, path, f"{THERE}:{folder}/")
        return took + self.rest(path, folder)

    @staticmethod
    def rest(path, folder):
        """Until it is on the disk, too."""
        start = time.monotonic()
        there = os.path.join(folder, os.path.basename(path))
        if os.path.isdir(there):
            sync(there)
        else:
            sync_file(there)
        return time.monotonic() - start

    def choose(self, path, folder):
        """The quickest of the ciphers."""
        took = {}
        for self.cipher in CIPHERS:
            took[self.cipher] = self.scp(path, folder)
            os.unlink(os.path.join(folder, os.path.basename(path)))
        self.cipher = min(took, key=took.get)

    @property
    def name(self):
        return "scp " + self.cipher.partition("@")[0]

    def end(self):
        self.daemon.kill()
        self.daemon.wait()


class Tcp:
    """tests/bench/tcpcopy.c"""

    def __init__(self, bench, hosts):
        self.program = bench.helper("tcpcopy")
        self.here, self.there = hosts

    def copy(self, path, folder):
        there = os.path.join(folder, os.path.basename(path))
        with self.there:
            taker = subprocess.Popen([self.program, "take", str(PORT), there],
                                     stdout=subprocess.PIPE)
        taker.stdout.readline()
        start = time.monotonic()
        try:
            with self.here:
                complete([self.program, "give", THERE, str(PORT), path])
            return time.monotonic() - start
        finally:
            taker.kill()
            taker.communicate()


class Tar:
    """tar through nc. It does not sync: what each copy took with a sync is in
    synced, by what it took without."""

    def __init__(self, hosts):
        self.here, self.there = hosts
        self.synced = {}

    def copy(self, path, folder):
        with self.there:
            taker = subprocess.Popen(
                ["sh", "-c", 'nc -d -l "$0" "$1" | tar -x -C "$2"', THERE,
                 str(PORT), folder], process_group=0)
        try:
            listening(self.there, PORT)
            start = time.monotonic()
            with self.here:
                complete(
                    ["sh", "-c", 'tar -c -C "$0" "$1" | nc -N "$2" "$3"',
                     *os.path.split(path), THERE, str(PORT)])
            wait_for(taker, lambda: os.killpg(taker.pid, signal.SIGKILL))
            took = time.monotonic() - start
        finally:
            if taker.poll() is None:
                os.killpg(taker.pid, signal.SIGKILL)
                taker.wait()
        sync(folder)
        self.synced[took] = time.monotonic() - start
        return took
