# What all jobs share. Lines that begin with "sr: " are for people; the last of them is shown in the thread.
# Exit codes of StarRocks' scripts prove nothing (start --daemon answers 0 at once, stop without a pid file too): what
# counts is the process in /proc.

say() { printf 'sr: %s\n' "$*"; }
fail() { say "$*"; exit 1; }
# For waiting: seconds after boot, which no correction of the clock moves. What is told to people takes `date`.
now_s() { read -r up_s _ < /proc/uptime; echo "${up_s%.*}"; }
name_of_role() { case $role in fe) echo frontend ;; be) echo backend ;; *) echo "compute node" ;; esac; }

# The lock goes with its file descriptor: a killed job gives it back. Whatever is started must not inherit it (9>&-).
# (A redirection that fails would end the whole shell at once, hence the touch.)
lock_file() {
  touch "$1" 2>/dev/null || fail "$(id -un) may not write $1"
  exec 9>> "$1"
  flock -w "$2" 9 || fail "another job holds $1: wait for it to end"
}

# Files of two versions may lie in $home: nothing may run on them.
refuse_unfinished_swap() {
  [ ! -e "$home/.sr-swap" ] || fail "a swap of versions was cut in $home ($(cut -d ' ' -f 1,2 "$home/.sr-swap")): finish it or roll it back first (docs/hosts.md)"
}

take_lock() {
  [ -d "$home/bin" ] || [ -e "$home/.sr-swap" ] || fail "$home has no bin directory: is ${role}_home right?"
  another=$(home_of_another) && fail "$another: nothing was changed"
  lock_file "$home/.sr-lock" 5
}

# What is the session's or the service's that a process was started from, what would harm a shell that runs this, and what
# StarRocks' start scripts set whatever they find (bin/start_backend.sh, bin/start_fe.sh, bin/common.sh).
not_kept='PWD|OLDPWD|SHLVL|_|HOME|USER|USERNAME|LOGNAME|SHELL|MAIL|TERM|TERMCAP|COLORTERM|COLUMNS|LINES|DISPLAY|XAUTHORITY'
not_kept="$not_kept|LS_COLORS|LESS[A-Z]*|HIST[A-Z]*|STY|WINDOW|WINDOWID|TMUX[A-Z_]*|(SSH|SUDO|XDG|DBUS|SYSTEMD)_.*|INVOCATION_ID|JOURNAL_STREAM"
not_kept="$not_kept|NOTIFY_SOCKET|MAINPID|MANAGERPID|LISTEN_(PID|FDS|FDNAMES)|WATCHDOG_(PID|USEC)|CREDENTIALS_DIRECTORY|SR_NUMA"
not_kept="$not_kept|IFS|CDPATH|PS4|OPTIND|OPTARG|OPTERR|PPID|E?UID|BASH_ENV|BASHOPTS|BASH_VERSINFO|SHELLOPTS|GREP_OPTIONS|POSIXLY_CORRECT"
not_kept="$not_kept|STARROCKS_HOME|DORIS_HOME|PID_DIR|LOG_DIR|UDF_RUNTIME_DIR|LIBHDFS_OPTS|[AL]SAN_OPTIONS|GLOG_logtostderr"
[ "$role" != fe ] || not_kept="$not_kept|JAVA_OPTS"

# Names that the conf sets: it shall go on saying what they are. One that adds to what it finds ("$PATH:/x") needs that.
set_by_conf() {
  sed -n 's/^[[:blank:]]*\([[:upper:]][[:upper:][:digit:]_]*\)[[:blank:]]*=/\1 /p' "$home/conf/$role.conf" 2>/dev/null | while read -r name value; do
    case $name:$value in JAVA_HOME:* | *"\$$name"* | *"\${$name}"*) ;; *) echo "$name" ;; esac
  done
}

