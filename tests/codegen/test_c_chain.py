"""The app of a chain with both networks compiled in as C."""

from dataclasses import replace

import numpy as np
import pytest
from chain_case import CHAIN, DETECTOR, RULE, detector_network, spots
from quantization import QUANTIZER
from spot_app import CONTRACT, network, save

from codegen.app_run import run_chain
from codegen.apps import CPP_C as APP
from codegen.cmake_build import cmake_build
from compilers.c.compiler import COMPILER
from compilers.schemes import W8A8_ASYM, W8A8_SYM
from zoo import registry
from zoo.data.processing import postprocess, preprocess, whole
from zoo.data.regions import landmark_box, regions_of
from zoo.plugs import QuantizeOptions
from zoo.target import Target
from zoo.user_file import import_file

CHECKED = (
    "-DCMAKE_BUILD_TYPE=Debug",
    "-DCMAKE_CXX_FLAGS=-Werror -fsanitize=address,undefined -fno-sanitize-recover=all",
    "-DCMAKE_C_FLAGS=-Werror -fsanitize=address,undefined -fno-sanitize-recover=all",
)
TARGET = Target("board", "a board", "c", "c", "cpp-c", {})
PHOTOS = [spots((40, 60)), spots((40, 30), (120, 90)), spots((3, 3), (80, 60)), spots()]
PARTS = {
    "network": (network, CONTRACT, W8A8_ASYM),
    "detector": (detector_network, DETECTOR, W8A8_SYM),
}


def artifact(part, folder):
    """Return a part's artifact, quantized on the photos."""
    write, contract, scheme = PARTS[part]
    graph = import_file(write(folder / f"{part}.onnx"), {})
    boxes = [(*corner, 60.0, 60.0) for corner in ((10, 30), (90, 60), (50, 30))]
    regions = [(photo, box) for photo in PHOTOS for box in (whole(photo), *boxes)]
    frames = [preprocess(contract, photo, box).input_chw for photo, box in regions]
    bright = [frame for frame in frames if frame.max() > 0.5]
    options = QuantizeOptions(calibrator="minmax")
    integers = QUANTIZER.quantize(graph, scheme, [{"image": np.stack(bright)}], contract, options)
    return COMPILER.for_part(part).lower(integers, TARGET, "any")


@pytest.fixture(scope="module")
def built(cpp_tools, tmp_path_factory):  # noqa: ARG001 (skips without them)
    """The program, and the folder of the artifacts."""
    folder = tmp_path_factory.mktemp("c_chain")
    parts = {part: artifact(part, folder) for part in PARTS}
    for part in parts.values():
        for name, content in part.files.items():
            (folder / name).write_bytes(content)
    main, files = parts["detector"].main, parts["detector"].files
    detector = replace(CHAIN.detector, artifact_main=main, artifact_files=files)
    main, files = parts["network"].main, parts["network"].files
    request = replace(
        CHAIN, target=TARGET, artifact_main=main, artifact_files=files, detector=detector
    )
    for name, content in APP.generate(request).items():
        path = folder / "src" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return cmake_build(folder / "src", folder / "build", CHECKED), folder


@pytest.mark.toolchain
@pytest.mark.parametrize("photo", range(len(PHOTOS)))
def test_both_networks_compute_what_their_artifacts_do(built, tmp_path, photo):
    program, folder = built
    image = PHOTOS[photo]
    main, of_detector = folder / "network.json", folder / "detector.json"
    found = run_chain(program, main, of_detector, save(tmp_path / "a.png", image))
    outputs, values = look(folder, "detector", image, whole(image))
    np.testing.assert_array_equal(found.detector.outputs["spots"], outputs["spots"])
    regions = [region for _, region in regions_of(values["boxes"], RULE)]
    assert len(found.regions) == len(regions) == (1, 2, 2, 0)[photo]
    for run, region in zip(found.regions, regions, strict=True):
        _, first = look(folder, "network", image, region)
        outputs, _ = look(folder, "network", image, landmark_box(first["landmarks"]))
        for name, wanted in outputs.items():
            np.testing.assert_array_equal(run.outputs[name], wanted, name)


def look(folder, part, image, box):
    """Return outputs and values of an artifact for a part of a photo."""
    contract = PARTS[part][1]
    frame = preprocess(contract, image, box)
    run = registry.load("executor", "c").load(folder, f"{part}.json")
    outputs = {name: v[0] for name, v in run({"image": frame.input_chw[None]}).items()}
    return outputs, postprocess(contract, outputs, frame)


def test_the_memory_is_the_larger_of_both(built):
    source = (built[1] / "src" / "networks.cpp").read_text()
    assert "std::max({DETECTOR_ARENA_BYTES, NETWORK_ARENA_BYTES, 1})" in source
    assert "detector_run(memory, " in source
    assert "network_run(memory, " in source
