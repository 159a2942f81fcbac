#!/bin/sh
exec "$(dirname "$0")/start_backend.sh" --cn "$@"
