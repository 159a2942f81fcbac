# Stop, put another version's files in place, start. Wants: stage, version, old, part, roll_back, only_if_cut.
#
# Everything slow, and whatever may be refused, is done before the stop. Afterwards only renames within $home follow, and each
# can be cut: while $coming/x is there, x was not yet exchanged; once it is gone, x is in place. $home/.sr-swap tells of an
# unfinished one. bin goes first and comes last: without it nobody starts the rest half-changed, no unit at boot either.

kept=$home/.sr-backup/$old
wanted=$(echo "$version" | release_in)
[ -n "$wanted" ] || fail "$version is not a version that can be compared"
case $role in fe) others="lib spark-dpp webroot hive-udf .sr-manifest" ;; *) others="lib www .sr-manifest" ;; esac
if [ "$roll_back" = yes ]; then coming=$home/.sr-backup/$version; else coming=$home/.sr-new/$version; fi
installed() { version_text "$home" 2>/dev/null | release_in; }

# What people have put into bin and lib goes with them: whatever the old package's own list of files does not name. Without a list
# a script that the old package brought does no harm in bin; but a jar of it beside its successor may. So of lib only what was
# written after all that both versions bring is surely a user's, unless there is a namesake. Other jars are told of at the end.
carry_over() {
  into=$1
  listed=$home/.sr-manifest
  [ -s "$listed" ] || listed=$stage/$old/.sr-manifest-$part
  [ -s "$listed" ] || listed=
  for entry in bin lib; do
    from=$home
    [ -d "$home/$entry" ] || from=$kept
    [ -n "$listed" ] || newest=$(newest_of_both)
    people_files "$entry" | while IFS= read -r file; do
      if [ -n "$listed" ]; then
        ! grep -qxF -e "$file" "$listed" || continue
      elif [ "$entry" = lib ]; then
        if came_later "$file"; then
          ! has_namesake "$file" || { tell_left "$file"; continue; }
        else
          has_namesake "$file" || tell_left "$file"
          continue
        fi
      fi
      mkdir -p "$into/${file%/*}" && cp -a "$from/$file" "$into/$file" || fail "cannot copy $from/$file: nothing was changed"
      say "keeps $file"
    done || exit 1
  done
  if [ -d "$from/lib/udf" ] && [ ! -e "$into/lib/udf" ]; then
    cp -a "$from/lib/udf" "$into/lib/udf" || fail "cannot copy $from/lib/udf: nothing was changed"
    say "keeps lib/udf"
  fi
}

# What $into lacks, without what processes leave. (A slash behind the name follows a link.)
people_files() {
  deep=9
  [ "$1" != bin ] || deep=1
  (cd "$from" && find "$1/" -maxdepth $deep ! -type d ! -path 'lib/udf-runtime/*' ! -path lib/udf ! -path 'lib/udf/*' \
    ! -name '*.pid' ! -name '*.pid.*' ! -name 'core' ! -name 'core.[0-9]*' ! -name '*.hprof' ! -name 'hs_err*') | while IFS= read -r file; do
    [ -e "$into/$file" ] || printf '%s\n' "$file"
  done
}

newest_of_both() {
  (cd "$from" && find lib/ -type f -printf '%T@ %p\n') | sort -rn | cut -d ' ' -f 2- | while IFS= read -r file; do
    [ ! -f "$into/$file" ] || { printf '%s\n' "$file"; break; }
  done
}

came_later() { [ -n "$newest" ] && [ -n "$(find "$from/$1" -newer "$from/$newest")" ]; }

# In another version, or one of StarRocks' own.
has_namesake() {
  case $1 in lib/starrocks* | lib/fe-* | lib/spark-dpp*) return 0 ;; *.jar) ;; *) return 1 ;; esac
  stem=$(printf '%s\n' "${1%.jar}" | sed 's/-[0-9][0-9A-Za-z._-]*$//')
  set -- "$into/$stem"-[0-9]*.jar
  [ -e "$1" ] || [ -e "$into/$stem.jar" ]
}

tell_left() { case $1 in *.jar) printf '%s\n' "$1" >> "$home/.sr-new/left" ;; esac; }

left_there() {
  [ ! -s "$home/.sr-new/left" ] || awk 'NR <= 8 { jars = jars " " $0 }
    END { print "; left there, may be yours:" jars (NR > 8 ? " and " NR - 8 " more" : "") }' "$home/.sr-new/left"
}

prepare() {
  source=$stage/$version
  [ -f "$source/.sr-verified-$part" ] || fail "$version is not staged on this host: nothing was changed"
  rm -rf "$home/.sr-new"
  want_room "$home" $(($(du -sk "$source/$part" | cut -f 1) * 12 / 10))
  mkdir -p "$coming.part" || fail "$(id -un) may not write in $home"
  for entry in bin $others; do
    [ ! -e "$source/$part/$entry" ] || cp -a "$source/$part/$entry" "$coming.part/" || fail "cannot copy $entry: nothing was changed"
  done
  cp "$source/.sr-manifest-$part" "$coming.part/.sr-manifest" || fail "cannot copy the list of files: nothing was changed"
  carry_over "$coming.part"
  mv "$coming.part" "$coming" || fail "cannot prepare $coming: nothing was changed"
}

