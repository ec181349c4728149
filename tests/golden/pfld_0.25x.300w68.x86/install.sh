#!/bin/sh
# Installs pfld_0.25x.300w68.x86.ptq below a prefix and tests it there: sh install.sh --help
set -eu
here=$(dirname -- "$(readlink -f -- "$0")")
name=pfld_0.25x.300w68.x86.ptq
# systemd.unit(5) allows these characters in names of units.
unit=$(printf %s "zoo-$name" | tr -c 'A-Za-z0-9:_.-' '_').service
unit_file=/etc/systemd/system/$unit

fail() {
  echo "install.sh: $*" >&2
  exit 1
}

usage() {
  cat <<TEXT
Usage: sh install.sh [PREFIX] [--key PUB] [--service CAMERA]
       sh install.sh [PREFIX] --uninstall

Installs $name below PREFIX, by default ~/.local,
and runs its self-test. What is installed stays as it is until the new one has passed.

  --key PUB          refuse it unless this public key has signed it; an installation keeps
                     its bundle's key, and is only replaced by bundles of that key
  --service CAMERA   also start it at boot, on a camera such as /dev/video0; as root
  --uninstall        remove it, and its service
  --help             this text
TEXT
}

prefix=""
key=""
camera=""
uninstall=""
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help)
      usage
      exit 0
      ;;
    --uninstall) uninstall=yes ;;
    --key)
      [ -n "${2:-}" ] || fail "--key: name the file of a public key, as zoo keygen makes it"
      key=$2
      shift
      ;;
    --service)
      [ -n "${2:-}" ] || fail "--service: name a camera, such as /dev/video0"
      camera=$2
      shift
      ;;
    "" | -*) fail "'$1' is no option and no prefix; --help lists the options" ;;
    *)
      [ -z "$prefix" ] || fail "two prefixes, $prefix and $1; name one"
      prefix=$1
      ;;
  esac
  shift
