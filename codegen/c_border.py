"""The C code of networks compiled into an app, and the tensors at their border."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from codegen.c_lines import filled
from codegen.cpp_literal import literal
from codegen.templates import render
from zoo.bundle.bundle import DETECTOR
from zoo.c_program import element_bytes, prefix_of
from zoo.errors import RefusedError
from zoo.plugs import AppDetector, AppRequest

__all__ = ["network_sources", "tensor_literal"]


@dataclass(frozen=True)
class NetworkCall:
    """A network in the context of templates/cpp/networks.cpp.j2.

    prefix: start of its names, and its folder.  input, outputs: IntegerTensor literals.
    call: lines of the call of the network.  shared_call: of that for one of several threads.
    """

    prefix: str
    input: str
    outputs: tuple[str, ...]
    call: tuple[str, ...]
    shared_call: tuple[str, ...]

    @property
    def arena_bytes(self) -> str:
        return f"{self.prefix.upper()}_ARENA_BYTES"


def network_sources(request: AppRequest) -> dict[str, bytes]:
    """Return the C code of each network in a folder of its own, and networks.cpp that calls it.

    Raises RefusedError for an artifact that is not C code.
    """
    networks: dict[str, AppRequest | AppDetector] = {prefix_of(""): request}
    if request.detector is not None:
        networks = {DETECTOR: request.detector, **networks}
    calls = [_call(_facts(network, prefix, request)) for prefix, network in networks.items()]
    sources = {
        f"{prefix}/{name}": content
        for prefix, network in networks.items()
        for name, content in network.artifact_files.items()
        # Other folders hold the code of vendors' tools.
        if name.endswith((".c", ".h")) and "/" not in name
    }
    arenas = [call.arena_bytes for call in calls] if request.detector else []
    return {**sources, "networks.cpp": render("cpp/networks.cpp.j2", networks=calls, arenas=arenas)}


def _facts(
    network: AppRequest | AppDetector, prefix: str, request: AppRequest
) -> Mapping[str, Any]:
    main, files = network.artifact_main, network.artifact_files
    if f"{prefix}.h" not in files:
        raise RefusedError(
            f"{request.target.name}: app '{request.target.app}' needs C code, but the artifact is "
            f"'{main}'; set the target's compiler to 'c'"
        )
    facts: Mapping[str, Any] = json.loads(files[main])
    return facts


def _call(facts: Mapping[str, Any]) -> NetworkCall:
    (source,), outputs = facts["inputs"], facts["outputs"]
    prefix = prefix_of(facts.get("part", ""))
    arguments = ["memory"] if "part" in facts else []
    arguments += [_pointer("const ", source, "input.data()")]
    arguments += [_pointer("", out, f"outputs[{i}].data()") for i, out in enumerate(outputs)]
    return NetworkCall(
        prefix=prefix,
        input=tensor_literal(source),
        outputs=tuple(map(tensor_literal, outputs)),
        call=filled(f"{prefix}_run", arguments, ";", indent=2),
        shared_call=filled(f"{prefix}_run_part", ["&own", *arguments], ";", indent=2),
    )


def tensor_literal(fact: Mapping[str, Any]) -> str:
    """Return an input or output of a network's JSON file as an IntegerTensor literal."""
    name, shape = literal(fact["name"]), literal(fact["shape"])
    is_signed = literal(not fact["ctype"].startswith("u"))
    size = element_bytes(fact["ctype"])
    wide = f", {size}" if size > 1 else ""
    scale, half_up = f"{literal(fact['scale'])}f", literal(fact["rounding"] == "half_up")
    return f"{{{{{name}, {shape}}}, {is_signed}, {scale}, {fact['zero_point']}, {half_up}{wide}}}"


def _pointer(const: str, fact: Mapping[str, Any], data: str) -> str:
    if fact["ctype"] == "uint8_t":
        return data
    return f"reinterpret_cast<{const}{fact['ctype']}*>({data})"
