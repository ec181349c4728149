"""The C++ app with the network compiled in as C: for every board with a C++ compiler."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codegen.app_run import run_app
from codegen.c_lines import filled
from codegen.companions import companions
from codegen.contract_check import check_contract
from codegen.cpp_literal import literal
from codegen.linux import PC
from codegen.sources import CppBackend, app_sources
from codegen.templates import render
from codegen.toolchain import build_program, toolchain_tools
from codegen.vendored import VENDORED_TOOLS, vendored_libraries
from zoo.errors import RefusedError
from zoo.plugs import AppGenerator, AppRequest, AppRun, Library
from zoo.recipe import GoldenInput
from zoo.tool import Tool

__all__ = ["APP", "BACKEND"]

BACKEND = CppBackend(
    "c99",
    links=("-static-libstdc++", "-static-libgcc"),
    links_reason="Only the C library is needed on the board.",
)
_FOLDER = "network"


@dataclass(frozen=True)
class TensorsCode:
    """Context of templates/cpp/network_tensors.cpp.j2.

    input, outputs: IntegerTensor literals.  call: lines of the call of the network.
    """

    input: str
    outputs: tuple[str, ...]
    call: tuple[str, ...]


class CApp(AppGenerator):
    """App generator 'cpp-c': one program that needs no other file."""

    name = "cpp-c"
    stand_in = ""

    @property
    def tools(self) -> tuple[Tool, ...]:
        """Programs that building needs."""
        return (*toolchain_tools(PC), *VENDORED_TOOLS)

    def generate(self, request: AppRequest) -> Mapping[str, bytes]:
        """Return the sources, the network's among them.

        Raises RecipeError for a contract that no app can follow, RefusedError for an artifact
        that is no C code.
        """
        check_contract(request.contract)
        return app_sources(request, BACKEND, network_sources(request))

    def build(self, source: Path, out: Path) -> Path:
        """Compile for PCs; raises ToolchainError."""
        return build_program(source, out, PC)

    def companions(self, request: AppRequest, facts: Mapping[str, str]) -> Mapping[str, bytes]:
        """Return README.md, install.sh and selftest of a bundle."""
        return companions(request, facts)

    def libraries(self) -> tuple[Library, ...]:
        """Return what is compiled in; nothing else is needed."""
        return vendored_libraries()

    def run(
        self, program: Path, artifact: Path, golden: Sequence[GoldenInput]
    ) -> tuple[AppRun, ...]:
        """Run the program."""
        return tuple(run_app(program, artifact, item) for item in golden)


def network_sources(request: AppRequest) -> dict[str, bytes]:
    """Return the network's C code, and what the app says of its border."""
    if "network.h" not in request.artifact_files:
        raise RefusedError(
            f"{request.target.name}: app 'cpp-c' compiles C code in, the artifact "
            f"'{request.artifact_main}' is none; give the target the compiler 'c'"
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


APP = CApp()
