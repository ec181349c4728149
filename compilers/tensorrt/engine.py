"""An engine, the JSON file that tells the app whether it may load it, and its layers.

A builder's verbose log ends with one line per layer of the engine, in the format of
IEngineInspector's LayerInformationFormat.ONELINE. Unlike the inspector, it needs no GPU.

    Name: conv_1, LayerType: correlation, Inputs: [ { ... Datatype: Int8 ... } ], Constants: [ ...
    ], Outputs: [ ... ], TacticName: ..., Metadata: [ONNX Layer: conv][ONNX Layer: x/dequantize]
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

from onnx import ModelProto

from compilers.tensorrt.gpu import Gpu

__all__ = [
    "ENGINE",
    "FACTS",
    "LAYERS",
    "ONNX",
    "RUNTIMES",
    "Engine",
    "Layer",
    "engine_facts",
    "engine_files",
    "float_layers",
    "parse_layers",
    "weighted_nodes",
]

_HEAD = re.compile(r"^Name: (.+?), LayerType: (\w+), ", re.MULTILINE)
_ROLES = ("Inputs", "Constants", "Outputs")
_SECTIONS = re.compile(rf"\b({'|'.join(_ROLES)}): \[")
_TYPE = re.compile(r"\bDatatype: (\w+)")
_NODE = re.compile(r"\[ONNX Layer: ([^\]]+)\]")
_WEIGHTED = ("Conv", "Gemm")


@dataclass(frozen=True)
class Layer:
    """One layer. inputs, constants, outputs: types of the tensors, such as 'Int8' and 'Float'.

    nodes: names of the ONNX nodes in it.
    """

    name: str
    kind: str
    inputs: tuple[str, ...]
    constants: tuple[str, ...]
    outputs: tuple[str, ...]
    nodes: tuple[str, ...]

    @property
    def multiplies_int8(self) -> bool:
        """Whether both its activations and its weights are integers."""
        return "Int8" in self.inputs and "Int8" in self.constants

    def to_json(self) -> Mapping[str, Any]:
        """Return the layer in JSON types."""
        return asdict(self)


def parse_layers(log: str) -> tuple[Layer, ...]:
    """Return the layers at the end of a builder's log, () if it has none."""
    return tuple(_layer(line) for line in log.splitlines() if _HEAD.match(line))


def weighted_nodes(content: bytes) -> tuple[str, ...]:
    """Return the convolutions and dense layers of an ONNX file by name."""
    nodes = ModelProto.FromString(content).graph.node
    return tuple(node.name for node in nodes if node.op_type in _WEIGHTED)


def float_layers(layers: Iterable[Layer], nodes: Iterable[str]) -> tuple[str, ...]:
    """Return the nodes that no layer computes in int8."""
    integer = {node for layer in layers if layer.multiplies_int8 for node in layer.nodes}
    return tuple(node for node in nodes if node not in integer)


def _layer(line: str) -> Layer:
    head = _HEAD.match(line)
    name, kind = head.groups() if head else ("", "")
    marks = [*_SECTIONS.finditer(line)]
    ends = [*(mark.start() for mark in marks[1:]), len(line)]
    types = {
        mark[1]: tuple(_TYPE.findall(line, mark.end(), end))
        for mark, end in zip(marks, ends, strict=False)
    }
    inputs, constants, outputs = (types.get(role, ()) for role in _ROLES)
    return Layer(name, kind, inputs, constants, outputs, tuple(_NODE.findall(line)))


ONNX = "model.onnx"
ENGINE = "model.engine"
FACTS = "engine.json"
LAYERS = "layers.json"

RUNTIMES = MappingProxyType({"tensorrt": "TensorRT", "tensorrt_rtx": "TensorRT-RTX"})
"""Names of runtimes by their Python module."""


@dataclass(frozen=True)
class Engine:
    """An engine built from the ONNX file; every build differs.

    module: the runtime's Python module, 'tensorrt' or 'tensorrt_rtx'.  version: such as '10.3.0'.
    layers: as reported by the builder, () if not.
    """

    content: bytes
    module: str
    version: str
    layers: tuple[Layer, ...] = ()

    @property
    def runtime(self) -> str:
        """Name of the runtime for users and apps."""
        return RUNTIMES[self.module]


def engine_facts(
    onnx: bytes, precision: str, gpu: Gpu, engine: Engine | None
) -> Mapping[str, object]:
    """Return the contents of FACTS; entries of an engine not built yet are empty.

    An app loads the engine if 'engine_sha256', the GPU's compute capability, and the first three
    numbers of the runtime's version match; otherwise it builds the engine from 'onnx', after
    checking that digest too.
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
    """Return FACTS, and for a built engine ENGINE and LAYERS."""
    files = {FACTS: _json(engine_facts(onnx, precision, gpu, engine))}
    if engine is None:
        return files
    files[ENGINE] = engine.content
    if engine.layers:
        files[LAYERS] = _json([layer.to_json() for layer in engine.layers])
    return files


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=2) + "\n").encode()
