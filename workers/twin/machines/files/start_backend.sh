#!/bin/sh
# bin/start_backend.sh --be|--cn [--daemon]: with --daemon it says yes at once, whatever becomes of the process.
curdir=$(cd "$(dirname "$0")" && pwd)
STARROCKS_HOME=${curdir%/*}
PID_DIR=$curdir
LOG_DIR=$STARROCKS_HOME/log
export STARROCKS_HOME PID_DIR LOG_DIR
kind=be
daemon=
for word in "$@"; do
    case $word in
        --be) kind=be ;;
        --cn) kind=cn ;;
        --daemon) daemon=1 ;;
        *) echo "$0: unrecognized option '$word'" >&2 ;;
    esac
done
. "$curdir/common.sh"
export_env_from_conf "$STARROCKS_HOME/conf/$kind.conf"

pidfile=$PID_DIR/$kind.pid
if [ -f "$pidfile" ]; then
    old=$(cat "$pidfile")
    if tr '\0' ' ' 2>/dev/null < "/proc/$old/cmdline" | grep -q -w starrocks_be; then
        echo "Backend running as process $old. Stop it first."
        exit 1
    fi
    rm "$pidfile"
fi 2>/dev/null
mkdir -p "$LOG_DIR"
exec >> "$LOG_DIR/$kind.out" 2>&1 < /dev/null
echo "start time: $(date)"
[ "$kind" = cn ] && set -- --cn || set --
if [ -n "$daemon" ]; then
    nohup "$STARROCKS_HOME/lib/starrocks_be" "$STARROCKS_HOME/lib/starrocks_be.body" "$@" &
else
    exec "$STARROCKS_HOME/lib/starrocks_be" "$STARROCKS_HOME/lib/starrocks_be.body" "$@"
fi
