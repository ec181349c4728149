"""Fix points from pytorch_nndct's quant_info.json.

    {"param": {"Network::n3.weight": [[8, 9]], ...},
     "output": {"Network::Network/Conv2d[n3]/input.7": [[8, 4]], ...}, ...}

Each value is [bit width, fix point], scale = 2**-fix_point. Values that share their consumer's,
such as the inputs of a concat, have none.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compilers.quantize.nndct.describe import module_name
from zoo.errors import QuantizeError
from zoo.graph import Graph

__all__ = ["FixPoints", "read_fix_points"]

_PARAMETER = re.compile(r"::(?P<node>n\d+)\.(?P<role>weight|bias)$")
_OUTPUT = re.compile(r"\[(?P<node>n\d+)(_act)?\]/[^/]*$")
_BITS = 8


@dataclass(frozen=True)
class FixPoints:
    """Fix points by the names of the graph's tensors."""

    parameters: Mapping[str, int]
    activations: Mapping[str, int]


def read_fix_points(file: Path, graph: Graph) -> FixPoints:
    """Return the file's fix points for a graph written by `describe`.

    Raises QuantizeError if the file is missing, has another form, or lacks a weight.
    """
    found = _read(file)
    parameters, activations = {}, {}
    for index, node in enumerate(graph.nodes):
        name = module_name(index)
        for role, tensor in zip(("weight", "bias"), node.inputs[1:], strict=False):
            if graph.tensors[tensor].is_constant:
                parameters[tensor] = _point(found["param"], (name, role), file)
        if name in found["output"]:
            activations[node.output] = found["output"][name]
    return FixPoints(parameters, activations)


def _read(file: Path) -> dict[str, dict[Any, int]]:
    """Return the fix points of parameters by (module, role), and of outputs by module."""
    try:
        content = json.loads(file.read_text("utf-8"))
        parameters = {key: _value(value) for key, value in content["param"].items()}
        outputs = {key: _value(value) for key, value in content["output"].items()}
    except OSError as error:
        raise QuantizeError(
            f"{file}: pytorch_nndct wrote no fix points ({error.strerror}); its messages say why"
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise QuantizeError(
            f"{file}: not the form of pytorch_nndct 2.5 to 3.5 ({error!r}); expected 'param' "
            "and 'output' with [[8, fix point]] each: use one of these versions"
        ) from error
    return {
        "param": {
            m.group("node", "role"): p for k, p in parameters.items() if (m := _PARAMETER.search(k))
        },
        "output": {m["node"]: p for k, p in outputs.items() if (m := _OUTPUT.search(k))},
    }


def _value(value: Any) -> int:  # noqa: ANN401 (JSON)
    ((bits, point),) = value
    if bits != _BITS or not isinstance(point, int):
        raise ValueError(value)
    return point


def _point(known: Mapping[Any, int], key: tuple[str, str], file: Path) -> int:
    if key not in known:
        raise QuantizeError(
            f"{file}: has no fix point of {'.'.join(key)}; known are "
            f"{', '.join('.'.join(k) for k in list(known)[:5]) or 'none'}: quantize again"
        )
    return known[key]
