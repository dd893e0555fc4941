#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Plain text with the programs of a network tutorial (tests/tutorial), with nc
and with telnet, each of them as it is."""
import os
import re
import select
import shutil
import socket
import subprocess
import sys
import time

sys.dont_write_bytecode = True
import lab
from lab import Earshot, Failure, check
from terminals import Tmux

lab.enter()

TUTORIAL = os.path.join(lab.HERE, "..", "tutorial")


class Program:
    """A program that does not know of earshot: its lines in and out."""

    def __init__(self, ns, *words):
        if words[0].endswith(".py"):
            words = (sys.executable, "-B", "-u",
                     os.path.join(TUTORIAL, words[0])) + words[1:]
        self.name = os.path.basename(words[-1])
        self.words = words
        self.process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, bufsize=0,
            preexec_fn=lab.child_setup(ns))
        self.out = b""
        self.ended = False
        lab.helpers.append(self)

    def kill(self):
        self.process.kill()

    def wait(self):
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def send(self, text):
        self.process.stdin.write(
            text.encode() if isinstance(text, str) else text)

    def line(self, text):
        self.send(text + "\n")

    def _pump(self, timeout):
        lab.pump()
        if self.ended or not select.select(
                [self.process.stdout], [], [], timeout)[0]:
            return
        data = os.read(self.process.stdout.fileno(), 65536)
        self.ended = not data
        self.out += data

    def expect(self, text, after=0):
        """Where it is behind in what the program printed."""
        wanted = text.encode()
        end = time.monotonic() + lab.DEADLINE
        while True:
            at = self.out.find(wanted, after)
            if at >= 0:
                lab.count("outputs awaited")
                return at + len(wanted)
            if self.ended or time.monotonic() > end:
                raise Failure("%s: no %r in %r"
                              % (self.words, text, self.out))
            self._pump(0.02)

    def close_input(self):
        self.process.stdin.close()

    def over(self):
        """Its exit status, once it has ended by itself."""
        end = time.monotonic() + lab.DEADLINE
        while not self.ended and time.monotonic() < end:
            self._pump(0.02)
        check(self.ended, "%s does not end" % (self.words,))
        return self.process.wait()


def everybody_route(ns):
    """For the limited broadcast, which Linux sends where a route says."""
    ns.ip("route add 255.255.255.255 dev eth0")


def start(ns, name="mira", *more):
    """One that speaks plain."""
    e = Earshot(ns, name)
    e.send("/dialect plain on", *more)
    e.expect(lambda v: "UDP port 33333" in str(v.get("text", "")))
    return e


def informed(e, part, mark=0):
    """A sentence of earshot's own with that in it."""
    return e.expect(lambda v: v.get("event") in ("info", "error", "notice")
                    and part in v.get("text", ""), mark)


def said(e, text, mark=0, **more):
    """What somebody said in plain text; its fields."""
    got = e.expect("message", mark, text=text, **more)
    check((got["dialect"], got["encrypted"], got["id"]) ==
          ("plain", False, None), "fields of %s" % got)
    return got


def sent(e, mark, text):
    """Ours is "sent", and never more."""
    state = e.expect("delivery", mark, state="sent")
    e.sync()
    states = [v["state"] for v in e.all("delivery", mark,
                                        message=state["message"])]
    check(states == ["queued", "sent"], "%s: states %s" % (text, states))


# A row of the table each ----------------------------------------------------

def shouts():
    """The broadcast sender and receiver on port 33333."""
    _, hosts = lab.lan_of(3)
    for ns in hosts:
        everybody_route(ns)
    mira = start(hosts[0])
    ears = Program(hosts[1], "shout_receive.py")
    ears.expect("ready")
    # From them to us, and back by the same port.
    Program(hosts[2], "shout_send.py", "hello LAN", "你好，局域网").over()
    for text in ("hello LAN", "你好，局域网"):
        got = mira.expect("shout", text=text)
        check(got["dialect"] == "plain" and got["id"] is None and
              re.match(r"10\.77\.0\.3:\d+$", got["from"]),
              "a shout is of its address: %s" % got)
        ears.expect(text)
    peer = mira.expect("peer", name=got["from"])
    check(peer["dialect"] == "plain" and peer["trust"] == "unknown" and
          peer["encrypted"] is False and
          peer["handle"] == "udp://" + got["from"], "peer %s" % peer)
    mark = mira.mark()
    mira.send("/shout --plain pizza is here")
    ears.expect("[10.77.0.1:33333]\033[0m pizza is here")
    mira.sync()
    check(len(mira.all("shout", mark)) == 1,
          "ours is there once, and does not come back")
    # A receiver on this machine shares the port.
    here = Program(hosts[0], "shout_receive.py")
    here.expect("ready")
    mira.send("/shout --plain here, too")
    here.expect("here, too")
    ears.expect("here, too")
    # Nobody hears a shout that is not meant to be plain.
    mira.send("/shout only for earshot")
    mira.expect("shout", text="only for earshot")
    mira.send("/shout --plain last")
    ears.expect("last")
    check(b"only for earshot" not in ears.out, "a shout stays in earshot")


