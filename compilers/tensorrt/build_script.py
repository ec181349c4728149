"""build_engine.sh: builds the engine on the machine that has the GPU, by TensorRT's own trtexec."""

import hashlib
import json

from compilers.tensorrt.engine import ENGINE, FACTS, ONNX, Engine, engine_facts
from compilers.tensorrt.gpu import Gpu

__all__ = ["SCRIPT", "TIMING_CACHE", "build_script"]

SCRIPT = "build_engine.sh"
TIMING_CACHE = "timings.cache"
"""Which kernels were fastest: with it, a second build on the same board measures nothing."""

_WITHOUT_MEMORY = ("8.2",)
"""Versions whose trtexec gives kernels 16 MB of scratch; later ones give what is free."""

_FLAGS = {"fp32": "", "fp16": " --fp16", "int8": " --int8"}

_TEMPLATE = """\
#!/bin/sh
# Builds {engine} from {onnx} on {board} (compute capability {capability}), by trtexec of
# TensorRT {tensorrt} or newer, and pins it in {facts}, by which the app knows that it may load it.
set -eu
cd "$(dirname "$0")"
PATH=$PATH:/usr/src/tensorrt/bin
command -v trtexec >/dev/null || {{
  echo "{script}: trtexec not found; install TensorRT, or put its folder on the PATH" >&2
  exit 3
}}
echo "{onnx_sha256}  {onnx}" | sha256sum --check --quiet -
trtexec --onnx={onnx} --saveEngine={engine}.new --timingCacheFile={cache} \
  {flags} >build.log 2>&1 || {{
  echo "{script}: trtexec failed, see build.log" >&2
  exit 3
}}

# Its first line names a number such as v8201 (8.2.1) or v100300 (10.3.0).
number=$(sed -n 's/.*\\[TensorRT v\\([0-9][0-9]*\\)\\].*/\\1/p' build.log | head -n 1)
number=${{number:?build.log names no version of TensorRT}}
if [ "$number" -ge 10000 ]; then
  version=$((number / 10000)).$((number / 100 % 100)).$((number % 100))
else
  version=$((number / 1000)).$((number / 100 % 10)).$((number % 100))
fi
mv {engine}.new {engine}
digest=$(sha256sum {engine} | cut -d " " -f 1)
cat >{facts} <<END
{pinned}
END
"""


def build_script(onnx: bytes, precision: str, gpu: Gpu) -> str:
    """Return the script; it needs ONNX beside itself, and writes ENGINE and FACTS there."""
    filled = Engine(b"", "tensorrt", "$version")
    pinned = {**engine_facts(onnx, precision, gpu, filled), "engine_sha256": "$digest"}
    typed = " --stronglyTyped" if gpu.typing == "strong" else _FLAGS[precision]
    return _TEMPLATE.format(
        board=gpu.name,
        capability=gpu.compute_capability,
        tensorrt=gpu.tensorrt,
        script=SCRIPT,
        onnx=ONNX,
        onnx_sha256=hashlib.sha256(onnx).hexdigest(),
        engine=ENGINE,
        cache=TIMING_CACHE,
        flags=f"--noTF32{typed}{' --workspace=256' if gpu.tensorrt in _WITHOUT_MEMORY else ''}",
        facts=FACTS,
        pinned=json.dumps(pinned, indent=2),
    )
