# Which process is the node's. Wants: home (absolute), role (be, cn, fe), port (by which the cluster lists it). POSIX sh on Linux.
# A pid file is only a hint: it may be missing, stale, or name a pid that another program got meanwhile.

real=$(cd -P "$home" 2>/dev/null && pwd -P) || real=$home

# Two nodes of one kind may share a host, and settings that know one home there would give it to both: what is in it belongs to
# the port that its conf file says. Prints whose home it is when that is another one's; fails otherwise, and where it cannot tell.
home_of_another() {
  case $role in fe) key=edit_log_port usual=9010 ;; *) key=heartbeat_service_port usual=9050 ;; esac
  [ -r "$home/conf/$role.conf" ] || return 1
  said=$(sed -n "s/^[[:space:]]*$key[[:space:]]*[=:[:space:]][[:space:]]*//p" "$home/conf/$role.conf" | tail -n 1 | tr -d '[:space:]')
  case ${said:=$usual} in "$port" | *[!0-9]*) return 1 ;; esac
  echo "$home is the home of :$said, not of :$port"
}

# Start of a process in clock ticks after boot; fails when it is gone or a zombie. Its name may hold blanks and brackets.
ticks_of() {
  { read -r stat_line < "/proc/$1/stat"; } 2>/dev/null || return 1
  stat_line=${stat_line##*) }
  set -- $stat_line
  case $1 in Z | X) return 1 ;; esac
  shift 19
  echo "$1"
}

# Sets exe, and arguments, one a line; fails when the process is gone.
read_program() {
  ticks_of "$1" >/dev/null || return 1
  exe=$(readlink "/proc/$1/exe" 2>/dev/null)
  exe=${exe% (deleted)}
  arguments=$(tr '\0' '\n' 2>/dev/null < "/proc/$1/cmdline") 2>/dev/null
}

# A node's program is called for other ends too: show_be_version.sh and meta_tool.sh name theirs in an argument
# (be: service/starrocks_main.cpp), show_fe_version.sh likewise (fe: StarRocksFE.java).
is_for() { printf '%s\n' "$arguments" | grep -q -x -E -e "$1"; }
other_ends='--version|-v|--help|-[?]|meta_tool'

is_node() {
  read_program "$1" && ! is_for "$other_ends" || return 1
  program=$(printf '%s\n' "$arguments" | head -n 1)
  program=${program##*/}
  case $role in
    fe)
      case $program in *grep | pkill | watch) return 1 ;; esac
      printf '%s\n' "$arguments" | grep -q -E '(^|/)com\.starrocks\.StarRocksFE$' || return 1 ;;
    *)
      case ${exe##*/} in
        starrocks_be*) ;;
        sh | dash | bash) printf '%s\n' "$arguments" | head -n 2 | grep -q '/lib/starrocks_be$' || return 1 ;;
        *) return 1 ;;
      esac
      is_of_role "$1" || return 1 ;;
  esac
  is_at_home "$1"
}

# Backends and compute nodes are one program, perhaps of one directory: start_backend.sh gives the latter `--cn`.
is_of_role() {
  if [ "$role" = cn ]; then
    [ "$(head -c 20 "$home/bin/be.pid" 2>/dev/null | tr -cd '0-9')" != "$1" ]
  else
    ! is_for '--cn'
  fi
}

# Two installations may share a host. StarRocks' scripts export STARROCKS_HOME (bin/start_fe.sh, bin/start_backend.sh).
is_at_home() {
  case $exe in "$real"/lib* | "$real"/.sr-*) return 0 ;; esac
  said_home=$({ tr '\0' '\n' < "/proc/$1/environ"; } 2>/dev/null | sed -n 's/^STARROCKS_HOME=//p' | head -n 1)
  if [ -n "$said_home" ]; then
    [ "$said_home" = "$home" ] || [ "$(cd -P "$said_home" 2>/dev/null && pwd -P)" = "$real" ]
    return
  fi
  case $(readlink "/proc/$1/cwd" 2>/dev/null)/ in "$home"/* | "$real"/*) return 0 ;; esac
  case $arguments in *"$home/"* | *"$real/"*) return 0 ;; esac
  return 1
}

named() {
  case $role in
    fe) grep -al 'com\.starrocks\.[S]tarRocksFE' /proc/[0-9]*/cmdline 2>/dev/null ;;
    *)
      ls -l /proc/[0-9]*/exe 2>/dev/null | grep '/[s]tarrocks_be' | sed 's|.* \(/proc/[0-9]*\)/exe -> .*|\1/|'
      grep -al '/lib/[s]tarrocks_be' /proc/[0-9]*/cmdline 2>/dev/null ;;
  esac
}

