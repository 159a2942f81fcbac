# A frontend in a directory that is no node's home: what the real one does from a copy of another one's metadata, and
# stricter. Where the real one would reach the cluster, disturb it, or wait for ever for its group, this one ends and says so.
. "$HOME/.machine"
log=$home/log/fe.log
ends() {
    echo "ERROR: $*" >> "$log"
    exit 1
}
value_of() { sed -n "s/^$1[[:space:]]*=[[:space:]]*//p" "$home/conf/fe.conf" | tail -n 1; }
IFS= read -r version < "$home/lib/VERSION"

# fe: common/Config.java; a door that is left as it was is another frontend's.
for door in http_port:8030 rpc_port:9020 query_port:9030 edit_log_port:9010 cloud_native_meta_port:6090; do
    port=$(value_of "${door%:*}")
    [ -n "$port" ] && [ "$port" != "${door#*:}" ] || ends "${door%:*} is ${port:-not set}, which the cluster uses"
done
meta=$(value_of meta_dir)
[ -d "$meta/image" ] && [ -d "$meta/bdb" ] || ends "meta_dir $meta is no metadata directory"

# Storage.java reads both; every host of this twin keeps what the cluster's own frontends have.
identity=$meta/image/VERSION
for key in clusterId token; do
    said=$(sed -n "s/^$key=//p" "$identity")
    [ -n "$said" ] || ends "$identity has no $key"
    ! grep -q -x -e "$key=$said" "$HOME"/../*/starrocks/fe/meta/image/VERSION 2> /dev/null \
        || ends "$key is the cluster's own: its backends would take orders from here"
done
grep -q -x 'role=FOLLOWER' "$meta/image/ROLE" || ends "ROLE does not say FOLLOWER"

# docs: administration/Meta_recovery; Config.java at 3.1.9, 3.1.10, 3.2.4 and 3.2.5.
set -- $(echo "${version%%-*}" | tr . ' ')
number=$(($1 * 10000 + $2 * 100 + $3))
flag=bdbje_reset_election_group
if [ "$number" -lt 30110 ] || { [ "$number" -ge 30200 ] && [ "$number" -lt 30205 ]; }; then flag=metadata_failure_recovery; fi
[ "$(value_of $flag)" = true ] || ends "wait globalStateMgr to be ready. FE type: INIT ($flag is not set)"

[ ! -s "$HOME/.stubs/rehearsal-fails" ] || ends "$(cat "$HOME/.stubs/rehearsal-fails")"

[ -z "$(awk 'NR > 1 && $1 != "lo"' /proc/net/route)" ] || ends "the network of this host is in reach: heartbeats go to the cluster"

newest=$(find "$meta/image" -maxdepth 1 -name 'image.[0-9]*' | sed 's/.*\.//' | sort -n | tail -n 1)
[ -n "$newest" ] || ends "no image in $meta/image"
exec 3< "$ALIVE"
echo "replays the journal" >> "$log"
trap 'exit 0' TERM
[ ! -s "$HOME/.stubs/rehearsal-hangs" ] || read -r _ <&3
echo "leader finished to replay journal, can write now." >> "$log"
: > "$home/.ready"
[ "$(value_of edit_log_roll_num)" != 1 ] || echo "image of $version" > "$meta/image/image.$((newest + 1))"
read -r _ <&3
exit 0
