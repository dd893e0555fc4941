#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Every plausible mistake in what keeps texts of IP Messenger from being lost,
# shown twice or told too early makes tests/sim/ipmsg or one of its unit tests
# fail. Each is made in a copy of one file, which is linked before the library
# that has the right one. A mistake that nothing notices fails here, and so does
# one whose edit no longer changes the file. To be run in the build directory.
set -u
root=${srcdir:-$(dirname "$0")/../..}
root=$(cd "$root" && pwd) || exit 99
cc=${CC:-cc}
runs=${RUNS:-2000}
scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT
trap 'exit 99' HUP INT TERM

tests="ipmsg_presence ipmsg_messages ipmsg_posts ipmsg_attacks"
libs=$(pkg-config --cflags --libs libsodium libutf8proc cmocka 2>/dev/null) ||
	libs="-lsodium -lutf8proc -lcmocka"
for object in libproto.a libwire.a libcrypto.a libbase.a; do
	[ -f "$object" ] || {
		echo "SKIPPED: $object is not built"
		exit 77
	}
done
flags="-std=c11 -O1 -w -I. -include config.h -I$root/include -I$root/src"
flags="$flags -I$root/tests/support"
flags="$flags ${INSTRUMENT:-}"
archives="libproto.a libwire.a libcrypto.a libbase.a"

# shellcheck disable=SC2086 # compilers and flags are lists of words
compile() # object source
{
	$cc $flags -c -o "$1" "$2" $libs 2>"$scratch/log" || {
		cat "$scratch/log"
		return 1
	}
}

compile "$scratch/ipmsg_kit.o" "$root/tests/support/ipmsg_kit.c" || exit 99
compile "$scratch/sim.o" "$root/tests/sim/ipmsg.c" || exit 99
for test in $tests; do
	compile "$scratch/$test.o" "$root/tests/unit/$test.c" || exit 99
done

# Prints what notices the mistake.
# shellcheck disable=SC2086
caught_by() # mutant
{
	$cc ${INSTRUMENT:-} -o "$scratch/run" "$scratch/sim.o" $1 $archives $libs \
	    2>"$scratch/log" || {
		cat "$scratch/log" >&2
		exit 99
	}
	if ! timeout 120 "$scratch/run" "$runs" >"$scratch/log" 2>&1; then
		grep FAILED "$scratch/log" || echo "a crash or a hang"
		return
	fi
	for test in $tests; do
		$cc ${INSTRUMENT:-} -o "$scratch/run" "$scratch/$test.o" \
		    "$scratch/ipmsg_kit.o" $1 $archives $libs \
		    2>"$scratch/log" || exit 99
		timeout 120 "$scratch/run" >"$scratch/log" 2>&1 && continue
		sed -n 's/^.*FAILED.*\] \([a-z]\)/'"$test"': \1/p' \
		    "$scratch/log" | sed 1q | grep . || echo "$test: a crash"
		return
	done
}

found=$(caught_by "") || exit
if [ -n "$found" ]; then
	echo "the unchanged code fails: $found"
	exit 1
fi

count=0
bad=0
# A mistake: what it is, the file below src/proto, a sed script.
mistake()
{
	count=$((count + 1))
	sed "$3" "$root/src/proto/$2.c" >"$scratch/mutant.c"
	if cmp -s "$root/src/proto/$2.c" "$scratch/mutant.c"; then
		echo "NOT MADE: $1"
		bad=$((bad + 1))
		return
	fi
	if ! compile "$scratch/mutant.o" "$scratch/mutant.c"; then
		echo "DOES NOT COMPILE: $1"
		bad=$((bad + 1))
		return
	fi
	found=$(caught_by "$scratch/mutant.o") || exit
	if [ -z "$found" ]; then
		echo "SURVIVED: $1"
		bad=$((bad + 1))
	else
		printf '%s\n        %s\n' "$1" "$found"
	fi
}

mistake "acknowledged before it is stored" ipmsg_arrive '
	/^again/,/^}/s/seen->stored && //'
mistake "not acknowledged when it is stored" ipmsg_arrive '
	/^ipmsg_stored/,/^}/s/if (wants_ack(a->options))/if (false)/'
mistake "a duplicate is not acknowledged again" ipmsg_arrive '
	/^again/,/^}/s/seen->stored &&/false \&\&/'
mistake "shown twice" ipmsg_arrive '
	/^take(/,/^}/s/if (seen != NULL)/if (false)/'
mistake "what was refused is never new again" ipmsg_arrive '
	/^ipmsg_refused/,/^}/s/seen->used = false/(void)0/'
