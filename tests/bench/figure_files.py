# SPDX-License-Identifier: MIT
"""One file, and many, to another host: earshot beside scp, rsync, iptux, tar
over nc, and TCP without anything. All of them in turns."""

import contextlib
import mmap
import os
import shutil
import statistics
import subprocess
import tempfile

import copies
import peers
from calm import calmest
from filepair import Pair
from files_beside import measure_beside, measure_first
from iptux_copies import Iptux
from net import Lan
from table import spread

RUNS = 3
# EARSHOT_BENCH_MIB=64 is for a quick look.
SIZE = int(os.environ.get("EARSHOT_BENCH_MIB", "1024")) << 20
SAMPLE_SIZE = 256 << 20
MANY, MANY_SIZE, MANY_FOLDERS = 10000, 4096, 100
MANY_RUNS = 9  # of those that take a quarter of a second
NOISE_SIZE = 1 << 20
TWICE, THRICE, SHARE = 2, 3, 0.75
FAILURES = (OSError, RuntimeError, subprocess.SubprocessError)


@contextlib.contextmanager
def memory(bench):
    """A folder on no disk."""
    folder = bench.path("memory")
    os.mkdir(folder)
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=False)


def use_memory(size):
    """What is free then is what the host has given already, for a while."""
    with mmap.mmap(-1, size) as room:
        for at in range(0, size, mmap.PAGESIZE):
            room[at] = 1


def write_noise(path, size):
    with open(path, "wb") as file:
        while size > 0:
            file.write(os.urandom(min(size, NOISE_SIZE)))
            size -= NOISE_SIZE


def write_many(folder):
    noise = os.urandom(NOISE_SIZE)
    for i in range(MANY):
        below = os.path.join(folder, f"folder{i % MANY_FOLDERS}")
        os.makedirs(below, exist_ok=True)
        at = i * 97 % (NOISE_SIZE - MANY_SIZE)
        with open(os.path.join(below, f"file{i}"), "wb") as file:
            file.write(noise[at:at + MANY_SIZE])


class Race:
    """Copies of the same, in turns, each into a folder of its own; those that
    fail are out."""

    def __init__(self, keep=False, before=lambda: None, turns=RUNS):
        self.keep, self.before, self.turns = keep, before, turns
        self.entrants = {}
        self.took = {}
        self.failed = {}

    def enter(self, name, copy):
        self.entrants[name] = copy
        self.took[name] = []

    def run(self, path, folder):
        names = list(self.entrants)
        for turn in range(self.turns):
            first = turn % len(names)
            for name in names[first:] + names[:first]:
                if name in self.failed:
                    continue
                try:
                    self.took[name].append(
                        calmest(lambda stolen: self.copy(name, path, folder,
                                                         stolen)))
                except FAILURES as error:
                    self.failed[name] = f"{name}: {error}"

    def copy(self, name, path, folder, stolen):
        place = tempfile.mkdtemp(dir=folder)
        self.before()
        try:
            with stolen:
                took = self.entrants[name](path, place)
            self.check(name, path, os.path.join(place, os.path.basename(path)))
            return took
        finally:
            if not self.keep:
                # The list of what came may go at the same moment.
                shutil.rmtree(place, ignore_errors=True)
            # What the next one meets is a disk with nothing to do.
            copies.sync(folder)

    def check(self, name, path, there):
        """Ours are compared with what was sent."""
        if name == "earshot" and subprocess.run(
                ["diff", "-rq", path, there],
                stdout=subprocess.DEVNULL).returncode != 0:
            raise RuntimeError("other bytes arrived")

    def median(self, name):
        if name in self.failed or not self.took.get(name):
            return None
        return statistics.median(self.took[name])

    def text(self, name, size):
        """MB/s, or seconds where there is no size."""
        if self.median(name) is None:
            return self.failed.get(name, f"{name}: not installed")
        if size is None:
            return f"{name} " + spread(self.took[name], "s", 2)
        return f"{name} " + spread([size / s / 1e6 for s in self.took[name]],
                                   "MB/s", 0)

    def row(self, table, figure, other, least, size=None):
        """How many times as quick as another; at least so many must be."""
        ours, theirs = self.median("earshot"), self.median(other)
        ratio = None if None in (ours, theirs) else theirs / ours
        reached = None
        if least is not None and (ratio is not None or ours is None):
            reached = ratio is not None and ratio >= least
        table.add(figure, self.text("earshot", size), self.text(other, size),
                  ratio, "" if least is None else f">= {least} x", reached)


