"""The C++ app for the Raspberry Pi: compiled and emulated here, its runtime out of a wheel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codegen.app_run import run_app
from codegen.arm_linux import ARM_TOOLS, emulated
from codegen.board_images import BoardImage
from codegen.companions import readme
from codegen.contract_check import check_contract
from codegen.linux import LinuxMachine
from codegen.packages import DebianSettings
from codegen.sources import CppBackend, app_sources
from codegen.templates import render
from codegen.toolchain import build_program, toolchain_tools
from codegen.vendored import VENDORED_TOOLS, vendored_libraries
from codegen.wheels import Wheel, wheel_member
from zoo.plugs import AppGenerator, AppRequest, AppRun, Library
from zoo.recipe import GoldenInput
from zoo.tool import Tool

__all__ = ["RASPBERRY_PI_4", "RaspberryPiApp"]

RASPBERRY_PI_4 = LinuxMachine(
    "the Raspberry Pi 4",
    "aarch64",
    "cortex-a72",
    (2, 28),
    (BoardImage("Raspberry Pi OS 12 (Debian 12)", {"GLIBC": (2, 36), "GLIBCXX": (3, 4, 30)}),),
)
_COMPANIONS = ("README.md", "install.sh", "runtime.sh")


@dataclass(frozen=True)
class RaspberryPiApp(AppGenerator):
    """An app generator. wheel: has the runtime's library.  option: of the program, names it.

    stand_in_differs: as in zoo.plugs.AppGenerator.
    """

    name: str
    backend: CppBackend
    wheel: Wheel
    option: str
    stand_in_differs: str = ""
    stand_in: str = f"emulated {RASPBERRY_PI_4.cpu}"

    @property
    def tools(self) -> tuple[Tool, ...]:
        """Programs that building and running need."""
        return (*toolchain_tools(RASPBERRY_PI_4), *VENDORED_TOOLS, *ARM_TOOLS)

    def generate(self, request: AppRequest) -> Mapping[str, bytes]:
        """Return the sources; raises RecipeError for a contract that no app can follow."""
        check_contract(request.contract)
        return app_sources(request, self.backend)

    def build(self, source: Path, out: Path) -> Path:
        """Compile for the board; raises ToolchainError."""
        return build_program(source, out, RASPBERRY_PI_4)

    def companions(self, request: AppRequest, facts: Mapping[str, str]) -> Mapping[str, bytes]:
        """Return README.md, install.sh, selftest, and runtime.sh, which fetches the runtime."""
        bundle = readme(request, facts)
        own = {
            name: render(f"bundle/rpi4/{name}.j2", bundle=bundle, wheel=self.wheel)
            for name in _COMPANIONS
        }
        return {**own, "selftest": render("bundle/selftest.j2", bundle=bundle)}

    @property
    def packages(self) -> Mapping[str, Any]:  # type: ignore[override]
        """What packages of Raspberry Pi OS need; runtime.sh is in them."""
        # The C++ library is the runtime's wish, not the program's.
        settings = DebianSettings(
            templates="rpi4/debian",
            runtime=self.wheel.title,
            processor="the processor",
            depends="libc6 (>= 2.34), libgcc-s1, libstdc++6 (>= 12), python3",
            recommends="ca-certificates, curl | wget",
            options="--source /dev/video0 --track --heat board",
            further={"wheel": self.wheel},
        )
        return {"deb": settings}

    def libraries(self) -> tuple[Library, ...]:
        """Return what is compiled in; the runtime comes to the board by runtime.sh."""
        return vendored_libraries()

    def run(
        self, program: Path, artifact: Path, golden: Sequence[GoldenInput]
    ) -> tuple[AppRun, ...]:
        """Run under emulation of the board's processor, with the runtime for it."""
        library = wheel_member(self.wheel, self.wheel.member)
        options = (self.option, str(library), "--threads", "1")
        with emulated(RASPBERRY_PI_4) as words:
            return tuple(run_app(program, artifact, item, options, words) for item in golden)
