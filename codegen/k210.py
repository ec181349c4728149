"""The K210 firmware's source tree: C++ for the contract's steps, C for the board.

The network is a kmodel that the SDK runs on the KPU, or C code that the CPU runs.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from codegen.c_border import network_sources, tensor_literal
from codegen.c_lines import filled
from codegen.contract_code import contract_code
from codegen.maixpy import maixpy_script
from codegen.sources import step_headers
from codegen.templates import TEMPLATES, render
from zoo.errors import RefusedError
from zoo.plugs import AppRequest, Library
from zoo.tool import Tool

__all__ = ["FirmwareBackend"]

_CPP, _K210 = TEMPLATES / "cpp", TEMPLATES / "k210"
_CORE = (
    *("backend.hpp", "contract.hpp", "finding.cpp", "finding.hpp", "json_value.cpp"),
    *("json_value.hpp", "latency.hpp", "photo.hpp", "pixel_levels.cpp", "pixel_levels.hpp"),
    *("signal_file.hpp", "tensor_spec.cpp"),
)
_SHARED = (
    *(".clang-format", "backends/c99_tensor.cpp", "backends/c99_tensor.hpp"),
    "plain/quoted.cpp",
)
_ON_CPU = ("backends/c99.cpp",)
_ON_KPU = ("kmodel.S", "kpu_border.hpp", "kpu_network.cpp")
_STAND_IN = "stand_in/"
_SIDES = ("inputs", "outputs")
_PROGRAM_BYTES = 1 << 20
"""Of the program, and of the camera's picture, in bytes and for the screen."""


@dataclass(frozen=True)
class FirmwareBackend:
    """Generates the firmware. on_kpu: whether the network is a kmodel; otherwise C code."""

    on_kpu: bool
    tools: tuple[Tool, ...] = ()

    def sources(self, request: AppRequest) -> Mapping[str, bytes]:
        """Return the sources by relative path.

        Raises RecipeError for a contract that cannot be written in C++, RefusedError for another
        artifact, or one that the board's memory cannot hold.
        """
        _demand_memory(request)
        network = _kpu_network(request) if self.on_kpu else _cpu_network(request)
        files = {**_copied(), **step_headers(request), **network}
        files["contract.cpp"] = render("cpp/contract.cpp.j2", **contract_code(request))
        return dict(sorted(files.items()))

    def libraries(self) -> tuple[Library, ...]:
        """Return no libraries: the firmware has the compiler's own."""
        return ()


def _demand_memory(request: AppRequest) -> None:
    """Raise RefusedError if the network leaves no memory for the firmware.

    The firmware runs in the same memory as its constants, which it has copied from the flash.
    """
    total = request.target.facts.get("main_ram_bytes")
    facts = json.loads(request.artifact_files.get("network.json", b"{}"))
    kmodel = request.artifact_files.get("network.kmodel", b"")
    reals = 4 * sum(prod(tensor["shape"]) for side in _SIDES for tensor in facts.get(side, ()))
    needed = facts.get("arena_bytes", 0) + facts.get("weights_bytes", 0) + len(kmodel) + reals
    if isinstance(total, int) and needed + _PROGRAM_BYTES > total:
        raise RefusedError(
            f"{request.target.name}: the network needs {needed:,} bytes, and a firmware about "
            f"{_PROGRAM_BYTES:,}; the board has {total:,}; use a smaller network or input"
        )


def _copied() -> dict[str, bytes]:
    """Return what every firmware has."""
    shared = (*_SHARED, *(f"core/{name}" for name in _CORE))
    files = {name: (_CPP / name).read_bytes() for name in shared}
    own = (path for path in _K210.rglob("*") if path.is_file() and path.suffix != ".j2")
    named = {path.relative_to(_K210).as_posix(): path for path in own}
    return files | {name: path.read_bytes() for name, path in named.items() if name not in _ON_KPU}


def _cpu_network(request: AppRequest) -> dict[str, bytes]:
    """Return the network as C, called by the program as on every board."""
    return {
        **{name: (_CPP / name).read_bytes() for name in _ON_CPU},
        **network_sources(request),
    }


def _kpu_network(request: AppRequest) -> dict[str, bytes]:
    """Return the kmodel, what the program knows of it, and its stand-in."""
    files = request.artifact_files
    if "network.json" not in files:
        raise RefusedError(
            f"{request.target.name}: app '{request.target.app}' needs a kmodel with its "
            f"network.json, but the artifact is '{request.artifact_main}'; set the target's "
            "compiler to 'kmodel'"
        )
    facts: Mapping[str, Any] = json.loads(files["network.json"])
    (source,), outputs = facts["inputs"], facts["outputs"]
    script = maixpy_script(request, facts)
    border = {
        "model": request.model,
        "input": tensor_literal(source),
        "outputs": tuple(map(tensor_literal, outputs)),
    }
    return {
        **{name: (_K210 / name).read_bytes() for name in _ON_KPU},
        **{
            name: content
            for name, content in files.items()
            if name.startswith(_STAND_IN) and name.endswith((".c", ".h"))
        },
        "network.kmodel": files[request.artifact_main],
        "kpu_border.cpp": render("k210/kpu_border.cpp.j2", **border),
        "stand_in/kpu.c": render("k210/stand_in/kpu.c.j2", **_stand_in(request, source, outputs)),
        **({"maixpy/main.py": script} if script is not None else {}),
    }


@dataclass(frozen=True)
class StandInTensor:
    """An input or output in the context of templates/k210/stand_in/kpu.c.j2.

    name: of its array.  channels, pixels: of an image; a vector has one pixel.
    scale: a C literal.
    """

    name: str
    ctype: str
    channels: int
    pixels: int
    zero_point: int
    scale: str

    @property
    def size(self) -> int:
        """Number of elements."""
        return self.channels * self.pixels


def _stand_in(
    request: AppRequest, source: Mapping[str, Any], outputs: Sequence[Mapping[str, Any]]
) -> Mapping[str, object]:
    given = _tensor("input", source)
    found = [_tensor(f"output_{index}", output) for index, output in enumerate(outputs)]
    names = [tensor.name for tensor in (given, *found)]
    return {
        "model": request.model,
        "input": given,
        "outputs": found,
        "tensors": [given, *found],
        "call": filled("network_run", names, ";", indent=2),
    }


def _tensor(name: str, fact: Mapping[str, Any]) -> StandInTensor:
    shape = fact["shape"]
    channels = shape[0] if len(shape) == 3 else prod(shape)
    return StandInTensor(
        name,
        fact["ctype"],
        channels,
        prod(shape) // channels,
        fact["zero_point"],
        f"{float(fact['scale'])!r}f",
    )
