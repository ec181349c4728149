"""A .tflite file as values: tensors, and ops in execution order.

Tensors with four axes are images, NHWC; others have the Graph's order. Integers are int8, or int32
in biases. Ops, tables and fields are named as in LiteRT's schema.fbs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from numpy.typing import NDArray

from zoo.graph import Quantization

__all__ = ["TfliteModel", "TfliteOp", "TfliteTensor"]


@dataclass(frozen=True)
class TfliteTensor:
    """A value of the file. data: of a constant.  grid: None for reals and for parameters."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    grid: Quantization | None = None
    data: NDArray[Any] | None = None


@dataclass(frozen=True)
class TfliteOp:
    """One operation. code: in BuiltinOperator.  inputs, output: indices of tensors.

    options: name of the options table, '' for none.  settings: its fields; a str is a name in the
    field's enumeration.
    """

    code: str
    inputs: tuple[int, ...]
    output: int
    options: str = ""
    settings: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "settings", MappingProxyType(dict(self.settings)))


@dataclass(frozen=True)
class TfliteModel:
    """The file. inputs, outputs: indices of tensors.  metadata: contents by name."""

    name: str
    tensors: tuple[TfliteTensor, ...]
    ops: tuple[TfliteOp, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    metadata: Mapping[str, bytes]
