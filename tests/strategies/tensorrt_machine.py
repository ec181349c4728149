"""The app on a stand-in for TensorRT, in a folder laid out as bundles are."""

import hashlib
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from spot_app import CONTRACT, REQUEST, Finished, network

from codegen.apps.nvidia import CPP_TENSORRT as APP
from codegen.wheels import onnxruntime_library
from zoo.data.processing import preprocess
from zoo.picture import read_picture
from zoo.step import Box

SANITIZERS = "-fsanitize=address,undefined -fno-sanitize-recover=all"
CHECKED = (
    "-DCMAKE_BUILD_TYPE=Debug",
    f"-DCMAKE_CXX_FLAGS=-Werror {SANITIZERS}",
    # A few large compilations take half as long as many small ones.
    "-DCMAKE_UNITY_BUILD=ON",
    "-DCMAKE_UNITY_BUILD_BATCH_SIZE=16",
)
VERSIONS = {"8.2": (8, 2), "10.9": (10, 9), "11.1": (11, 1)}
"""Both sides of 8.5 and of 10.0, and the newest."""


@dataclass(frozen=True)
class Machine:
    """A program, stand-ins by version, and a folder of a bundle's layout for one test."""

    program: Path
    libraries: dict[str, Path]
    folder: Path

    @property
    def model(self) -> Path:
        return self.folder / "model" / "model.onnx"

    @property
    def engines(self) -> Path:
        return self.folder / "engine"

    @property
    def picture(self) -> Path:
        return self.folder / "spot.png"

    def pin(self, **facts: str) -> None:
        """Write engine.json as the compiler does before there is an engine."""
        pin(self.model, **facts)

    def facts(self) -> dict[str, str]:
        """Return engine.json of what was built here."""
        return json.loads((self.engines / "engine.json").read_text())

    def run(self, *words: object, version: str = "10.9", cuda: str = "8.9") -> Finished:
        """Run on the picture, or with these words alone where there are any."""
        given = words or ("--source", self.picture)
        library = self.libraries[version]
        options = ["--model", self.model, "--tensorrt", library, "--engines", self.engines]
        environment = {
            "ZOO_ONNXRUNTIME": str(onnxruntime_library().file),
            "STAND_IN_CUDA": cuda,
            "UBSAN_OPTIONS": "print_stacktrace=1",
        }
        finished = subprocess.run(
            [self.program, *map(str, options), *map(str, given)],
            env=environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        lines = [json.loads(line) for line in finished.stdout.splitlines() if line[:1] == "{"]
        return Finished(finished.returncode, lines, finished.stderr)


def pin(model: Path, **facts: str) -> None:
    """Write engine.json beside a model, for which there is no engine yet."""
    pinned = {
        "onnx": "model.onnx",
        "onnx_sha256": hashlib.sha256(model.read_bytes()).hexdigest(),
        "precision": "fp32",
        "typing": "strong",
        "compute_capability": "8.9",
        "engine": "model.engine",
        "engine_sha256": "",
        "runtime": "",
        "version": "",
    }
    model.with_name("engine.json").write_text(json.dumps({**pinned, **facts}))


def flags_of(version: str) -> tuple[str, ...]:
    """Return what makes the stand-in one for that version."""
    major, minor = VERSIONS[version]
    return (f"-DNV_TENSORRT_MAJOR={major}", f"-DNV_TENSORRT_MINOR={minor}")


def fixed_network(path: Path) -> Path:
    """Write the spot's network for a batch of one."""
    model = onnx.load(network(path))
    for value in (*model.graph.input, *model.graph.output):
        value.type.tensor_type.shape.dim[0].dim_value = 1
    path.write_bytes(model.SerializeToString())
    return path


def expected_outputs(model: Path, picture: Path, box: Box) -> dict[str, NDArray[np.float32]]:
    """Return what ONNX Runtime makes of a part of a picture, by the output's name."""
    frame = preprocess(CONTRACT, read_picture(picture), box)
    assert frame.input_chw is not None
    session = onnxruntime.InferenceSession(model)
    names = [output.name for output in session.get_outputs()]
    found = session.run(names, {"image": frame.input_chw[np.newaxis]})
    return {name: values[0] for name, values in zip(names, found, strict=True)}


def write_sources(folder: Path) -> Path:
    """Generate the app into a folder."""
    for name, content in APP.generate(REQUEST).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder
