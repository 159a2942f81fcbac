# Wants: helper (host:port, for the first start of a frontend; else empty), meta (then its directory), cluster (and id).
#
# A frontend whose meta_dir names its group never reads --helper again (fe: server/NodeMgr.java), so only the first start
# carries it: a second try, after a start that got as far as that, needs none.

first_start() {
  [ -z "$unit" ] || fail "systemd unit $unit cannot pass --helper: start it once by hand, then by its unit"
  case $(store_state "$meta") in
    empty) return ;;
    used) ;;
    locked) fail "$(id -un) may not read and write meta_dir $meta" ;;
    *) fail "meta_dir $meta is not there: make it, empty" ;;
  esac
  found=$(store_cluster "$meta")
  [ -n "$found" ] || fail "meta_dir $meta is not empty and no frontend's: nothing was started"
  [ "$cluster" = 0 ] || [ "$found" = "$cluster" ] || fail "meta_dir $meta is of cluster $found, not of $cluster: nothing was started"
  say "meta_dir knows its group already: starts without --helper"
  helper=
}

take_lock
refuse_unfinished_swap
[ -z "$helper" ] || find_node > /dev/null || first_start
start_node
