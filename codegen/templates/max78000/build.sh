#!/bin/sh
# Builds build/firmware.elf with the vendor's SDK and arm-none-eabi-gcc:
#   MAXIM_PATH=msdk sh build.sh [BOARD]
# MAXIM_PATH: the SDK.  BOARD: FTHR_RevA by default, or EvKit_V1.
set -eu

cd -- "$(dirname -- "$(readlink -f -- "$0")")"
makefile=${MAXIM_PATH:-}/Examples/MAX78000/Hello_World/Makefile
if [ $# -gt 1 ] || [ ! -f "$makefile" ]; then
  echo "build.sh: expected MAXIM_PATH, the folder of the vendor's SDK, and a board at most:" \
    "MAXIM_PATH=msdk sh build.sh FTHR_RevA; no file '$makefile'" >&2
  exit 2
fi
cp -- "$makefile" Makefile
make TARGET=MAX78000 "BOARD=${1:-FTHR_RevA}" MAXIM_PATH="$MAXIM_PATH"
