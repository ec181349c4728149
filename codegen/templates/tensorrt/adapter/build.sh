#!/bin/sh
# Builds libzoo_tensorrt.so with this machine's TensorRT and CUDA.
#   sh build.sh DIRECTORY          writes DIRECTORY/libzoo_tensorrt.so
# TENSORRT=DIRECTORY, CUDA=DIRECTORY: where they are, with include and lib inside, if not in the
# system's default places; CXX=COMPILER
set -eu
out=${1:?"build.sh: name the directory for libzoo_tensorrt.so"}
source=$(dirname -- "$(dirname -- "$(readlink -f -- "$0")")")
machine=$(uname -m)

fail() {
  echo "build.sh: $*" >&2
  exit 1
}

first() { # FILE DIRECTORY...: the first directory that holds the file
  file=$1
  shift
  for directory; do
    [ ! -f "$directory/$file" ] || { echo "$directory"; return; }
  done
}

command -v "${CXX:-g++}" >/dev/null || fail "no C++ compiler; apt install g++, or CXX=COMPILER"
tensorrt=$(first NvInfer.h ${TENSORRT:+"$TENSORRT/include"} "/usr/include/$machine-linux-gnu" \
  /usr/include)
[ -n "$tensorrt" ] || fail "no NvInfer.h; on a Jetson: apt install libnvinfer-dev" \
  "libnvonnxparsers-dev; for GeForce RTX unpack NVIDIA's TensorRT-RTX and set TENSORRT to its" \
  "directory"
[ -f "$tensorrt/NvOnnxParser.h" ] || fail "$tensorrt: has no NvOnnxParser.h;" \
  "apt install libnvonnxparsers-dev"
cuda=$(first cuda_runtime_api.h ${CUDA:+"$CUDA/include"} /usr/local/cuda/include \
  "/usr/local/cuda/targets/$machine-linux/include" /usr/include)
[ -n "$cuda" ] || fail "no cuda_runtime_api.h; apt install cuda-cudart-dev-VERSION of NVIDIA's" \
  "repository, or set CUDA to the directory of a CUDA toolkit"

if grep -q TRT_MAJOR_RTX "$tensorrt/NvInferVersion.h"; then
  libraries="-ltensorrt_rtx -ltensorrt_onnxparser_rtx"
else
  libraries="-lnvinfer -lnvonnxparser"
fi
mkdir -p "$out"
# shellcheck disable=SC2086 # words
"${CXX:-g++}" -std=c++17 -O2 -fPIC -shared -Wall -Wextra -Wno-deprecated-declarations \
  -I"$source" -isystem "$tensorrt" -isystem "$cuda" "$source"/adapter/*.cpp \
  -o "$out/libzoo_tensorrt.so" \
  ${TENSORRT:+"-L$TENSORRT/lib" "-Wl,-rpath,$TENSORRT/lib"} "-L${cuda%/include}/lib64" \
  "-L${cuda%/include}/lib" "-Wl,-rpath,${cuda%/include}/lib64" $libraries -lcudart
echo "made: $out/libzoo_tensorrt.so, with the headers in $tensorrt"
