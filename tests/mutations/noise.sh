#!/bin/sh
# SPDX-License-Identifier: MIT
#
# T2: every plausible mistake in the Noise code makes a test fail. Each is made
# in a copy of the sources, which is compiled and put through the tests of
# Noise; a mistake that they all pass is a hole in them and fails here. So does
# one whose edit no longer changes the file, and so does the unchanged copy
# when it does not pass.
set -u
root=${srcdir:-$(dirname "$0")/../..}
root=$(cd "$root" && pwd) || exit 99
cc=${CC:-cc}
scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT
trap 'exit 99' HUP INT TERM

libs=$(pkg-config --cflags --libs cmocka libsodium 2>/dev/null) ||
	libs="-lcmocka -lsodium"
echo 'int main(void) { return 0; }' >"$scratch/probe.c"
# shellcheck disable=SC2086 # compilers and flags are lists of words
if ! $cc -o "$scratch/probe" "$scratch/probe.c" $libs 2>"$scratch/log"; then
	echo "SKIPPED: nothing here compiles and links the tests of Noise"
	exit 77
fi

# Cheap tests first: most mistakes need only the first.
suites="noise_vectors noise hash noise_attacks"
flags="-std=c11 -O1 -w -D_DEFAULT_SOURCE -I$root/include -I$root/src"
flags="$flags -I$root/tests/support -DTESTS_DIR=\"$root/tests\""

compile() # object source
{
	# shellcheck disable=SC2086
	$cc $flags -c -o "$1" "$2" $libs 2>"$scratch/log" || {
		cat "$scratch/log"
		return 1
	}
}

for name in $suites; do
	compile "$scratch/test_$name.o" "$root/tests/unit/$name.c" || exit 1
done
compile "$scratch/noise_pair.o" "$root/tests/support/noise_pair.c" || exit 1
for name in noise hash rng; do
	compile "$scratch/$name.o" "$root/src/crypto/$name.c" || exit 1
done
compile "$scratch/mem.o" "$root/src/base/mem.c" || exit 1

# Links each suite with what is given and runs it; prints the one that fails.
caught_by() # noise.o hash.o
{
	for suite in $suites; do
		# shellcheck disable=SC2086
		$cc -o "$scratch/run" "$scratch/test_$suite.o" \
		    "$scratch/noise_pair.o" "$1" "$2" "$scratch/rng.o" \
		    "$scratch/mem.o" $libs 2>"$scratch/log" || {
			cat "$scratch/log" >&2
			exit 99
		}
		if ! timeout 60 "$scratch/run" >"$scratch/log" 2>&1; then
			echo "$suite"
			return
		fi
	done
}

found=$(caught_by "$scratch/noise.o" "$scratch/hash.o") || exit
if [ -n "$found" ]; then
	echo "the unchanged code fails in $found"
	exit 1
fi

count=0
bad=0
# A mistake: what it is, the file, a sed script.
mistake()
{
	count=$((count + 1))
	sed "$3" "$root/src/crypto/$2.c" >"$scratch/$2.c"
	if cmp -s "$root/src/crypto/$2.c" "$scratch/$2.c"; then
		echo "NOT MADE: $1"
		bad=$((bad + 1))
		return
	fi
	if ! compile "$scratch/mutant.o" "$scratch/$2.c"; then
		echo "DOES NOT COMPILE: $1"
		bad=$((bad + 1))
		return
	fi
	if [ "$2" = hash ]; then
		found=$(caught_by "$scratch/noise.o" "$scratch/mutant.o") || exit
	else
		found=$(caught_by "$scratch/mutant.o" "$scratch/hash.o") || exit
	fi
	if [ -z "$found" ]; then
		echo "SURVIVED: $1"
		bad=$((bad + 1))
	else
		printf '%-14s %s\n' "$found" "$1"
	fi
}

# The four that published vectors do not see.
mistake "AEAD failure ignored in the handshake" noise '
	/^decrypt_and_hash/,/^}/s/if (err != 0)/if (err != 0 \&\& err != ERR_AUTH)/'
mistake "no end of the nonces when sealing" noise '
	/^noise_seal/,/^}/s/ || c->nonce == UINT64_MAX//'
mistake "no end of the nonces when opening" noise '
	/^noise_open/,/^}/s/ || c->nonce == UINT64_MAX//'
mistake "all-zero agreement accepted" noise '
	s/if (crypto_scalarmult(\(.*\)) == 0) {/crypto_scalarmult(\1); {/'
mistake "MixHash of an empty prologue skipped" noise '
	s/^	mix_hash(n, prologue, prologue_size);/	if (prologue_size) &/'

mistake "prologue ignored" noise '
	s/mix_hash(n, prologue, prologue_size)/mix_hash(n, NULL, 0)/'
mistake "nonce with the high end first" noise '
	s/out\[i\] = (uint8_t)nonce;/out[NONCE_SIZE + 3 - i] = (uint8_t)nonce;/'
mistake "nonce in the first eight bytes" noise '
	/^nonce_encode/,/^}/{
		s/memset(out, 0, 4)/memset(out + 8, 0, 4)/
		s/out\[i\]/out[i - 4]/
	}'
mistake "the AEAD that is not of the IETF" noise '
	s/crypto_aead_chacha20poly1305_ietf_\([de][en]\)/crypto_aead_chacha20poly1305_\1/'
mistake "nonce not reset by a new key" noise '
	/^mix_key/,/^}/s/n->cipher.nonce = 0;//'
