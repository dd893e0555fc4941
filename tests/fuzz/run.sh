#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Runs every fuzz target over its corpus and over mutations of it: with
# replay.c a fixed list of them, with libFuzzer a short search.
#
#   FUZZ_TARGETS   the targets, relative to the build directory (from make)
#   FUZZ_RUNS      mutations of each (3000; 20000 with libFuzzer)
#   FUZZ_SECONDS   with libFuzzer, the most for each (none)
#   FUZZ_SEED      where the list starts (1)
set -u
root=${srcdir:-$(dirname "$0")/../..}
seed=${FUZZ_SEED:-1}
scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT
trap 'exit 99' HUP INT TERM

# An abort, not an exit, lets replay.c print the input.
ASAN_OPTIONS=abort_on_error=1${ASAN_OPTIONS:+:$ASAN_OPTIONS}
UBSAN_OPTIONS=abort_on_error=1:print_stacktrace=1
export ASAN_OPTIONS UBSAN_OPTIONS

if [ -z "${FUZZ_TARGETS:-}" ]; then
	echo "FUZZ_TARGETS is empty: run this with make check" >&2
	exit 99
fi

run() # target name corpus
{
	if [ "${FUZZ:-no}" = yes ]; then
		mkdir -p "$scratch/$2" || return
		"./$1" -runs="${FUZZ_RUNS:-20000}" -seed="$seed" -timeout=20 \
		    -max_total_time="${FUZZ_SECONDS:-0}" -rss_limit_mb=1024 \
		    -artifact_prefix="$2-" \
		    "$scratch/$2" ${3:+"$3"} >"$scratch/log" 2>&1
	else
		"./$1" -r "${FUZZ_RUNS:-3000}" "$seed" ${3:+"$3"} \
		    >"$scratch/log" 2>&1
	fi
}

count=0
failed=0
for target in $FUZZ_TARGETS; do
	name=${target##*/}
	corpus=$root/tests/fuzz/corpus/$name
	[ -d "$corpus" ] || corpus=
	count=$((count + 1))
	if run "$target" "$name" "$corpus"; then
		echo "$name: $(tail -n 1 "$scratch/log")"
	else
		failed=$((failed + 1))
		echo "$name: FAILED; again with:" \
		    "./$target -r ${FUZZ_RUNS:-3000} $seed $corpus"
		tail -n 60 "$scratch/log" | cut -c 1-4000
	fi
done
echo "$count fuzz targets, $failed failed"
[ "$failed" -eq 0 ]
