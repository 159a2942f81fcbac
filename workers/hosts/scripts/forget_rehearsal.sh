# Ends a rehearsal that runs, and deletes whatever it has left. Wants: rehearsal (directory), work (of this one, in it).

if [ ! -d "$work" ]; then
  say "no copy of the metadata is in $rehearsal"
  exit 0
fi
if read -r runs since < "$work/.running" 2> /dev/null && [ "$(ticks_of "$runs")" = "$since" ]; then
  # It deletes everything itself when it is asked to end.
  kill -s TERM "$runs" 2> /dev/null
  if ! wait_gone "$runs" "$since" 20; then
    kill -s KILL "$runs" 2> /dev/null
    wait_gone "$runs" "$since" 10 || fail "process $runs of the rehearsal cannot be ended"
  fi
fi
lock_file "$rehearsal/.sr-lock" 30
end_frontend "$work" || fail "a process of the rehearsal cannot be killed"
rm -rf "$work" || fail "$work could not be deleted: delete it by hand, it holds secrets"
say "the rehearsal has ended and its copy of the metadata is deleted from $rehearsal"
