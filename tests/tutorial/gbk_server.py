#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""gbk_server.py PORT: speaks as a Chinese console does, in GBK; prints the
bytes it got, and what they mean to it."""
import socket
import sys

s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("", int(sys.argv[1])))
s.listen(128)
print("ready")
conn, _ = s.accept()
conn.send("欢迎使用网络聊天程序，请输入消息".encode("gbk"))
while True:
    data = conn.recv(1024)
    if not data:
        break
    print("got %s %s" % (data.hex(), data.decode("gbk").encode()))
    conn.send("服务器收到了你的消息".encode("gbk"))
print("over")
