#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Every plausible mistake in what keeps messages from being lost, doubled or
# believed too early makes tests/sim/history fail. Each is made in a copy of
# one file, which is compiled and linked with the rest; a mistake with which
# all stories end well is a hole in the promises of the ledger, and fails here.
# So does one whose edit no longer changes the file, and so does the unchanged
# copy when it does not pass. Those in the database are found by what compares
# it with a store in memory, and by the tests of what is booked late. To be run
# in the build directory.
set -u
root=${srcdir:-$(dirname "$0")/../..}
root=$(cd "$root" && pwd) || exit 99
cc=${CC:-cc}
runs=${RUNS:-2000}
scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT
trap 'exit 99' HUP INT TERM

libs=$(pkg-config --cflags --libs libsodium libutf8proc 2>/dev/null) ||
	libs="-lsodium -lutf8proc"
echo 'int main(void) { return 0; }' >"$scratch/probe.c"
# shellcheck disable=SC2086 # compilers and flags are lists of words
if [ ! -f config.h ] ||
    ! $cc -Wl,--wrap=main -o "$scratch/probe" "$scratch/probe.c" $libs \
	2>"$scratch/log" && ! $cc -o "$scratch/probe" "$scratch/probe.c" $libs \
	2>"$scratch/log"; then
	echo "SKIPPED: nothing here is configured to compile the simulator"
	exit 77
fi

wrap=$(sed -n '/^tests_sim_history_LDFLAGS/,/[^\\]$/s/-Wl,--wrap/\n&/gp' \
    "$root/src/core/layer.am" |
	sed -n 's/^\(-Wl,--wrap=[a-z_]*\).*/\1/p')
flags="-std=c11 -O1 -w -I. -Isrc -include config.h -I$root/include -I$root/src"
flags="$flags -I$root/tests/support"

compile() # object source
{
	# shellcheck disable=SC2086
	$cc $flags -I"$root/tests/sim" -c -o "$1" "$2" $libs \
	    2>"$scratch/log" || {
		cat "$scratch/log"
		return 1
	}
}

objects=
for file in "$root"/src/base/*.c "$root"/src/crypto/*.c "$root"/src/wire/*.c \
    "$root"/src/proto/*.c "$root"/src/core/*.c "$root"/tests/sim/sim.c \
    "$root"/tests/sim/links.c "$root"/tests/sim/look.c \
    "$root"/tests/sim/agenda.c "$root"/tests/sim/ledger.c "$root"/tests/sim/witness.c \
    "$root"/tests/sim/rest.c "$root"/tests/sim/people.c \
    "$root"/tests/sim/story.c "$root"/tests/sim/toykeys.c "$root"/tests/sim/history.c \
    "$root"/tests/support/memstore.c; do
	# A program of the build, and what needs libcrypto: the stories are told
	# without.
	case $file in
	*/charset_make.c | */rsa.c | */rsa_cipher.c | */rsa_lib.c | */bulk_lib.c)
		continue ;;
	esac
	object=$(basename "$(dirname "$file")")-$(basename "$file" .c).o
	compile "$scratch/$object" "$file" || exit 1
	objects="$objects $scratch/$object"
done

# Links with one object in place of another and tells the stories; prints what
# they died of.
caught_by() # object mutant
{
	list=
	for object in $objects; do
		[ "$object" = "$1" ] || list="$list $object"
	done
	# shellcheck disable=SC2086
	$cc $wrap -o "$scratch/run" $list $2 $libs \
	    2>"$scratch/log" || {
		cat "$scratch/log" >&2
		exit 99
	}
	if timeout 300 "$scratch/run" "$runs" >"$scratch/log" 2>&1; then
		return
	fi
	sed -n 's/^ *[0-9]*\.[0-9]\{3\} //p' "$scratch/log" | sed 1q |
	    grep . || tail -n 1 "$scratch/log" | grep . || echo "a hang"
}

found=$(caught_by none "") || exit
if [ -n "$found" ]; then
	echo "the unchanged code fails: $found"
	exit 1
fi

count=0
bad=0
# A mistake: what it is, the file below src, a sed script.
mistake()
{
	count=$((count + 1))
	sed "$3" "$root/src/$2.c" >"$scratch/mutant.c"
	if cmp -s "$root/src/$2.c" "$scratch/mutant.c"; then
		echo "NOT MADE: $1"
		bad=$((bad + 1))
		return
	fi
	if ! compile "$scratch/mutant.o" "$scratch/mutant.c"; then
		echo "DOES NOT COMPILE: $1"
		bad=$((bad + 1))
		return
	fi
	object=$scratch/$(dirname "$2")-$(basename "$2").o
	found=$(caught_by "$object" "$scratch/mutant.o") || exit
	if [ -z "$found" ]; then
		echo "SURVIVED: $1"
		bad=$((bad + 1))
	else
		printf '%s\n        %s\n' "$1" "$found"
	fi
}

mistake "acknowledged before the commit" core/talk '
	/^take_text/,/^}/s/commit_change(e, k, &change);/& \
	chat_ack(k->chat, \&ev->id, ev->seq); talk_flush(e, now, k);/'
mistake "sent before the commit" proto/postbox '
	/^is_held/,/^}/s/p->post.seq > b->stored_seq/false/'
mistake "a failed commit taken for a good one" core/commit '
	/^engine_committed/,/^}/s/if (ok)/if (true)/'
mistake "ours goes out though it could not be stored" core/commit '
	/^fail(/,/^}/s/give_up(e, now, n, why)/(void)0/'
