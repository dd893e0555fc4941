#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""names_chat.py PORT NAME=HOST:PORT...: lines "NAME TEXT" go to that address;
what comes is printed with its address in colour, and the name where it is
in the dictionary. "quit" ends it."""
import socket
import sys
import threading

people = {}
for word in sys.argv[2:]:
    name, address = word.split("=")
    host, port = address.split(":")
    people[name] = (host, int(port))
names = {address: name for name, address in people.items()}

s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", int(sys.argv[1])))


def listen():
    while True:
        data, address = s.recvfrom(2048)
        print("\033[1;34m[%s:%d]\033[0m %s: %s" % (
            address[0], address[1], names.get(address, "stranger"),
            data.decode("utf-8")), flush=True)


threading.Thread(target=listen, daemon=True).start()
print("ready", flush=True)
for line in sys.stdin:
    name, _, text = line.rstrip("\n").partition(" ")
    if name == "quit":
        break
    s.sendto(text.encode("utf-8"), people[name])