class Others:
    """Whatever of them is installed."""

    def __init__(self, bench, hosts):
        self.tcp = copies.Tcp(bench, hosts)
        self.tar = copies.Tar(hosts) if peers.installed("nc", "tar") else None
        self.ssh = copies.Ssh(bench, hosts) if copies.Ssh.installed() else None
        self.iptux = Iptux(bench) if Iptux.installed() else None

    def end(self):
        for program in (self.ssh, self.iptux):
            if program is not None:
                program.end()


def measure_one(table, others, pair, path, folder, where, race, must=True):
    """What must be reached is said of the disk; a memory is as quick as the
    cipher and two processors."""
    race.enter("earshot", pair.copy)
    race.enter("plain TCP", others.tcp.copy)
    scp = "scp"
    if others.ssh is not None:
        scp = others.ssh.name
        race.enter(scp, others.ssh.scp)
        if peers.installed("rsync"):
            race.enter("rsync", others.ssh.rsync)
    if others.iptux is not None:
        race.enter("iptux to iptux", others.iptux.copy)
    race.run(path, folder)
    size = os.path.getsize(path)
    figure = f"a file of {size >> 20} MiB, {where}"
    race.row(table, figure, scp, TWICE, size)
    race.row(table, figure, "iptux to iptux", TWICE if must else None, size)
    race.row(table, figure, "plain TCP", SHARE if must else None, size)
    race.row(table, figure, "rsync", None, size)


def measure_many(table, others, pair, path, folder):
    # Without a journal, ext4 is slow to make files where others have just been
    # removed: so none is until the end.
    figure = f"{MANY} files of {MANY_SIZE >> 10} KiB, to disk"
    race = Race(keep=True)
    race.enter("earshot", pair.copy)
    if others.ssh is not None:
        race.enter("scp -r", others.ssh.scp_folder)
    race.run(path, folder)
    race.row(table, figure, "scp -r", THRICE)
    race = Race(keep=True, turns=MANY_RUNS)
    race.enter("earshot", pair.copy)
    if others.tar is not None:
        race.enter("tar over nc", others.tar.copy)
    race.run(path, folder)
    race.row(table, figure + "; tar without sync", "tar over nc", 1)
    if others.tar is not None:
        race.took["tar, nc and sync"] = [
            others.tar.synced[took] for took in race.took["tar over nc"]]
        race.row(table, figure, "tar, nc and sync", 1)


def measure_all(bench, table, hosts, others):
    disk, source = bench.path("copied"), bench.path("source")
    os.mkdir(disk)
    os.mkdir(source)
    one = os.path.join(source, "one.bin")
    many = os.path.join(source, "many")
    write_noise(one, SIZE)
    write_many(many)
    copies.sync(source)
    # Nobody may offer much in a minute: so they are others for each figure.
    with memory(bench) as light:
        if others.ssh is not None:
            sample = os.path.join(source, "sample")
            write_noise(sample, min(SIZE, SAMPLE_SIZE))
            others.ssh.choose(sample, light)
        with Pair(bench, hosts, disk) as pair:
            measure_one(table, others, pair, one, disk, "to disk, synced",
                        Race())
        with Pair(bench, hosts, disk) as pair:
            race = Race(before=lambda: use_memory(SIZE + SIZE // 8))
            measure_one(table, others, pair, one, light, "to memory (tmpfs)",
                        race, must=False)
        with Pair(bench, hosts, disk) as pair:
            measure_many(table, others, pair, many, disk)
        with Pair(bench, hosts, disk) as pair:
            measure_first(table, others.ssh, pair, source, disk)
        measure_beside(table, bench, hosts, source, disk, light)


def measure(bench, table):
    with Lan(2) as hosts:
        others = Others(bench, hosts)
        try:
            measure_all(bench, table, hosts, others)
        finally:
            others.end()
    table.note("Copies are in turns, each from the start of the command (for "
               "earshot /send, with /get as soon as it is offered) until all "
               "is on the disk; where the program does not see to that, fsync "
               "or syncfs is called for it, tar without sync excepted. Of "
               "iptux only the copy counts, from the making of the file, "
               "and none of its windows.")
