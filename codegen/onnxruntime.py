"""The C++ app on ONNX Runtime, and the runtime's library from the installed wheel."""

from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from codegen.app_run import run_app
from codegen.companions import companions
from codegen.contract_check import check_contract
from codegen.linux import PC
from codegen.sources import CppBackend, app_sources
from codegen.toolchain import build_program, toolchain_tools
from codegen.vendored import VENDORED_TOOLS, vendored_libraries
from zoo.errors import ToolchainError
from zoo.plugs import AppGenerator, AppRequest, AppRun, Library
from zoo.recipe import GoldenInput
from zoo.tool import Tool

__all__ = ["APP", "BACKEND", "onnxruntime_library"]

BACKEND = CppBackend(
    "onnxruntime",
    links=("-static-libstdc++", "-static-libgcc"),
    links_reason="Only the C library and the inference runtime are needed on the board.",
)
_REMEDY = "pip install onnxruntime"


class OnnxRuntimeApp(AppGenerator):
    """App generator 'cpp-onnxruntime': for every board that ONNX Runtime is built for."""

    name = "cpp-onnxruntime"
    stand_in = ""

    @property
    def tools(self) -> tuple[Tool, ...]:
        """Programs that building needs."""
        return (*toolchain_tools(PC), *VENDORED_TOOLS)

    def generate(self, request: AppRequest) -> Mapping[str, bytes]:
        """Return the sources; raises RecipeError for a contract that no app can follow."""
        check_contract(request.contract)
        return app_sources(request, BACKEND)

    def build(self, source: Path, out: Path) -> Path:
        """Compile for PCs; raises ToolchainError."""
        return build_program(source, out, PC)

    def companions(self, request: AppRequest, facts: Mapping[str, str]) -> Mapping[str, bytes]:
        """Return README.md, install.sh and selftest of a bundle."""
        return companions(request, facts)

    def libraries(self) -> tuple[Library, ...]:
        """Return ONNX Runtime and what is compiled in; raises ToolchainError without one."""
        return onnxruntime_library(), *vendored_libraries()

    def run(
        self, program: Path, artifact: Path, golden: Sequence[GoldenInput]
    ) -> tuple[AppRun, ...]:
        """Run with the installed library on one thread, as executors do."""
        library = onnxruntime_library().file
        options = ("--onnxruntime", str(library), "--threads", "1")
        return tuple(run_app(program, artifact, item, options) for item in golden)


def onnxruntime_library() -> Library:
    """Return the shared library of the installed wheel; raises ToolchainError without one."""
    try:
        wheel = distribution("onnxruntime")
    except PackageNotFoundError as error:
        raise ToolchainError(f"the app needs ONNX Runtime; {_REMEDY}") from error
    folder = Path(str(wheel.locate_file("onnxruntime")))
    files = sorted(folder.glob("capi/libonnxruntime.so*"))
    if not files:
        raise ToolchainError(f"{folder}: has no capi/libonnxruntime.so; {_REMEDY} again")
    texts = {name: folder / name for name in ("LICENSE", "ThirdPartyNotices.txt")}
    return Library("onnxruntime", wheel.version, "MIT", files[0], texts)


APP = OnnxRuntimeApp()
