# Runs on the target, in any POSIX shell. Before it stand: root= name= durable= fresh=
set -u
umask 022
LC_ALL=C
export LC_ALL
proof=.well-known/lamin
say() { printf 'lamin %s\n' "$*"; }
fail() { say "fail $*"; exit 1; }
if command -v sha256sum >/dev/null 2>&1; then hash=sha256sum
elif command -v shasum >/dev/null 2>&1; then hash='shasum -a 256'
elif command -v openssl >/dev/null 2>&1; then hash='openssl dgst -sha256 -r'
else fail 'no program for SHA-256 (sha256sum, shasum, openssl)'; fi
sums() { find . -type f -exec $hash {} + | sed 's/^\([0-9a-f]*\) [ *]/\1 /' | sort; }
mkdir -p -- "$root/.lamin/in" "$root/releases" || fail 'cannot make the folder'
cd -- "$root" || fail 'cannot enter the folder'
if [ -e current ] && [ ! -L current ]; then fail 'current is there and is no link'; fi

# Whoever sent an earlier one may be gone while it still works here.
turn=0
until mkdir .lamin/lock 2>/dev/null; do
  owner=$(cat .lamin/lock/pid 2>/dev/null)
  turn=$((turn + 1))
  # First, so that a folder in which nothing can be made is not asked for ever.
  if [ $turn -gt 60 ]; then fail 'another deploy is at work here, or nothing can be written'
  elif [ -n "$owner" ] && ! kill -0 "$owner" 2>/dev/null; then rm -rf .lamin/lock
  elif [ -z "$owner" ] && [ $turn -gt 5 ]; then rm -rf .lamin/lock
  else sleep 1; fi
done
trap 'rm -rf .lamin/lock' EXIT
trap 'exit 1' HUP INT TERM PIPE
echo $$ >.lamin/lock/pid

held=none
if [ "$fresh" = 0 ] && [ -f current/$proof/release.json ]; then
  held=$($hash <current/$proof/release.json | cut -c1-64)
fi
if command -v tar >/dev/null 2>&1; then
  if command -v gzip >/dev/null 2>&1; then say packed; else say tar; fi
fi
if [ -f current/$proof/seal.json ]; then
  say "seal $(($(wc -c <current/$proof/seal.json)))"
  cat current/$proof/seal.json
fi
(cd .lamin/in && sums) | sed 's/^/lamin have /'
say "held $held"

# One record after the other: its size and path on a line, then its bytes.
unpack_plainly() {
  while read -r size path; do
    mkdir -p ".lamin/${path%/*}" || return 1
    # What a dead run left may be a file of the live release by another name: it is never written through.
    rm -f ".lamin/$path"
    head -c "$size" >".lamin/$path" || return 1
  done
}

while read -r word; do
  case $word in
    show)
      say "manifest $(($(wc -c <current/$proof/release.json)))"
      cat current/$proof/release.json ;;
    stop) exit 0 ;;
    tar)
      rm -rf .lamin/plan .lamin/next .lamin/link
      (cd .lamin && tar xof - ) || fail 'cannot unpack, or the stream was cut'
      break ;;
    packed)
      rm -rf .lamin/plan .lamin/next .lamin/link
      (cd .lamin && gzip -dc | tar xof - ) || fail 'cannot unpack, or the stream was cut'
      break ;;
    plain)
      rm -rf .lamin/plan .lamin/next .lamin/link
      unpack_plainly || fail 'cannot unpack, or the stream was cut'
      break ;;
    *) fail 'not understood' ;;
  esac
done
[ "$(cat .lamin/plan/end 2>/dev/null)" = "$name" ] || fail 'the stream was cut'

while IFS= read -r path; do rm -f ".lamin/in/$path"; done <.lamin/plan/drop

