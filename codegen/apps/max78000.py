"""The app of the MAX78000."""

from codegen.app import App
from codegen.c_border import network_sources
from codegen.companions import TEXTS
from codegen.machines import PC
from codegen.max78000 import firmware_sources
from codegen.sources import CppBackend
from codegen.toolchain import LinuxToolchain
from zoo.advice import Advice

__all__ = ["MAX78000"]


# The same program for the PC, and a firmware beside it, which runs one network.
MAX78000 = App(
    "max78000",
    CppBackend("c99", network=network_sources, beside=firmware_sources),
    LinuxToolchain(PC),
    texts={**TEXTS, "README.md": "bundle/max78000/README.md.j2"},
    takes_signals=True,
    installations=(
        Advice(
            "build {name}/app/src/firmware with the vendor's SDK, then: zoo flash {archive} "
            "--firmware build/firmware.elf",
            needs="app/src/firmware/",
        ),
        Advice(
            "unpack {archive}; call {name}/app/src/network/network.h from your firmware",
            needs="app/src/network/",
        ),
    ),
)
