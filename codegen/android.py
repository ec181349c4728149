"""The Android app: a Gradle project in Kotlin, which is generated, but not built here."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from codegen.companions import readme
from codegen.contract_check import check_contract
from codegen.kotlin_contract import kotlin_contract, step_files
from codegen.templates import TEMPLATES, render
from zoo.errors import ToolchainError
from zoo.plugs import AppGenerator, AppRequest, AppRun, Library
from zoo.recipe import GoldenInput

__all__ = ["APP"]

_ANDROID = TEMPLATES / "android"
_SOURCES = "app/src/main/kotlin/zoo"
_COMPANIONS = ("README.md", "benchmark.sh")


class AndroidApp(AppGenerator):
    """App generator 'android'."""

    name = "android"
    stand_in = ""
    not_here = (
        "the Android app was not compiled and not run: that needs the Android SDK and a device; "
        "its Kotlin is compared with the reference by the zoo's tests only, its self-test runs "
        "when it starts"
    )

    def generate(self, request: AppRequest) -> Mapping[str, bytes]:
        """Return a Gradle project; raises RecipeError for a contract that it cannot follow."""
        check_contract(request.contract)
        app = kotlin_contract(request)
        files = {}
        for path in sorted(filter(Path.is_file, _ANDROID.rglob("*"))):
            name = path.relative_to(_ANDROID).as_posix()
            if path.suffix == ".j2":
                files[name.removesuffix(".j2")] = render(f"android/{name}", app=app)
            else:
                files[name] = path.read_bytes()
        steps = step_files(request.contract).items()
        return {**files, **{f"{_SOURCES}/steps/{name}": content for name, content in steps}}

    def build(self, source: Path, out: Path) -> Path:  # noqa: ARG002
        """Raise ToolchainError: Gradle builds it, where an Android SDK is."""
        raise ToolchainError(f"{source}: {self.not_here}")

    def companions(self, request: AppRequest, facts: Mapping[str, str]) -> Mapping[str, bytes]:
        """Return README.md, and benchmark.sh, which runs the vendor's tool by adb."""
        bundle = readme(request, facts)
        return {name: render(f"bundle/android/{name}.j2", bundle=bundle) for name in _COMPANIONS}

    def libraries(self) -> tuple[Library, ...]:
        """Return nothing: Gradle gets what build.gradle.kts names."""
        return ()

    def run(
        self,
        program: Path,
        artifact: Path,  # noqa: ARG002
        golden: Sequence[GoldenInput],  # noqa: ARG002
    ) -> tuple[AppRun, ...]:
        """Raise ToolchainError: only a device runs it."""
        raise ToolchainError(f"{program}: {self.not_here}")


APP = AndroidApp()