# A path of $1 without what the start scripts put into it: old jars and libraries would come before those of a new version.
foreign_part() {
  printf '%s\n' "$1" | tr ':' '\n' | while IFS= read -r each; do
    case $each in '' | "$home"/* | "$real"/* | "${its_home:-$home}"/* | "${its_java:-$home}"/*) ;; *) printf ':%s' "$each" ;; esac
  done | cut -c 2-
}

# What process $1 was given by who started it, one variable a line: a line break within a value is told by \001.
environment_of() {
  pairs=$({ tr '\0\n' '\n\001' < "/proc/$1/environ"; } 2>/dev/null | LC_ALL=C grep -a -E '^[A-Za-z_][A-Za-z0-9_]*=')
  its_home=$(printf '%s\n' "$pairs" | sed -n 's/^STARROCKS_HOME=//p')
  its_java=$(printf '%s\n' "$pairs" | sed -n 's/^JAVA_HOME=//p')
  from_conf=$(set_by_conf | tr '\n' '|')
  printf '%s\n' "$pairs" | LC_ALL=C grep -a -v -E "^($from_conf$not_kept)=" | while IFS= read -r pair; do
    name=${pair%%=*}
    case $name in
      LD_LIBRARY_PATH | CLASSPATH | HADOOP_CLASSPATH)
        pair=$name=$(foreign_part "${pair#*=}")
        [ "$pair" != "$name=" ] || continue ;;
      # bin/start_backend.sh gives its own, or the conf's, to whoever has none.
      JEMALLOC_CONF) ! grep -q -F -e "${pair#*=}" "$home"/bin/*.sh "$home/conf/$role.conf" 2>/dev/null || continue ;;
    esac
    printf '%s\n' "$pair"
  done | LC_ALL=C sort
}

runs_as_noted() { [ "$(cut -s -d ' ' -f 2- "$home/.sr-started" 2>/dev/null)" = "$1 $(ticks_of "$1") $(cat /proc/sys/kernel/random/boot_id)" ]; }

# A shell over SSH has no login profile: the next start needs what this process was started with. What a job has started had
# what is kept already; read again, it would grow by what the start scripts made of it.
keep_environment() {
  ! runs_as_noted "$1" || [ ! -e "$home/.sr-environ" ] || return 0
  # Values may be secrets: nobody else reads them, not for a moment either.
  (umask 077; environment_of "$1" > "$home/.sr-environ.new.$$")
  numa=$(numa_of "$1") && [ -n "$numa" ] && echo "SR_NUMA=$numa" >> "$home/.sr-environ.new.$$"
  if [ -s "$home/.sr-environ.new.$$" ]; then
    mv -f "$home/.sr-environ.new.$$" "$home/.sr-environ"
  else
    rm -f "$home/.sr-environ.new.$$"
  fi
}

# For reading versions: what the process that runs now has, else the last one had.
borrow_environment() { running=$(find_node) && keep_environment "$running"; }

# For a subshell: any variable of the job may have another value afterwards.
restore_environment() {
  [ -r "$home/.sr-environ" ] || return 0
  while IFS= read -r sr_pair; do
    case ${sr_pair%%=*} in
      '' | *[!A-Za-z0-9_]* | [0-9]*) continue ;;
      PATH) sr_pair=$sr_pair:$PATH ;;
    esac
    export "$(printf '%s' "$sr_pair" | tr '\001' '\n')"
  done < "$home/.sr-environ"
}

# The release that the files under a directory say they are.
release_of() {
  (set -- "$1" "$role" "$home"; restore_environment; role=$2; home=$3; version_text "$1" 2>/dev/null | release_in)
}

# Where the kernel takes a process's memory from (man 5 numa, numa_maps). Its first line is enough: the whole may take minutes.
memory_policy() { timeout 2 head -n 1 "/proc/$1/numa_maps" 2>/dev/null | cut -s -d ' ' -f 2; }

# Prints the node that start_backend.sh --numa was given, if any; fails when numactl was used in a way that no start script knows.
numa_of() {
  policy=$(memory_policy "$1")
  case $policy in '' | default | local | "$(memory_policy self)") return 0 ;; esac
  node=${policy#bind:}
  case $node in *[!0-9]*) return 1 ;; esac
  [ "$role" != fe ] && grep -q -e '-l numa:' "$home/bin/start_backend.sh" 2>/dev/null && echo "$node"
}

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

# Its unit decides how a process is stopped: `systemctl stop` knows neither our patience nor `graceful` (man 5 systemd.service,
# systemd.kill). What that means is told; a frontend that it may kill is not stopped.
check_stop_of_unit() {
  shown=$(timeout 5 systemctl show -p TimeoutStopUSec,SendSIGKILL,KillSignal,ExecStop "$unit" 2>/dev/null < /dev/null)
  kills_after=
  [ "$(shown_of SendSIGKILL)" = no ] || kills_after=$(seconds_of "$(shown_of TimeoutStopUSec)")
  [ "$(shown_of KillSignal)" != 9 ] || kills_after=0
  if [ -n "$kills_after" ] && [ "$kills_after" -lt "$patience" ]; then
    [ "$role" != fe ] || fail "systemd would kill the frontend $kills_after s after the stop: set TimeoutStopSec=$patience (and no KillSignal=SIGKILL) in $unit: nothing was changed"
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

# What would hinder the start, or make it another one than before, is found while everything still runs.
check_before_stop() {
  [ -z "$unit" ] || { check_stop_of_unit; check_sudo; return 0; }
  runs=$(find_node) || return 0
  owner=$(unit_of "$runs")
  [ -z "$owner" ] || refuse_unit "$owner" "$runs"
  numa_of "$runs" > /dev/null || fail "process $runs was started by numactl ($policy), which a start from here cannot repeat: restart it by hand, or by a unit"
}

refuse_hidden() {
  hidden=$(hidden_node) || return 0
  fail "$hidden"
}

# It would work on storage that a backend opens meanwhile, or on a program that is exchanged under it.
refuse_meta_tool() {
  [ "$role" != fe ] && tool=$(meta_tool_here) || return 0
  fail "starrocks_be meta_tool runs as process $tool: wait for it"
}

# Waits until pid $1, started at ticks $2, is gone; fails after $3 seconds. A pid that was given away again counts as gone.
wait_gone() {
  until_s=$(($(now_s) + $3))
  while [ "$(ticks_of "$1")" = "$2" ]; do
    [ "$(now_s)" -lt "$until_s" ] || return 1
    sleep 0.1
  done
}

# The signals of bin/stop_be.sh, stop_cn.sh and stop_fe.sh: KILL for backends, TERM with -g; TERM for frontends, USR1
# with -g from 3.4.2 on, where the script knows the word.
stop_signal() {
  case $role in
    fe) if [ "$graceful" = yes ] && grep -q graceful "$home/bin/stop_fe.sh" 2>/dev/null; then echo USR1; else echo TERM; fi ;;
    *) if [ "$graceful" = yes ]; then echo TERM; else echo KILL; fi ;;
  esac
}

signal_node() {
  signal=$(stop_signal)
  say "sends SIG$signal to process $running"
  kill -s "$signal" "$running" 2>/dev/null || [ "$(ticks_of "$running")" != "$since" ] \
    || fail "$(id -un) may not stop process $running, which belongs to $(stat -c %U "/proc/$running" 2>/dev/null)"
}

is_in_unit() { [ "$(service_in "$1")" = "${unit%.service}.service" ]; }

# A unit whose process has crashed may be about to start it again (Restart=, RestartSec=), even between two renames.
stop_waiting_unit() {
  refuse_hidden
  [ -n "$unit" ] || return 0
  check_before_stop
  in_unit stop "$unit"
  stay_stopped
}

stop_node() {
  refuse_meta_tool
  running=$(find_node) || { stop_waiting_unit; say "no process of the $(name_of_role) runs"; return 0; }
  since=$(ticks_of "$running")
  check_before_stop
  keep_environment "$running"
  if [ -n "$unit" ]; then
    say "asks systemd to stop $unit (process $running)"
    in_unit stop "$unit"
    if [ "$(ticks_of "$running")" = "$since" ] && ! is_in_unit "$running"; then
      say "process $running was not started by $unit"
      signal_node
    fi
  else
    signal_node
  fi
  if ! wait_gone "$running" "$since" "$patience"; then
    [ "$role" != fe ] || fail "process $running still runs after $patience s; a frontend is never killed: read $home/log/fe.log"
    say "process $running still runs after $patience s: kills it"
    kill -s KILL "$running" 2>/dev/null
    wait_gone "$running" "$since" 30 || fail "process $running outlived SIGKILL for 30 s: a disk of this host may hang"
  fi
  stay_stopped
  forget_pid_file
  say "process $running is gone"
}

# As the stop scripts do: a start refuses when the pid of a stale file is somebody else's, or nobody has reaped it yet.
forget_pid_file() {
  find_node > /dev/null || rm -f "$home/bin/$role.pid"
}

stay_stopped() {
  sleep 0.3
  risen=$(find_node) && fail "something started it again as process $risen: find out who watches it and stop that first"
  return 0
}

# Who started a node's process, for whoever must stop only that: the job before it starts one, then the process itself.
# A start that showed no process in time may still bring one, so a note without a pid is about whatever runs.
note_start() { echo "$job ${1:-}" > "$home/.sr-started"; }

we_started() {
  read -r by noted < "$home/.sr-started" || return 1
  [ -n "$by" ] && { [ -z "$noted" ] || [ "$noted" = "$1 $(ticks_of "$1") $(cat /proc/sys/kernel/random/boot_id)" ]; }
} 2>/dev/null

last_line_of_out() { tail -n 20 "$home/log/$role.out" 2>/dev/null | grep -v '^[[:space:]]*$' | tail -n 1 | cut -c 1-200; }

start_node() {
  running=$(find_node) && { say "the $(name_of_role) runs already as process $running"; return 0; }
  refuse_hidden
  refuse_meta_tool
  forget_pid_file
  mkdir -p "$home/log"
  note_start
  if [ -n "$unit" ]; then
    say "asks systemd to start $unit"
    in_unit start "$unit"
    answer=0
  else
    say "starts $home/bin/start_$role.sh ${helper:+--helper $helper }--daemon"
    # Not through a pipe: the daemon might keep it open for as long as it runs.
    (cd "$home" && set -- bash "$home/bin/start_$role.sh" ${helper:+--helper "$helper"} && restore_environment \
      && exec "$@" ${SR_NUMA:+--numa "$SR_NUMA"} --daemon) > "$home/.sr-start" 2>&1 < /dev/null 9>&-
    answer=$?
    cat "$home/.sr-start"
  fi
  until_s=$(($(now_s) + appear))
  while ! running=$(find_node); do
    [ "$answer" = 0 ] || fail "start_$role.sh ended with $answer: $(tail -n 1 "$home/.sr-start" | cut -c 1-200)"
    [ "$(now_s)" -lt "$until_s" ] || fail "no process runs $appear s after the start: $(last_line_of_out)"
    sleep 0.1
  done
  since=$(ticks_of "$running")
  sleep 0.3
  [ "$(ticks_of "$running")" = "$since" ] || fail "process $running ended at once: $(last_line_of_out)"
  note_start "$running $since $(cat /proc/sys/kernel/random/boot_id)"
  say "process $running runs"
}

free_kib() { df -Pk "$1" 2>/dev/null | awk 'END { print $4 }' | tr -cd '0-9'; }

# Fails when directory $1 has less than $2 KiB left.
want_room() {
  left=$(free_kib "$1")
  [ -n "$left" ] || fail "cannot tell how much room $1 has"
  [ "$left" -ge "$2" ] || fail "$1 has $((left / 1024)) MiB left and needs $(($2 / 1024 + 1)) MiB: nothing was changed"
}