def greeting_server():
    """The greeting server, on each port of the tutorial, and begun again."""
    _, hosts = lab.lan_of(2)
    mira = start(hosts[0])
    for port in (6666, 8080, 8888, 44444):
        server = Program(hosts[1], "greet_server.py", str(port))
        server.expect("ready")
        who = "10.77.0.2:%d" % port
        for name in ("mira", "mira again"):
            mark = mira.mark()
            mira.send("/connect tcp://" + who)
            said(mira, "Welcome to the greeting server!", mark,
                 conversation=who)
            mark = mira.mark()
            mira.send("/msg tcp://%s %s" % (who, name))
            sent(mira, mark, name)
            said(mira, "Nice to meet you, " + name, mark)
            informed(mira, "%s ended the connection" % who, mark)
            mira.expect("peer", mark, name=who, state="offline")
        # What is said now waits, and a new server hears it.
        mark = mira.mark()
        mira.send("/msg tcp://%s later" % who)
        mira.expect("delivery", mark, state="queued")
        server.kill()
        server.process.wait()  # or it has the port still
        server = Program(hosts[1], "greet_server.py", str(port))
        server.expect("ready")
        mira.expect_absent("delivery", mark, state="sent")
        mira.send("/connect tcp://" + who)
        server.expect("got 'later")
        mira.expect("delivery", mark, state="sent")


def greeting_client():
    """The greeting client to us; 128 of them at once; and we begin again."""
    _, hosts = lab.lan_of(2)
    mira = start(hosts[0], "mira", "/listen tcp 8888")
    informed(mira, "TCP port 8888")
    client = Program(hosts[1], "greet_client.py", "10.77.0.1", "8888", "bob")
    got = said(mira, "bob")
    check(got["from"] == "10.77.0.2", "it is known by its host: %s" % got)
    mira.send("/msg tcp://%s hello bob" % got["from"])
    client.expect("answer hello bob")
    check(client.over() == 0, "the client is content")
    informed(mira, "%s ended the connection" % got["from"])
    # A crowd that waits to be taken, while nobody looks.
    mira.signal(19)
    crowd = []
    for i in range(128):
        s = hosts[1].socket(socket.AF_INET, socket.SOCK_STREAM)
        s.settimeout(lab.DEADLINE)
        s.connect(("10.77.0.1", 8888))
        crowd.append(s)
    mira.signal(18)
    mark = mira.mark()
    crowd[127].send(b"I am the last\n")
    said(mira, "I am the last", mark)
    more = hosts[1].socket(socket.AF_INET, socket.SOCK_STREAM)
    more.settimeout(lab.DEADLINE)
    try:
        more.connect(("10.77.0.1", 8888))
        check(more.recv(10) == b"", "one too many is sent away")
    except ConnectionResetError:
        pass
    for s in crowd[:127] + [more]:
        s.close()
    # With somebody connected: the port is free again at once.
    home = mira.home
    mira.quit()
    check(crowd[127].recv(10) == b"", "the last one hears of it")
    crowd[127].close()
    again = Earshot(hosts[0], "mira", home_dir=home)
    mark = again.mark()
    again.send("/listen tcp 8888")
    informed(again, "listening for plain text on TCP port 8888")
    Program(hosts[1], "greet_client.py", "10.77.0.1", "8888", "cem")
    said(again, "cem", mark)


def taken_port():
    """A port that another program has is told, and all else goes on."""
    _, hosts = lab.lan_of(2)
    Program(hosts[0], "greet_server.py", "8888").expect("ready")
    mira = start(hosts[0], "mira", "/listen tcp 8888", "/listen tcp 8889")
    informed(mira, "another program has it")
    informed(mira, "TCP port 8889")


