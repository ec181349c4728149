"""compile.sh: the exact command that compiles a quantized file, run here and by users alike."""

import json

from compilers.xmodel.dpu import Dpu
from zoo.quoting import comment

__all__ = ["ARCH", "COMPILED", "IMAGE", "QUANTIZED", "SCRIPT", "arch_json", "compile_script"]

QUANTIZED = "model.quantized.xmodel"
COMPILED = "model.xmodel"
ARCH = "arch.json"
SCRIPT = "compile.sh"
IMAGE = "xilinx/vitis-ai-pytorch-cpu:latest"
"""AMD's image; VITIS_AI_IMAGE in the environment names another."""

_TEMPLATE = """\
#!/bin/sh
# Compiles {quantized} for {dpu} (fingerprint {fingerprint})
# of Vitis AI {vitis_ai} into {compiled}, with vai_c_xir from the PATH or from AMD's image.
set -eu
cd "$(dirname "$0")"
IMAGE=${{VITIS_AI_IMAGE:-{image}}}
COMMAND="vai_c_xir -x {quantized} -a {arch} -o . -n {name}"

if command -v vai_c_xir >/dev/null; then
  exec $COMMAND
fi
command -v docker >/dev/null || {{
  echo "compile.sh: neither vai_c_xir nor docker found; run it inside of AMD's Vitis AI" >&2
  exit 3
}}
exec docker run --rm --user "$(id -u):$(id -g)" --volume "$PWD:/workspace" --workdir /workspace \\
  "$IMAGE" bash -c ". /opt/vitis_ai/conda/etc/profile.d/conda.sh
conda activate vitis-ai-pytorch && $COMMAND"
"""


def arch_json(dpu: Dpu) -> str:
    """Return what tells vai_c_xir for which DPU to compile."""
    return json.dumps({"fingerprint": f"{dpu.fingerprint:#x}"}) + "\n"


def compile_script(dpu: Dpu) -> str:
    """Return the script. It needs QUANTIZED and ARCH beside itself and writes COMPILED there."""
    return _TEMPLATE.format(
        dpu=comment(dpu.name),
        fingerprint=f"{dpu.fingerprint:#x}",
        vitis_ai=comment(dpu.vitis_ai),
        image=IMAGE,
        quantized=QUANTIZED,
        compiled=COMPILED,
        name=COMPILED.removesuffix(".xmodel"),
        arch=ARCH,
    )