mistake "what came is not given to the store again" core/commit '
	/^fail(/,/^}/s/if (ours || /if (true || /'
mistake "a message of theirs does not move their number" core/talk '
	/^take_text/,/^}/s/\.seq = ev->seq,//'
mistake "their number is not remembered over a start" core/contacts '
	s/chat_remember(k->chat, k->pin.received_seq,/chat_remember(k->chat, 0,/'
mistake "what comes twice is taken twice" proto/chat '
	/^chat_input/,/^}/s/c->input.post.seq <= c->received_seq/false/'
mistake "a lost acknowledgement is not given again" proto/chat '
	/^answer_again/,/^}/s/queue_ack(c, &p->id)/(void)0/'
mistake "what came and is not stored is acknowledged when it comes again" \
    proto/chat '
	/^answer_again/,/^}/s/p->seq <= c->stored_seq/true/'
mistake "what was on its way is not sent again" proto/postbox '
	/^postbox_rewind/,/^}/s/b->unsent = b->first;//'
mistake "what waits is restored in the wrong order" core/outbox '
	/^outbox_restore/,/^}/s/outbox\[i\]/outbox[s->outbox_count - 1 - i]/'
mistake "what waits is not restored" core/outbox '
	/^outbox_restore/,/^}/s/restore_one(/if (false) &/'
mistake "withdrawn and still sent" core/outbox '
	s/bool was_there = chat_withdraw(k->chat, &post.id)/bool was_there = count == 0/'
mistake "expired a day too early" core/outbox '
	/expire_after_ms =/s/INT64_C(30)/INT64_C(28)/'
mistake "never expired" core/outbox '
	/expire_after_ms =/s/INT64_C(30)/INT64_C(300)/'
mistake "delivered when it is only sent" core/talk '
	/^talk_flush/,/^}/s/DELIVERY_SENT/DELIVERY_DELIVERED/'
mistake "read when it is only delivered" core/talk '
	/^answered/,/^}/s/acked ? DELIVERY_DELIVERED/acked ? DELIVERY_READ/'
mistake "a receipt is for what failed, too" core/receipts '
	/^mark_shown/,/^}/s/m->delivery == DELIVERY_DELIVERED/true/'
mistake "receipts though nobody allowed them" core/receipts '
	s/k->pin.receipts && //'
mistake "receipts before what was read is stored" core/receipts '
	/^receipts_read/,/^}/s/commit_change(e, /if (contact_find(e, \&c->fp)) receipts_tell(contact_find(e, \&c->fp), \&change.id); &/'
mistake "others may edit what somebody wrote" core/revise '
	/^may_revise/,/^}/s/m->mine == c->mine && //'
mistake "reactions stay on what was deleted" core/revise '
	/^alter/,/^}/s/if (m->deleted)/if (false)/'
mistake "who forgets a contact counts from one again" proto/chat '
	/^chat_forget/,/^}/s/c->next_seq);/c->next_seq >> 32 << 32 | 1);/'
mistake "history is kept though nobody wants it" core/talk '
	/^take_text/,/^}/s/\.keep = !k->pin.forgets/.keep = true/'
mistake "older messages stand behind newer ones" core/history '
	/^ask(/,/^}/s/c->asked_row = conv_first_row(c, e->next_row)/c->asked_row = e->next_row/'

# The database: the same with other programs.
libs="$libs -lsqlite3 -lcmocka"
for file in "$root"/src/store/*.c "$root"/tests/support/db_kit.c \
    "$root"/tests/support/tmpdir.c "$root"/tests/unit/db_book.c \
    "$root"/tests/unit/db_same.c; do
	object=$(basename "$(dirname "$file")")-$(basename "$file" .c).o
	compile "$scratch/$object" "$file" || exit 1
	objects="$objects $scratch/$object"
done

caught_by() # object mutant
{
	list=
	for object in $objects; do
		case $object in
		"$1" | */sim-* | */unit-*) ;;
		*) list="$list $object" ;;
		esac
	done
	for test in db_book db_same; do
		# shellcheck disable=SC2086
		$cc -o "$scratch/run" "$scratch/unit-$test.o" $list $2 $libs \
		    2>"$scratch/log" || {
			cat "$scratch/log" >&2
			exit 99
		}
		timeout 300 "$scratch/run" >"$scratch/log" 2>&1 && continue
		sed -n "s/^.*ERROR.*--- /$test: /p" "$scratch/log" | sed 1q |
			grep . || echo "$test: a crash or a hang"
		return
	done
}

found=$(caught_by none "") || exit
if [ -n "$found" ]; then
	echo "the unchanged database fails: $found"
	exit 1
fi

mistake "what was not booked is not booked at a start" store/db_load '
	/^begin_booking/,/^}/s/db_book(db);//'
mistake "what comes twice is looked for only in what is booked" store/db_book '
	/^db_book_later/,/^}/s/n->seq\[c->mine\] = seq;//'
mistake "what waits is passed over when all is booked" store/db_book '
	/^db_book(/,/^}/{
		s/run(db, SQL_MESSAGE_BOOK);/(void)0;/
		s/if (sqlite3_changes(db->sql) < db->unbooked)/if (false)/
	}'
mistake "what waits is booked without its number" store/db_book '
	/^db_book(/,/^}/s/run(db, SQL_MESSAGE_BOOK);/(void)0;/'
mistake "whom we forgot is still near" store/db_forget '
	s/db_forget_near(db);//'

echo "delivery: $count mistakes, $bad not caught"
[ "$bad" -eq 0 ]
