"""The apps of the K210: on its KPU, or as C on its CPU."""

from codegen.k210 import FirmwareBackend
from codegen.rv64 import FirmwareApp, Rv64Toolchain
from zoo.advice import Advice

__all__ = ["K210", "K210_C"]


K210 = FirmwareApp(
    "k210",
    FirmwareBackend(on_kpu=True),
    Rv64Toolchain(),
    texts={"README.md": "bundle/k210/README.md.j2"},
    further={"on_kpu": True},
    stand_in="C code for the KPU, emulated rv64",
)

# For networks that the KPU does not take.
K210_C = FirmwareApp(
    "k210-c",
    FirmwareBackend(on_kpu=False),
    Rv64Toolchain(),
    texts={"README.md": "bundle/k210/README.md.j2"},
    further={"on_kpu": False},
    installations=(
        Advice(
            "unpack {archive}; {name}/README.md says how the SDK builds {name}/app/src, and how "
            "kflash writes it"
        ),
    ),
    stand_in="emulated rv64",
)
