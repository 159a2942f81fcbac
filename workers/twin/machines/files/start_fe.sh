#!/bin/sh
# bin/start_fe.sh [--helper host:port] [--daemon]: with --daemon it says yes at once, whatever becomes of the process.
curdir=$(cd "$(dirname "$0")" && pwd)
STARROCKS_HOME=${curdir%/*}
PID_DIR=$curdir
LOG_DIR=$STARROCKS_HOME/log
JAVA_OPTS=-Xmx1024m
export STARROCKS_HOME PID_DIR LOG_DIR JAVA_OPTS
daemon=
helper=
host_type=
while [ $# -gt 0 ]; do
    case $1 in
        --daemon) daemon=1 ;;
        --helper) helper=$2; shift ;;
        --host_type) host_type=$2; shift ;;
        *) echo "$0: unrecognized option '$1'" >&2 ;;
    esac
    shift
done
. "$curdir/common.sh"
export_env_from_conf "$STARROCKS_HOME/conf/fe.conf"
if [ -z "$JAVA_HOME" ]; then
    echo "Error: JAVA_HOME is not set."
    exit 1
fi
java_version=$("$JAVA_HOME/bin/java" -version 2>&1)
java_version=${java_version#*\"}
java_version=${java_version#1.}
java_version=${java_version%%.*}
mkdir -p "$LOG_DIR"
if [ "$java_version" -lt @MIN_JDK@ ]; then
    echo "JDK $java_version is not supported, please use JDK @MIN_JDK@ or higher" | tee -a "$LOG_DIR/fe.out"
    exit 255
fi
pidfile=$PID_DIR/fe.pid
if [ -f "$pidfile" ] && kill -0 "$(cat "$pidfile")" 2>/dev/null; then
    echo "Frontend running as process $(cat "$pidfile"). Stop it first."
    exit 1
fi
exec >> "$LOG_DIR/fe.out" 2>&1 < /dev/null
date
echo "using java version $java_version"
echo "$JAVA_OPTS"
set -- $JAVA_OPTS com.starrocks.StarRocksFE ${helper:+-helper "$helper"} ${host_type:+-host_type "$host_type"}
if [ -n "$daemon" ]; then
    nohup "$JAVA_HOME/bin/java" "$@" &
else
    exec "$JAVA_HOME/bin/java" "$@"
fi