mistake "nonce moved by a bad tag" noise '
	/^noise_open/,/^}/s/return ERR_AUTH;/{ c->nonce++; return ERR_AUTH; }/'
mistake "nonce never moved" noise '
	s/^	c->nonce++;//'
mistake "keyed BLAKE2b for HMAC" hash '
	/^hmac_parts/,/^}/s/uint8_t inner\[HASH_SIZE\];/& \
	crypto_generichash_blake2b_init(\&state, key, key_size, HASH_SIZE); \
	add_parts(\&state, parts, count); finish(\&state, out, HASH_SIZE); \
	return;/'
mistake "HMAC with a block of 64" hash '
	/^start_padded/,/^}/s/sizeof(block)/64/g'
mistake "second output of HKDF without the first" hash '
	s/hmac_parts(temp_key, sizeof(temp_key), last, 2/hmac_parts(temp_key, sizeof(temp_key), last + 1, 1/'
mistake "name hashed, not padded" noise '
	s/^	memcpy(n->ck, n->h, HASH_SIZE);/	hash_parts(\&(struct hash_part){ protocol_name, 33 }, 1, n->h); &/'
mistake "ee left out" noise '
	s/TOKEN_E, TOKEN_EE, TOKEN_S, TOKEN_ES/TOKEN_E, TOKEN_S, TOKEN_ES/'
mistake "es left out" noise '
	s/TOKEN_EE, TOKEN_S, TOKEN_ES/TOKEN_EE, TOKEN_S/'
mistake "se left out" noise '
	s/{ TOKEN_S, TOKEN_SE }/{ TOKEN_S }/'
mistake "es and se exchanged" noise '
	s/(token == TOKEN_ES) == initiator/(token == TOKEN_ES) != initiator/'
mistake "h not authenticated" noise '
	s/&n->cipher, n->h, HASH_SIZE,/\&n->cipher, NULL, 0,/'
mistake "h without the cipher texts" noise '
	s/mix_hash(n, c->out, sealed_size);//
	s/mix_hash(n, c->in, sealed_size);//'
mistake "h without e" noise '
	s/mix_hash(n, n->[r]*e[.public]*, NOISE_KEY_SIZE);//'
mistake "static key sent in the clear" noise '
	/^write_tokens/,/^}/s/encrypt_and_hash(n, c, n->s.public, NOISE_KEY_SIZE);/({ memset(c->out, 0, SEALED_KEY_SIZE); memcpy(c->out, n->s.public, NOISE_KEY_SIZE); mix_hash(n, c->out, SEALED_KEY_SIZE); c->out += SEALED_KEY_SIZE; n->cipher.nonce++; 0; });/
	/^read_tokens/,/^}/s/decrypt_and_hash(n, c, SEALED_KEY_SIZE, n->rs);/({ memcpy(n->rs, c->in, NOISE_KEY_SIZE); mix_hash(n, c->in, SEALED_KEY_SIZE); c->in += SEALED_KEY_SIZE; c->in_size -= SEALED_KEY_SIZE; n->cipher.nonce++; 0; });/'
mistake "directions of Split exchanged" noise '
	s/initiator ? k1 : k2/initiator ? k2 : k1/
	t
	s/initiator ? k2 : k1/initiator ? k1 : k2/'
mistake "one key for both directions" noise '
	s/initiator ? k[12] : k[12]/k1/'
mistake "rekey with the nonce 0" noise '
	/^noise_rekey/,/^}/s/UINT64_MAX/0/'
mistake "rekey sets the nonce to 0" noise '
	/^noise_rekey/,/^}/s/sodium_memzero/c->nonce = 0; &/'
mistake "message out of turn accepted" noise '
	s/!is_running(n) || !is_our_turn(n)/!is_running(n)/'
mistake "failure leaves the keys" noise '
	/^fail(/,/^}/s/noise_clear(n)/n->step = STEP_DEAD/'
mistake "failure leaves the handshake alive" noise '
	/^fail(/,/^}/s/noise_clear(n);//'
mistake "Split leaves the handshake" noise '
	/^noise_split/,/^}/s/noise_clear(n);//'
mistake "cleared cipher state seals with zeros" noise '
	/^noise_cipher_clear/,/^}/s/UINT64_MAX/0/'
mistake "Split before the end" noise '
	/^noise_split/,/^}/s/!noise_is_done(n)/n->step < 0/'
mistake "remote key shown before it is proven" noise '
	s/n->role == NOISE_INITIATOR ? 2 : STEP_DONE/1/'
mistake "short message not refused" noise '
	/^noise_read/,/^}/s/if (size < overhead)/if (size < 16)/'
mistake "no longest message" noise '
	s/n > NOISE_MESSAGE_MAX - NOISE_TAG_SIZE/n > 69000/
	s/n > NOISE_MESSAGE_MAX /n > 69000 /
	s/size > NOISE_MESSAGE_MAX)/size > 69000)/'

echo "noise: $count mistakes, $bad not caught"
[ "$bad" -eq 0 ]
