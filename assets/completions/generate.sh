#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Completions of earshot for bash, zsh and fish, from what it says of itself
# in English: earshot --help, and earshot VERB --help for each verb there.
#
#   generate.sh EARSHOT DIR     writes earshot.bash, _earshot, earshot.fish
#
# What stands for a value tells how that is completed. Nobody's name is: to ask
# who is there is to be seen.
set -u

[ $# -eq 2 ] || {
	echo "usage: generate.sh EARSHOT DIR" >&2
	exit 2
}
program=$1
dir=$2
LC_ALL=C
LANGUAGE=
export LC_ALL LANGUAGE
tab=$(printf '\t')

# rows_of VERB, or -: the rows of a help as lines, with tabs between:
#   verb NAME ARGS GLOSS        option VERB LETTER NAME ARG GLOSS
#   setting KEY VALUES GLOSS    args VERB ARGS
rows_of()
{
	awk -v verb="$1" -v OFS='\t' '
	function flush(	word, rest) {
		sub(/^ +/, "", head)
		sub(/ +$/, "", head)
		split(head, word, " ")
		rest = substr(head, length(word[1]) + 2)
		if (head ~ /^-., --/)
			print "option", verb, substr(head, 2, 1),
			    substr(word[2], 3), word[3], gloss
		else if (head != "" && settings)
			print "setting", word[1], rest, gloss
		else if (head != "" && verb == "-")
			print "verb", word[1], rest, gloss
		head = gloss = ""
	}
	/^usage: / && verb != "-" {
		sub(/.*\[OPTION\]\.\.\. ?/, "")
		print "args", verb, $0
		next
	}
	/^The settings:/ { settings = 1 }
	/^  [^ ]/ {
		flush()
		head = $0
		if (substr($0, 24, 1) == " ") {
			head = substr($0, 1, 24)
			gloss = substr($0, 25)
		}
		next
	}
	# A gloss that goes on; or one that had no room beside it.
	/^                        [^ ]/ {
		if (head ~ /^  -., --/ && gloss != "") {
			head = head gloss
			gloss = ""
		}
		gloss = gloss (gloss == "" ? "" : " ") substr($0, 25)
		next
	}
	{ flush() }
	END { flush() }'
}

rows=$("$program" --help | rows_of -)
verbs=$(printf '%s\n' "$rows" | sed -n "s/^verb$tab\\([^$tab]*\\).*/\\1/p" |
    tr '\n' ' ')
for verb in $verbs; do
	rows=$rows"
"$("$program" "$verb" --help | rows_of "$verb")
done

# of PROGRAM [FUNCTIONS]: awk on the rows, with what all three know.
of()
{
	printf '%s\n' "$rows" | awk -F "$tab" -v quote="'" "$2"'
	# Words that stand for themselves, a blank between; of values that may
	# be anything else: none.
	function literals(text,	i, n, part, all) {
		gsub(/[][]/, "", text)
		n = split(text, part, "|")
		for (i = 1; i <= n; i++)
			if (part[i] ~ /^[a-z0-9][A-Za-z0-9_-]+$/)
				all = all (all == "" ? "" : " ") part[i]
		return all
	}
	function values(arg) {
		if (arg == "DAY")
			return "today yesterday"
		if (arg == "KIND")
			return "line length length-le datagram"
	}
	function once(key) {
		return !(key in seen) && (seen[key] = 1)
	}
	function add(list, word) {
		return list (list == "" ? "" : " ") word
	}
	'"$1"
}

