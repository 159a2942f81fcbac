# What a process needs beside its installation, in the closer look: files, kernel, ports, ways. After survey.sh: same globals.
# Wants: udf_dir, and the functions that the driver writes: keytabs (file_line for each), ways (try_all with all).

# How the account sees a file, without what is in it. A keytab holds the keys of a principal: not even a hash of it is made,
# since that would tell whoever reads along when a key was changed, and whether a key that was guessed is the one.
file_line() { # kind path hashed|not [name it is told by]
  shut=- mode=- owner=- size=- sum=-
  each=$2
  while each=${each%/*} && [ -n "$each" ]; do
    # Behind a directory that may not be entered nothing is a directory, so the outermost one is kept.
    [ ! -d "$each" ] || [ -x "$each" ] || shut=$each
  done
  if [ "$shut" != - ]; then
    state=shut
  elif [ ! -f "$2" ]; then
    state=absent
  else
    read -r mode owner size <<EOF_STAT
$(LC_ALL=C stat -L -c '%a %u:%U %s' "$2" 2>/dev/null | tr -d '\\')
EOF_STAT
    if [ ! -r "$2" ]; then
      state=closed
    else
      state=readable
      [ "$3" != hashed ] || sum=$(timeout 2 sha256sum < "$2" | cut -c 1-64)
    fi
  fi
  echo "file $1 $state ${mode:--} ${owner:--} ${size:--} ${sum:--} $shut ${4:-$2}"
}

# MIT's KRB5_CONFIG may name several files; Java takes the one in its options, else the system's.
krb5_path() {
  told=$(sed -n 's|^[[:space:]]*JAVA_OPTS.*-Djava\.security\.krb5\.conf=\([^[:space:]"]*\).*|\1|p' "$home/conf/$role.conf" 2>/dev/null | tail -n 1)
  [ -n "$told" ] || [ -z "$pid" ] || told=$(variable_of "$pid" KRB5_CONFIG | sed 's|[:[:space:]].*||')
  told=$(printf '%s\n' "$told" | sed "s|\${STARROCKS_HOME}|$home|; s|\$STARROCKS_HOME|$home|")
  case $told in /*) echo "$told" ;; *) echo /etc/krb5.conf ;; esac
}

# Where a frontend keeps its metadata; the directory is made at its first start (fe: common/Config.java meta_dir).
meta_room() {
  meta=$(sed -n 's|^[[:space:]]*meta_dir[[:space:]]*[=:][[:space:]]*\([^[:space:]]*\).*|\1|p' "$home/conf/fe.conf" 2>/dev/null | tail -n 1)
  meta=$(printf '%s\n' "${meta:-$home/meta}" | sed "s|\${STARROCKS_HOME}|$home|")
  case $meta in /*) ;; *) return 0 ;; esac
  while [ ! -d "$meta" ]; do meta=${meta%/*}; [ -n "$meta" ] || meta=/; done
  echo "metafree $(df -Pk "$meta" 2>/dev/null | awk 'NR > 1 { free = $4 * 1024 } END { if (NR > 1) printf "%.0f", free }')"
}

# For a process to come the hard limit, which the start script goes up to (bin/common.sh check_and_update_max_processes).
threads() {
  if [ -n "$pid" ]; then
    awk '/^Max processes/ { print $3 }' "/proc/$pid/limits" 2>/dev/null
  else
    bash -c 'ulimit -Hu' 2>/dev/null
  fi
}

surroundings() {
  echo "threads $(threads)"
  [ "$role" != fe ] || meta_room
  [ -d "$home/conf" ] || return 0
  file_line krb5 "$(krb5_path)" hashed
  keytabs
  for site in core-site.xml hdfs-site.xml hive-site.xml hadoop_env.sh; do file_line site "$home/conf/$site" hashed; done
  jars=${udf_dir:-$home/lib/udf}
  [ "$role" = fe ] || { [ -e "$jars" ] && [ ! -r "$jars" ]; } || {
    echo "udfs read"
    find "$jars" -name '*.jar' ! -type d 2>/dev/null | LC_ALL=C sort | head -n 100 | while IFS= read -r jar; do
      echo "udf $(stat -L -c %s "$jar" 2>/dev/null) ${jar##*/}"
    done
  }
}

kernel() {
  echo "overcommit $(tail -n 1 /proc/sys/vm/overcommit_memory 2>/dev/null)"
  echo "swappiness $(tail -n 1 /proc/sys/vm/swappiness 2>/dev/null)"
  echo "maps $(tail -n 1 /proc/sys/vm/max_map_count 2>/dev/null)"
  echo "swap $(awk '/^SwapTotal:/ { printf "%.0f", $2 * 1024 }' /proc/meminfo)"
  echo "huge $(tail -n 1 /sys/kernel/mm/transparent_hugepage/enabled 2>/dev/null | sed -n 's/.*\[\(.*\)\].*/\1/p')"
}

# Ports in state LISTEN (0A), of whatever account; awk may not know hexadecimal numbers.
listening() {
  [ -r /proc/net/tcp ] || return 0
  tail -q -n +2 /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk '
    $4 == "0A" {
      hex = substr($2, length($2) - 3)
      port = 0
      for (i = 1; i <= 4; i++) port = port * 16 + index("123456789ABCDEF", substr(hex, i, 1))
      ports = ports " " port
    }
    END { print "listening" ports }'
}

# One line for each endpoint, all tried at once by one bash: a firewall that drops what it does not like costs `patience_of_ways`
# once. Whoever has not answered then is killed with it (timeout ends its whole group), so that no line of it is its answer.
try_all() { # kind host port, again and again
  if [ $# -eq 0 ] || ! command -v bash > /dev/null || ! command -v timeout > /dev/null; then return 0; fi
  echo "asked $*"
  LC_ALL=C timeout "$patience_of_ways" bash -c '
    try() {
      said=$( { exec 3<> "/dev/tcp/$2/$3"; } 2>&1 )
      ended=$?
      said=${said//[^[:print:]]/ }
      echo "way $1 $2 $3 $ended ${said:0:200}"
    }
    while [ $# -ge 3 ]; do
      try "$1" "$2" "$3" &
      shift 3
    done
    wait' sr-ways "$@" 2> /dev/null < /dev/null | cat
}

patience_of_ways=2

host_survey() {
  echo "host 0"
  kernel
  listening
  ways
}
