"""The app of a chain with both networks compiled in as C."""

import numpy as np
import pytest
from c_chain import PHOTOS, chain_request, look
from chain_case import RULE
from spot_app import save

from codegen.app_run import run_chain
from codegen.apps.pc import CPP_C as APP
from codegen.cmake_build import cmake_build
from zoo.data.processing import whole
from zoo.data.regions import landmark_box, regions_of

CHECKED = (
    "-DCMAKE_BUILD_TYPE=Debug",
    "-DCMAKE_CXX_FLAGS=-Werror -fsanitize=address,undefined -fno-sanitize-recover=all",
    "-DCMAKE_C_FLAGS=-Werror -fsanitize=address,undefined -fno-sanitize-recover=all",
)


@pytest.fixture(scope="module")
def built(cpp_tools, tmp_path_factory):  # noqa: ARG001 (skips without them)
    """The program, and the folder of the artifacts."""
    folder = tmp_path_factory.mktemp("c_chain")
    request = chain_request(folder)
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


def test_the_memory_is_the_larger_of_both(built):
    source = (built[1] / "src" / "networks.cpp").read_text()
    assert "std::max({DETECTOR_ARENA_BYTES, NETWORK_ARENA_BYTES, 1})" in source
    assert "detector_run(memory, " in source
    assert "network_run(memory, " in source
