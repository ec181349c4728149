"""8-bit convolutions are exact on every x86 CPU: here, and on one without VNNI (emulated)."""

import shutil
import subprocess
import sys

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

# The worst case: 64 products of 255 and 127, whose pairs do not fit into 16 bits.
PROGRAM = """
import sys
from pathlib import Path
import numpy as np
import onnxruntime
from runtimes import saturation
from runtimes.executors.onnxruntime import EXECUTOR

print("saturates", saturation.saturates())
folder, image = Path(sys.argv[1]), np.full((1, 64, 1, 1), 255, np.float32)
print("executor", EXECUTOR.load(folder, "model.onnx")({"x": image})["y"].item())
plain = onnxruntime.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])
print("without the entry", plain.run(None, {"x": image})[0].item())
"""


@pytest.fixture
def folder(tmp_path):
    """Return a folder with model.onnx: conv 1x1 of 64 channels, all weights 127; 255 gives 200."""
    constants = {
        "one": np.float32(1),
        "zero": np.uint8(0),
        "w": np.full((1, 64, 1, 1), 127, np.int8),
        "w_zero": np.int8(0),
        "scale": np.float32(64 * 255 * 127 / 200),
    }
    grid = ["one", "zero"]
    nodes = [
        helper.make_node("QuantizeLinear", ["x", *grid], ["xq"]),
        helper.make_node("DequantizeLinear", ["xq", *grid], ["xd"]),
        helper.make_node("DequantizeLinear", ["w", "one", "w_zero"], ["wd"]),
        helper.make_node("Conv", ["xd", "wd"], ["sum"]),
        helper.make_node("QuantizeLinear", ["sum", "scale", "zero"], ["yq"]),
        helper.make_node("DequantizeLinear", ["yq", *grid], ["y"]),
    ]
    graph = helper.make_graph(
        nodes,
        "worst",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 64, 1, 1])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 1, 1, 1])],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    (tmp_path / "model.onnx").write_bytes(model.SerializeToString())
    return tmp_path


def _run(command, folder):
    finished = subprocess.run(
        [*command, sys.executable, "-c", PROGRAM, str(folder)],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout.splitlines()


def test_here(folder):
    assert "executor 200.0" in _run([], folder)


@pytest.mark.toolchain
@pytest.mark.parametrize("cpu", ["Haswell", "Skylake-Client"])
def test_without_vnni(cpu, folder):
    emulator = shutil.which("qemu-x86_64")
    if emulator is None:
        pytest.skip("qemu-x86_64 is not installed (Debian: qemu-user)")
    assert _run([emulator, "-cpu", cpu], folder) == [
        "saturates True",
        "executor 200.0",
        "without the entry 101.0",
    ]
