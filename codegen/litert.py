"""The C++ app on LiteRT for the Raspberry Pi 4, and LiteRT's library for its processor."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from codegen.app_run import run_app
from codegen.arm_linux import ARM_TOOLS, cross_build, emulated
from codegen.cmake_build import BUILD_TOOLS
from codegen.companions import companions
from codegen.contract_check import check_contract
from codegen.raspberry_pi import RASPBERRY_PI_4
from codegen.sources import CppBackend, app_sources
from codegen.stb import STB, stb_library
from codegen.wheels import Wheel, wheel_member
from zoo.plugs import AppRequest, AppRun, Library
from zoo.recipe import GoldenInput

__all__ = ["APP", "BACKEND", "WHEEL"]

BACKEND = CppBackend(
    "litert",
    links=("-static-libstdc++", "-static-libgcc"),
    links_reason="Only the C library and the inference runtime are needed on the board.",
)
WHEEL = Wheel(
    project="ai-edge-litert",
    version="2.3.0",
    file="ai_edge_litert-2.3.0-cp311-cp311-manylinux_2_27_aarch64.whl",
    sha256="853fc608f96da87bd5f3458465dfb9abbf18d5ae6b94eceacead407146f175ae",
    url=(
        "https://files.pythonhosted.org/packages/33/68/"
        "446c2685f5752eef7891dc8a43ca27bd393461ea0caac7c413587c2f4535/"
        "ai_edge_litert-2.3.0-cp311-cp311-manylinux_2_27_aarch64.whl"
    ),
    library="ai_edge_litert/libLiteRt.so",
    licence="Apache-2.0",
)


class LitertApp:
    """App generator 'cpp-litert'."""

    name = "cpp-litert"
    stand_in = f"emulated {RASPBERRY_PI_4.cpu}"
    tools = (*BUILD_TOOLS, STB, *ARM_TOOLS)

    def generate(self, request: AppRequest) -> Mapping[str, bytes]:
        """Return the sources; raises RecipeError for a contract that no app can follow."""
        check_contract(request.contract)
        return app_sources(request, BACKEND)

    def build(self, source: Path, out: Path) -> Path:
        """Compile for the board; raises ToolchainError."""
        return cross_build(source, out, RASPBERRY_PI_4)

    def companions(self, request: AppRequest, facts: Mapping[str, str]) -> Mapping[str, bytes]:
        """Return README.md, install.sh and selftest of a bundle."""
        return companions(request, facts)

    def libraries(self) -> tuple[Library, ...]:
        """Return stb; LiteRT comes to the board by install.sh."""
        return (stb_library(),)

    def run(
        self, program: Path, artifact: Path, golden: Sequence[GoldenInput]
    ) -> tuple[AppRun, ...]:
        """Run under emulation of the board's processor, with LiteRT's library for it."""
        options = ("--litert", str(wheel_member(WHEEL, WHEEL.library)), "--threads", "1")
        with emulated(RASPBERRY_PI_4) as words:
            return tuple(run_app(program, artifact, item, options, words) for item in golden)


APP = LitertApp()
