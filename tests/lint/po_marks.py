#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Finds string literals that are shown and were not given to say().

usage: po_marks.py FILE...

A guess, on purpose: two words beside each other in a literal are a sentence,
and so is any word that goes straight into a drawing call. What is none stands
in NOT_SHOWN or NOT_SAID below, with its reason.
"""

import re
import sys

COMMENT = re.compile(r"/\*.*?\*/", re.S)
LITERAL = re.compile(r'"(?:\\.|[^"\\\n])*"(?:(?:\s|\\\n)*"(?:\\.|[^"\\\n])*")*')
PIECE = re.compile(r'"((?:\\.|[^"\\\n])*)"')
FORMAT = re.compile(r"%[-+0-9.*# ]*[hlzjt]*[a-zA-Z]|\\x[0-9a-f]{2}|\\.")
SENTENCE = re.compile(r"[A-Za-z]{2,}[,;:]? [A-Za-z]{2,}")
WORD = re.compile(r"[A-Za-z]{3,}")
SAID = re.compile(
    r"(?:\b(?:say|say_n|say_in|N_|engine_info|engine_error|fail)"
    r"\((?:[^;{}()]|\([^;{}()]*\))*)$"
)
DRAWN = re.compile(
    r"\b(?:draw_text|draw_cut|draw_right|draw_rule|bar_add|add_line|add_pair|"
    r"add_head|ui_flash|ui_tell)\((?:[^;{}()]|\([^;{}()]*\))*$"
)
# Where a literal of several words is none of the user's.
NOT_SHOWN = [
    # The log, and bugs: for who mends earshot.
    (r".", r"\b(?:log_line|assert|static_assert|_Static_assert)\([^;]*$"),
    # SQL.
    (r"\b(?:SELECT|INSERT|UPDATE|DELETE|CREATE|DROP|PRAGMA|FROM|WHERE|ORDER BY"
     r"|USING|UNION ALL|BEGIN|COMMIT|ALTER|PRIMARY KEY|AND m\.|CROSS JOIN|AND id)\b", r"$"),
    (r"^row, conv, |^arrived_ms, ", r"$"),
    # Examples of values, and lines of commands and settings.
    (r"^at my desk$|^look\.[a-z]+ (?:on|off)$|^/(?:un)?mute$", r"$"),
    # The mark at the beginning of a file.
    (r"^\\xEF\\xBB\\xBF$", r"$"),
    # Before there is a language.
    (r"libsodium does not start", r"$"),
]
# What the doctor tells to be typed, and names of ports in its report.
COMMANDS = re.compile(
    r"^(?:%s)?(?:earshot|ip|nft|nmcli|timedatectl) |"
    r"^(?:discovery|own|ipmsg|plain) (?:udp|tcp)$"
)
# Tables of names and examples, by file.
NAMES = {
    **{
        f"src/core/doctor_{part}.c": COMMANDS
        for part in ("filter", "here", "net", "people", "report", "way")
    },
    # Words of nft, its commands, and those of other firewalls.
    "src/app/firewall_nft.c": re.compile(r"^ct [a-z]+$"),
    "src/app/look_firewall.c": re.compile(
        r"^(?:nft|ufw|firewall-cmd) |^%s %s: policy drop$|^pass %s quick "
    ),
    # Words of pf, as pfctl prints them.
    "src/app/firewall_pf.c": re.compile(r"^keep state$|^Status: Enabled$"),
    "src/ui/help.c": re.compile(r"^[a-z._-]+(?: [a-z._-]+)*$|^/[a-z]+ "),
}
# Arguments and examples of commands, which are typed as they are; what one
# program writes for another, in a protocol too; names of files.
NOT_SAID = re.compile(
    r"^/[a-z]+ |^(?:\[?#?[A-Z|]+\]? ?)+$|^earshot (?:identity|ipmsg|legacy|pins) |"
    r"^\[?[A-Za-z|#.:<>\[\]-]+\]?(?: \[?[A-Z#|.:]+\]?)+$|^(?:interface lo)$|"
    r"^Chrome|^on\|off|^\[[a-z|]+ [a-zA-Z|]+( \[FRAMING\])?\]$|^add NAME |^(?:Not away|Away)$|"
    r"^\[--to WHO,\.\.\.\] PATH\.\.\.$|^\[WHO\] \[on\|off\] \[max SIZE\] "
    r"\[to FOLDER\]$|^WHO PATH\.\.\.\|-$"
)


def blank(match):
    return re.sub(r"[^\n]", " ", match.group(0))


def is_not_shown(text, before):
    return any(
        re.search(of, text) and re.search(where, before)
        for of, where in NOT_SHOWN
    )


def suspects(source, names):
    source = COMMENT.sub(blank, source)
    hollow = LITERAL.sub(lambda m: re.sub(r"[^\n]", "_", m.group(0)), source)
    for match in LITERAL.finditer(source):
        start = source.rfind("\n", 0, match.start()) + 1
        if source[start:match.start()].lstrip().startswith("#"):
            continue
        text = "".join(PIECE.findall(match.group(0)))
        plain = FORMAT.sub(" ", text)
        before = hollow[max(0, match.start() - 400):match.start()]
        shown = SENTENCE.search(plain) or (
            WORD.search(plain) and DRAWN.search(before)
        )
        if not shown or SAID.search(before):
            continue
        if is_not_shown(text, before) or NOT_SAID.search(text):
            continue
        if names is not None and names.search(text):
            continue
        yield source.count("\n", 0, match.start()) + 1, text


def main():
    found = 0
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as file:
            for line, text in suspects(file.read(), NAMES.get(path)):
                print(f"{path}:{line}: not said: {text}")
                found += 1
    print(f"po_marks: {len(sys.argv) - 1} files, {found} strings not said")
    return 1 if found or len(sys.argv) < 2 else 0


if __name__ == "__main__":
    sys.exit(main())