make_bash()
{
	of '
	$1 == "option" {
		options[$2] = add(options[$2], "--" $4)
		if ($2 != "-" && once("v" $2))
			order[++count] = $2
		if (!once($4))
			next
		if ($5 == "")
			next
		names = "--" $4 " | -" $3
		takes = add(takes, "--" $4 " -" $3)
		how = $4 == "interface" ? "interface" : \
		    values($5) != "" ? values($5) : $5
		if (!(how in kind))
			kinds[++kinds_count] = how
		kind[how] = kind[how] (how in kind && kind[how] != "" ? \
		    " | " : "") names
	}
	$1 == "verb" { verbs = add(verbs, $2) }
	$1 == "args" {
		n = split($3, arg, " ")
		for (i = 1; i <= n; i++) {
			if (arg[i] ~ /PATH/)
				cases = cases "\t\t" $2 ":[1-9]*)\n" \
				    "\t\t\tcompopt -o default\n" \
				    "\t\t\treturn\n\t\t\t;;\n"
			else if (arg[i] ~ /KEY/)
				cases = cases "\t\t" $2 ":" behind(i) \
				    ") words=$keys ;;\n"
			else if (literals(arg[i]) != "")
				cases = cases "\t\t" $2 ":" behind(i) \
				    ") words=" quote literals(arg[i]) quote \
				    " ;;\n"
		}
	}
	$1 == "setting" {
		keys = add(keys, $2)
		if ($3 ~ /\|/ && $3 !~ / / && literals($3) != "")
			settings = settings "\t\tset:1:" $2 ") words=" quote \
			    literals($3) quote " ;;\n"
	}
	function value_case(how) {
		if (how == "DIR")
			return "\t\tcompopt -o dirnames\n"
		if (how == "PATH")
			return "\t\tcompopt -o default\n"
		if (how == "PROGRAM")
			return "\t\tmapfile -t COMPREPLY < <(compgen -c -- " \
			    "\"$word\")\n"
		if (how == "interface")
			return "\t\t[[ ! -d /sys/class/net ]] || mapfile -t " \
			    "COMPREPLY < <(\n\t\t\tcd /sys/class/net && " \
			    "compgen -G \"$word*\"\n\t\t)\n"
		if (how ~ / /)
			return "\t\tmapfile -t COMPREPLY < <(compgen -W " \
			    quote how quote " -- \"$word\")\n"
		return ""
	}
	END {
		print "# SPDX-License-Identifier: MIT"
		print "# Completion of earshot for bash; made by generate.sh.\n"
		print "_earshot()\n{"
		print "\tlocal word=${COMP_WORDS[COMP_CWORD]} words= verb= n=0"
		print "\tlocal expect= ended= before= i w"
		print "\tlocal takes=" quote " " takes " " quote
		print "\tlocal keys=" quote keys quote "\n"
		print "\tCOMPREPLY=()"
		print "\t# What bash splits at = is one word."
		print "\tfor ((i = 1; i < COMP_CWORD; i++)); do"
		print "\t\tw=${COMP_WORDS[i]}"
		print "\t\tif [[ -n $expect ]]; then"
		print "\t\t\t[[ $w == = ]] || expect="
		print "\t\telif [[ -n $ended || $w != -* ]]; then"
		print "\t\t\t[[ -z $verb ]] || before=$w n=$((n + 1))"
		print "\t\t\t: \"${verb:=$w}\""
		print "\t\telif [[ $w == -- ]]; then"
		print "\t\t\tended=yes"
		print "\t\telif [[ $takes == *\" $w \"* ]]; then"
		print "\t\t\texpect=$w\n\t\tfi\n\tdone"
		print "\t[[ -z $expect || $word != = ]] || word="
		print "\tcase $expect in"
		print "\t\"\") ;;"
		for (i = 1; i <= kinds_count; i++)
			if (value_case(kinds[i]) != "")
				print "\t" kind[kinds[i]] ")\n" \
				    value_case(kinds[i]) "\t\t;;"
		print "\tesac"
		print "\t[[ -z $expect ]] || return\n"
		print "\tif [[ $word == -* && -z $ended ]]; then"
		print "\t\tcase $verb in"
		print "\t\t\"\") words=" quote options["-"] quote " ;;"
		for (i = 1; i <= count; i++)
			print "\t\t" order[i] ") words=" quote \
			    options[order[i]] quote " ;;"
		print "\t\tesac"
		print "\telif [[ -z $verb ]]; then"
		print "\t\twords=" quote verbs quote
		print "\telse"
		print "\t\tcase $verb:$n${before:+:$before} in"
		printf "%s%s", cases, settings
		print "\t\tesac\n\tfi"
		print "\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- " \
		    "\"$word\")"
		print "}\n\ncomplete -F _earshot earshot"
	}' '
	# How many words are before it, and the last of them.
	function behind(i) {
		return i - 1 (i > 1 ? ":*" : "")
	}'
}

