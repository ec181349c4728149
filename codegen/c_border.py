"""The C code of a network compiled into an app, and the tensors at its border."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from codegen.c_lines import filled
from codegen.cpp_literal import literal
from codegen.templates import render
from zoo.errors import RefusedError
from zoo.plugs import AppRequest

__all__ = ["network_sources"]

_FOLDER = "network"


@dataclass(frozen=True)
class TensorsCode:
    """Context of templates/cpp/network_tensors.cpp.j2.

    input, outputs: IntegerTensor literals.  call: lines of the call of the network.
    """

    input: str
    outputs: tuple[str, ...]
    call: tuple[str, ...]


def network_sources(request: AppRequest) -> dict[str, bytes]:
    """Return network/: the network's C code, and tensors.cpp that calls it.

    Raises RefusedError for an artifact that is not C code.
    """
    if "network.h" not in request.artifact_files:
        raise RefusedError(
            f"{request.target.name}: app '{request.target.app}' needs C code, but the artifact is "
            f"'{request.artifact_main}'; set the target's compiler to 'c'"
        )
    sources = {
        f"{_FOLDER}/{name}": content
        for name, content in request.artifact_files.items()
        if name.endswith((".c", ".h"))
    }
    facts = json.loads(request.artifact_files[request.artifact_main])
    tensors = render("cpp/network_tensors.cpp.j2", network=_tensors_code(facts))
    return {**sources, f"{_FOLDER}/tensors.cpp": tensors}


def _tensors_code(facts: Mapping[str, Any]) -> TensorsCode:
    (source,), outputs = facts["inputs"], facts["outputs"]
    arguments = [_pointer("const ", source, "input.data()")]
    arguments += [_pointer("", out, f"outputs[{i}].data()") for i, out in enumerate(outputs)]
    return TensorsCode(
        input=_literal(source),
        outputs=tuple(map(_literal, outputs)),
        call=filled("network_run", arguments, ";", indent=2),
    )


def _literal(fact: Mapping[str, Any]) -> str:
    name, shape = literal(fact["name"]), literal(fact["shape"])
    is_signed = literal(fact["ctype"] == "int8_t")
    scale, half_up = f"{literal(fact['scale'])}f", literal(fact["rounding"] == "half_up")
    return f"{{{{{name}, {shape}}}, {is_signed}, {scale}, {fact['zero_point']}, {half_up}}}"


def _pointer(const: str, fact: Mapping[str, Any], data: str) -> str:
    if fact["ctype"] == "uint8_t":
        return data
    return f"reinterpret_cast<{const}{fact['ctype']}*>({data})"
