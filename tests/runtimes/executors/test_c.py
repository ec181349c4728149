"""Generated C as an executor: compiled here, called by ctypes."""

import json
from pathlib import Path

import numpy as np
import pytest

from runtimes.executors.c import EXECUTOR
from zoo import registry
from zoo.errors import HubError, RefusedError, ToolchainError

pytestmark = pytest.mark.toolchain

SOURCE = """
#include <stdint.h>
void network_run(const uint8_t* image, int8_t* sums) {
  for (int c = 0; c < 2; ++c) {
    sums[c] = 0;
    for (int pixel = 0; pixel < 3; ++pixel) sums[c] += image[2 * pixel + c];
  }
}
"""


def border(name: str, shape: list[int], **changes: object) -> dict[str, object]:
    fact = {"name": name, "shape": shape, "ctype": "uint8_t", "scale": 0.5, "zero_point": 4}
    return {**fact, "rounding": "half_even", **changes}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a program that sums the pixels of each channel of [2, 1, 3]."""
    output = border("sums", [2], ctype="int8_t", scale=2.0, zero_point=-1)
    facts = {"inputs": [border("image", [2, 1, 3])], "outputs": [output]}
    (tmp_path / "network.json").write_text(json.dumps(facts))
    (tmp_path / "network.c").write_text(SOURCE)
    return tmp_path


def test_is_registered():
    assert registry.load("executor", "c") is EXECUTOR


def test_more_outputs_than_can_be_handed_over_are_refused(folder):
    facts = json.loads((folder / "network.json").read_text())
    outputs = [{**facts["outputs"][0], "name": f"sums{i}"} for i in range(1023)]
    (folder / "network.json").write_text(json.dumps({**facts, "outputs": outputs}))
    with pytest.raises(RefusedError, match="has 1,024 inputs and outputs; its code can be c"):
        EXECUTOR.load(folder, "network.json")


def test_quantizes_rounds_and_dequantizes(folder):
    run = EXECUTOR.load(folder, "network.json")
    image = np.array([[0, 0.25, 0.75], [-9, 1, 500]], np.float32).reshape(1, 2, 1, 3)
    outputs = run({"image": np.concatenate([image, image[:, ::-1]])})
    # Integers of the channels: 4, 4 (a tie), 6 (a tie), and 0, 6, 255 (both saturated).
    sums = [14, 261 - 256]
    assert list(outputs) == ["sums"]
    np.testing.assert_array_equal(outputs["sums"], 2 * np.array([sums, sums[::-1]]) + 2)
    assert outputs["sums"].dtype == np.float32


def test_half_up(folder):
    facts = json.loads((folder / "network.json").read_text())
    facts["inputs"][0]["rounding"] = "half_up"
    (folder / "network.json").write_text(json.dumps(facts))
    image = np.full((1, 2, 1, 3), 0.25, np.float32)
    sums = EXECUTOR.load(folder, "network.json")({"image": image})["sums"]
    np.testing.assert_array_equal(sums, np.full((1, 2), 2 * (15 + 1)))


def test_wrong_feeds_are_told(folder):
    run = EXECUTOR.load(folder, "network.json")
    with pytest.raises(HubError, match=r"network.json: its input 'image' is missing; given: x$"):
        run({"x": np.zeros(1)})
    with pytest.raises(
        HubError, match=r"input 'image' has shape \[1, 2, 3\], expected \['N', 2, 1, 3\]$"
    ):
        run({"image": np.zeros((1, 2, 3))})


def test_a_compiler_that_fails_says_why(folder):
    (folder / "network.c").write_text("int network_run(void) { return nothing; }")
    with pytest.raises(ToolchainError, match=r"(?s): failed on .*'nothing'"):
        EXECUTOR.load(folder, "network.json")


def test_no_compiler(folder, monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CC", raising=False)
    with pytest.raises(
        ToolchainError, match=r"^running generated C needs a C compiler \(cc, gcc, clang\) on the "
    ):
        EXECUTOR.load(folder, "network.json")


def test_the_compiler_of_the_environment_is_taken(folder, monkeypatch):
    monkeypatch.setenv("CC", "no-such-compiler")
    with pytest.raises(ToolchainError, match=r"^no-such-compiler: cannot compile "):
        EXECUTOR.load(folder, "network.json")
