# SPDX-License-Identifier: MIT
# Completion of earshot for bash.

_earshot()
{
	local word=${COMP_WORDS[COMP_CWORD]} before=
	((COMP_CWORD == 0)) || before=${COMP_WORDS[COMP_CWORD - 1]}

	COMPREPLY=()
	case $before in
	--home | --dir)
		compopt -o dirnames
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
	--passphrase-file)
		compopt -o default
		return
		;;
	--since | --until)
		mapfile -t COMPREPLY < <(compgen -W 'today yesterday' -- "$word")
		return
		;;
	--exec)
		mapfile -t COMPREPLY < <(compgen -c -- "$word")
		return
		;;
	--framing)
		mapfile -t COMPREPLY < <(compgen -W 'line length length-le
		    datagram' -- "$word")
		return
		;;
	listen)
		mapfile -t COMPREPLY < <(compgen -W 'udp tcp' -- "$word")
		return
		;;
	--port | --name | --search | --limit | --from | --count | --wait | --timeout)
		return
		;;
	esac
	if [[ $word == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W '--plain --json --home
		    --interface --port --name --passphrase-file --quiet
		    --ascii --headless --from --count --wait --timeout
		    --no-wait --dir --qr --search --since --until --limit --exec --framing
		    --help --version' -- "$word")
	elif ((COMP_CWORD == 1)); then
		mapfile -t COMPREPLY < <(compgen -W 'who send send-file shout
		    receive listen log info id pin verify block unblock set doctor passphrase demo' -- "$word")
	elif [[ " ${COMP_WORDS[*]} " == *' send-file '* ]]; then
		compopt -o default
	fi
}

complete -F _earshot earshot
