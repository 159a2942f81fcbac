# What both jobs of a rehearsal share.

# How this account makes a network of its own; a user who is not root needs a user namespace for it.
isolation() {
  if [ "$(id -u)" = 0 ]; then echo "unshare --net"; else echo "unshare --user --map-root-user --net"; fi
}

# Whatever runs under directory $1; it is nobody's frontend, so it may be killed.
end_frontend() {
  { read -r runs since < "$1/.inside" && [ "$(ticks_of "$runs")" = "$since" ] && kill -s KILL -- "-$runs"; } 2> /dev/null
  home=$1/fe
  real=$home
  tries=0
  while running=$(find_node); do
    kill -s KILL "$running" 2> /dev/null
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || return 1
    sleep 0.1
  done
}
