# Starts a frontend of another version from a copy of the metadata, in a network of its own that leads nowhere, sees it
# read everything and write an image, and deletes it all again, however this ends.
# Wants: rehearsal (directory), work (of this rehearsal, in it), stage, version, flag, heap (MiB), forbidden
# (host:port words), http, rpc, query, edit_log, starmgr (ports), patience, image_patience (seconds).

umask 077
copy=$work/copy

# --- what runs inside the network of its own; its output is read by the part outside

# Only lo may carry anything: what is only another port, or a firewall rule, is not believed.
leads_out() {
  awk 'NR > 1 && $1 != "lo" { print $1; exit }' /proc/net/route
  awk '$NF != "lo" { print $NF; exit }' /proc/net/ipv6_route 2>/dev/null
}

refuse_a_way_out() {
  [ "$(readlink /proc/self/ns/net)" != "$outer_network" ] || fail "it is in the network of this host, not in one of its own: nothing was started"
  way=$(leads_out | head -n 1)
  [ -z "$way" ] || fail "a route leads out over $way: nothing was started"
  for door in $forbidden; do
    if timeout 3 bash -c ': < "/dev/tcp/$1/$2"' sr-door "$(echo "${door%:*}" | tr -d '[]')" "${door##*:}" 2> /dev/null; then
      fail "$door of the cluster answers from inside: nothing was started"
    fi
  done
}

raise_loopback() {
  if command -v ip > /dev/null 2>&1; then ip link set lo up; else ifconfig lo up; fi 2> /dev/null \
    || fail "the loopback of the new network cannot be raised (ip or ifconfig is needed): nothing was started"
}

log_says() { grep -q -F "$1" "$home/log/fe.log" "$home/log/fe.out" 2> /dev/null; }

# What it complained of last; never more than a piece of one line, since a log may quote anything.
complaint() {
  { grep -h -E 'Exception|ERROR|Error:|FATAL|not supported' "$home/log/fe.log" "$home/log/fe.out" | tail -n 1; tail -q -n 1 "$home/log/fe.out" "$home/.sr-start"; } 2> /dev/null \
    | grep -v '^[[:space:]]*$' | head -n 1 | tr -d '`' | cut -c 1-180
}

image_now() { find "$home/meta/image" -name 'image.[0-9]*' -size +0 ! -path '*/starmgr/*' 2> /dev/null | sed 's/.*\.//' | sort -n | tail -n 1; }

answers() { curl -s -m 3 --noproxy '*' "http://127.0.0.1:$http/api/bootstrap" 2> /dev/null | grep -q '"OK"'; }

inside() {
  raise_loopback
  refuse_a_way_out
  say "no route leads out and none of the cluster's $(echo "$forbidden" | wc -w | tr -d ' ') addresses answers: starts $version alone"
  before=$(image_now)
  (cd "$home" && exec bash "$home/bin/start_fe.sh" --daemon) > "$home/.sr-start" 2>&1 < /dev/null
  answer=$?
  until_s=$(($(now_s) + patience))
  appear_s=$(($(now_s) + appear))
  until log_says 'leader finished to replay journal'; do
    if find_node > /dev/null; then appear_s=0; elif [ "$(now_s)" -ge "$appear_s" ] || [ "$answer" != 0 ]; then
      fail "$version did not start from this metadata: $(complaint)"
    fi
    [ "$(now_s)" -lt "$until_s" ] || fail "$version has not read this metadata within $patience s: $(complaint)"
    sleep 0.2
  done
  find_node > /dev/null || fail "$version ended after it had read this metadata: $(complaint)"
  if command -v curl > /dev/null 2>&1; then
    until answers; do
      find_node > /dev/null || fail "$version ended after it had read this metadata: $(complaint)"
      [ "$(now_s)" -lt "$until_s" ] || fail "$version has read this metadata but is not ready: /api/bootstrap does not answer OK"
      sleep 0.2
    done
    say "$version has read image.$before and its journal, leads alone, and is ready"
  else
    say "$version has read image.$before and its journal, and leads alone"
  fi
  # edit_log_roll_num = 1 makes it write one by itself: nobody can log in, and nobody should.
  until_s=$(($(now_s) + image_patience))
  while [ "$(image_now)" = "$before" ]; do
    find_node > /dev/null || fail "$version ended while it should write an image: $(complaint)"
    [ "$(now_s)" -lt "$until_s" ] || fail "$version has read this metadata, but wrote no image of its own within $image_patience s: $(complaint)"
    sleep 0.2
  done
  say "$version read image.$before and its journal, led alone, and wrote image.$(image_now)"
}

node_home=$home
home=$work/fe
real=$home
if [ "${2:-}" = inside ]; then
  outer_network=$3
  inside
  exit 0
fi

# --- outside

