#!/bin/sh
# Builds firmware.bin with Kendryte's standalone SDK and its compiler:
#   K210_SDK=kendryte-standalone-sdk sh build.sh TOOLCHAIN
# K210_SDK: a checkout of the SDK.  TOOLCHAIN: folder of riscv64-unknown-elf-gcc, with newlib.
set -eu

here=$(dirname -- "$(readlink -f -- "$0")")
if [ $# -ne 1 ] || [ ! -d "${K210_SDK:-}/lib/drivers" ]; then
  echo "build.sh: expected K210_SDK, a checkout of kendryte-standalone-sdk, and the folder" \
    "of its compiler: K210_SDK=kendryte-standalone-sdk sh build.sh /opt/toolchain/bin" >&2
  exit 2
fi
sdk=$(readlink -f -- "$K210_SDK")
project=$sdk/src/zoo_firmware
rm -rf "$project"
mkdir -p "$project"
for part in "$here"/*; do
  case $(basename "$part") in
    build | maixpy | sdk_stubs | stand_in) ;; # not of the board
    *) cp -R "$part" "$project" ;;
  esac
done
cmake -S "$sdk" -B "$here/build" -DPROJ=zoo_firmware "-DTOOLCHAIN=$1"
cmake --build "$here/build"
cp "$here/build/zoo_firmware.bin" "$here/firmware.bin"
echo "$here/firmware.bin"
