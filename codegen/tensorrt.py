"""The C++ app on TensorRT, for PCs with a GeForce RTX and for Jetson boards."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

from codegen.app_run import run_app
from codegen.companions import companions
from codegen.contract_check import check_contract
from codegen.jetson import JETSON_PACKAGE
from codegen.sources import CppBackend, app_sources
from codegen.templates import TEMPLATES
from codegen.tensorrt_hosts import JetsonHost, PcHost, TensorRtHost
from codegen.tensorrt_stand_in import build_stand_in
from codegen.vendored import VENDORED_TOOLS, vendored_libraries
from zoo.plugs import AppGenerator, AppRequest, AppRun, Library
from zoo.recipe import GoldenInput
from zoo.tool import Tool

__all__ = ["APP", "BACKEND", "JETSON_APP", "TensorRtApp"]

BACKEND = CppBackend(
    "tensorrt",
    links=("-static-libstdc++", "-static-libgcc"),
    links_reason="Only the C library is needed; TensorRT is behind a library made on the board.",
)
_ADAPTER = TEMPLATES / "tensorrt"
_OTHER_ORDER = "integers as float32, summed in another order"
_COMPANIONS = {
    "README.md": "bundle/tensorrt/README.md.j2",
    "install.sh": "bundle/tensorrt/install.sh.j2",
}


class TensorRtApp(AppGenerator):
    """App generator for a kind of machine with NVIDIA's GPU."""

    def __init__(self, name: str, host: TensorRtHost) -> None:
        self.name = name
        self.stand_in = host.stand_in
        self.stand_in_differs = _OTHER_ORDER if host.sums_floats_differently else ""
        self._host = host

    @property
    def tools(self) -> tuple[Tool, ...]:
        """Programs that building and running need."""
        return (*self._host.tools, *VENDORED_TOOLS)

    def generate(self, request: AppRequest) -> Mapping[str, bytes]:
        """Return the sources, and those of the library that is made on the board.

        Raises RecipeError for a contract that no app can follow.
        """
        check_contract(request.contract)
        files = app_sources(request, BACKEND)
        adapter = sorted(_ADAPTER.glob("adapter/*"))
        return files | {
            path.relative_to(_ADAPTER).as_posix(): path.read_bytes() for path in adapter
        }

    def build(self, source: Path, out: Path) -> Path:
        """Compile for the machine; raises ToolchainError."""
        return self._host.build(source, out)

    def companions(self, request: AppRequest, facts: Mapping[str, str]) -> Mapping[str, bytes]:
        """Return README.md, install.sh and selftest of a bundle."""
        return companions(request, facts, _COMPANIONS)

    def libraries(self) -> tuple[Library, ...]:
        """Return what is compiled in; TensorRT and CUDA belong to the machine."""
        return vendored_libraries()

    def run(
        self, program: Path, artifact: Path, golden: Sequence[GoldenInput]
    ) -> tuple[AppRun, ...]:
        """Run on the stand-in, which builds an engine of its own, as another TensorRT would."""
        with TemporaryDirectory(prefix="zoo-stand-in-") as folder, self._host.standing_in() as here:
            library = build_stand_in(Path(folder), here.compiler, here.flags)
            options = ("--tensorrt", str(library), "--engines", str(Path(folder) / "engine"))
            return tuple(run_app(program, artifact, i, options, here.launcher) for i in golden)


class JetsonApp(TensorRtApp):
    """The same for Jetson boards, with Debian packages."""

    packages: Mapping[str, Any] = MappingProxyType({"deb": JETSON_PACKAGE})


APP = TensorRtApp("cpp-tensorrt", PcHost())
JETSON_APP = JetsonApp("cpp-tensorrt-jetson", JetsonHost())
