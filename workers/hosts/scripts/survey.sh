# The closer look at one node, after `node` of probe.sh: same globals, same lines. Wants: stage.

memory_limit() {
  total=$(awk '/^MemTotal:/ { printf "%.0f\n", $2 * 1024 }' /proc/meminfo)
  for limit in "$(cat /sys/fs/cgroup/memory.max 2>/dev/null)" "$(cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null)"; do
    case $limit in '' | *[!0-9]*) ;; *) [ "${#limit}" -gt 15 ] || [ "$limit" -gt "$total" ] || total=$limit ;; esac
  done
  echo "$total"
}

open_files() {
  if [ -n "$pid" ] && limit=$(awk '/^Max open files/ { print $4 }' "/proc/$pid/limits" 2>/dev/null) && [ -n "$limit" ]; then
    echo "$limit"
  else
    # The start scripts and the JVM raise the soft limit as far as they may (bin/start_backend.sh).
    ulimit -Hn
  fi
}

variable_of() { { tr '\0' '\n' < "/proc/$1/environ"; } 2>/dev/null | sed -n "s/^$2=//p" | head -n 1; }

# Whether process $2 began after file $1 was last changed. Ages are compared: the time of boot is known to a second only, an age
# to two hundredths, and a process reads its conf a moment after it began.
has_read() {
  changed=$(LC_ALL=C stat -L -c %.9Y "$1" 2>/dev/null) && since=$(ticks_of "$2") || return 0
  awk -v now="$(date +%s.%N)" -v changed="$changed" -v ticks="$since" -v hz="$(getconf CLK_TCK 2>/dev/null || echo 100)" \
    '{ print "read " ($1 - ticks / hz < now - changed + 0.02 ? "yes" : "no") }' /proc/uptime
}

heap_of() { { tr '\0' '\n' < "/proc/$1/cmdline"; } 2>/dev/null | sed -n 's/^-Xmx//p' | tail -n 1; }

extra_files() {
  listed=$home/.sr-manifest
  [ -s "$listed" ] || listed=$stage/$(echo "$says" | release_in)/.sr-manifest-$part
  [ -s "$listed" ] || { echo "listed no"; return 0; }
  (cd "$home" && find lib/ -name '*.jar' ! -type d ! -path 'lib/udf-runtime/*' | LC_ALL=C sort | grep -vxF -f "$listed" | head -n 100 | sed 's/^/jar /')
}

survey() { # index role home port unit
  role=$2
  home=$3
  port=$4
  real=$(cd -P "$home" 2>/dev/null && pwd -P) || real=$home
  case $role in fe) part=fe ;; *) part=be ;; esac
  pid=$(find_node) && ! home_of_another > /dev/null || pid=
  [ -z "$pid" ] || JAVA_HOME=$(variable_of "$pid" JAVA_HOME)
  echo "survey $1"
  version_patience=4
  java=$(java_home)
  [ -z "$java" ] || echo "java $(timeout 2 "$java/bin/java" -version 2>&1 < /dev/null | grep -i version | head -n 1)"
  echo "cores $(nproc)"
  echo "memory $(memory_limit)"
  echo "free $(df -Pk "$home" 2>/dev/null | awk 'NR > 1 { free = $4 * 1024 } END { if (NR > 1) printf "%.0f", free }')"
  echo "files $(open_files)"
  [ -z "${5:-}" ] || { read_stop_of "$5"; echo "kills $kills_after"; }
  if [ -r "$home/conf/$role.conf" ]; then
    echo "confsum $(sha256sum < "$home/conf/$role.conf" | cut -c 1-64)"
    [ -z "$pid" ] || has_read "$home/conf/$role.conf" "$pid"
    echo "conf $(head -c 262144 "$home/conf/$role.conf" | base64 | tr -d '\n')"
  fi
  [ -z "$pid" ] || [ "$role" != fe ] || echo "heap $(heap_of "$pid")"
  says=$(version_text "$home" 2>/dev/null)
  echo "$says" | while IFS= read -r line; do echo "version $line"; done
  store_paths | while IFS= read -r store; do store_line "$store"; done
  [ ! -d "$home/lib" ] || extra_files
  for staged in "$stage"/*/be "$stage"/*/fe; do
    [ -d "$staged" ] && [ "${staged##*/}" = "$part" ] || continue
    staged=${staged%/*}
    if [ -f "$staged/.sr-verified-$part" ]; then echo "staged yes ${staged##*/}"; else echo "staged no ${staged##*/}"; fi
  done
  for kept in "$home"/.sr-backup/*/bin; do
    kept=${kept%/bin}
    case ${kept##*/} in *.kept-* | aside-*) continue ;; esac
    [ ! -d "$kept/lib" ] || echo "backup ${kept##*/}"
  done
}
