# Unpacks and verifies a package in the staging directory. Wants: stage, version, sha256 (hex of the archive), part.
# Nothing of the installation is touched. A verified part is marked by a file, so that a second job has nothing to do.

mkdir -p "$stage" || fail "$(id -un) cannot make $stage"
lock_file "$stage/.sr-lock" 60

target=$stage/$version
archive=$stage/StarRocks-$version.tar.gz

verify() {
  [ -d "$1/$part/bin" ] && [ -d "$1/$part/lib" ] || fail "the package has no $part/bin and $part/lib"
  found=$(version_text "$1/$part" | release_in)
  [ -n "$found" ] || fail "the $part files of the package do not tell their version (JAVA_HOME is ${JAVA_HOME:-not set})"
  [ "$found" = "$(echo "$version" | release_in)" ] || {
    rm -rf "$stage"/.unpacking.*
    [ "$1" = "$target" ] || rm -f "$archive"
    fail "the package of $version says that it is $found: nothing was staged"
  }
}

unpack() {
  [ -f "$archive" ] || fail "$archive is not there: stage again"
  [ "$(sha256sum < "$archive" | cut -c 1-64)" = "$sha256" ] || {
    rm -f "$archive"
    fail "$archive is not what its checksum says; it was removed: stage again"
  }
  want_room "$stage" $(($(stat -c %s "$archive") * 2 / 1024))
  rm -rf "$stage"/.unpacking.*
  fresh=$stage/.unpacking.$$
  mkdir "$fresh" && tar -xzf "$archive" -C "$fresh" --no-same-owner || {
    rm -rf "$fresh"
    fail "the archive cannot be unpacked: $(free_kib "$stage") KiB are left in $stage"
  }
  top=$fresh
  if [ ! -d "$top/be" ] && [ ! -d "$top/fe" ]; then set -- "$fresh"/*; [ $# = 1 ] && top=$1; fi
  verify "$top"
  for each in be fe; do
    [ -d "$top/$each/lib" ] && (cd "$top/$each" && find bin/ lib/ ! -type d | LC_ALL=C sort) > "$top/.sr-manifest-$each"
  done
  printf '%s\n' "$sha256" > "$top/.sr-sha256"
  rm -rf "$target"
  mv "$top" "$target" || fail "cannot put $target in place"
  rm -rf "$fresh" "$archive"
}

# Of this very archive: a version may be packed twice, and its builds must not be mixed in one cluster.
is_of_this_archive() { [ "$(cat "$target/.sr-sha256" 2>/dev/null)" = "$sha256" ]; }

borrow_environment
if is_of_this_archive && [ -f "$target/.sr-verified-$part" ]; then
  say "$version is already staged and verified"
else
  if is_of_this_archive && [ -d "$target/$part" ] && [ -f "$target/.sr-manifest-$part" ]; then verify "$target"; else unpack; fi
  # Whatever the mark vouches for must outlive a power loss before it does.
  sync -f "$stage" 2>/dev/null || sync
  touch "$target/.sr-verified-$part" || fail "cannot write in $target"
  say "$version is staged and verified"
fi
