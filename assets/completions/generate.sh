#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Completions of earshot for a shell, from what earshot --help says in English.
#
#   LC_ALL=C earshot --help | generate.sh bash|zsh|fish
#
# What stands for the value of an option tells how that is completed. Nobody's
# name is: to ask who is there is to be seen.
kind=$1

# A line for each: verb NAME ARGS, option NAME ARG; a tab before what it is.
rows=$(awk '
	function flush() {
		if (head != "") {
			if (gloss == "") {
				gloss = substr(head, 25)
				head = substr(head, 1, 24)
			}
			gsub(/^ +| +$/, "", head)
			kind = sub(/^-., --/, "", head) ? "option " : "verb "
			print kind head "\t" gloss
		}
		head = gloss = ""
	}
	/^  [^ ]/ {
		flush()
		head = $0
		next
	}
	# What had no room beside it.
	/^                        [^ ]/ { gloss = substr($0, 25) }
	{ flush() }
	END { flush() }')

names() # KIND [ARG]: their names, a blank between
{
	printf '%s\n' "$rows" | awk -F '\t' -v kind="$1" -v arg="$2" '
		{
			n = split($1, word, " ")
			if (word[1] != kind || (arg != "" && word[3] != arg))
				next
			all = all (all == "" ? "" : " ") \
			    (kind == "option" ? "--" : "") word[2]
		}
		END { print all }'
}


make_bash()
{
	cat << EOF
# SPDX-License-Identifier: MIT
# Completion of earshot for bash; made by generate.sh.

_earshot()
{
	local word=\${COMP_WORDS[COMP_CWORD]} before= words=
	((COMP_CWORD == 0)) || before=\${COMP_WORDS[COMP_CWORD - 1]}

	COMPREPLY=()
	case \$before in
	$(names option DIR | sed 's/ / | /g'))
		compopt -o dirnames
		return
		;;
	$(names option PATH | sed 's/ / | /g'))
		compopt -o default
		return
		;;
	$(names option PROGRAM | sed 's/ / | /g'))
		mapfile -t COMPREPLY < <(compgen -c -- "\$word")
		return
		;;
	--interface)
		if [[ -d /sys/class/net ]]; then
			mapfile -t COMPREPLY < <(
				cd /sys/class/net && compgen -G "\$word*"
			)
		fi
		return
		;;
	$(names option DAY | sed 's/ / | /g'))
		words='today yesterday'
		;;
	$(names option KIND | sed 's/ / | /g'))
		words='line length length-le datagram'
		;;
	listen)
		words='udp tcp'
		;;
	esac
	if [[ -n \$words ]]; then
		mapfile -t COMPREPLY < <(compgen -W "\$words" -- "\$word")
		return
	fi
	case " $(for arg in NAME N WORDS WHO SECONDS; do
		names option $arg
	done | tr '\n' ' ')" in
	*" \$before "*) return ;;
	esac
	if [[ \$word == -* ]]; then
		words='$(names option)'
	elif ((COMP_CWORD == 1)); then
		words='$(names verb)'
	elif [[ " \${COMP_WORDS[*]} " == *' send-file '* ]]; then
		compopt -o default
		return
	fi
	mapfile -t COMPREPLY < <(compgen -W "\$words" -- "\$word")
}

complete -F _earshot earshot
EOF
}

make_zsh()
{
	printf '%s\n' '#compdef earshot' '# SPDX-License-Identifier: MIT' \
	    '# Completion of earshot for zsh; made by generate.sh.' '' \
	    '_arguments -s \'
	printf '%s\n' "$rows" | awk -F '\t' -v quote="'" '
		function clean(s) {
			gsub(/:/, "\\:", s)
			gsub(/\[/, "(", s)
			gsub(/\]/, ")", s)
			gsub(quote, quote "\\" quote quote, s)
			return s
		}
		BEGIN {
			how["DIR"] = "_directories"
			how["PATH"] = "_files"
			how["PROGRAM"] = "_command_names -e"
			how["DAY"] = "(today yesterday)"
			how["KIND"] = "(line length length-le datagram)"
		}
		{
			split($1, word, " ")
			arg = word[3]
		}
		word[1] == "option" {
			own = word[2] == "interface" ? "_net_interfaces" : how[arg]
			printf "    %s%s--%s[%s]%s%s \\\n", quote,
			    word[2] == "interface" ? "*" : "", word[2],
			    clean($2), arg == "" ? "" : ":" arg ":" own, quote
		}
		word[1] == "verb" {
			verbs = verbs "\n\t" word[2] "\\:\"" clean($2) "\""
		}
		END {
			print "    " quote "2:contact:" quote " \\"
			print "    " quote "*:file:_files" quote " \\"
			print "    " quote "1:verb:((" verbs "))" quote
		}'
}

make_fish()
{
	printf '%s\n' '# SPDX-License-Identifier: MIT' \
	    '# Completion of earshot for fish; made by generate.sh.' '' \
	    'complete -c earshot -f' \
	    "complete -c earshot -n '__fish_seen_subcommand_from send-file' -F"
	printf '%s\n' "$rows" | awk -F '\t' -v quote="'" '
		function clean(s) {
			gsub(quote, "\\" quote, s)
			return quote s quote
		}
		BEGIN {
			how["DIR"] = "-x -a " quote \
			    "(__fish_complete_directories)" quote
			how["PATH"] = "-r -F"
			how["PROGRAM"] = "-x -a " quote \
			    "(__fish_complete_command)" quote
			how["DAY"] = "-x -a " quote "today yesterday" quote
			how["KIND"] = "-x -a " quote \
			    "line length length-le datagram" quote
		}
		{
			split($1, word, " ")
			arg = word[3]
		}
		word[1] == "verb" {
			print "complete -c earshot -n __fish_is_first_arg -a " \
			    word[2] " -d " clean($2)
		}
		word[1] == "option" {
			own = arg == "" ? "" : "-x "
			if (word[2] == "interface")
				own = "-x -a " quote \
				    "(__fish_print_interfaces)" quote " "
			else if (arg in how)
				own = how[arg] " "
			print "complete -c earshot -l " word[2] " " own "-d " \
			    clean($2)
		}'
}

case $kind in
bash) make_bash ;;
zsh) make_zsh ;;
fish) make_fish ;;
*)
	echo "usage: generate.sh bash|zsh|fish" >&2
	exit 2
	;;
esac
