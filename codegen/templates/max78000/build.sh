#!/bin/sh
# Builds build/firmware.elf with the vendor's SDK and arm-none-eabi-gcc:
#   MAXIM_PATH=msdk sh build.sh [BOARD] [SETTING=VALUE ...]
# MAXIM_PATH: the SDK.  BOARD: FTHR_RevA by default, or EvKit_V1.  Settings are those of project.mk:
# PROGRAM=classify|energy PICTURES=uart|camera RUNS_ON=accelerator|processor
set -eu

cd -- "$(dirname -- "$(readlink -f -- "$0")")"
makefile=${MAXIM_PATH:-}/Examples/MAX78000/Hello_World/Makefile
board=FTHR_RevA
case ${1:-} in
  "" | *=*) ;;
  *)
    board=$1
    shift
    ;;
esac
if [ ! -f "$makefile" ]; then
  echo "build.sh: expected MAXIM_PATH, the folder of the vendor's SDK:" \
    "MAXIM_PATH=msdk sh build.sh FTHR_RevA; no file '$makefile'" >&2
  exit 2
fi
for word in "$@"; do
  case $word in
    PROGRAM=classify | PROGRAM=energy | PICTURES=uart | PICTURES=camera) ;;
    RUNS_ON=processor) ;;
    RUNS_ON=accelerator)
      if [ ! -f accelerator/cnn.c ]; then
        echo "build.sh: the accelerator's code is missing; build the bundle where AI8X_SYNTHESIS" \
          "names a checkout of ai8x-synthesis" >&2
        exit 2
      fi
      ;;
    *)
      echo "build.sh: '$word' is not a setting; expected PROGRAM=classify|energy," \
        "PICTURES=uart|camera or RUNS_ON=accelerator|processor" >&2
      exit 2
      ;;
  esac
done
cp -- "$makefile" Makefile
# Objects of other settings have the same names.
rm -rf build
make TARGET=MAX78000 "BOARD=$board" MAXIM_PATH="$MAXIM_PATH" "$@"
