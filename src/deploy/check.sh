# Runs on the target before anything is deployed there. Before it stands: root=
LC_ALL=C
export LC_ALL
say() { printf 'lamin %s\n' "$*"; }
say "login ok $(id -un 2>/dev/null) $(uname -s 2>/dev/null)"
for tool in cmp find sort cut sed head tail; do
  command -v $tool >/dev/null 2>&1 || say "write no the program $tool is missing"
done
if ! command -v sha256sum >/dev/null 2>&1 && ! command -v shasum >/dev/null 2>&1 && ! command -v openssl >/dev/null 2>&1; then
  say 'write no a program for SHA-256 is missing (sha256sum, shasum or openssl)'
fi
if words=$( { mkdir -p "$root/.lamin" "$root/releases" && echo x >"$root/.lamin/check"; } 2>&1); then say "write ok $root"
else say "write no $words"; fi
if [ -e "$root/current" ] && [ ! -L "$root/current" ]; then say 'rename no current is there and is no link'
elif words=$(cd "$root/.lamin" && { rm -f one two; ln -s check one && ln -s check two && { mv -Tf one two || mv -hf one two; }; } 2>&1); then
  say 'rename ok a link over another'
else say "rename no $words"; fi
rm -f "$root/.lamin/check" "$root/.lamin/one" "$root/.lamin/two"
say "free $(df -Pk "$root" 2>/dev/null | awk 'NR == 2 { print $4 }')"
say "clock $(date +%s 2>/dev/null)"
say end