mistake "machines are answered" ipmsg_arrive '
	/^answer_if_away/,/^}/s/(a->options & IPMSG_AUTORET) ||/false ||/'
mistake "the away text at each message" ipmsg_arrive '
	s/a->peer->auto_ms = now.mono_ms;//'
mistake "a shout is acknowledged" ipmsg_arrive '
	/^wants_ack/,/^}/s/IPMSG_BROADCAST | //
	s/bool shout = is_shout(heard)/bool shout = false/'
mistake "the next goes before the one before is there" ipmsg_post '
	/^pump/,/^}/s/p->first->state == POST_QUEUED/(p->first = p->first)/'
mistake "a new number in each round" ipmsg_post '
	/^fly(/,/^}/s/if (p->addr_count == 0/post->number = ipmsg_number_next(m, now); free(post->bytes); post->bytes = NULL; &/'
mistake "an acknowledgement from anybody counts" ipmsg_input '
	/^ack_input/,/^}/s/!ipmsg_post_acked(m, now, heard->peer, number)/(!ipmsg_post_acked(m, now, m->peers[0], number) \&\& (m->peer_count < 2 || !ipmsg_post_acked(m, now, m->peers[1], number)))/'
mistake "any number acknowledges" ipmsg_post '
	/^ipmsg_post_acked/,/^}/s/(\*at)->number != number/false/'
mistake "given up for ever" ipmsg_post '
	/^ipmsg_post_shown/,/^}/s/post->due_ms = .*/post->due_ms = NEVER_MS;/'
mistake "not sent again" ipmsg_post '
	/^post_send/,/^}/s/post->due_ms = post->began_ms + sends_ms.*/post->due_ms = NEVER_MS;/'
mistake "nobody is told that it waits" ipmsg_post '
	/^give_up/,/^}/s/tell_answer(m, p, post, IPMSG_WAITING)/(void)0/'
mistake "delivered once it is sent" ipmsg_post '
	/^post_send/,/^}/s/post->sends++;/post->sends++; tell_answer(m, p, post, IPMSG_DELIVERED);/'
mistake "what was said twice is sent twice" ipmsg_post '
	/^ipmsg_say/,/^}/s/post = post_find(p, &text->id)/post = NULL/'
mistake "the silent are never asked" ipmsg_peers '
	/^ipmsg_peer_tick/,/^}/s/p->probes >= PROBES/true/'
mistake "the silent are there for ever" ipmsg_peers '
	/^ipmsg_peer_tick/,/^}/s/p->probes >= PROBES/false/'
mistake "our own packets are somebody" ipmsg_input '
	s/if (ipmsg_is_own(m, &heard.packet))/if (false)/'
mistake "a good-bye from anywhere counts" ipmsg_entry '
	/^ipmsg_exit_input/,/^}/s/addr_same_host(.*))/true)/'
mistake "an answer is answered" ipmsg_entry '
	/^ipmsg_entry_input/,/^}/s/heard->packet.command == IPMSG_BR_ENTRY)/true)/'
mistake "more is answered than came" ipmsg_source '
	/^ipmsg_source_room/,/^}/s/s->proven ?/true ?/'
mistake "credit is never spent" ipmsg_source '
	/^ipmsg_source_spend/,/^}/s/s->credit = .*/(void)size;/'
mistake "answers without a pause" ipmsg_answers '
	/^answer_try/,/^}/s/if (ready_ms > now.mono_ms)/if (false)/'
mistake "one address may bring any number of hosts" ipmsg_peers '
	s/brought_by(m, &heard->source->host) < IPMSG_PER_SOURCE_MAX/true/'
mistake "those who answer go first" ipmsg_peers '
	/^worth/,/^}/s/p->proven ? 2 : 0/p->proven ? 0 : 2/'
mistake "a notice is not repeated" ipmsg_seals '
	/^notice_send/,/^}/s/n->due_ms = .*/n->due_ms = NEVER_MS;/'
mistake "anybody confirms a notice" ipmsg_seals '
	/^ipmsg_confirm_input/,/^}/s/n->peer != heard->peer || n->number != number/false/'
mistake "anybody may have read it" ipmsg_seals '
	/^tell_read/,/^}/s/s->peer != p->serial || //
	/^tell_read/,/^}/s/s->number != number/false/'
mistake "hearsay is believed" ipmsg_lists '
	/^ipmsg_lists_input/,/^}/s/bool asked = .*/bool asked = true;/'

echo "ipmsg: $count mistakes, $bad not caught"
[ "$bad" -eq 0 ]
