#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The language: from the environment, without its locale installed, and by a
setting while earshot runs; what programs read is the same in each."""
import os
import subprocess
import sys

sys.dont_write_bytecode = True
import lab
from lab import Earshot, check

lab.enter()

# Of a locale that hardly any machine has installed, and that of Chinese, which
# few have.
STRANGE = "zh_CN.UTF-8@earshot"
CHINESE = {"LC_ALL": "", "LC_MESSAGES": "", "LANGUAGE": "", "LANG": STRANGE}


def has_chinese(text):
    return any("\u4e00" <= c <= "\u9fff" for c in text)


def run(*words, **env):
    done = subprocess.run(
        [lab.program, *words], stdin=subprocess.DEVNULL, capture_output=True,
        text=True, timeout=lab.DEADLINE, env=dict(os.environ, **env))
    lab.count("programs")
    return done


def built_in():
    """Whether this build has other languages than English at all."""
    return has_chinese(run("--help", **CHINESE).stdout)


def plain():
    """Lines for people are in their language, for the whole of a talk."""
    _, (here, there) = lab.lan_of(2)
    bob = Earshot(there, "bob")
    ana = Earshot(here, "ana", json_events=False, wait=False, env=CHINESE)
    ana.expect(lambda line: line.startswith("* 你是 ana，指纹 "))
    ana.expect(lambda line: "bob" in line and "在线（未知）" in line)
    ana.send("/msg bob 你好")
    event = bob.expect("message", text="你好")
    ana.expect(lambda line: line == "* 已送达，给 bob：你好")
    bob.send("/msg ana fine", "/shout tea?")
    ana.expect(lambda line: line.endswith(" bob: fine"))
    ana.expect(lambda line: line.endswith(" bob 喊话（公开）：tea?"))
    for line, wanted in (
            ("/shoot", "! 没有命令 /shoot：是不是 /shout？"),
            ("/who", "1 人在线"),
            ("/net", "已建立 1"),
            ("/set look.theme", "配色；auto 随背景而定"),
            ("/set look.theme no", "不是“no”"),
            ("/search 没说过的", "没有找到"),
            ("/goto 明天", "“明天”不是日期"),
            ("/query nobody", "这里没有人叫 nobody"),
            ("/away 午饭", "你已离开；回来时输入 /back"),
            ("/help msg", "把 TEXT 发给 WHO")):
        ana.send(line)
        ana.expect(lambda got, wanted=wanted: wanted in got)
    bob.expect("peer", name="ana", state="away", status="午饭")
    check(event["from"] == "ana", "what went out is what was typed")
    ana.quit()
    bob.quit()


def switched():
    """It follows the setting at once, and keeps it."""
    _, (here,) = lab.lan_of(1)
    ana = Earshot(here, "ana", json_events=False, wait=False)
    ana.expect(lambda line: line.startswith("* you are ana"))
    ana.send("/set look.language zh_CN", "/back")
    ana.expect(lambda line: line == "你并没有离开")
    ana.send("/set look.language en", "/back")
    ana.expect(lambda line: line == "you were not away")
    ana.send("/set look.language zh_CN")
    ana.sync()
    ana.quit()
    again = Earshot(here, "ana", home_dir=ana.home, json_events=False,
                    wait=False)
    again.expect(lambda line: line.startswith("* 你是 ana"))
    again.send("/set look.language auto", "/back")
    again.expect(lambda line: line == "you were not away")
    again.quit()


def machines():
    """--json has the same members and words in every language."""
    _, (here, there) = lab.lan_of(2)
    ana, bob = Earshot(here, "ana", env=CHINESE), Earshot(there, "bob")
    lab.meet(ana, bob)
    peer = ana.find("peer", id=bob.id)
    check(peer["state"] == "online" and peer["trust"] == "unknown",
          "words of events are English: %s" % peer)
    ana.send("/msg bob hello")
    bob.expect("message", text="hello")
    ana.expect("delivery", state="delivered")
    check({key for e in ana.events for key in e} <=
          {key for e in bob.events for key in e} |
          {"message", "to", "state", "reason"}, "no other members")
    check(has_chinese(ana.send("/shoot").expect("error")["text"]),
          "the sentence is for people")
    ana.quit()
    bob.quit()


def chosen():
    """Which language it is: by the first variable that is set, by the list
    before it, and English where the terminal or the user has nothing else."""
    for env, chinese in (
            (dict(CHINESE), True),
            (dict(CHINESE, LC_ALL="C"), False),
            (dict(CHINESE, LC_ALL="C.UTF-8"), False),
            (dict(CHINESE, LC_MESSAGES="en_US.UTF-8"), False),
            (dict(CHINESE, LANG="de_DE.UTF-8"), False),
            (dict(CHINESE, LANG="de_DE.UTF-8", LANGUAGE="de:zh_CN"), True),
            (dict(CHINESE, LANGUAGE="en:zh_CN"), False),
            (dict(CHINESE, LANG="zh_SG.utf8"), True),
            (dict(CHINESE, LANG="zh_TW.UTF-8"), False),
            (dict(CHINESE, LANG="zh_CN.GB18030"), False)):
        got = has_chinese(run("--help", **env).stdout)
        check(got == chinese, "%s: Chinese is %s" % (env, got))
    done = run("--limit", "0", "log", **CHINESE)
    check(done.returncode == 2 and done.stderr.startswith("earshot：--limit"),
          "wrong use: %s" % done)
    done = run("--home", "/dev/null/x", **CHINESE)
    check(done.returncode == 1 and has_chinese(done.stderr),
          "a failure: %s" % done)


if not built_in():
    lab.skip("this build speaks English only")
lab.run(plain, switched, machines, chosen)
