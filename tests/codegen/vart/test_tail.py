"""The board's program for a network whose end runs on the CPU, in the bundled ONNX Runtime."""

from pathlib import Path

import numpy as np
import pytest
from made_once import made_once

from codegen.apps.kria import CPP_VART_TAIL as APP
from codegen.apps.runtime_parts import ONNXRUNTIME_ARM
from codegen.wheels import wheel_file
from zoo import registry
from zoo.build.targets import find_target
from zoo.contract import Contract
from zoo.data.processing import preprocess
from zoo.errors import ToolchainError, VerifyError
from zoo.picture import read_picture
from zoo.plugs import AppRequest

pytestmark = pytest.mark.toolchain
TARGET = find_target("kv260", "cpu-tail")


@pytest.fixture(scope="module")
def program(
    cross_tools: None,  # noqa: ARG001
    contract: Contract,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    try:
        wheel_file(ONNXRUNTIME_ARM)
    except ToolchainError as error:
        pytest.skip(str(error))

    def make(folder: Path) -> None:
        request = AppRequest("residual.random", TARGET, contract, "model.quantized.xmodel")
        for name, content in APP.generate(request).items():
            (folder / "src" / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / "src" / name).write_bytes(content)
        APP.build(folder / "src", folder / "build")

    return made_once(tmp_path_factory, "vart_tail_app", make) / "build" / "app"


def test_the_program_computes_what_both_files_say(program, tail_artifact, golden, contract):
    executor = registry.load("executor", TARGET.executor)
    run_files = executor.load(tail_artifact.parent, tail_artifact.name)
    runs = APP.run(program, tail_artifact, golden)
    for run, item in zip(runs, golden, strict=True):
        frame = preprocess(contract, read_picture(item.image), item.box)
        expected = run_files({"image": frame.input_chw[np.newaxis]})
        assert sorted(run.outputs) == ["joined", "landmarks"]
        # The DPU's own output is exact, the tail's floats are summed in another order.
        np.testing.assert_array_equal(run.outputs["joined"], expected["joined"][0])
        np.testing.assert_allclose(run.outputs["landmarks"], expected["landmarks"][0], rtol=1e-4)


def test_a_missing_tail_is_told(program, tail_artifact, golden, tmp_path):
    for file in tail_artifact.parent.rglob("*"):
        if file.is_file() and file.name != "tail.onnx":
            copy = tmp_path / file.relative_to(tail_artifact.parent)
            copy.parent.mkdir(exist_ok=True)
            copy.write_bytes(file.read_bytes())
    with pytest.raises(VerifyError, match=r"tail.onnx is missing: copy it there from the"):
        APP.run(program, tmp_path / tail_artifact.name, golden)


def test_the_bundle_carries_the_runtime_with_its_licences():
    try:
        runtime, *_ = APP.libraries()
    except ToolchainError as error:
        pytest.skip(str(error))
    assert (runtime.name, runtime.version) == ("onnxruntime", ONNXRUNTIME_ARM.version)
    assert sorted(runtime.texts) == ["LICENSE", "ThirdPartyNotices.txt"]
    assert all(path.is_file() for path in (runtime.file, *runtime.texts.values()))
