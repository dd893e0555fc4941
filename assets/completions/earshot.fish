# SPDX-License-Identifier: MIT
# Completion of earshot for fish.

complete -c earshot -f
complete -c earshot -n __fish_is_first_arg -a demo -d 'Try it with three people of its own'
complete -c earshot -n __fish_is_first_arg -a log -d 'Print what was said'
complete -c earshot -n __fish_is_first_arg -a passphrase -d 'Set, change or remove the passphrase of your key'
complete -c earshot -l plain -d 'No screen: commands in, events out'
complete -c earshot -l json -d 'With --plain or log: JSON'
complete -c earshot -l home -r -a '(__fish_complete_directories)' -d 'Keep everything below this directory'
complete -c earshot -l interface -x -a '(__fish_print_interfaces)' -d 'Use this network interface only'
complete -c earshot -l port -x -d 'The discovery port'
complete -c earshot -l name -x -d 'What others call you'
complete -c earshot -l passphrase-file -r -F -d 'Read the passphrase from this file'
complete -c earshot -l quiet -d 'Do not announce yourself'
complete -c earshot -l ascii -d 'Draw with ASCII only'
complete -c earshot -l search -x -d 'log: what holds these words'
complete -c earshot -l since -x -a 'today yesterday' -d 'log: on that day and later'
complete -c earshot -l until -x -a 'today yesterday' -d 'log: on that day and before'
complete -c earshot -l limit -x -d 'log: the newest so many'
complete -c earshot -l help -d 'Print a summary'
complete -c earshot -l version -d 'Print the version'
