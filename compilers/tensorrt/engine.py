"""An engine, and the JSON beside it by which the app knows whether it may load it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from compilers.tensorrt.gpu import Gpu
from compilers.tensorrt.layers import Layer

__all__ = [
    "ENGINE",
    "FACTS",
    "LAYERS",
    "ONNX",
    "RUNTIMES",
    "Engine",
    "engine_facts",
    "engine_files",
]

ONNX = "model.onnx"
ENGINE = "model.engine"
FACTS = "engine.json"
LAYERS = "layers.json"

RUNTIMES = MappingProxyType({"tensorrt": "TensorRT", "tensorrt_rtx": "TensorRT-RTX"})
"""Names of runtimes by their Python module."""


@dataclass(frozen=True)
class Engine:
    """What a builder made of the ONNX file; it differs from build to build.

    module: Python's, of the runtime, 'tensorrt' or 'tensorrt_rtx'.  version: such as '10.3.0'.
    layers: as the builder tells them, () where it does not.
    """

    content: bytes
    module: str
    version: str
    layers: tuple[Layer, ...] = ()

    @property
    def runtime(self) -> str:
        """Name of the runtime for people, and for apps."""
        return RUNTIMES[self.module]


def engine_facts(
    onnx: bytes, precision: str, gpu: Gpu, engine: Engine | None
) -> Mapping[str, object]:
    """Return what FACTS holds; texts of an engine that is not built yet are empty.

    An app loads the engine where 'engine_sha256', the GPU's compute capability, and the first
    three numbers of the runtime's version are these; else it builds the engine from 'onnx', whose
    digest it compares too.
    """
    return {
        "onnx": ONNX,
        "onnx_sha256": hashlib.sha256(onnx).hexdigest(),
        "precision": precision,
        "typing": gpu.typing,
        "compute_capability": gpu.compute_capability,
        "engine": ENGINE,
        "engine_sha256": hashlib.sha256(engine.content).hexdigest() if engine else "",
        "runtime": engine.runtime if engine else "",
        "version": engine.version if engine else "",
    }


def engine_files(
    onnx: bytes, precision: str, gpu: Gpu, engine: Engine | None
) -> Mapping[str, bytes]:
    """Return FACTS, and of an engine that is there ENGINE and LAYERS."""
    files = {FACTS: _json(engine_facts(onnx, precision, gpu, engine))}
    if engine is None:
        return files
    files[ENGINE] = engine.content
    if engine.layers:
        files[LAYERS] = _json([layer.to_json() for layer in engine.layers])
    return files


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=2) + "\n").encode()
