# A node that systemd watches: what its unit does at a stop, and whether it may be asked for that. Uses `fail` and `say` of acting.sh.

# Waits $patience s for a command, and leaves it to itself then (124): no signal of ours reaches what sudo has started.
# Its words are in $said.
ask() {
  said=$home/.sr-asked
  "$@" > "$said" 2>&1 < /dev/null 9>&- &
  asked=$!
  until_s=$(($(now_s) + patience))
  while ticks_of "$asked" > /dev/null; do
    [ "$(now_s)" -lt "$until_s" ] || return 124
    sleep 0.1
  done
  wait "$asked"
}

last_words() { tail -n 1 "$said" | cut -c 1-200; }

in_unit() {
  if [ "$use_sudo" = yes ]; then set -- sudo -n systemctl "$@"; else set -- systemctl "$@"; fi
  ask "$@"
  case $? in
    0) ;;
    124) say "$* did not end within $patience s" ;;
    *) fail "$* was refused: $(last_words)" ;;
  esac
}

# A sudoers file may allow the stop and not the start. Whether it asks for a password, sudo tells only when it is done.
check_sudo() {
  [ "$use_sudo" = yes ] || return 0
  for verb in stop start; do
    ask sudo -n -l systemctl "$verb" "$unit" || fail "sudo does not let $(id -un) systemctl $verb $unit: nothing was changed$(last_words | sed "s|^|: |")"
  done
}

# Seconds of a time span as systemd prints it ("1min 30s"); nothing for one without an end ("infinity", before v229 "0").
seconds_of() {
  printf '%s\n' "$1" | awk '
    BEGIN { n = split("us 1e-6 ms 1e-3 s 1 min 60 h 3600 d 86400 w 604800 month 2629800 y 31557600", part); for (i = 1; i < n; i += 2) unit[part[i]] = part[i + 1] }
    $1 ~ /^[1-9.]/ { for (i = 1; i <= NF; i++) { word = $i; sub(/^[0-9.]+/, "", word); sum += substr($i, 1, length($i) - length(word)) * unit[word] } printf "%d", sum }'
}

shown_of() { printf '%s\n' "$shown" | sed -n "s/^$1=//p"; }

# Sets $kills_after: the seconds after a stop at which systemd sends SIGKILL; empty for never.
read_stop_of() { # unit
  shown=$(timeout 5 systemctl show -p TimeoutStopUSec,SendSIGKILL,KillSignal,ExecStop "$1" 2>/dev/null < /dev/null)
  kills_after=
  [ "$(shown_of SendSIGKILL)" = no ] || kills_after=$(seconds_of "$(shown_of TimeoutStopUSec)")
  [ "$(shown_of KillSignal)" != 9 ] || kills_after=0
}

# Its unit decides how a process is stopped: `systemctl stop` knows neither our patience nor `graceful` (man 5 systemd.service,
# systemd.kill). What that means is told; a frontend that it would hardly let end is not stopped.
check_stop_of_unit() {
  read_stop_of "$unit"
  if [ -n "$kills_after" ] && [ "$kills_after" -lt "$patience" ]; then
    [ "$role" != fe ] || [ "$kills_after" -ge 60 ] \
      || fail "systemd would kill the frontend $kills_after s after the stop: set TimeoutStopSec=$patience (and no KillSignal=SIGKILL) in $unit: nothing was changed"
    say "systemd kills the process $kills_after s after the stop, as $unit says"
  fi
  case $graceful:$(shown_of ExecStop) in
    yes:*' -g '* | yes:*' --graceful '*) ;;
    yes:*/stop_[bc][en].sh*) say "ExecStop of $unit is not graceful: queries that run fail" ;;
  esac
}

# To name a unit as the node's is to have all stopped that it runs.
refuse_unit() { # unit pid
  case $1 in supervisor*.service | monit.service) fail "process $2 runs under $1, which would start it again: stop it there" ;; esac
  is_unit_for "$1" "$2" \
    || fail "process $2 was started under $1, which may run other things too: stop it there, or set ${role}_unit if it runs nothing else"
  fail "systemd unit $1 would start it again: set ${role}_unit = \"$1\" in the settings of this cluster's hosts"
}