def turns():
    """Turn-taking until somebody says exit or quit, or nothing, or dies."""
    _, hosts = lab.lan_of(2)
    mira = start(hosts[0], "mira", "/listen tcp 6666")
    informed(mira, "TCP port 6666")
    # We come to them, and both ends end it once.
    server = Program(hosts[1], "turns_server.py", "6666")
    server.expect("ready")
    for ours in (True, False):
        mark = mira.mark()
        mira.send("/connect tcp://10.77.0.2:6666")
        informed(mira, "connected to 10.77.0.2:6666", mark)
        after = len(server.out)
        mira.send("/msg tcp://10.77.0.2:6666 is it raining?")
        server.expect("he: is it raining?", after)
        server.line("it is" if ours else "exit")
        if ours:
            said(mira, "it is", mark)
            mira.send("/msg tcp://10.77.0.2:6666 exit")
            server.expect("he left saying exit", after)
        else:
            said(mira, "exit", mark)
        server.expect("next", after)
        informed(mira, "ended the connection", mark)
    # They come to us, all ways to end it; one stays all the time.
    stays = Program(hosts[1], "turns_client.py", "10.77.0.1", "6666")
    stays.line("I stay")
    friend = said(mira, "I stay")["from"]
    for how in ("empty", "word", "ours", "hangup", "killed"):
        mark = mira.mark()
        client = Program(hosts[1], "turns_client.py", "10.77.0.1", "6666")
        client.line("hello " + how)
        who = said(mira, "hello " + how, mark)["from"]
        mira.send("/msg tcp://%s good day" % who)
        client.expect("they: good day")
        mark = mira.mark()
        if how == "empty":
            client.line("")
            client.expect("over")
            informed(mira, "%s ended the connection" % who, mark)
        elif how == "word":
            client.line("quit")
            client.expect("over")
            said(mira, "quit", mark)
            informed(mira, "%s said goodbye" % who, mark)
        elif how == "ours":
            client.line("go on")
            said(mira, "go on", mark)
            mira.send("/msg tcp://%s quit" % who)
            client.expect("they: quit")
            client.expect("over")
            informed(mira, "%s ended the connection" % who, mark)
        elif how == "hangup":
            client.line("go on")
            said(mira, "go on", mark)
            mira.send("/hangup tcp://%s" % who)
            client.expect("they left")
            informed(mira, "you ended the connection", mark)
        else:
            client.kill()
            client.process.wait()
            informed(mira, who, mark)
        mira.expect("peer", mark, name=who, state="offline")
    mark = mira.mark()
    mira.send("/msg tcp://%s still there?" % friend)
    stays.expect("they: still there?")
    sent(mira, mark, "still there?")


def vanished():
    """The cable of one is pulled: it is told, and the other talks on."""
    lan, hosts = lab.lan_of(3)
    mira = start(hosts[0], "mira", "/listen tcp 6666")
    informed(mira, "TCP port 6666")
    clients = []
    for ns, name in zip(hosts[1:], ("gone", "here")):
        clients.append(Program(ns, "turns_client.py", "10.77.0.1", "6666"))
        clients[-1].line("I am " + name)
        said(mira, "I am " + name)
    gone = mira.expect("message", text="I am gone")["from"]
    here = mira.expect("message", text="I am here")["from"]
    hosts[1].ip("link set eth0 down")
    mark = mira.mark()
    mira.send("/msg tcp://%s hello?" % gone)
    mira.send("/msg tcp://%s hello!" % here)
    clients[1].expect("they: hello!")
    informed(mira, "the connection with %s is gone" % gone, mark)
    mira.expect("peer", mark, name=gone, state="offline")
    clients[1].line("quit")
    said(mira, "quit")


def names():
    """The chat with a dictionary of names and addresses."""
    _, hosts = lab.lan_of(2)
    mira = start(hosts[0])
    chat = Program(hosts[1], "names_chat.py", "9000", "mira=10.77.0.1:33333")
    chat.expect("ready")
    mira.send("/contact add lab two udp://10.77.0.2:9000")
    informed(mira, "is called lab two here")
    mark = mira.mark()
    mira.send('/msg "lab two" are you there?')
    sent(mira, mark, "are you there?")
    # It is the port they have in their dictionary.
    chat.expect("[10.77.0.1:33333]\033[0m mira: are you there?")
    chat.line("mira 在的，怎么了？")
    said(mira, "在的，怎么了？", mark, conversation="lab two")
    # A stranger to them, at a port of its own.
    mira.send("/listen udp 9001")
    informed(mira, "UDP port 9001")
    other = Program(hosts[1], "names_chat.py", "9002", "mira=10.77.0.1:9001")
    other.expect("ready")
    other.line("mira who is this?")
    got = said(mira, "who is this?")
    check(got["from"] == "10.77.0.2:9002", "from %s" % got)
    mira.send("/msg udp://10.77.0.2:9002 me")
    other.expect("[10.77.0.1:9001]\033[0m mira: me")
    # By name, over a restart; the port of the shouts is theirs again.
    home = mira.home
    mira.quit()
    again = Earshot(hosts[0], "mira", home_dir=home)
    again.expect("peer", name="lab two", state="online")
    again.send('/msg "lab two" back again')
    chat.expect("mira: back again")
    chat.line("mira welcome back")
    said(again, "welcome back", conversation="lab two")
    chat.line("quit")
    check(chat.over() == 0, "it ends")


