# Stop, put another version's files in place, start. Wants: stage, version, old, part, roll_back.
#
# Everything slow is done before the stop. Afterwards only renames within $home follow, and each can be cut: while
# $coming/x is there, x was not yet exchanged; once it is gone, x is in place. $home/.sr-swap tells of an unfinished one.

kept=$home/.sr-backup/$old
wanted=$(echo "$version" | release_in)
[ -n "$wanted" ] || fail "$version is not a version that can be compared"
case $role in fe) entries="bin lib spark-dpp webroot hive-udf .sr-manifest" ;; *) entries="bin lib www .sr-manifest" ;; esac
if [ "$roll_back" = yes ]; then coming=$home/.sr-backup/$version; else coming=$home/.sr-new/$version; fi
installed() { release_of "$home"; }

# User jars of the old lib/: by the old package's own list of files where there is one; else jars of lib/ whose name is
# neither in the new package, in another version, nor one of StarRocks' own.
carry_over() {
  into=$1
  listed=$home/.sr-manifest
  [ -s "$listed" ] || listed=$stage/$old/.sr-manifest-$part
  [ -s "$listed" ] || {
    listed=
    say "no list of the files of $old is known: keeps lib/udf and jars in lib/ that look like nobody else's"
  }
  from=$home
  [ -d "$home/lib" ] || from=$kept
  (cd "$from" && find lib ! -type d ! -path 'lib/udf-runtime/*' ! -path 'lib/udf/*') | while IFS= read -r file; do
    [ ! -e "$into/$file" ] || continue
    if [ -n "$listed" ]; then
      grep -qxF -e "$file" "$listed" && continue
    else
      case $file in lib/*/* | lib/starrocks* | lib/fe-* | lib/spark-dpp*) continue ;; *.jar) ;; *) continue ;; esac
      stem=$(echo "${file%.jar}" | sed 's/-[0-9][0-9A-Za-z._-]*$//')
      set -- "$into/$stem"-[0-9]*.jar
      [ ! -e "$1" ] && [ ! -e "$into/$stem.jar" ] || continue
    fi
    mkdir -p "$into/${file%/*}" && cp -p "$from/$file" "$into/$file" || exit 1
    say "keeps $file"
  done || fail "cannot copy the jars that were added to $home/lib: nothing was changed"
  if [ -d "$from/lib/udf" ] && [ ! -e "$into/lib/udf" ]; then
    cp -a "$from/lib/udf" "$into/lib/udf" || fail "cannot copy $from/lib/udf: nothing was changed"
    say "keeps lib/udf"
  fi
}

prepare() {
  source=$stage/$version
  [ -f "$source/.sr-verified-$part" ] || fail "$version is not staged on this host: nothing was changed"
  rm -rf "$home/.sr-new"
  want_room "$home" $(($(du -sk "$source/$part" | cut -f 1) * 12 / 10))
  mkdir -p "$coming.part" || fail "$(id -un) may not write in $home"
  for entry in $entries; do
    [ ! -e "$source/$part/$entry" ] || cp -a "$source/$part/$entry" "$coming.part/" || fail "cannot copy $entry: nothing was changed"
  done
  cp "$source/.sr-manifest-$part" "$coming.part/.sr-manifest"
  carry_over "$coming.part"
  mv "$coming.part" "$coming" || fail "cannot prepare $coming: nothing was changed"
}

check_coming() {
  [ -d "$coming/bin" ] && [ -d "$coming/lib" ] || fail "$coming does not hold bin and lib: nothing was changed"
  found=$(release_of "$coming")
  [ "$found" = "$wanted" ] || {
    [ "$roll_back" = yes ] || rm -rf "$home/.sr-new"
    fail "the files for $version say that they are ${found:-of no version}: nothing was changed"
  }
}

exchange() {
  mkdir -p "$kept" || fail "cannot make $kept"
  # An empty list stands for none: else the way back would leave the other version's behind, which makes every old file a user's.
  [ -e "$home/.sr-manifest" ] || [ -e "$kept/.sr-manifest" ] || : > "$home/.sr-manifest"
  for entry in $entries; do
    [ -e "$coming/$entry" ] || continue
    if [ -e "$home/$entry" ]; then
      # Two swaps that were both cut may leave an entry on either side: neither is thrown away.
      if [ -e "$kept/$entry" ]; then aside=$home/.sr-backup/aside-$(now_s)-$$; mkdir -p "$aside"; else aside=$kept; fi
      mv "$home/$entry" "$aside/$entry" || fail "cannot move $entry to $aside"
    fi
    mv "$coming/$entry" "$home/$entry" || fail "cannot move $entry into $home"
  done
}

put_back() {
  for entry in $entries; do
    [ -e "$kept/$entry" ] || continue
    [ ! -e "$home/$entry" ] || mv "$home/$entry" "$coming/$entry"
    mv "$kept/$entry" "$home/$entry"
  done
}

take_lock
borrow_environment
check_before_stop
unfinished=$(cat "$home/.sr-swap" 2>/dev/null)
before=$(installed)
if [ -z "$unfinished" ] && [ "$before" = "$wanted" ]; then
  say "$version is already installed"
  stop_node
  start_node
  exit 0
fi
if [ "$unfinished" = "$version $old $roll_back" ]; then
  say "goes on with the unfinished swap from $old to $version"
else
  [ -n "$unfinished" ] || [ "$before" = "$(echo "$old" | release_in)" ] || fail "$home holds ${before:-no version}, not $old: nothing was changed"
  [ "$roll_back" = yes ] || prepare
  [ "$roll_back" = yes ] && [ -n "$unfinished" ] || check_coming
  # What users have added since goes back with them, where it can be told for sure.
  [ "$roll_back" != yes ] || [ -n "$unfinished" ] || [ ! -s "$home/.sr-manifest" ] || carry_over "$coming"
  [ -n "$unfinished" ] || [ ! -e "$kept" ] || mv "$kept" "$kept.kept-$(now_s)" || fail "cannot set $kept aside"
  echo "$version $old $roll_back" > "$home/.sr-swap.new" && mv -f "$home/.sr-swap.new" "$home/.sr-swap" || fail "cannot write in $home"
fi
stop_node
exchange
now_there=$(installed)
if [ "$now_there" != "$wanted" ]; then
  say "the files in place say ${now_there:-no version} instead of $version: puts $old back"
  put_back
  rm -f "$home/.sr-swap"
  start_node
  fail "$version did not fit: $old is in place again and was started"
fi
stay_stopped
rm -rf "$home/.sr-new"
[ "$roll_back" != yes ] || rmdir "$coming" 2>/dev/null
# All files are of one version again: whatever the start does, a restart or a way back begins from here.
rm -f "$home/.sr-swap"
start_node
say "$version is in place; $old is kept in $kept; process $running runs"
