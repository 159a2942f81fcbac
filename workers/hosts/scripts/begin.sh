# Begins a job at most once. The driver puts this, and the job's script, into one function: a shell that is sent only a
# part of it runs nothing. Wants: job, jobs; `job_text` prints the job's script.
# $directory/begun is the mutex, and what a look goes by; whoever makes it starts the job.

set -u
login_mask=$(umask)
umask 077
directory=$jobs/$job
refuse() { echo "sr-refused $*"; exit 3; }

mkdir -p "$directory" 2>/dev/null || refuse "$(id -un) cannot make $directory"
chmod 700 "$HOME/.sr" "$HOME/.sr/jobs" "$jobs" "$directory" 2>/dev/null
for tool in setsid flock timeout stat sha256sum readlink mktemp; do
  command -v "$tool" >/dev/null 2>&1 || refuse "the host has no $tool"
done
if [ -e "$directory/begun" ]; then
  echo sr-attached
  exit 0
fi
# logind ends what a session leaves behind if logind.conf says KillUserProcesses=yes; setsid does not save it, nor does linger. What
# runs under the account's own manager is spared, and that outlives the session if the account lingers (man 5 logind.conf).
logind() { timeout 3 busctl get-property org.freedesktop.login1 /org/freedesktop/login1 org.freedesktop.login1.Manager "$1" 2>/dev/null < /dev/null; }
ends_with_session() {
  cat /proc/self/cgroup 2>/dev/null | grep -q '/session-[^/]*\.scope' || return 1
  [ "$(logind KillUserProcesses)" = "b true" ] || return 1
  case $(logind KillExcludeUsers) in *"\"$(id -un)\""*) return 1 ;; esac
  case $(logind KillOnlyUsers) in '' | 'as 0'* | *"\"$(id -un)\""*) ;; *) return 1 ;; esac
}
apart=
if ends_with_session; then
  apart='systemd-run --user --scope --quiet'
  export XDG_RUNTIME_DIR="${XDG_RUNTIME_DIR:-/run/user/$(id -u)}"
  [ "$(timeout 3 loginctl show-user "$(id -un)" -p Linger 2>/dev/null < /dev/null)" = Linger=yes ] \
    && timeout 5 $apart true > /dev/null 2>&1 < /dev/null \
    || refuse "logind would end the job with this session (KillUserProcesses=yes): \`loginctl enable-linger $(id -un)\`, and see that \`$apart true\` works"
fi
job_text > "$directory/script.$$" && mv -f "$directory/script.$$" "$directory/script" || refuse "cannot write in $directory: is the disk full?"
if ! mkdir "$directory/begun" 2>/dev/null; then
  echo sr-attached
  exit 0
fi
$apart setsid /bin/sh -c '
  directory=$1
  mask=$2
  read -r line < /proc/$$/stat
  set -- ${line##*) }
  shift 19
  echo "$$ $1 $(cat /proc/sys/kernel/random/boot_id)" > "$directory/pid.new" && mv "$directory/pid.new" "$directory/pid"
  /bin/sh "$directory/script" "$mask" > "$directory/log" 2>&1 < /dev/null
  echo $? > "$directory/rc.new"
  mv "$directory/rc.new" "$directory/rc"
' sr-job "$directory" "$login_mask" < /dev/null > /dev/null 2>&1 &
# Until it runs apart, the end of this session would be its own.
left=50
while [ -n "$apart" ] && [ ! -e "$directory/pid" ] && [ $left -gt 0 ]; do sleep 0.1; left=$((left - 1)); done
find "$jobs" -mindepth 1 -maxdepth 1 -type d -mtime +30 -exec rm -rf {} + 2>/dev/null
echo sr-begun
exit 0