def records():
    """Records with a length in front, however they stick together."""
    _, hosts = lab.lan_of(2)
    mira = start(hosts[0], "mira", "/listen tcp 8888 length")
    informed(mira, "framing length")
    texts = ["one", "two\nlines", "数据", "x" * 3000]
    client = Program(hosts[1], "records_client.py", "10.77.0.1", "8888",
                     *texts)
    for text in texts:
        who = said(mira, text)["from"]
    check([v["text"] for v in mira.all("message")] == texts,
          "each is a message of its own")
    for text in ("first answer", "第二个\nanswer"):
        mira.send("/msg tcp://%s %s" % (who, text.split("\n")[0]))
        client.expect("record " + text.split("\n")[0])
    mira.send("/hangup tcp://" + who)
    check(client.over() == 0, "the client is content")
    server = Program(hosts[1], "records_server.py", "8080")
    server.expect("ready")
    mark = mira.mark()
    mira.send("/connect tcp://10.77.0.2:8080 length")
    informed(mira, "connected to 10.77.0.2:8080", mark)
    for text in ("hello", "好"):
        mira.send("/msg tcp://10.77.0.2:8080 " + text)
        server.expect("record %r" % text)
        said(mira, "%d bytes" % len(text.encode()), mark)
    # Somebody who sends no records there is cut off, and alone.
    mark = mira.mark()
    bad = Program(hosts[1], "greet_client.py", "10.77.0.1", "8888", "GET /")
    informed(mira, "that is no record", mark)
    bad.over()
    mira.send("/msg tcp://10.77.0.2:8080 still here")
    server.expect("record 'still here'")


def gbk():
    """A Chinese console's GBK."""
    _, hosts = lab.lan_of(2)
    mira = start(hosts[0])
    server = Program(hosts[1], "gbk_server.py", "8888")
    server.expect("ready")
    who = "tcp://10.77.0.2:8888"
    mira.send("/connect " + who)
    said(mira, "欢迎使用网络聊天程序，请输入消息")
    mira.send("/encoding %s gbk" % who)
    mark = mira.mark()
    mira.send("/msg %s 你好" % who)
    server.expect("got c4e3bac3")
    said(mira, "服务器收到了你的消息", mark)
    mira.send("/encoding %s cp1252" % who)
    mark = mira.mark()
    mira.send("/msg %s grüße 你好" % who)
    informed(mira, 'reads cp1252, which has no "你" (U+4F60)', mark)
    mira.send("/encoding %s gb18030" % who, "/msg %s 再见" % who)
    server.expect("got d4d9bcfb")
    check(b"6772" not in server.out, "nothing of it was sent")


def terminals():
    """nc and telnet, both ways."""
    _, hosts = lab.lan_of(2)
    mira = start(hosts[0], "mira", "/listen tcp 8888")
    informed(mira, "TCP port 8888")
    for words in (("nc",), ("telnet",)):
        if shutil.which(words[0]) is None:
            lab.note("%s is not installed (./bootstrap --check)" % words[0])
            continue
        mark = mira.mark()
        there = Program(hosts[1], *words, "10.77.0.1", "8888")
        if words[0] == "telnet":
            there.expect("Connected to")
        there.line("from " + words[0])
        who = said(mira, "from " + words[0], mark)["from"]
        mira.send("/msg tcp://%s one line" % who)
        mira.send("/msg tcp://%s and another" % who)
        there.expect("and another\n" if words[0] == "nc" else "and another")
        check(b"one line" in there.out, "lines: %r" % there.out)
        there.line("你好")
        said(mira, "你好", mark)
        mira.send("/hangup tcp://%s" % who)
        if words[0] == "telnet":
            there.expect("closed by foreign host")
    if shutil.which("nc") is None:
        return
    listener = Program(hosts[1], "nc", "-l", "7777")
    lab.wait_until(lambda: listens(hosts[1], 7777), "nc listens")
    mark = mira.mark()
    mira.send("/connect tcp://10.77.0.2:7777")
    informed(mira, "connected to 10.77.0.2:7777", mark)
    mira.send("/msg tcp://10.77.0.2:7777 to nc")
    listener.expect("to nc\n")
    listener.send("no end")
    said(mira, "no end", mark)
    listener.close_input()


