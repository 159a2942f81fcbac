# One look: jobs and processes, as lines of `word value...`. The driver adds the calls at the end.

job_state() {
  directory=$HOME/.sr/jobs/$1
  if [ ! -e "$directory/begun" ]; then
    echo "job $1 absent"
  elif [ -s "$directory/rc" ]; then
    echo "job $1 ended $(head -n 1 "$directory/rc")"
  elif job_runs; then
    echo "job $1 running"
  elif [ -s "$directory/rc" ]; then
    # It ended between the two questions.
    echo "job $1 ended $(head -n 1 "$directory/rc")"
  else
    echo "job $1 lost"
  fi
  [ ! -r "$directory/log" ] || echo "said $1 $(sed -n 's/^sr: //p' "$directory/log" | tail -n 1 | cut -c 1-500)"
}

# By pid, start and boot: a pid alone may be another program's by now. Between `begun` and `pid` lies a moment.
job_runs() {
  if [ -s "$directory/pid" ]; then
    read -r job_pid job_ticks job_boot < "$directory/pid"
    [ "$job_boot" = "$(cat /proc/sys/kernel/random/boot_id)" ] && [ "$(ticks_of "$job_pid")" = "$job_ticks" ]
  else
    [ $(($(date +%s) - $(stat -c %Y "$directory/begun"))) -lt 15 ]
  fi
}

node() { # index role home port
  role=$2
  home=$3
  port=$4
  real=$(cd -P "$home" 2>/dev/null && pwd -P) || real=$home
  echo "node $1"
  [ ! -e "$home/.sr-swap" ] || echo "unfinished $(cut -d ' ' -f 1,2 "$home/.sr-swap" 2>/dev/null)"
  if pid=$(find_node) && another=$(home_of_another); then
    echo "elsewhere $another"
  elif [ -n "$pid" ]; then
    is_node "$pid"
    echo "pid $pid"
    echo "ticks $(ticks_of "$pid")"
    echo "executable $exe"
    echo "unit $(unit_of "$pid")"
  elif hidden=$(hidden_node); then
    echo "hidden $hidden"
  fi
}
