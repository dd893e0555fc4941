#!/bin/sh
# SPDX-License-Identifier: MIT
#
# doc/earshot.1 has every command, option, key, setting, event, variable and
# exit status of the program as built, and no other command or option; the
# completions and the example configuration follow.
#
#   manpage.sh [ROOT [BUILD]]
root=${1:-${srcdir:-$(dirname "$0")/../..}}
build=${2:-.}
man=$root/doc/earshot.1
assets=$root/assets
bad=0
count=0

# need FILE WHAT: the file holds exactly this.
need()
{
	count=$((count + 1))
	if ! grep -qF -- "$2" "$1"; then
		echo "${1#"$root"/}: lacks $2"
		bad=$((bad + 1))
	fi
}

# The words that the page sets as something to type: commands and keys.
typed=$(sed -nE 's/^\.(It )?Ic //p' "$man" | tr ' ' '\n' | sed 's/\\-/-/g')

# type_word WORD: it is one of them.
type_word()
{
	count=$((count + 1))
	if ! printf '%s\n' "$typed" | grep -qxF -- "$1"; then
		echo "doc/earshot.1: lacks $1"
		bad=$((bad + 1))
	fi
}

tables=$("$build/tests/lint/tables") || exit 99
LC_ALL=C
export LC_ALL
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
help=$("$build/earshot" --help) || { echo "earshot --help fails"; exit 1; }
verbs=$(printf '%s\n' "$help" | sed -nE 's/^  ([a-z][a-z-]*)( .*)?$/\1/p')
for verb in $verbs; do
	help=$help"
"$("$build/earshot" "$verb" --help) ||
	    { echo "earshot $verb --help fails"; exit 1; }
done
options=$(printf '%s\n' "$help" | grep -oE -- '--[a-z][a-z-]*' | sort -u)
[ -n "$options" ] || { echo "earshot --help names no option"; exit 1; }

count=$((count + 1))
if ! "$build/tests/lint/tables" example | cmp -s - "$assets/config.example"
then
	echo "assets/config.example: is not what tests/lint/tables example says"
	bad=$((bad + 1))
fi

sh "$assets/completions/generate.sh" "$build/earshot" "$work" || exit 99
for file in earshot.bash _earshot earshot.fish; do
	count=$((count + 1))
	if ! cmp -s "$work/$file" "$assets/completions/$file"; then
		echo "assets/completions/$file: is not what generate.sh makes"
		bad=$((bad + 1))
	fi
done

saved_IFS=$IFS
IFS='
'
for line in $tables; do
	word=${line#* }
	case $line in
	command*) type_word "/$word" ;;
	key*)
		need "$man" ".It Ic $word"
		need "$assets/config.example" "#$word "
		;;
	press*) type_word "$word" ;;
	esac
done
for option in $options; do
	letter=$(printf '%s\n' "$help" |
	    sed -n "s/^ *-\\([a-zA-Z]\\), $option\\( .*\\)*\$/\\1/p" | sed 1q)
	need "$man" ".It Fl ${letter:+$letter , }\\-${option#--}"
	need "$assets/completions/earshot.bash" "$option"
	need "$assets/completions/_earshot" "$option"
	need "$assets/completions/earshot.fish" "-l ${option#--}"
done
environment=$(sed -n '/^\.Sh ENVIRONMENT/,/^\.Sh FILES/s/^\.It Ev //p' "$man" |
    tr -d ' ' | tr ',' '\n')
for word in $(grep -rhoE '[a-z_]+\("[A-Z][A-Z_]+"[,)]' "$root"/src |
    sed -nE 's/^(getenv|env_is_set|xdg_dir)\("(.*)".*/\2/p' | sort -u); do
	count=$((count + 1))
	if ! printf '%s\n' "$environment" | grep -qxF "$word"; then
		echo "doc/earshot.1: lacks the variable $word"
		bad=$((bad + 1))
	fi
done
# Events: what is written with a name of its own, in whatever way. Two are only
# for another earshot of the same version.
events=$(cat "$root"/src/app/*.c | tr -s '\n\t ' '   ' | tr ';' '\n' |
    grep -oE '"event", ?[^,]*,|(begin|json_notice|event_new)\("[a-z_]+"' |
    sed 's/^"event"//' | grep -oE '"[a-z_]+"' | tr -d '"' |
    grep -vxE 'attached|fatal' | sort -u)
told=$(sed -nE 's/^\.It (Ql|Li|Cm) //p; s/.*\{"event":"([a-z]+)".*/\1/p' \
    "$man" | sed 's/ [LQ][il] / /g' | tr -d ' ' | tr ',' '\n')
for word in $events; do
	count=$((count + 1))
	if ! printf '%s\n' "$told" | grep -qxF "$word"; then
		echo "doc/earshot.1: lacks the event $word"
		bad=$((bad + 1))
	fi
done
# Exit statuses: those of the program, and of each verb what it tells of it.
statuses=$(sed -n '/^\.Sh EXIT STATUS/,/^\.Sh EXAMPLES/p' "$man")
for word in $(sed -nE 's/^[^A-Z]EXIT_[A-Z]+ = ([0-9]+),.*/\1/p' \
    "$root/src/app/options.h"); do
	count=$((count + 1))
	if ! printf '%s\n' "$statuses" | grep -qx ".It $word"; then
		echo "doc/earshot.1: lacks the exit status $word"
		bad=$((bad + 1))
	fi
done
for verb in $verbs; do
	for word in $("$build/earshot" "$verb" --help |
	    sed -n '/^Exit status:/,/^$/p' | tr ' ' '\n' | grep -x '[3-9]'); do
		count=$((count + 1))
		if ! printf '%s\n' "$statuses" | sed -n "/^\.It $word/,/^\.It/p" |
		    grep -qE "^\.Cm $verb( |\$)"; then
			echo "doc/earshot.1: lacks status $word of $verb"
			bad=$((bad + 1))
		fi
	done
	count=$((count + 1))
	if ! grep -qE "Cm (.*\| )?$verb( |\$)" "$man"; then
		echo "doc/earshot.1: lacks the verb $verb"
		bad=$((bad + 1))
	fi
done
# The other way round.
for word in $(sed -n 's|^\.It Ic /\([a-z?]*\).*|\1|p' "$man"); do
	count=$((count + 1))
	if ! printf '%s\n' "$tables" | grep -qxF "command $word"; then
		echo "doc/earshot.1: /$word is no command"
		bad=$((bad + 1))
	fi
done
for word in $(sed -n 's/^\.It Fl \(. , \)*\\-\([a-z-]*\).*/\2/p' "$man"); do
	count=$((count + 1))
	if ! printf '%s\n' "$options" | grep -qxF -- "--$word"; then
		echo "doc/earshot.1: --$word is no option"
		bad=$((bad + 1))
	fi
done
IFS=$saved_IFS
echo "manpage: $count checks, $bad violations"
[ "$bad" -eq 0 ]
