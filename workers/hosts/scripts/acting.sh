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
