#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""turns_client.py HOST PORT [WORD]: I say something, then they do. An empty
line, or WORD from either side ("quit"), ends it."""
import socket
import sys

word = sys.argv[3] if len(sys.argv) > 3 else "quit"
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.connect((sys.argv[1], int(sys.argv[2])))
print("connected")
while True:
    mine = input()
    if not mine:
        break
    s.send(mine.encode())
    if mine == word:
        break
    theirs = s.recv(1024)
    if not theirs:
        print("they left")
        break
    print("they: " + theirs.decode())
    if theirs.decode().strip() == word:
        break
s.close()
print("over")
