#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""turns_server.py PORT: they say something, then I do; "exit" ends it from
either side. One at a time, and the next one after him."""
import socket
import sys

s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("", int(sys.argv[1])))
s.listen(5)
print("ready")
while True:
    conn, address = s.accept()
    while True:
        words = conn.recv(1024).decode("utf-8")
        if words == "exit" or not words:
            print("he left" + (" saying exit" if words else ""))
            break
        print("he: " + words)
        mine = input()
        conn.send(mine.encode("utf-8"))
        if mine == "exit":
            break
    conn.close()
    print("next")
