#!/bin/sh
# bin/stop_cn.sh: SIGKILL unless -g is given; it does not wait, and forgets the pid while the process still drains.
curdir=$(cd "$(dirname "$0")" && pwd)
sig=9
for word in "$@"; do
    case $word in
        -g|--graceful) sig=15 ;;
        *) echo "$0: unrecognized option '$word'" >&2 ;;
    esac
done
. "$curdir/common.sh"
export_env_from_conf "${curdir%/*}/conf/cn.conf"
pidfile=$curdir/cn.pid
if [ ! -f "$pidfile" ]; then
    echo "$pidfile does not exist"
    exit 1
fi
pid=$(cat "$pidfile")
if [ "$(program_of "$pid")" != starrocks_be ]; then
    echo "ERROR: pid process may not be CN"
    exit 1
fi
kill -$sig "$pid" 2>/dev/null || { rm "$pidfile"; exit 1; }
rm "$pidfile"
