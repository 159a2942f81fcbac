#!/bin/sh
# bin/stop_fe.sh: SIGTERM and a wait without end. Before 3.4.2 it takes no option and signals even a stranger's pid.
curdir=$(cd "$(dirname "$0")" && pwd)
newer=@NEWER@
sig=15
timeout=
while [ -n "$newer" ] && [ $# -gt 0 ]; do
    case $1 in
        -g|--graceful) sig=10 ;;
        --timeout) timeout=$2; shift ;;
        *) echo "$0: unrecognized option '$1'" >&2 ;;
    esac
    shift
done
. "$curdir/common.sh"
export_env_from_conf "${curdir%/*}/conf/fe.conf"
pidfile=$curdir/fe.pid
[ -f "$pidfile" ] || exit 0
pid=$(cat "$pidfile")
if [ "$(program_of "$pid")" != java ]; then
    echo "ERROR: pid process may not be FE. "
    [ -z "$newer" ] || exit 1
fi
kill -$sig "$pid" 2>/dev/null || { rm -f "$pidfile"; exit 1; }
since=$(date +%s)
while kill -0 "$pid" 2>/dev/null; do
    if [ -n "$timeout" ] && [ $(($(date +%s) - since)) -gt "$timeout" ]; then
        kill -9 "$pid"
        echo "graceful exit timeout, forced termination of the process"
        break
    fi
    sleep 0.1
done
rm -f "$pidfile"
