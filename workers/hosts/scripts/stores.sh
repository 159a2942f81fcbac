# Directories that hold what a node keeps: storage paths, or a frontend's metadata. They are looked at and never changed.
# Wants: home, role. A fresh file system has a lost+found.

conf_value() { sed -n "s/^[[:space:]]*$1[[:space:]]*[=:][[:space:]]*//p" "$home/conf/$role.conf" 2>/dev/null | tail -n 1 | sed 's/[[:space:]]*$//'; }

store_state() {
  if [ -d "$1" ]; then
    if [ ! -r "$1" ] || [ ! -w "$1" ] || [ ! -x "$1" ]; then echo locked
    elif [ -n "$(ls -A "$1" | grep -v -x -F lost+found | head -n 1)" ]; then echo used
    else echo empty
    fi
  elif [ -e "$1" ]; then echo blocked
  elif [ -d "${1%/*}" ] && [ -w "${1%/*}" ]; then echo missing
  else echo nowhere
  fi
}

# fe: persist/Storage.java (a number); be: storage/cluster_id_mgr.cpp (a number, a dash, the version).
store_cluster() {
  case $role in
    fe) sed -n 's/^clusterId=//p' "$1/image/VERSION" 2>/dev/null ;;
    *) head -c 40 "$1/cluster_id" 2>/dev/null | cut -d - -f 1 ;;
  esac | head -n 1 | tr -cd 0-9
}

# be: storage/options.cpp: paths by `;`, each perhaps with `,medium:ssd` behind it; fe: common/Config.java meta_dir.
store_paths() {
  case $role in
    fe) found=$(conf_value meta_dir); echo "${found:-$home/meta}" ;;
    *) found=$(conf_value storage_root_path); echo "${found:-$home/storage}" | tr ';' '\n' | cut -d , -f 1 ;;
  esac | sed "s|\${STARROCKS_HOME}|$home|g; s|\${DORIS_HOME}|$home|g; s/^[[:space:]]*//; s/[[:space:]]*\$//; s|\(.\)/\$|\1|" | grep '^/' | head -n 40
}

store_line() { echo "store $(store_state "$1") $(store_cluster "$1" | grep . || echo -) $1"; }
