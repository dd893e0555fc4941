# SPDX-License-Identifier: MIT
# Completion of earshot for fish; made by generate.sh.

# The verb, or -, how many words are behind it, the last.
function __earshot_place
    set -l verb -
    set -l count 0
    set -l last
    set -l skip no
    set -l words (commandline -opc)
    set -e words[1]
    for word in $words
        if test $skip = yes
            set skip no
            continue
        end
        switch $word
            case -n --name -i --interface -P --port -H --home -F --passphrase-file -R --record -y --replay -w --wait -t --timeout -r --from -c --count -d --dir -e --exec -f --framing -s --search -S --since -U --until -l --limit
                set skip yes
            case '-*'
            case '*'
                if test $verb = -
                    set verb $word
                else
                    set count (math $count + 1)
                    set last $word
                end
        end
    end
    printf '%s\n' $verb $count $last
end

function __earshot_in
    set -l place (__earshot_place)
    contains -- $place[1] $argv
end

function __earshot_at
    set -l place (__earshot_place)
    set -l last (count $argv)
    test "$place[1..$last]" = "$argv"
end

complete -c earshot -f
complete -c earshot -n '__earshot_at - 0' -a who -d 'lists who is on the network'
complete -c earshot -n '__earshot_at - 0' -a send -d 'says TEXT, or what standard input holds'
complete -c earshot -n '__earshot_at - 0' -a send-file -d 'sends files and folders, and waits until they are there'
complete -c earshot -n '__earshot_at - 0' -a shout -d 'says TEXT to everybody nearby; it is public'
complete -c earshot -n '__earshot_at - 0' -a receive -d 'waits for messages and prints them'
complete -c earshot -n '__earshot_at - 0' -a listen -d 'prints all that happens, or what comes to a port'
complete -c earshot -n '__earshot_at - 0' -a log -d 'prints what was said, with all or with one'
complete -c earshot -n '__earshot_at - 0' -a info -d 'prints what is known of somebody'
complete -c earshot -n '__earshot_at - 0' -a id -d 'prints your fingerprint and your name'
complete -c earshot -n '__earshot_at - 0' -a pin -d 'remembers the key of somebody, or only that one'
complete -c earshot -n '__earshot_at - 0' -a verify -d 'shows the number to compare, or takes what came of it'
complete -c earshot -n '__earshot_at - 0' -a block -d 'takes nothing of somebody any more'
complete -c earshot -n '__earshot_at - 0' -a unblock -d 'takes it again'
complete -c earshot -n '__earshot_at - 0' -a set -d 'shows the settings, or changes one'
complete -c earshot -n '__earshot_at - 0' -a doctor -d 'tells why somebody is missing, and what mends it'
complete -c earshot -n '__earshot_at - 0' -a passphrase -d 'sets, changes or removes the passphrase of your key'
complete -c earshot -n '__earshot_at - 0' -a demo -d 'starts it with three people of its own, to try it alone'
complete -c earshot -n '__earshot_in send-file; and not __earshot_at send-file 0' -F
complete -c earshot -n '__earshot_at listen 0' -a 'udp tcp'
complete -c earshot -n '__earshot_at verify 1' -a 'same different'
complete -c earshot -n '__earshot_at set 0' -a name -d 'what others call you'
complete -c earshot -n '__earshot_at set 0' -a status -d 'a line about you that others see'
complete -c earshot -n '__earshot_at set 0' -a away.idle -d 'away after so long without a key; 0: never'
complete -c earshot -n '__earshot_at set 0' -a away.unfocused -d 'away after so long with another window in front; 0: never'
complete -c earshot -n '__earshot_at set 0' -a talk.typing -d 'tell others while you type to them'
complete -c earshot -n '__earshot_at set 1 talk.typing' -a 'on off'
complete -c earshot -n '__earshot_at set 0' -a talk.ignore -d 'shouts with it in their text or name count for nothing; may repeat'
complete -c earshot -n '__earshot_at set 0' -a look.language -d 'the language of the screen'
complete -c earshot -n '__earshot_at set 1 look.language' -a 'auto en zh_CN'
complete -c earshot -n '__earshot_at set 0' -a look.theme -d 'the colours; auto follows the background'
complete -c earshot -n '__earshot_at set 1 look.theme' -a 'auto dark light mono contrast'
complete -c earshot -n '__earshot_at set 0' -a look.glyphs -d 'draw with ASCII only, or with more where there is more'
complete -c earshot -n '__earshot_at set 1 look.glyphs' -a 'auto ascii'
complete -c earshot -n '__earshot_at set 0' -a look.emoji -d 'emoji as they are, without joined ones, or as :words:'
complete -c earshot -n '__earshot_at set 1 look.emoji' -a 'full simple text'
complete -c earshot -n '__earshot_at set 0' -a look.boxes -d 'draw lines and boxes between the parts'
complete -c earshot -n '__earshot_at set 1 look.boxes' -a 'on off'
complete -c earshot -n '__earshot_at set 0' -a look.times -d 'show when each message was said'
complete -c earshot -n '__earshot_at set 1 look.times' -a 'on off'
complete -c earshot -n '__earshot_at set 0' -a look.group -d 'name and time once for messages in a row'
complete -c earshot -n '__earshot_at set 1 look.group' -a 'on off'
complete -c earshot -n '__earshot_at set 0' -a look.details -d 'show all about the other one beside the talk (F4)'
complete -c earshot -n '__earshot_at set 1 look.details' -a 'on off'
complete -c earshot -n '__earshot_at set 0' -a look.filter -d 'hide shouts that talk.ignore names (Alt-=)'
complete -c earshot -n '__earshot_at set 1 look.filter' -a 'on off'
complete -c earshot -n '__earshot_at set 0' -a look.hints -d 'hints, each of them three times'
complete -c earshot -n '__earshot_at set 1 look.hints' -a 'on off'
complete -c earshot -n '__earshot_at set 0' -a look.mouse -d 'clicks and the wheel; selecting text then wants Shift'
complete -c earshot -n '__earshot_at set 1 look.mouse' -a 'on off'
complete -c earshot -n '__earshot_at set 0' -a look.sync -d 'have the terminal show whole frames at a time'
complete -c earshot -n '__earshot_at set 1 look.sync' -a 'auto on off'
complete -c earshot -n '__earshot_at set 0' -a keys.ctrl_j -d 'what Ctrl-J does'
complete -c earshot -n '__earshot_at set 1 keys.ctrl_j' -a 'newline send'
complete -c earshot -n '__earshot_at set 0' -a bind -d 'what a key does; /bind tells the names'
complete -c earshot -n '__earshot_at set 0' -a edit.emoji -d 'put the emoji in place of :words: sent'
complete -c earshot -n '__earshot_at set 1 edit.emoji' -a 'on off'
complete -c earshot -n '__earshot_at set 0' -a edit.spell -d 'underline what is not spelt so, as de_DE; needs aspell or hunspell'
complete -c earshot -n '__earshot_at set 1 edit.spell' -a 'off auto'
complete -c earshot -n '__earshot_at set 0' -a notify.bell -d 'ring the terminal\'s bell'
complete -c earshot -n '__earshot_at set 1 notify.bell' -a 'on off'
complete -c earshot -n '__earshot_at set 0' -a notify.desktop -d 'how the desktop is told; program is notify-send'
complete -c earshot -n '__earshot_at set 1 notify.desktop' -a 'auto off osc9 osc777 osc99 program'
complete -c earshot -n '__earshot_at set 0' -a notify.text -d 'tell the desktop what was said, too'
complete -c earshot -n '__earshot_at set 1 notify.text' -a 'on off'
complete -c earshot -n '__earshot_at set 0' -a notify.words -d 'a word that counts as your name does; may repeat'
complete -c earshot -n '__earshot_at set 0' -a notify.quiet -d 'do not disturb: no bell, no desktop'
complete -c earshot -n '__earshot_at set 1 notify.quiet' -a 'on off'
complete -c earshot -n '__earshot_at set 0' -a history.days -d 'keep messages so long; 0 is for ever'
complete -c earshot -n '__earshot_at set 0' -a history.size -d 'keep so many MiB of messages at most'
complete -c earshot -n '__earshot_at set 0' -a history.free -d 'leave so many MiB of the disk free'
complete -c earshot -n '__earshot_at set 0' -a files.folder -d 'where files go that you take; else the folder for downloads'
complete -c earshot -n '__earshot_at set 0' -a files.opener -d 'the program that /open gives a file to; else the desktop\'s'
complete -c earshot -n '__earshot_at set 0' -a hook.message -d 'started for each message to you; words, no shell'
complete -c earshot -n '__earshot_at set 0' -a hook.mention -d 'started when your name, or a word of notify.words, is said'
complete -c earshot -n '__earshot_at set 0' -a hook.shout -d 'started for each shout'
complete -c earshot -n '__earshot_at set 0' -a hook.file -d 'started when a file or folder came'
complete -c earshot -n '__earshot_at set 0' -a hook.online -d 'started when somebody comes'
complete -c earshot -n '__earshot_at set 0' -a run -d 'a command that run.who lets others run here; words, no shell'
complete -c earshot -n '__earshot_at set 0' -a run.who -d 'who may run it: an alias, a fingerprint, or all verified'
complete -c earshot -n '__earshot_at set 0' -a run.time -d 'what others run here is ended after so long'
complete -c earshot -n '__earshot_at set 0' -a quiet -d 'do not announce yourself, only listen'
complete -c earshot -n '__earshot_at set 1 quiet' -a 'on off'
complete -c earshot -n '__earshot_at set 0' -a port -d 'the discovery port, the same for all who meet'
complete -c earshot -n '__earshot_at set 0' -a ipmsg -d 'talk with IP Messenger, iptux and FeiQ, in the clear'
complete -c earshot -n '__earshot_at set 1 ipmsg' -a 'on off'
complete -c earshot -n '__earshot_at set 0' -a ipmsg.port -d 'where they are heard, UDP and TCP'
complete -c earshot -n '__earshot_at set 0' -a ipmsg.group -d 'the group they show you in'
complete -c earshot -n '__earshot_at set 0' -a ipmsg.encoding -d 'how those write who do not say'
complete -c earshot -n '__earshot_at set 1 ipmsg.encoding' -a 'auto utf-8 gb18030 cp932 cp949 big5 cp1252'
complete -c earshot -n '__earshot_at set 0' -a ipmsg.answer -d 'who of them may ask for your version and absence'
complete -c earshot -n '__earshot_at set 1 ipmsg.answer' -a 'off known all'
complete -c earshot -n '__earshot_at set 0' -a plain -d 'talk plain text with nc, telnet and small programs, too'
complete -c earshot -n '__earshot_at set 1 plain' -a 'on off'
complete -c earshot -n '__earshot_at set 0' -a plain.port -d 'text that comes there over UDP is a plain shout'
complete -c earshot -n '__earshot_at set 0' -a interface -d 'use this interface and no other; may repeat'
complete -c earshot -n '__earshot_at set 0' -a peer -d 'is sought behind routers, where no broadcast goes; may repeat'
complete -c earshot -n '__earshot_in - demo' -s p -l plain -d 'no screen: commands in, events out, a line each'
complete -c earshot -n '__earshot_in - who send send-file shout receive listen log info id pin verify block unblock set doctor demo' -s j -l json -d 'JSON objects, a line each; without a verb as --plain'
complete -c earshot -n '__earshot_in - who send shout receive listen info id pin verify block unblock set doctor' -s n -l name -x -d 'your name in this run'
complete -c earshot -n '__earshot_in - who send send-file shout receive listen info id pin verify block unblock set doctor' -s i -l interface -x -a '(__fish_print_interfaces)' -d 'use this network interface and no other (repeatable)'
complete -c earshot -n '__earshot_in - who send send-file shout receive listen info id pin verify block unblock set doctor' -s P -l port -x -d 'discovery port, 41827 unless set'
complete -c earshot -n '__earshot_in - who send send-file shout receive listen log info id pin verify block unblock set doctor passphrase' -s H -l home -x -a '(__fish_complete_directories)' -d 'keep everything below DIR'
complete -c earshot -n '__earshot_in - who send send-file shout receive listen info id pin verify block unblock set doctor passphrase' -s F -l passphrase-file -r -F -d 'read the passphrase of a sealed identity there'
complete -c earshot -n '__earshot_in - who send send-file shout receive listen info id pin verify block unblock set doctor' -s q -l quiet -d 'do not announce yourself, only listen'
complete -c earshot -n '__earshot_in - demo' -s a -l ascii -d 'draw with ASCII characters only'
complete -c earshot -n '__earshot_in -' -s D -l headless -d 'no screen and no lines: for a service manager'
complete -c earshot -n '__earshot_in - who send send-file shout receive listen info id pin verify block unblock set doctor' -s R -l record -r -F -d 'keep a record of what comes and goes, for a report'
complete -c earshot -n '__earshot_in -' -s y -l replay -r -F -d 'show what such a record holds'
complete -c earshot -n '__earshot_in -' -s h -l help -d 'show this, or the help of a verb'
complete -c earshot -n '__earshot_in -' -s V -l version -d 'show the version'
complete -c earshot -n '__earshot_in who send send-file info pin' -s w -l wait -x -d 'how long somebody is looked for'
complete -c earshot -n '__earshot_in who send send-file shout receive listen log info id pin verify block unblock set doctor passphrase demo' -s h -l help -d 'show this'
complete -c earshot -n '__earshot_in send send-file receive doctor' -s t -l timeout -x -d 'how long all of it may take'
complete -c earshot -n '__earshot_in send' -s N -l no-wait -d 'end once it is stored'
complete -c earshot -n '__earshot_in send-file' -s n -l name -x -d 'of -: the name of the file there'
complete -c earshot -n '__earshot_in receive listen' -s r -l from -x -d 'only what comes from WHO'
complete -c earshot -n '__earshot_in receive' -s c -l count -x -d 'end after N messages; without it after one'
complete -c earshot -n '__earshot_in receive' -s d -l dir -x -a '(__fish_complete_directories)' -d 'take files, too, and put them there'
complete -c earshot -n '__earshot_in listen' -s e -l exec -x -a '(__fish_complete_command)' -d 'run it for each message; what it prints is the answer'
complete -c earshot -n '__earshot_in listen' -s f -l framing -x -a 'line length length-le datagram' -d 'of tcp: line, length, length-le or datagram'
complete -c earshot -n '__earshot_in log' -s s -l search -x -d 'only what holds these words'
complete -c earshot -n '__earshot_in log' -s S -l since -x -a 'today yesterday' -d 'only from that day on'
complete -c earshot -n '__earshot_in log' -s U -l until -x -a 'today yesterday' -d 'only up to that day'
complete -c earshot -n '__earshot_in log' -s l -l limit -x -d 'only the newest N'
complete -c earshot -n '__earshot_in id' -s Q -l qr -d 'as a QR code, too'