prepare() {
  home=$node_home
  java=$(java_home)
  home=$work/fe
  [ -n "$java" ] || fail "no Java is found on this host: set JAVA_HOME for $(id -un)"
  staged=$stage/$version/fe
  [ -f "$stage/$version/.sr-verified-fe" ] || fail "$version is not staged in $stage: stage it first"
  (cd "$copy" && sha256sum -c --quiet SHA256SUMS > /dev/null 2>&1) || fail "the copy does not match its checksums"
  want_room "$work" $(($(du -sk "$copy" | cut -f 1) * 2 + 102400))
  mkdir -p "$home/conf" "$home/log" "$home/meta" || fail "cannot make $home"
  for part in "$staged"/*; do
    case ${part##*/} in bin | conf | log | meta) ;; *) ln -s "$part" "$home/${part##*/}" ;; esac
  done
  cp -R "$staged/bin" "$home/bin" && rm -f "$home"/bin/*.pid || fail "cannot copy $staged/bin"
  for part in image bdb; do mv "$copy/$part" "$home/meta/$part" || fail "the copy has no $part"; done
  write_identity
  write_conf
}

# Another cluster id and another token: backends that heard of it all the same would refuse it (be: heartbeat_server.cpp).
write_identity() {
  identity=$home/meta/image/VERSION
  old_id=$(sed -n 's/^clusterId=//p' "$identity")
  old_token=$(sed -n 's/^token=//p' "$identity")
  [ -n "$old_id" ] && [ -n "$old_token" ] || fail "the copy's VERSION has no clusterId and token: is it StarRocks metadata?"
  new_id=$((100000 + $(od -An -N3 -tu4 /dev/urandom | tr -d ' ')))
  [ "$new_id" != "$old_id" ] || new_id=$((new_id + 1))
  new_token=$(cat /proc/sys/kernel/random/uuid)
  run_mode=$(sed -n 's/^runMode=//p' "$identity")
  sed "s/^clusterId=.*/clusterId=$new_id/; s/^token=.*/token=$new_token/" "$identity" > "$identity.new" && mv -f "$identity.new" "$identity"
  ! grep -q -x -e "clusterId=$old_id" -e "token=$old_token" "$identity" || fail "clusterId and token could not be changed: nothing was started"
  role_file=$home/meta/image/ROLE
  grep -q -x 'role=FOLLOWER' "$role_file" || fail "the copy's ROLE does not say FOLLOWER: take the metadata of the leader"
  # A name that cannot be looked up in a network without a name service would end the start (fe: service/FrontendOptions.java).
  sed 's/^hostType=.*/hostType=IP/' "$role_file" > "$role_file.new" && mv -f "$role_file.new" "$role_file"
}

# The package's own conf, without whatever it says of what is ours. Unknown keys are ignored, so cluster_id, which only
# versions before 3.3 read, may stand there for all. A heap is a limit, not a need: the host must have it all the same.
write_conf() {
  image_mib=$(($(du -sk "$home/meta/image" | cut -f 1) / 1024 + 1))
  memory_mib=$(($(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo) * 8 / 10 / 1024))
  [ "$heap" -le "$memory_mib" ] || heap=$memory_mib
  needed=$((image_mib * 5 + 512))
  [ "$heap" -ge "$needed" ] || fail "an image of $image_mib MiB wants a heap of some $needed MiB, and $heap MiB can be had here: free memory on this host"
  ours='JAVA_HOME|LOG_DIR|meta_dir|priority_networks|http_port|rpc_port|query_port|edit_log_port|cloud_native_meta_port|arrow_flight_port|cluster_id|run_mode|sys_log_dir|audit_log_dir|frontend_address'
  {
    printf '%s\n' "JAVA_HOME = $java" "LOG_DIR = $home/log"
    grep -v -E "^[[:space:]]*($ours)[[:space:]]*=" "$staged/conf/fe.conf" | sed "s/-Xm[sx][0-9]*[kKmMgG]//g; s/^\([[:space:]]*JAVA_OPTS[A-Z0-9_]*[[:space:]]*=[[:space:]]*\"\{0,1\}\)/\1-Xmx${heap}m /"
    grep -q -E '^[[:space:]]*JAVA_OPTS[[:space:]]*=' "$staged/conf/fe.conf" || echo "JAVA_OPTS=\"-Xmx${heap}m -XX:+UseG1GC\""
    printf '%s\n' "sys_log_dir = $home/log" "audit_log_dir = $home/log" \
      "meta_dir = $home/meta" "priority_networks = 127.0.0.1/32" "http_port = $http" "rpc_port = $rpc" "query_port = $query" \
      "edit_log_port = $edit_log" "cloud_native_meta_port = $starmgr" "cluster_id = $new_id" "$flag = true" \
      "edit_log_roll_num = 1" "force_do_metadata_checkpoint = true"
    [ -z "$run_mode" ] || printf '%s\n' "run_mode = $run_mode" "enable_load_volume_from_conf = false"
  } > "$home/conf/fe.conf" || fail "cannot write $home/conf/fe.conf"
}

forget() {
  trap '' HUP INT TERM
  [ -z "${inner:-}" ] || kill -s KILL -- "-$inner" 2> /dev/null
  end_frontend "$work" || say "a process of the rehearsal cannot be killed"
  rm -rf "$work" || say "$work could not be deleted: delete it by hand, it holds secrets"
}

# Of rehearsals that nobody ended: their operation was closed, or the host went down. A younger one may be on its way here.
clear_old() {
  find "$rehearsal" -mindepth 1 -maxdepth 1 -type d -name 'sr-rehearsal-*' -mtime +0 ! -path "$work" | while IFS= read -r old; do
    end_frontend "$old" && rm -rf "$old"
  done
}

lock_file "$rehearsal/.sr-lock" 5
trap forget EXIT
trap 'say "it was ended from outside; everything was deleted"; exit 1' HUP INT TERM
echo "$$ $(ticks_of $$)" > "$work/.running"
clear_old
end_frontend "$work" || fail "a process of an earlier rehearsal cannot be killed"
rm -rf "$work/fe"
mark=$(isolation)
$mark true 2> /dev/null || fail "this host cannot make a network of its own ($mark): nothing was started"
prepare
say "starts $version in a network of its own"
# In the background, so that a signal is heard at once; every word of it is a line of ours.
# A session of its own, so that whatever it is about to start goes with it.
setsid $mark /bin/sh "$0" "$1" inside "$(readlink /proc/self/ns/net)" 9>&- &
inner=$!
echo "$inner $(ticks_of "$inner")" > "$work/.inside"
wait "$inner"
result=$?
inner=
trap '' HUP INT TERM
exit "$result"