# Files that are put together from what is here already.
while read -r word rest; do
  case $word in
    f) out=.lamin/in/$rest from=current/$rest
       case $rest in */*) mkdir -p ".lamin/in/${rest%/*}" ;; esac
       rm -f "$out"
       : >"$out" ;;
    c) tail -c "+${rest% *}" "$from" | head -c "${rest#* }" >>"$out" ;;
    d) tail -c "+${rest% *}" .lamin/plan/data | head -c "${rest#* }" >>"$out" ;;
  esac
done <.lamin/plan/patch

(cd .lamin/in && sums) >.lamin/plan/have
cmp -s .lamin/plan/have .lamin/plan/sums || fail 'what arrived is not what was sent'

remove_below() {
  while IFS= read -r path; do
    rm -f "$1/$path"
    case $path in */*) (cd "$1" && rmdir -p "${path%/*}" 2>/dev/null) ;; esac
  done
  return 0
}
# Two folders take turns: the one before the last lacks only what the last deploy changed, which `.lamin/turn` lists, with
# the digest of the list, because it is not synced. Many changes are dearer one by one than a new folder.
catch_up() {
  read -r from to digest 2>/dev/null <.lamin/turn || return 1
  [ "$to" = "$before" ] && [ -d "$from" ] && [ ! -L "$from" ] || return 1
  tail -n +2 .lamin/turn >.lamin/plan/turn
  [ "$($hash <.lamin/plan/turn | cut -c1-64)" = "$digest" ] || return 1
  [ "$(($(wc -l <.lamin/plan/turn)))" -le 500 ] || return 1
  mv "$from" .lamin/next || return 1
  sed -n 's/^- //p' .lamin/plan/turn | remove_below .lamin/next
  sed -n 's/^+ //p' .lamin/plan/turn | while IFS= read -r path; do
    [ -d ".lamin/next/${path%/*}" ] || case $path in */*) mkdir -p ".lamin/next/${path%/*}" ;; esac
    ln -f "current/$path" ".lamin/next/$path" || exit 1
  done
}
# A new folder that shares every unchanged file with the one before.
link_tree() {
  catch_up && return 0
  rm -rf .lamin/next
  mkdir .lamin/next
  cp -al current/. .lamin/next/ 2>/dev/null && return 0
  rm -rf .lamin/next
  (cd current/. && find . -type d) | while IFS= read -r path; do mkdir -p ".lamin/next/$path"; done
  (cd current/. && find . -type f) | while IFS= read -r path; do
    ln "current/$path" ".lamin/next/$path" 2>/dev/null || cp "current/$path" ".lamin/next/$path" || exit 1
  done
}
# Renamed into place, never written through a shared file.
merge() {
  cp -alf .lamin/in/. .lamin/next/ 2>/dev/null && return 0
  (cd .lamin/in && find . -type f) | while IFS= read -r path; do
    mkdir -p ".lamin/next/${path%/*}"
    mv -f ".lamin/in/$path" ".lamin/next/$path" || exit 1
  done
}
before=$(readlink current 2>/dev/null || :)
if [ "$held" = none ]; then
  mv .lamin/in .lamin/next || fail 'cannot rename a folder'
else
  link_tree || fail 'cannot copy the release before'
  remove_below .lamin/next <.lamin/plan/delete
  merge || fail 'cannot put the release together'
fi
# Nothing that the release does not have: what somebody else put there does not come along.
(cd .lamin/next && find . -type f | sort) >.lamin/plan/names
strange=$(find .lamin/next ! -type f ! -type d | head -n 1)
if [ -n "$strange" ] || [ "$($hash <.lamin/plan/names | cut -c1-64)" != "$(cat .lamin/plan/names.sha256)" ]; then
  rm -rf .lamin/next
  say strays
  exit 1
fi
if [ "$durable" = 1 ]; then sync -f .lamin/next 2>/dev/null || sync; fi

number=0
while [ -e "releases/$name-$number" ]; do
  if [ "$before" != "releases/$name-$number" ]; then rm -rf "releases/$name-$number"; else number=$((number + 1)); fi
done
mv .lamin/next "releases/$name-$number" || fail 'cannot rename a folder'
rm -f .lamin/turn
if [ "$held" != none ]; then
  { sed 's/^[^ ]* \.\//+ /' .lamin/plan/sums; sed 's/^/- /' .lamin/plan/delete; } >.lamin/plan/turn
  { printf '%s %s %s\n' "$before" "releases/$name-$number" "$($hash <.lamin/plan/turn | cut -c1-64)"
    cat .lamin/plan/turn; } >.lamin/turn
fi
ln -s "releases/$name-$number" .lamin/link || fail 'cannot make a link'
mv -Tf .lamin/link current 2>/dev/null || mv -hf .lamin/link current 2>/dev/null || fail 'cannot rename a link over another'
say "live $($hash <current/$proof/release.json | cut -c1-64)"
rm -rf .lamin/plan .lamin/in
for release in releases/*; do
  case $release in
    "releases/$name-$number" | "$before") ;;
    *) rm -rf "$release" ;;
  esac
done
say done
