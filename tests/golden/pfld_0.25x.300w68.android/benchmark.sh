#!/bin/sh
# Times pfld_0.25x.300w68 on an Android device with LiteRT's benchmark tool.
#   sh benchmark.sh [THREADS]
# The tool is the file benchmark_model beside this script, or the one that BENCHMARK_MODEL names.
# Nightly builds for 64-bit ARM are at
#   https://storage.googleapis.com/tensorflow-nightly-public/prod/tensorflow/release/lite/tools/nightly/latest/android_aarch64_benchmark_model
set -eu
threads=${1:-1}
here=$(dirname -- "$(readlink -f -- "$0")")
network=model.tflite
tool=${BENCHMARK_MODEL:-$here/benchmark_model}
place=/data/local/tmp/zoo-benchmark

command -v adb >/dev/null || {
  echo "benchmark: no adb on the PATH; install Android's platform-tools" >&2
  exit 3
}
[ -f "$tool" ] || {
  echo "benchmark: no $tool; the first lines of this script say where to get it" >&2
  exit 3
}
adb get-state >/dev/null || {
  echo "benchmark: no device; connect one and allow USB debugging" >&2
  exit 3
}

trap 'adb shell rm -rf "$place"' EXIT
adb shell mkdir -p "$place"
adb push "$tool" "$place/benchmark_model" >/dev/null
adb push "$here/model/$network" "$place/network" >/dev/null
adb shell chmod 755 "$place/benchmark_model"
adb shell "$place/benchmark_model" --graph="$place/network" \
  --num_threads="$threads" --warmup_runs=50 --num_runs=500 --use_xnnpack=true
