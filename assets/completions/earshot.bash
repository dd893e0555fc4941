# SPDX-License-Identifier: MIT
# Completion of earshot for bash; made by generate.sh.

_earshot()
{
	local word=${COMP_WORDS[COMP_CWORD]} words= verb= n=0
	local expect= ended= before= i w
	local takes=' --name -n --interface -i --port -P --home -H --passphrase-file -F --record -R --replay -y --wait -w --timeout -t --from -r --count -c --dir -d --exec -e --framing -f --search -s --since -S --until -U --limit -l '
	local keys='name status away.idle away.unfocused talk.typing talk.ignore look.language look.theme look.glyphs look.emoji look.boxes look.times look.group look.details look.filter look.hints look.mouse look.sync keys.ctrl_j bind edit.emoji edit.spell notify.bell notify.desktop notify.text notify.words notify.quiet history.days history.size history.free files.folder files.opener hook.message hook.mention hook.shout hook.file hook.online run run.who run.time quiet port ipmsg ipmsg.port ipmsg.group ipmsg.encoding ipmsg.answer plain plain.port interface peer'

	COMPREPLY=()
	# What bash splits at = is one word.
	for ((i = 1; i < COMP_CWORD; i++)); do
		w=${COMP_WORDS[i]}
		if [[ -n $expect ]]; then
			[[ $w == = ]] || expect=
		elif [[ -n $ended || $w != -* ]]; then
			[[ -z $verb ]] || before=$w n=$((n + 1))
			: "${verb:=$w}"
		elif [[ $w == -- ]]; then
			ended=yes
		elif [[ $takes == *" $w "* ]]; then
			expect=$w
		fi
	done
	[[ -z $expect || $word != = ]] || word=
	case $expect in
	"") ;;
	--interface | -i)
		[[ ! -d /sys/class/net ]] || mapfile -t COMPREPLY < <(
			cd /sys/class/net && compgen -G "$word*"
		)
		;;
	--home | -H | --dir | -d)
		compopt -o dirnames
		;;
	--passphrase-file | -F | --record | -R | --replay | -y)
		compopt -o default
		;;
	--exec | -e)
		mapfile -t COMPREPLY < <(compgen -c -- "$word")
		;;
	--framing | -f)
		mapfile -t COMPREPLY < <(compgen -W 'line length length-le datagram' -- "$word")
		;;
	--since | -S | --until | -U)
		mapfile -t COMPREPLY < <(compgen -W 'today yesterday' -- "$word")
		;;
	esac
	[[ -z $expect ]] || return

	if [[ $word == -* && -z $ended ]]; then
		case $verb in
		"") words='--plain --json --name --interface --port --home --passphrase-file --quiet --ascii --headless --record --replay --help --version' ;;
		who) words='--wait --json --name --interface --port --home --passphrase-file --quiet --record --help' ;;
		send) words='--wait --timeout --no-wait --json --name --interface --port --home --passphrase-file --quiet --record --help' ;;
		send-file) words='--name --wait --timeout --json --interface --port --home --passphrase-file --quiet --record --help' ;;
		shout) words='--json --name --interface --port --home --passphrase-file --quiet --record --help' ;;
		receive) words='--from --count --timeout --dir --json --name --interface --port --home --passphrase-file --quiet --record --help' ;;
		listen) words='--exec --framing --from --json --name --interface --port --home --passphrase-file --quiet --record --help' ;;
		log) words='--search --since --until --limit --json --home --help' ;;
		info) words='--wait --json --name --interface --port --home --passphrase-file --quiet --record --help' ;;
		id) words='--qr --json --name --interface --port --home --passphrase-file --quiet --record --help' ;;
		pin) words='--wait --json --name --interface --port --home --passphrase-file --quiet --record --help' ;;
		verify) words='--json --name --interface --port --home --passphrase-file --quiet --record --help' ;;
		block) words='--json --name --interface --port --home --passphrase-file --quiet --record --help' ;;
		unblock) words='--json --name --interface --port --home --passphrase-file --quiet --record --help' ;;
		set) words='--json --name --interface --port --home --passphrase-file --quiet --record --help' ;;
		doctor) words='--timeout --json --name --interface --port --home --passphrase-file --quiet --record --help' ;;
		passphrase) words='--home --passphrase-file --help' ;;
		demo) words='--plain --json --ascii --help' ;;
		esac
	elif [[ -z $verb ]]; then
		words='who send send-file shout receive listen log info id pin verify block unblock set doctor passphrase demo'
	else
		case $verb:$n${before:+:$before} in
		send-file:[1-9]*)
			compopt -o default
			return
			;;
		listen:0) words='udp tcp' ;;
		verify:1:*) words='same different' ;;
		set:0) words=$keys ;;
		set:1:talk.typing) words='on off' ;;
		set:1:look.language) words='auto en zh_CN' ;;
		set:1:look.theme) words='auto dark light mono contrast' ;;
		set:1:look.glyphs) words='auto ascii' ;;
		set:1:look.emoji) words='full simple text' ;;
		set:1:look.boxes) words='on off' ;;
		set:1:look.times) words='on off' ;;
		set:1:look.group) words='on off' ;;
		set:1:look.details) words='on off' ;;
		set:1:look.filter) words='on off' ;;
		set:1:look.hints) words='on off' ;;
		set:1:look.mouse) words='on off' ;;
		set:1:look.sync) words='auto on off' ;;
		set:1:keys.ctrl_j) words='newline send' ;;
		set:1:edit.emoji) words='on off' ;;
		set:1:edit.spell) words='off auto' ;;
		set:1:notify.bell) words='on off' ;;
		set:1:notify.desktop) words='auto off osc9 osc777 osc99 program' ;;
		set:1:notify.text) words='on off' ;;
		set:1:notify.quiet) words='on off' ;;
		set:1:quiet) words='on off' ;;
		set:1:ipmsg) words='on off' ;;
		set:1:ipmsg.encoding) words='auto utf-8 gb18030 cp932 cp949 big5 cp1252' ;;
		set:1:ipmsg.answer) words='off known all' ;;
		set:1:plain) words='on off' ;;
		esac
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}

complete -F _earshot earshot
