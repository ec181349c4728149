#!/bin/sh
# Installs pfld_0.25x.300w68.x86.ptq below a prefix and tests it there.
#   sh install.sh            below ~/.local
#   sh install.sh /usr/local
set -eu
prefix=${1:-$HOME/.local}
here=$(dirname -- "$(readlink -f -- "$0")")
name=pfld_0.25x.300w68.x86.ptq
place=$prefix/lib/zoo/$name

rm -rf "$place"
mkdir -p "$place" "$prefix/bin"
for part in app lib model golden licences README.md manifest.json certificate.json selftest; do
  cp -R "$here/$part" "$place/"
done
ln -sf "$place/app/app" "$prefix/bin/$name"
"$place/selftest"
echo "installed: $prefix/bin/$name"