make_zsh()
{
	of '
	function clean(s) {
		gsub(/:/, "\\:", s)
		gsub(/\[/, "(", s)
		gsub(/\]/, ")", s)
		gsub(quote, quote "\\" quote quote, s)
		return s
	}
	function action(name, arg) {
		if (name == "interface")
			return "_net_interfaces"
		if (arg == "DIR")
			return "_directories"
		if (arg == "PATH")
			return "_files"
		if (arg == "PROGRAM")
			return "_command_names -e"
		return values(arg) == "" ? "" : "(" values(arg) ")"
	}
	# Either form once, but for what may be given several times.
	function spec(letter, name, arg, gloss,	many, tail) {
		many = gloss ~ /repeatable/
		tail = "[" clean(gloss) "]"
		if (arg != "")
			tail = tail ":" arg ":" action(name, arg)
		return (many ? quote "*" quote : quote "(-" letter " --" \
		    name ")" quote) "{-" letter (arg == "" ? "" : "+") ",--" \
		    name (arg == "" ? "" : "=") "}" quote tail quote
	}
	function describe(word, gloss) {
		return "\n\t\t" quote word ":" clean(gloss) quote
	}
	$1 == "option" {
		options[$2] = options[$2] "\t\t" ($2 == "-" ? "" : "\t") \
		    spec($3, $4, $5, $6) " \\\n"
	}
	$1 == "verb" {
		verbs = verbs describe($2, $4)
		order[++count] = $2
	}
	$1 == "args" {
		n = split($3, arg, " ")
		for (i = 1; i <= n; i++) {
			# An empty list: a mere message would keep out options.
			how = arg[i] ~ /KEY/ ? "->key" : \
			    arg[i] ~ /VALUE/ ? "->value" : \
			    arg[i] ~ /PATH/ ? "_files" : \
			    literals(arg[i]) == "" ? "()" : \
			    "(" literals(arg[i]) ")"
			name = tolower(arg[i])
			gsub(/[^a-z]+/, " ", name)
			gsub(/^ | $/, "", name)
			more[$2] = more[$2] "\t\t\t" quote \
			    (arg[i] ~ /PATH/ ? "*" : i) ":" name ":" how \
			    quote " \\\n"
		}
	}
	$1 == "setting" {
		keys = keys describe($2, $4)
		if ($3 ~ /\|/ && $3 !~ / / && literals($3) != "")
			cases = cases "\t\t" $2 ") compadd -- " literals($3) \
			    " && ret=0 ;;\n"
	}
	function arguments(indent, text) {
		sub(/ \\\n$/, " \\&\\& ret=0\n", text)
		return indent "_arguments -s -S -C \\\n" text
	}
	END {
		print "#compdef earshot"
		print "# SPDX-License-Identifier: MIT"
		print "# Completion of earshot for zsh; made by generate.sh.\n"
		print "_earshot()\n{"
		print "\tlocal context state state_descr line key ret=1"
		print "\tlocal -a verbs keys"
		print "\ttypeset -A opt_args\n"
		print "\tverbs=(" verbs "\n\t)"
		print "\tkeys=(" keys "\n\t)"
		printf "%s", arguments("\t", options["-"] "\t\t" quote \
		    "(-): :->verb" quote " \\\n\t\t" quote \
		    "(-)*:: :->words" quote " \\\n")
		print "\tcase $state in"
		print "\tverb) _describe -t commands verb verbs && ret=0 ;;"
		print "\twords)\n\t\tcase $words[1] in"
		for (i = 1; i <= count; i++) {
			print "\t\t" order[i] ")"
			printf "%s", arguments("\t\t\t", \
			    options[order[i]] more[order[i]])
			print "\t\t\t;;"
		}
		print "\t\tesac\n\t\t;;\n\tesac"
		print "\tkey=$line[1]"
		print "\tcase $state in"
		print "\tkey) _describe -t settings setting keys && ret=0 ;;"
		print "\tvalue)\n\t\tcase $key in"
		printf "%s", cases
		print "\t\tesac\n\t\t;;\n\tesac\n\treturn ret\n}\n"
		print "_earshot \"$@\""
	}' ''
}

