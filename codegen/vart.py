"""The C++ app on AMD's VART, for boards whose DPU runs an .xmodel."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from codegen.aarch64 import CROSS_TOOLS, KRIA, launcher, vart_options
from codegen.app_run import run_app
from codegen.board_images import check_versions
from codegen.cmake_build import cmake_build
from codegen.companions import companions
from codegen.contract_check import check_contract
from codegen.python_app import python_sources
from codegen.sources import CppBackend, app_sources
from codegen.stand_in import build_stand_in, stand_in_folder, stand_in_network
from codegen.toolchain import toolchain_tools
from codegen.vendored import VENDORED_TOOLS, vendored_libraries
from zoo.plugs import AppGenerator, AppRequest, AppRun, Library
from zoo.recipe import GoldenInput
from zoo.tool import Tool

__all__ = ["APP", "BACKEND"]

BACKEND = CppBackend(
    "vart",
    links=("vart-runner", "vart-mem-manager", "xir"),
    links_reason="AMD's runtime passes types of the C++ library, so that all share the board's.",
    extras=("aarch64.cmake",),
)
_COMPANIONS = {
    "README.md": "bundle/vart/README.md.j2",
    "install.sh": "bundle/vart/install.sh.j2",
}


class VartApp(AppGenerator):
    """App generator 'cpp-vart'."""

    name = "cpp-vart"
    stand_in = "stand-in DPU"

    @property
    def tools(self) -> tuple[Tool, ...]:
        """Programs that building and running need."""
        return (*toolchain_tools(KRIA), *VENDORED_TOOLS, *CROSS_TOOLS)

    def generate(self, request: AppRequest) -> Mapping[str, bytes]:
        """Return the sources; raises RecipeError for a contract that no app can follow."""
        check_contract(request.contract)
        request = _of_compiled(request)
        return {**app_sources(request, BACKEND), **python_sources(request)}

    def build(self, source: Path, out: Path) -> Path:
        """Compile for the board; raises ToolchainError.

        So, too, where the program would need newer libraries than the board's images have.
        """
        program = cmake_build(source, out, vart_options(source))
        check_versions(program, KRIA.images)
        return program

    def companions(self, request: AppRequest, facts: Mapping[str, str]) -> Mapping[str, bytes]:
        """Return README.md, install.sh and selftest of a bundle."""
        return companions(_of_compiled(request), facts, _COMPANIONS)

    def libraries(self) -> tuple[Library, ...]:
        """Return what is compiled in; AMD's runtime belongs to the board's image."""
        return vendored_libraries()

    def run(
        self, program: Path, artifact: Path, golden: Sequence[GoldenInput]
    ) -> tuple[AppRun, ...]:
        """Run under emulation, by real VART, with a stand-in for the DPU."""
        folder = stand_in_folder(artifact)
        network = stand_in_network(folder)
        options = ("--arch", str(artifact.with_name("arch.json")))
        with TemporaryDirectory(prefix="zoo-stand-in-") as place:
            words = launcher(build_stand_in(folder, Path(place)).parent)
            return tuple(run_app(program, network, item, options, words) for item in golden)


def _of_compiled(request: AppRequest) -> AppRequest:
    """Return the request for the file that the DPU takes, whether it is compiled here or later."""
    compiled = request.artifact_main.replace(".quantized.xmodel", ".xmodel")
    return replace(request, artifact_main=compiled)


APP = VartApp()
