# Copies a frontend's metadata: first the image, then the journal from its oldest file to its newest, so that a file
# that grows meanwhile is only ever too long. Wants: meta, backups (directory of this node's copies), label, keep.

umask 077
another=$(home_of_another) && fail "$another: nothing was copied"
target=$backups/$label
[ ! -d "$target" ] || { say "the copy is already in $target"; exit 0; }
[ -d "$meta/image" ] && [ -d "$meta/bdb" ] || fail "$meta has no image and bdb directory: is meta_dir of fe.conf right?"
mkdir -p "$backups" || fail "$(id -un) cannot make $backups"
lock_file "$backups/.sr-lock" 60
want_room "$backups" $(($(du -sk "$meta" | cut -f 1) * 12 / 10 + 1024))

for file in VERSION ROLE; do [ -s "$meta/image/$file" ] || fail "$meta/image/$file is missing or empty"; done
images() { (cd "$meta" && find image -name 'image.[0-9]*' -size +0 | sort -t . -k 2 -n); }
[ -n "$(images)" ] || fail "$meta/image has no image with anything in it"

copy_part() { # a list of files, one a line, on stdin
  while IFS= read -r file; do
    mkdir -p "$fresh/${file%/*}" && cp -p "$meta/$file" "$fresh/$file" || exit 1
  done
}

# Once a new image is written the journal before it is deleted: an older image with what is left of the journal has a gap.
copy_all() {
  before=$(images)
  image=$(printf '%s\n' "$before" | tail -n 1)
  rm -rf "$backups"/.copying.*
  fresh=$backups/.copying.$$
  mkdir "$fresh" || return 1
  (cd "$meta" && find image -type f ! -name '*.ckpt' | LC_ALL=C sort) | copy_part || return 1
  (cd "$meta" && find bdb -type f ! -name '*.lck' | LC_ALL=C sort) | copy_part || return 1
  [ "$(images)" = "$before" ]
}

# The journal's cleaner may take an old file away between listing and copying.
tries=0
until copy_all; do
  tries=$((tries + 1))
  [ "$tries" -lt 3 ] || { rm -rf "$fresh"; fail "files of $meta came or went while they were copied, three times: try again later"; }
done
(cd "$fresh" && find . -type f ! -name SHA256SUMS | LC_ALL=C sort | while IFS= read -r file; do sha256sum "$file"; done > SHA256SUMS)
(cd "$fresh" && sha256sum -c --quiet SHA256SUMS > /dev/null 2>&1) || fail "the copy does not match its own checksums"
[ -s "$fresh/$image" ] || fail "the copy has no $image"
find "$fresh" -type f -exec chmod 600 {} +
find "$fresh" -type d -exec chmod 700 {} +
date +%s > "$fresh/.sr-meta-backup"
mv "$fresh" "$target" || fail "cannot put $target in place"

# Only what carries our mark is ever removed; oldest first, by the time in the mark.
for mark in "$backups"/*/.sr-meta-backup; do echo "$(cat "$mark") ${mark%/*}"; done | sort -rn | tail -n +$((keep + 1)) | cut -d ' ' -f 2- \
  | while IFS= read -r worn; do [ "$worn" = "$target" ] || rm -rf "$worn"; done
say "$(find "$target" -type f | wc -l | tr -d ' ') files, $(du -sk "$target" | cut -f 1) KiB in $target ($image)"