def listens(ns, port):
    """Something does, at that port; without touching it."""
    with ns.inside(), open("/proc/thread-self/net/tcp") as f:
        return any(line.split()[1].endswith(":%04X" % port)
                   for line in f.readlines()[1:])


def malformed():
    """1 000 datagrams that are no text: none is shown, all are counted."""
    _, hosts = lab.lan_of(2)
    mira = start(hosts[0])
    s = hosts[1].socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.settimeout(0.2)
    mark = mira.mark()
    for i in range(1000):
        s.sendto(bytes((i * 7 + j * 31) & 0xff for j in range(i % 60)) +
                 bytes([i % 9]), ("10.77.0.1", 33333))
        if i % 50 == 49:
            mira.sync()
    s.sendto(b"a text", ("10.77.0.1", 33333))
    mira.expect("shout", mark, text="a text")
    check(len(mira.all("shout", mark)) == 1, "nothing else is shown")
    mark = mira.mark()
    mira.send("/net")
    text = informed(mira, "were no text", mark)["text"]
    check(re.search(r"^plain +1000 were no text, 0 too many$", text, re.M),
          "all are counted: %s" % text)
    try:
        check(s.recv(100) is None, "something was answered")
    except socket.timeout:
        pass


def off():
    """While it is off nothing is heard, said or opened."""
    _, hosts = lab.lan_of(2)
    for ns in hosts:
        everybody_route(ns)
    mira = Earshot(hosts[0], "mira")
    Program(hosts[1], "shout_send.py", "anybody?").over()
    for line in ("/listen tcp 8888", "/connect tcp://10.77.0.2:8888",
                 "/shout --plain hello"):
        mark = mira.mark()
        mira.send(line)
        informed(mira, "/dialect plain on", mark)
    mira.expect_absent("shout")
    mark = mira.mark()
    mira.send("/dialect")
    informed(mira, "plain: off", mark)
    # It is a setting, and stays as it is.
    mira.send("/dialect plain on")
    informed(mira, "UDP port 33333", mark)
    home = mira.home
    mira.quit()
    again = Earshot(hosts[0], "mira", home_dir=home)
    Program(hosts[1], "shout_send.py", "and now?").over()
    again.expect("shout", text="and now?")
    mark = again.mark()
    again.send("/dialect plain off")
    again.sync()
    Program(hosts[1], "shout_send.py", "still?").over()
    again.expect_absent("shout", mark)


def screen():
    """What a person sees: at a glance, which of it is plain."""
    _, hosts = lab.lan_of(2)
    for ns in hosts:
        everybody_route(ns)
    term = Tmux(hosts[0], 80, 24)
    term.type("%s --home %s --interface eth0 --name mira"
              % (lab.program, lab.home("mira")), "Enter")
    term.expect("Your name here")
    term.type("/dialect plain on", "Enter")
    term.expect("33333")
    term.type("/listen tcp 8888", "Enter")
    term.expect("TCP port 8888")
    Program(hosts[1], "shout_send.py", "hello LAN").over()
    term.expect("hello LAN")
    client = Program(hosts[1], "greet_client.py", "10.77.0.1", "8888", "bob")
    term.expect("connected to port")
    # Both of them are in the list, marked.
    term.expect(lambda rows: any("(1)" in row for row in rows) and
                sum("PLAIN│" in row for row in rows) == 2 and
                any("PLAIN hello LAN" in row for row in rows))
    term.keys("M-3")
    term.expect(lambda rows: "PLAIN" in rows[0] and any(
        re.search("PLAIN.* bob$", row) for row in rows))
    term.type("hello bob", "Enter")
    client.expect("answer hello bob")
    term.expect("ended the")
    term.expect(lambda rows: any(
        re.search("PLAIN.* hello bob$", row) for row in rows))


lab.run(shouts, greeting_server, greeting_client, taken_port, turns, vanished,
        names, records, gbk, terminals, malformed, off, screen)
