"""Post-processing in the Python app, from its own files alone."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from box_cases import contract_of
from map_cases import MAP_CASES
from spot_app import TARGET

from codegen.python_app import python_sources
from zoo.data.processing import postprocess, preprocess
from zoo.plugs import AppRequest

CONTRACTS = {"ssd": contract_of("ssd"), **MAP_CASES}
PHOTO = (60, 80, 3)
BOX = (3.5, 2.0, 70.0, 50.25)
PROGRAM = """
import json, sys, types
sys.modules["vart"] = sys.modules["xir"] = types.ModuleType("absent")
import numpy as np
from app import _json
from contract import postprocess, preprocess
photo, box, outputs = json.loads(sys.argv[1])
frame = preprocess(np.zeros(photo, np.uint8), tuple(box))
values = postprocess({n: np.array(x, np.float32) for n, x in outputs.items()}, frame)
print(json.dumps({name: _json(value) for name, value in values.items()}))
"""


@pytest.mark.parametrize("name", ["ssd", "heatmap_soft", "mask_bilinear"])
def test_the_python_app_finds_the_same(tmp_path, name):
    contract, random = CONTRACTS[name], np.random.default_rng(0)
    for path, content in python_sources(AppRequest("x", TARGET, contract, "model")).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    outputs = {t.name: random.normal(0, 2, t.shape).astype(np.float32) for t in contract.outputs}
    given = json.dumps([PHOTO, BOX, {name: value.tolist() for name, value in outputs.items()}])
    finished = subprocess.run(
        [sys.executable, "-S", "-c", PROGRAM, given],
        env={"PYTHONPATH": f"{tmp_path / 'python'}:{Path(np.__file__).parents[1]}"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    frame = preprocess(contract, np.zeros(PHOTO, np.uint8), BOX)
    values = postprocess(contract, outputs, frame)
    assert json.loads(finished.stdout) == {n: value.tolist() for n, value in values.items()}
