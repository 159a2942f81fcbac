# Wants: ours (yes: only what a job has started is stopped).

take_lock
if [ "$ours" = yes ] && runs=$(find_node) && ! we_started "$runs"; then
  fail "process $runs was not started from here: it is left running"
fi
stop_node