# Who may be the node by its name, as /proc/PID, without those that belong elsewhere.
suspects() {
  found=$(named | sed 's|^\(/proc/[0-9]*\)/.*|\1|' | sort -u)
  [ -n "$found" ] || return 0
  others=$(elsewhere $found)
  if [ -n "$others" ]; then printf '%s\n' $found | grep -v -x -F -e "$others"; else printf '%s\n' $found; fi
}

# Those that is_at_home would turn away after its first two questions. All are asked at once: a host may run many nodes, and
# questions of its own to each cost a dozen processes.
elsewhere() {
  at_home=$(printf '%s/exe\n' "$@" | xargs ls -l 2>/dev/null | while IFS= read -r line; do
    case ${line##* -> } in "$real"/lib* | "$real"/.sr-*) line=${line%/exe -> *}; printf ' %s ' "${line##* }" ;; esac
  done)
  asked=
  printf '%s/environ\n' "$@" | xargs grep -a -z -s -H '^STARROCKS_HOME=' 2>/dev/null | tr '\0' '\n' | while IFS= read -r line; do
    one=${line%%/environ:*}
    said_home=${line#*/environ:STARROCKS_HOME=}
    case $at_home in *" $one "*) continue ;; esac
    [ "$one" != "$asked" ] || continue
    asked=$one
    [ -z "$said_home" ] || [ "$said_home" = "$home" ] || [ "$said_home" -ef "$real" ] || echo "$one"
  done
}

# Prints the pid; fails when the node has no process.
find_node() {
  pid_file=$home/bin/$role.pid
  if [ -r "$pid_file" ]; then
    hinted=$(head -c 20 "$pid_file" | tr -cd '0-9')
    if [ -n "$hinted" ] && is_node "$hinted"; then
      echo "$hinted"
      return 0
    fi
  fi
  for suspect in $(suspects); do
    suspect=${suspect#/proc/}
    if is_node "${suspect%%/*}"; then
      echo "${suspect%%/*}"
      return 0
    fi
  done
  return 1
}

# Somebody who works on the metadata of this home's tablets (bin/meta_tool.sh). Prints the pid; fails without one.
meta_tool_here() {
  for suspect in $(suspects); do
    suspect=${suspect#/proc/}
    if read_program "$suspect" && is_for meta_tool && is_at_home "$suspect"; then
      echo "$suspect"
      return 0
    fi
  done
  return 1
}

# In state LISTEN (0A), of whatever account.
is_listened_to() {
  cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | grep -q -i -E ": [0-9A-F]+:$(printf %04X "$1") [0-9A-F]+:0000 0A "
}

# The node may run under another account, and that cannot be seen. Prints why; fails where nothing speaks for it.
# A backend's program is called by its path; a frontend's may show nothing of its directory (bin/start_fe.sh).
hidden_node() {
  for suspect in $(suspects); do
    suspect=${suspect#/proc/}
    suspect=${suspect%%/*}
    [ ! -r "/proc/$suspect/environ" ] || continue
    read_program "$suspect" && ! is_for "$other_ends" || continue
    case $role:$arguments in
      fe:* | *"$home/lib/"* | *"$real/lib/"*)
        echo "process $suspect of $(stat -c %U "/proc/$suspect" 2>/dev/null) may be it, and $(id -un) cannot see that: log in as its owner"
        return 0 ;;
    esac
  done
  # With hidepid, /proc shows other accounts' processes to root alone.
  ! cat /proc/1/stat > /dev/null 2>&1 && is_listened_to "$port" || return 1
  echo "something listens on port $port, and $(id -un) cannot see the processes of other accounts (hidepid): log in as its owner"
}

service_in() { cat "/proc/$1/cgroup" 2>/dev/null | sed -n 's|.*/\([^/]*\.service\).*|\1|p' | tail -n 1; }

# The systemd service that a process runs under; nothing when it was started by hand, over SSH, or by what starts a thing once.
unit_of() {
  found_unit=$(service_in "$1")
  case $found_unit in
    user@* | ssh.service | sshd.service | ssh@* | sshd@* | containerd.service | docker.service) return ;;
    cron.service | crond.service | atd.service | rc-local.service | rc.local.service | cloud-*.service | salt-minion.service) return ;;
  esac
  # What shares our own service was started from where we are.
  [ "$found_unit" = "$(service_in self)" ] || echo "$found_unit"
}

parent_of() { { read -r stat_line < "/proc/$1/stat"; } 2>/dev/null && set -- ${stat_line##*) } && echo "$2"; }

# Whether service $1 is there for process $2 alone: that is its main process, or the child of a start script that is; or its pid
# file is this home's. Any other may run much else beside.
is_unit_for() {
  told=$(timeout 5 systemctl show -p MainPID -p PIDFile "$1" 2>/dev/null < /dev/null 9>&-)
  case $(printf '%s\n' "$told" | sed -n 's/^PIDFile=//p') in "$home"/* | "$real"/*) return 0 ;; esac
  main=$(printf '%s\n' "$told" | sed -n 's/^MainPID=//p')
  [ "${main:-0}" != 0 ] || return 1
  [ "$main" = "$2" ] && return
  [ "$main" = "$(parent_of "$2")" ] && read_program "$main" || return 1
  case $arguments in */start_"$role".sh* | */start_backend.sh*) return 0 ;; esac
  return 1
}

# Where Java is, for reading versions only: the conf, which the start scripts let win (bin/common.sh export_env_from_conf),
# the environment, else the one on the PATH. Prints a directory.
java_home() {
  conf_java=$(sed -n 's|^[[:space:]]*JAVA_HOME[[:space:]]*=[[:space:]]*"\{0,1\}\(/[^"$ ]*\).*|\1|p' "$home/conf/$role.conf" 2>/dev/null | tail -n 1)
  for candidate in "$conf_java" "${JAVA_HOME:-}"; do
    if [ -n "$candidate" ] && [ -x "$candidate/bin/java" ]; then
      echo "$candidate"
      return
    fi
  done
  path_java=$(readlink -f "$(command -v java 2>/dev/null)" 2>/dev/null)
  [ -z "$path_java" ] || echo "${path_java%/bin/java}"
}

# Copies of the scripts are run: show_fe_version.sh moves the pid file of a running frontend away for a moment, and newer ones
# cut the line with the version off (tail -5 of eight lines, fe: StarRocksFE.java runCommandLineOptions). Only of the scripts: a
# process that was started from bin leaves its core there, of the size of its memory.
# Prints what the files under a directory say about their version. Its shell is one of its own, for the traps.
version_text() (
  look_in=$1
  temporary=${TMPDIR:-/tmp}
  # Of a look that was killed outright.
  find "$temporary" -maxdepth 1 -type d -name 'sr-version.*' -user "$(id -u)" -mmin +60 -exec rm -rf {} + 2>/dev/null
  trial=$(mktemp -d "$temporary/sr-version.XXXXXX") || exit 1
  trap 'rm -rf "$trial"' EXIT
  trap 'exit 1' HUP INT TERM PIPE
  mkdir "$trial/log" "$trial/bin"
  cp "$look_in"/bin/*.sh "$trial/bin" 2>/dev/null
  ln -s "$look_in/lib" "$trial/lib"
  if [ -d "$look_in/conf" ]; then ln -s "$look_in/conf" "$trial/conf"; else ln -s "$home/conf" "$trial/conf"; fi
  case $role in fe) show=show_fe_version.sh ;; *) show=show_be_version.sh ;; esac
  java=$(java_home)
  told=$(cd "$trial/bin" && export JAVA_HOME="$java" && timeout "${version_patience:-8}" bash "./$show" 2>/dev/null < /dev/null)
  if [ "$role" = fe ] && ! printf '%s\n' "$told" | grep -qi 'version.*[0-9]\.[0-9]' && [ -x "$java/bin/java" ]; then
    told=$(cd "$trial" && STARROCKS_HOME=$trial PID_DIR=$trial/bin LOG_DIR=$trial/log CLASSPATH="$look_in/lib/*" \
      timeout "${version_patience:-8}" "$java/bin/java" com.starrocks.StarRocksFE -v 2>/dev/null < /dev/null)
  fi
  printf '%s\n' "$told" | grep -vi java | head -n 12
)

# 3.3.9 of "Build version: 3.3.9-a1b2c3d"; a release candidate keeps its mark: 3.4.0-rc01.
release_in() { grep -E -o '[0-9]+\.[0-9]+\.[0-9]+(-(rc|RC|preview|alpha|beta)[A-Za-z0-9]*)?' | head -n 1; }