make_fish()
{
	of '
	function clean(s) {
		gsub(quote, "\\" quote, s)
		return quote s quote
	}
	function value(name, arg) {
		if (arg == "")
			return ""
		if (name == "interface")
			return "-x -a " quote "(__fish_print_interfaces)" quote
		if (arg == "DIR")
			return "-x -a " quote \
			    "(__fish_complete_directories)" quote
		if (arg == "PATH")
			return "-r -F"
		if (arg == "PROGRAM")
			return "-x -a " quote "(__fish_complete_command)" quote
		return values(arg) == "" ? "-x" : \
		    "-x -a " quote values(arg) quote
	}
	function at(place, words) {
		return "complete -c earshot -n " quote "__earshot_at " place \
		    quote " " words
	}
	$1 == "verb" {
		lines = lines at("- 0", "-a " $2 " -d " clean($4)) "\n"
	}
	$1 == "option" {
		key = $3 FS $4 FS $5 FS $6
		if (!(key in where))
			order[++count] = key
		where[key] = add(where[key], $2)
		if ($5 != "" && once($4))
			takes = add(takes, "-" $3 " --" $4)
	}
	$1 == "args" {
		n = split($3, arg, " ")
		for (i = 1; i <= n; i++) {
			if (arg[i] ~ /PATH/)
				lines = lines "complete -c earshot -n " quote \
				    "__earshot_in " $2 "; and not " \
				    "__earshot_at " $2 " 0" quote " -F\n"
			else if (literals(arg[i]) != "")
				lines = lines at($2 " " i - 1, "-a " quote \
				    literals(arg[i]) quote) "\n"
		}
	}
	$1 == "setting" {
		lines = lines at("set 0", "-a " $2 " -d " clean($4)) "\n"
		if ($3 ~ /\|/ && $3 !~ / / && literals($3) != "")
			lines = lines at("set 1 " $2, "-a " quote \
			    literals($3) quote) "\n"
	}
	END {
		print "# SPDX-License-Identifier: MIT"
		print "# Completion of earshot for fish; made by generate.sh.\n"
		print "# The verb, or -, how many words are behind it, the last."
		print "function __earshot_place"
		print "    set -l verb -"
		print "    set -l count 0"
		print "    set -l last"
		print "    set -l skip no"
		print "    set -l words (commandline -opc)"
		print "    set -e words[1]"
		print "    for word in $words"
		print "        if test $skip = yes"
		print "            set skip no"
		print "            continue"
		print "        end"
		print "        switch $word"
		print "            case " takes
		print "                set skip yes"
		print "            case " quote "-*" quote
		print "            case " quote "*" quote
		print "                if test $verb = -"
		print "                    set verb $word"
		print "                else"
		print "                    set count (math $count + 1)"
		print "                    set last $word"
		print "                end"
		print "        end"
		print "    end"
		print "    printf " quote "%s\\n" quote " $verb $count $last"
		print "end\n"
		print "function __earshot_in"
		print "    set -l place (__earshot_place)"
		print "    contains -- $place[1] $argv"
		print "end\n"
		print "function __earshot_at"
		print "    set -l place (__earshot_place)"
		print "    set -l last (count $argv)"
		print "    test \"$place[1..$last]\" = \"$argv\""
		print "end\n"
		print "complete -c earshot -f"
		printf "%s", lines
		for (i = 1; i <= count; i++) {
			split(order[i], part, FS)
			own = value(part[2], part[3])
			print "complete -c earshot -n " quote "__earshot_in " \
			    where[order[i]] quote " -s " part[1] " -l " \
			    part[2] " " own (own == "" ? "" : " ") "-d " \
			    clean(part[4])
		}
	}' ''
}

make_bash >"$dir/earshot.bash" && make_zsh >"$dir/_earshot" &&
    make_fish >"$dir/earshot.fish"
