"""The program for Jetson boards, compiled by Zig and run by an emulator of the oldest one's CPU."""

from importlib.util import find_spec

import numpy as np
import pytest
from made_once import made_once
from spot_app import save, spot
from tensorrt_machine import expected_outputs, fixed_network, pin, write_sources

from codegen.apps.nvidia import CPP_TENSORRT_JETSON as JETSON_APP
from zoo.bundle.elf import newest, symbol_versions
from zoo.errors import ToolchainError
from zoo.recipe import GoldenInput

pytestmark = pytest.mark.toolchain
BOX = (30.0, 20.0, 80.5, 80.25)


@pytest.fixture(scope="module")
def program(cpp_tools, tmp_path_factory):  # noqa: ARG001
    if find_spec("ziglang") is None:
        pytest.skip("no Zig: pip install edgezoo[cross]")

    def make(folder):
        JETSON_APP.build(write_sources(folder / "src"), folder / "build")

    return made_once(tmp_path_factory, "jetson_app", make) / "build" / "app"


def test_it_loads_on_jetpack_4(program):
    versions = symbol_versions(program)
    assert (2, 17) <= newest(versions, "GLIBC") <= (2, 27)
    assert newest(versions, "GLIBCXX") == ()


def test_it_computes_what_onnx_runtime_computes(program, tmp_path):
    model = fixed_network(tmp_path / "model.onnx")
    pin(model, precision="fp16", typing="weak", compute_capability="5.3")
    picture = save(tmp_path / "spot.png", spot(66, 58))
    try:
        (run,) = JETSON_APP.run(program, model, [GoldenInput("spot", picture, BOX)])
    except ToolchainError as error:
        pytest.skip(str(error))
    for name, values in expected_outputs(model, picture, BOX).items():
        # Floats are summed in another order on another processor.
        np.testing.assert_allclose(run.outputs[name], values, rtol=1e-5, atol=1e-6)
