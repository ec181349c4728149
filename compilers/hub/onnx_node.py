"""A node of an ONNX file as a plain value."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["OnnxNode"]


@dataclass(frozen=True)
class OnnxNode:
    """One node of the file without protobuf. inputs: '' where omitted."""

    name: str
    domain: str
    op_type: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any]
