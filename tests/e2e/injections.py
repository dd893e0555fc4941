# SPDX-License-Identifier: MIT
"""What others write in the hope that some program takes it for an argument, a
command or the name of a file; "gone" is what none of it may make."""

PAYLOADS = (
    "$(touch gone)", "`touch gone`", "; touch gone", "| touch gone",
    "|| touch gone", "&& touch gone", "& touch gone", "> gone", ">> gone",
    "< /etc/passwd", "'; touch gone '", '"; touch gone "', "\\n; touch gone",
    "\\; touch gone", "$HOME", "${HOME}", "${IFS}touch${IFS}gone",
    "$((1+1))", "$0", "$@", "$*", "<a href=x>", "*", "?", "[a-z]", "{a,b}",
    "~", "~root", "!touch gone", "!!", "#", "# touch gone", "\\", "\\\\", "''",
    '""', "'", '"', "", " ", "  a  b  ", "\u202egone", "a\u200bb", "{args}",
    "{any}", "%s%s%n", "%x", "../../etc/passwd", "/etc/passwd", "/bin/sh",
    "() { :; }; touch gone", "EARSHOT_FROM=you", "LD_PRELOAD=x", "PATH=.",
    "a=b", "@file", "file://gone", "\u00e9\u4e2d\U0001f600", "x" * 1000,
    "run = x", "\u2028touch gone")
DASHES = ("-rf", "--help", "-", "--", "-c", "-e", "-x touch gone", "--exec=x",
          "-oProxyCommand=touch gone", "-\u202e")
