# Replaces the lines first..last of the conf file by one (first 0: appends). Wants: conf, before and after (sha256 of
# the whole file), first, last, line. Lines are given by number, so that no value of another key leaves the file.

take_lock
conf=$(readlink -f "$conf")
sum() { sha256sum < "$1" | cut -c 1-64; }
now_is=$(sum "$conf")
if [ "$now_is" = "$after" ]; then
  say "$conf already says $key = $shown"
  exit 0
fi
[ "$now_is" = "$before" ] || fail "$conf was changed by somebody meanwhile: nothing was written"
saved=$conf.sr-before-$job
cp -p "$conf" "$saved" || fail "cannot write beside $conf: nothing was changed"
cp -p "$conf" "$conf.sr-new" || fail "cannot write beside $conf: nothing was changed"
line=$line awk -v first="$first" -v last="$last" '
  NR == first { print ENVIRON["line"] }
  NR < first || NR > last { print }
  END { if (first == 0) print ENVIRON["line"] }' "$conf" > "$conf.sr-new"
[ "$(sum "$conf.sr-new")" = "$after" ] || { rm -f "$conf.sr-new"; fail "the new $conf did not come out as planned: nothing was changed"; }
sync "$conf.sr-new" 2>/dev/null || sync
mv -f "$conf.sr-new" "$conf" || fail "cannot put the new $conf in place"
say "$conf says $key = $shown; the former file is $saved"
