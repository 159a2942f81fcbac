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
job_text > "$directory/script.$$" && mv -f "$directory/script.$$" "$directory/script" || refuse "cannot write in $directory: is the disk full?"
if ! mkdir "$directory/begun" 2>/dev/null; then
  echo sr-attached
  exit 0
fi
setsid /bin/sh -c '
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
find "$jobs" -mindepth 1 -maxdepth 1 -type d -mtime +30 -exec rm -rf {} + 2>/dev/null
echo sr-begun
exit 0
