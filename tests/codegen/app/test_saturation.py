"""The app's integers are exact on CPUs whose 8-bit products saturate."""

import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
from made_once import made_once
from onnx import TensorProto, helper, numpy_helper
from spot_app import REQUEST, SIZE, App, save, write_sources

from codegen.apps.pc import CPP_ONNXRUNTIME as APP

pytestmark = pytest.mark.toolchain

_STORED = 200
_STEP = 127 * 255 * 3 * SIZE * SIZE / _STORED / 255


@pytest.fixture(scope="module")
def folder(cpp_tools, tmp_path_factory):  # noqa: ARG001
    def make(folder: Path) -> None:
        APP.build(write_sources(REQUEST, folder / "src"), folder / "build")
        onnx.save(_sum_of_largest(), folder / "model.onnx")
        save(folder / "white.png", np.full((SIZE, SIZE, 3), 255, np.uint8))

    return made_once(tmp_path_factory, "released_app", make)


def _sum_of_largest() -> onnx.ModelProto:
    """Return a QDQ convolution of all pixels, whose weights are 127.

    Of a white photo its sum is stored as 200; where pairs of products saturate, as about 101.
    """
    constants = {
        "pixel": np.float32(1 / 255),
        "zero": np.uint8(0),
        "weight": np.full((1, 3, SIZE, SIZE), 127, np.int8),
        "one": np.float32(1),
        "signed_zero": np.int8(0),
        "step": np.float32(_STEP),
        "flat": np.array([1, 1], np.int64),
        "copies": np.array([1, 136], np.int64),
    }
    nodes = [
        helper.make_node("QuantizeLinear", ["image", "pixel", "zero"], ["x"]),
        helper.make_node("DequantizeLinear", ["x", "pixel", "zero"], ["x_real"]),
        helper.make_node("DequantizeLinear", ["weight", "one", "signed_zero"], ["weight_real"]),
        helper.make_node("Conv", ["x_real", "weight_real"], ["sum"]),
        helper.make_node("QuantizeLinear", ["sum", "step", "zero"], ["y"]),
        helper.make_node("DequantizeLinear", ["y", "step", "zero"], ["y_real"]),
        helper.make_node("Reshape", ["y_real", "flat"], ["brightness"]),
        helper.make_node("Tile", ["brightness", "copies"], ["landmarks"]),
    ]
    floats = TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        "largest",
        [helper.make_tensor_value_info("image", floats, [1, 3, SIZE, SIZE])],
        [
            helper.make_tensor_value_info("landmarks", floats, [1, 136]),
            helper.make_tensor_value_info("brightness", floats, [1, 1]),
        ],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


@pytest.mark.parametrize("cpu", ["", "Haswell", "Skylake-Client"], ids=lambda cpu: cpu or "here")
def test_sum_of_the_largest_products(folder, cpu):
    emulator = shutil.which("qemu-x86_64")
    if cpu and emulator is None:
        pytest.skip("qemu-x86_64 is not installed (Debian: qemu-user)")
    program = folder / "build" / "app"
    app = App(Path(emulator or "") if cpu else program, folder / "model.onnx", _library())
    words = ["-cpu", cpu, program] if cpu else []
    options = ["--model", app.model, "--onnxruntime", app.runtime_library]
    finished = app.run_bare(*words, *options, "--source", folder / "white.png")
    assert finished.status == 0, finished.error
    assert finished.lines[0]["brightness"] == pytest.approx([_STORED * _STEP])


def _library() -> Path:
    return APP.libraries()[0].file
