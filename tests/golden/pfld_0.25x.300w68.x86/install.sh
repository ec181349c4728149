#!/bin/sh
# Installs pfld_0.25x.300w68.x86.ptq below a prefix and tests it there.
#   sh install.sh            below ~/.local
#   sh install.sh /usr/local
set -eu
prefix=${1:-$HOME/.local}
here=$(dirname -- "$(readlink -f -- "$0")")
name=pfld_0.25x.300w68.x86.ptq
place=$prefix/lib/zoo/$name

# Programs need a C library at least as new as the one they were linked with.
needed=2.28
found=$(getconf GNU_LIBC_VERSION 2>/dev/null | tr -dc 0-9.)
oldest=$(printf '%s\n' "$needed" "${found:-0}" | sort -V | head -n 1)
if [ "$oldest" != "$needed" ]; then
  echo "install.sh: the program needs GNU's C library $needed, this system has ${found:-another}:" \
    "use a newer system, or compile app/src on this one" >&2
  exit 1
fi

rm -rf "$place"
mkdir -p "$place" "$prefix/bin"
for part in app lib model golden licences README.md manifest.json certificate.json selftest; do
  cp -R "$here/$part" "$place/"
done
ln -sf "$place/app/app" "$prefix/bin/$name"
"$place/selftest"
echo "installed: $prefix/bin/$name"