check_coming() {
  [ -d "$coming/bin" ] && [ -d "$coming/lib" ] || fail "$coming does not hold bin and lib: nothing was changed"
  found=$(version_text "$coming" | release_in)
  [ "$found" = "$wanted" ] || {
    [ "$roll_back" = yes ] || rm -rf "$home/.sr-new"
    fail "the files for $version say that they are ${found:-of no version}: nothing was changed"
  }
}

# A unit whose program is not in the new files would be refused after the stop.
check_unit() {
  [ -n "$unit" ] || return 0
  for path in $(timeout 10 systemctl show -p ExecStart "$unit" 2>/dev/null < /dev/null | tr ' ;=' '\n\n\n'); do
    case $path in *.pid) continue ;; "$home"/*) path=${path#"$home"/} ;; "$real"/*) path=${path#"$real"/} ;; *) continue ;; esac
    [ ! -e "$coming/${path%%/*}" ] || [ ! -e "$home/$path" ] || [ -e "$coming/$path" ] \
      || fail "$unit starts $home/$path, which $version does not bring: put it elsewhere first; nothing was changed"
  done
}

# Renames cannot exchange what is a disk of its own or lies on another one.
check_disk() {
  disk=$(stat -c %d "$home/")
  for each in "$coming" "$kept"; do
    [ ! -d "$each" ] || [ "$(stat -L -c %d "$each")" = "$disk" ] || fail "$each is on another disk than $home: nothing was changed"
  done
  for entry in bin $others; do
    [ -d "$home/$entry" ] && [ ! -L "$home/$entry" ] || continue
    [ "$(stat -c %d "$home/$entry")" = "$disk" ] && ! mountpoint -q "$home/$entry" \
      || fail "$home/$entry is a mount point and cannot be exchanged: nothing was changed"
  done
}

# Puts what lies in $1 in place of what $home has, and that into $2.
exchange() {
  take_out bin "$1" "$2"
  for entry in $others; do
    take_out "$entry" "$1" "$2"
    put_in "$entry" "$1"
  done
  put_in bin "$1"
}

take_out() { # entry from to
  [ -e "$2/$1" ] && [ -e "$home/$1" ] || return 0
  aside=$3
  # Two swaps that were both cut may leave an entry on either side: neither is thrown away.
  [ ! -e "$aside/$1" ] || { aside=$home/.sr-backup/aside-$(date +%s)-$$; mkdir -p "$aside"; }
  mv "$home/$1" "$aside/$1" || fail "cannot move $home/$1 to $aside: nothing was started"
}

put_in() { # entry from
  [ ! -e "$2/$1" ] || mv "$2/$1" "$home/$1" || fail "cannot move $2/$1 into $home: nothing was started"
}

# Else a power loss may keep a rename and lose what was renamed.
flush() { sync -f "$home" 2>/dev/null || sync; }

take_lock
borrow_environment
refuse_foreign_unit
refuse_meta_tool
if [ "$only_if_cut" = yes ] && [ ! -e "$home/.sr-swap" ]; then
  start_node
  exit 0
fi
unfinished=$(cat "$home/.sr-swap" 2>/dev/null)
if [ -e "$home/.sr-swap" ] && [ -z "$unfinished" ]; then
  # A power loss has emptied it. What this job is about, and what lies prepared, tell as much.
  if [ "$roll_back" = yes ]; then unfinished="$old $version no"; elif [ -d "$coming" ]; then unfinished="$version $old no"; fi
fi
before=$(installed)
if [ -z "$unfinished" ] && [ "$before" = "$wanted" ]; then
  say "$version is already installed"
  rm -f "$home/.sr-swap"
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
  [ -n "$unfinished" ] || [ ! -e "$kept" ] || rmdir "$kept" 2>/dev/null || mv "$kept" "$kept.kept-$(date +%s)" || fail "cannot set $kept aside"
fi
mkdir -p "$kept" || fail "cannot make $kept: nothing was changed"
# An empty list stands for none: else the way back would leave the other version's behind, which makes every old file a user's.
[ -e "$home/.sr-manifest" ] || [ -e "$kept/.sr-manifest" ] || touch "$home/.sr-manifest" || fail "cannot write in $home: nothing was changed"
echo "$version $old $roll_back" > "$home/.sr-swap.new" || fail "cannot write in $home: nothing was changed"
check_disk
check_unit
flush
stop_node
mv -f "$home/.sr-swap.new" "$home/.sr-swap" || fail "cannot write in $home: no file was exchanged, and nothing was started"
exchange "$coming" "$kept"
now_there=$(installed)
if [ "$now_there" != "$wanted" ]; then
  say "the files in place say ${now_there:-no version} instead of $version: puts $old back"
  exchange "$kept" "$coming"
  flush
  rm -f "$home/.sr-swap"
  start_node
  fail "$version did not fit: $old is in place again and was started"
fi
stay_stopped
left=$(left_there)
rm -rf "$home/.sr-new"
[ "$roll_back" != yes ] || rmdir "$coming" 2>/dev/null
# All files are of one version again: whatever the start does, a restart or a way back begins from here.
flush
rm -f "$home/.sr-swap"
start_node
say "$version is in place; $old is kept in $kept$left; process $running runs"
