# Wants: path. Only the last part of it is ever made, so that a disk that is not mounted is not taken for its mount point.

[ -d "$home/bin" ] || fail "$home has no bin directory: is ${role}_home right?"
case $(store_state "$path") in
  missing)
    mkdir "$path" && chmod 755 "$path" || fail "$(id -un) cannot make $path"
    say "$path was made; it is empty" ;;
  empty) say "$path is there and empty" ;;
  used) fail "$path is not empty: name another directory, or move away what lies there; nothing was changed" ;;
  locked) fail "$(id -un) may not read and write $path: give it to that account" ;;
  blocked) fail "$path is no directory" ;;
  *) fail "${path%/*} is not there, or $(id -un) may not write in it: mount the disk and make the directory" ;;
esac
probe=$path/.sr-writes.$$
touch "$probe" 2>/dev/null && rm -f "$probe" || fail "nothing can be written into $path: is it mounted read-only?"
