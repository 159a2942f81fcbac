#!/bin/sh
# bin/stop_be.sh: SIGKILL unless -g is given; without a pid file it does nothing and is content; else it waits for ever.
curdir=$(cd "$(dirname "$0")" && pwd)
takes_timeout=@NEWER@
sig=9
timeout=
while [ $# -gt 0 ]; do
    case $1 in
        -g|--graceful) sig=15 ;;
        --timeout) [ -n "$takes_timeout" ] || echo "$0: unrecognized option '--timeout'" >&2; timeout=$2; shift ;;
        *) echo "$0: unrecognized option '$1'" >&2 ;;
    esac
    shift
done
. "$curdir/common.sh"
export_env_from_conf "${curdir%/*}/conf/be.conf"
pidfile=$curdir/be.pid
[ -f "$pidfile" ] || exit 0
pid=$(cat "$pidfile")
if [ "$(program_of "$pid")" != starrocks_be ]; then
    echo "ERROR: pid process may not be be. "
    exit 1
fi
kill -$sig "$pid" 2>/dev/null || exit 1
since=$(date +%s)
while kill -0 "$pid" 2>/dev/null; do
    if [ -n "$takes_timeout" ] && [ -n "$timeout" ] && [ $(($(date +%s) - since)) -gt "$timeout" ]; then
        kill -9 "$pid"
        echo "graceful exit timeout, forced termination of the process"
        break
    fi
    sleep 0.1
done
rm -f "$pidfile"
