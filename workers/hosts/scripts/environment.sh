# What a process was started with, kept for its next start. Values may be secrets: they are told to nobody.

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
