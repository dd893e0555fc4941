# SPDX-License-Identifier: MIT
# Completion of earshot for bash; made by generate.sh.

_earshot()
{
	local word=${COMP_WORDS[COMP_CWORD]} before= words=
	((COMP_CWORD == 0)) || before=${COMP_WORDS[COMP_CWORD - 1]}

	COMPREPLY=()
	case $before in
	--home | --dir)
		compopt -o dirnames
		return
		;;
	--passphrase-file)
		compopt -o default
		return
		;;
	--exec)
		mapfile -t COMPREPLY < <(compgen -c -- "$word")
		return
		;;
	--interface)
		if [[ -d /sys/class/net ]]; then
			mapfile -t COMPREPLY < <(
				cd /sys/class/net && compgen -G "$word*"
			)
		fi
		return
		;;
	--since | --until)
		words='today yesterday'
		;;
	--framing)
		words='line length length-le datagram'
		;;
	listen)
		words='udp tcp'
		;;
	esac
	if [[ -n $words ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
		return
	fi
	case " --name --interface --port --limit --count --search --from --wait --timeout " in
	*" $before "*) return ;;
	esac
	if [[ $word == -* ]]; then
		words='--plain --json --name --interface --port --home --passphrase-file --quiet --ascii --headless --search --since --until --limit --exec --framing --from --count --wait --timeout --no-wait --dir --qr --help --version'
	elif ((COMP_CWORD == 1)); then
		words='who send send-file shout receive listen log info id pin verify block unblock set doctor passphrase demo'
	elif [[ " ${COMP_WORDS[*]} " == *' send-file '* ]]; then
		compopt -o default
		return
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}

complete -F _earshot earshot