done
[ -n "$prefix" ] || [ -n "${HOME:-}" ] || fail "HOME is not set; name a PREFIX to install below"
[ -n "$prefix" ] || prefix=$HOME/.local
case $prefix in
  /*) ;;
  *) prefix=$(pwd)/$prefix ;;
esac
place=$prefix/lib/zoo/$name
link=$prefix/bin/$name
new=$place.new
case $camera in
  "" | /*) ;;
  *) fail "--service: '$camera' is no absolute path; name a camera, such as /dev/video0" ;;
esac
[ -z "$camera" ] || [ "$(id -u)" -eq 0 ] || fail "--service: run it as root, with sudo"

# The service may be of an installation below another prefix.
has_service() {
  [ -f "$unit_file" ] && grep -qF "$place/" "$unit_file"
}

if [ -n "$uninstall" ]; then
  [ -d "$place" ] || fail "$place: not installed; name the PREFIX that it was installed below"
  if has_service; then
    [ "$(id -u)" -eq 0 ] || fail "--uninstall: it has a service; run this as root, with sudo"
    systemctl disable --now "$unit"
    rm -f "$unit_file"
    systemctl daemon-reload
  fi
  rm -rf "$place" ${link:+"$link"}
  rmdir "$prefix/lib/zoo" "$prefix/lib" "$prefix/bin" 2>/dev/null || : # those that are empty now
  echo "removed: $place"
  exit 0
fi

# The manifest's files, as names of those in folders that are copied, or as sha256sum(1) reads them.
listed() {
  sed -n '/^  "files": {$/,/^  }/s/^    "\(.*\)": "\([0-9a-f]\{64\}\)",\{0,1\}$/'"$1/p" \
    "$here/manifest.json"
}
names() { listed '\1' | grep -E '^(app|lib|model|golden|licences)/'; }
digests() { listed '\2  \1'; }
present() {
  for part in app lib model golden licences; do
    [ -e "$part" ] || continue
    find "$part" -type f
  done
}

# What is no plain file or folder, or has a line break in its name, so that it hides from lists.
line_break='
'
strange() {
  find "$here/." ! -type f ! -type d -print -o -name "*$line_break*" -print
}

# Fails for a key whose point has a small order, so that anybody can sign for it (RFC 8032, 5.1). Its
# y is 0, 1, -1 or that of a point of order 8, modulo 2**255 - 19; the highest bit is the sign of x.
check_strength() {
  point=$(openssl pkey -pubin -in "$1" -noout -text | sed '/^ /!d' | tr -d ' :\n')
  middle=000000000000000000000000000000000000000000000000000000000000
  most=ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff
  case $point in
    0[01]$middle[08]0 | e[cde]$most[7f]f | \
    26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc[08]5 | \
    c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03[7f]a)
      fail "$1: its point has a small order, so anybody can sign for it; name the public key of" \
        "the bundle's maker" ;;
  esac
}

# Fails unless the key in a file has signed the manifest, and the manifest is of these files.
check_signature() {
  [ -z "$(strange)" ] || fail "only plain files and folders are signed, do not use it: $(strange)"
  [ -f "$here/manifest.json.sig" ] || fail "this bundle is not signed, $1 is wanted;" \
    "--uninstall removes what is installed, and its key"
  [ -f "$1" ] || fail "$1: no such file; name the public key of the bundle's maker"
  openssl pkey -pubin -in "$1" -noout >/dev/null 2>&1 || fail "$1: is no public key in PEM;" \
    "name the public key of the bundle's maker"
  check_strength "$1"
  openssl pkeyutl -verify -pubin -inkey "$1" -rawin -in "$here/manifest.json" \
    -sigfile "$here/manifest.json.sig" >/dev/null 2>&1 || fail "the bundle's manifest is not what" \
    "the key in $1 has signed: do not use it; if its maker has a new key, name that with --key"
  (cd "$here" && digests | sha256sum -c >/dev/null 2>&1) || fail "not what was signed," \
    "do not use it: $(cd "$here" && digests | sha256sum -c 2>&1 | grep -v ': OK$')"
  added=$(cd "$here" && { names; present; } | sort | uniq -u) || true
  [ -z "$added" ] || fail "not in what was signed, do not use it: $added"
  echo "signature: by the key in $1"
}

# The key is that of --key, or of what is installed, or on the first time the bundle's own.
[ -n "$key" ] || [ ! -f "$place/signer.pub" ] || key=$place/signer.pub
has_openssl=yes
openssl pkeyutl -help 2>&1 | grep -q rawin || has_openssl=""
if [ -n "$key" ]; then
  [ -n "$has_openssl" ] || fail "OpenSSL 3 checks signatures, and is not installed here;" \
    "check the bundle elsewhere, with zoo verify --key"
  check_signature "$key"
elif [ -f "$here/manifest.json.sig" ] && [ -n "$has_openssl" ]; then
  key=$here/signer.pub
  check_signature "$key"
elif [ -f "$here/signer.pub" ] && [ ! -f "$here/manifest.json.sig" ]; then
  fail "its signature was taken away, manifest.json.sig: do not use it"
elif [ -f "$here/manifest.json.sig" ]; then
  echo "signature: not checked, OpenSSL 3 is not installed here"
else
  echo "signature: none, nothing shows who made this bundle"
fi

# Programs need a C library at least as new as the one they were linked with.
needed=2.28
found=$(getconf GNU_LIBC_VERSION 2>/dev/null | tr -dc 0-9.)
oldest=$(printf '%s\n' "$needed" "${found:-0}" | sort -V | head -n 1)
if [ "$oldest" != "$needed" ]; then
  echo "install.sh: the program needs GNU's C library $needed, this system has ${found:-another}:" \
    "use a newer system, or compile app/src on this one" >&2
  exit 1
fi

# It is built and tested beside an older installation.
rm -rf "$new"
trap 'rm -rf "$new"' EXIT
trap 'exit 1' HUP INT TERM
mkdir -p "$new"
for part in app model golden licences README.md manifest.json certificate.json selftest; do
  cp -R "$here/$part" "$new/"
done
[ ! -f "$here/manifest.json.sig" ] || cp "$here/manifest.json.sig" "$new/"
[ -z "$key" ] || openssl pkey -pubin -in "$key" -pubout -out "$new/signer.pub"
[ ! -d "$here/lib" ] || cp -R "$here/lib" "$new/"

# The new installation takes the place of the old one, which stays if it cannot.
"$new/selftest"
old=$place.old
rm -rf "$old"
[ ! -d "$place" ] || mv "$place" "$old"
if ! mv "$new" "$place"; then
  [ ! -d "$old" ] || mv "$old" "$place"
  fail "$place: cannot be replaced"
fi
rm -rf "$old"
if [ -n "$link" ]; then
  mkdir -p "$prefix/bin"
  ln -sfn "$place/app/app" "$link"
fi
echo "installed: ${link:-$place/app/app}"
if [ -z "$camera" ] && has_service && [ "$(id -u)" -eq 0 ]; then
  systemctl try-restart "$unit"
fi

[ -n "$camera" ] || exit 0
# A word of a command line as in systemd.service(5), "Command lines".
word() {
  escaped=$(printf %s "$1" | sed 's/[\\"]/\\&/g; s/%/%%/g; s/\$/$$/g')
  printf '"%s"' "$escaped"
}
description=pfld_0.25x.300w68.x86.ptq
cat >"$unit_file" <<UNIT
[Unit]
Description=$description
# The camera may be plugged in at any time.
StartLimitIntervalSec=0

[Service]
ExecStart=$(word "$place/app/app") --source $(word "$camera") --track
DynamicUser=yes
SupplementaryGroups=video
Restart=on-failure
RestartSec=5

[Install]
WantedBy=multi-user.target
UNIT
systemctl daemon-reload
systemctl enable "$unit"
systemctl restart "$unit"
echo "runs as a service: journalctl -fu $unit"
