"""The board's program of a chain: two networks for the DPU, one of them with an end on the CPU."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from chain_case import DETECTOR, RULE, detector_network, spots
from made_once import made_once
from quantization import QUANTIZER
from spot_app import save

from codegen.apps.kria import CPP_VART_TAIL as APP
from codegen.apps.runtime_parts import ONNXRUNTIME_ARM
from codegen.wheels import wheel_file
from compilers.schemes import DPU_POW2
from zoo import registry
from zoo.build.targets import find_target
from zoo.data.processing import postprocess, preprocess, whole
from zoo.data.regions import regions_of
from zoo.errors import ToolchainError
from zoo.plugs import AppDetector, AppRequest, QuantizeOptions
from zoo.user_file import import_file

pytestmark = pytest.mark.toolchain
TARGET = find_target("kv260", "cpu-tail")
RULE = replace(RULE, passes=1)
MAIN = "model.quantized.xmodel"
PHOTOS = [spots((40, 30), (120, 90)), spots()]


@pytest.fixture(scope="session")
def detector_artifact(tmp_path_factory) -> Path:
    def make(folder: Path) -> None:
        graph = import_file(detector_network(folder / "spots.onnx"), {})
        photos = [*PHOTOS, spots((40, 60)), spots((3, 3), (80, 60))]
        feeds = {"image": [preprocess(DETECTOR, p, whole(p)).input_chw for p in photos]}
        feeds = {name: np.stack(frames) for name, frames in feeds.items()}
        options = QuantizeOptions(calibrator="minmax")
        integer = QUANTIZER.quantize(graph, DPU_POW2, [feeds], DETECTOR, options)
        compiler = registry.load("compiler", TARGET.compiler).for_part("detector")
        for name, content in compiler.lower(integer, TARGET, "dpu-pow2").files.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(content)

    return made_once(tmp_path_factory, "xmodel_detector", make) / MAIN


@pytest.fixture(scope="session")
def program(cross_tools, contract, tmp_path_factory) -> Path:  # noqa: ARG001 (skips without them)
    try:
        wheel_file(ONNXRUNTIME_ARM)
    except ToolchainError as error:
        pytest.skip(str(error))

    def make(folder: Path) -> None:
        detector = AppDetector("spots", DETECTOR, MAIN, RULE)
        request = AppRequest("residual.random", TARGET, contract, MAIN, detector=detector)
        for name, content in APP.generate(request).items():
            (folder / "src" / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / "src" / name).write_bytes(content)
        APP.build(folder / "src", folder / "build")

    return made_once(tmp_path_factory, "vart_chain_app", make) / "build" / "app"


def test_both_networks_compute_what_their_files_say(
    program, tail_artifact, detector_artifact, contract, tmp_path
):
    pictures = [save(tmp_path / f"{i}.png", photo) for i, photo in enumerate(PHOTOS)]
    found = APP.run_chain(program, tail_artifact, detector_artifact, pictures)
    for photo, run, count in zip(PHOTOS, found, (2, 0), strict=True):
        outputs, values = look(detector_artifact, DETECTOR, photo, whole(photo))
        np.testing.assert_array_equal(run.detector.outputs["spots"], outputs["spots"])
        regions = [region for _, region in regions_of(values["boxes"], RULE)]
        assert len(run.regions) == len(regions) == count
        for seen, region in zip(run.regions, regions, strict=True):
            outputs, _ = look(tail_artifact, contract, photo, region)
            np.testing.assert_array_equal(seen.outputs["joined"], outputs["joined"])
            np.testing.assert_allclose(seen.outputs["landmarks"], outputs["landmarks"], rtol=1e-4)


def look(artifact, contract, image, box):
    """Return outputs and values of an artifact for a part of a photo."""
    frame = preprocess(contract, image, box)
    run = registry.load("executor", TARGET.executor).load(artifact.parent, artifact.name)
    outputs = {name: v[0] for name, v in run({"image": frame.input_chw[None]}).items()}
    return outputs, postprocess(contract, outputs, frame)
