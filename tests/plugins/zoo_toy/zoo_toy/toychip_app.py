"""The app of the toy chip: a back end of its own, and parts that the zoo brings."""

from pathlib import Path

from codegen.app import App
from codegen.c_border import network_sources
from codegen.companions import TEXTS
from codegen.machines import PC
from codegen.sources import CppBackend
from codegen.toolchain import LinuxToolchain

__all__ = ["APP"]

_HERE = Path(__file__).parent

APP = App(
    "cpp-toychip",
    CppBackend(
        "toychip",  # toychip.cpp
        folder=_HERE,
        extras=tuple(
            f"backends/{name}.{suffix}"
            for name in ("c99_team", "c99_tensor")
            for suffix in ("hpp", "cpp")
        ),
        network=network_sources,
    ),
    LinuxToolchain(PC),
    texts={**TEXTS, "README.md": _HERE / "toychip_readme.md.j2"},
    loads=lambda main: "network.json",  # noqa: ARG005 (whatever it is called)
    packages={"toyfw": 0x8000},
    stand_in="toy chip's C code",
)
