"""Firmware for a 64-bit RISC-V: compiled by Debian's cross compiler, run here under emulation.

Here it is a static Linux program, because Debian has no C++ library for one without an operating
system. A stand-in takes the place of the board's own sources; these are compiled, too, against
stubs of the SDK's headers, but not linked.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import which

from codegen.app import App
from codegen.app_run import run_firmware
from codegen.compiler_call import call_compiler
from codegen.cpp_library import gnu_libraries
from zoo.errors import MissingToolError
from zoo.plugs import AppRun, Library
from zoo.recipe import GoldenInput
from zoo.tool import Tool

__all__ = ["FirmwareApp", "Rv64Toolchain"]

_PURPOSE, _REMEDY = "apps of the K210", "scripts/toolchains k210"
_CPP, _C, _EMULATOR = "riscv64-linux-gnu-g++", "riscv64-linux-gnu-gcc", "qemu-riscv64"
_WHAT = "the firmware"
_PROCESSOR = ("-march=rv64imafdc", "-mabi=lp64d")
_WARNINGS = ("-Wall", "-Wextra", "-Werror")
_EMULATED = "sifive-u54"  # RV64GC, as the K210


@dataclass(frozen=True)
class Rv64Toolchain:
    """Compiles a firmware's sources, and starts the program on this machine."""

    tools: tuple[Tool, ...] = (
        Tool("RISC-V C++ compiler", "program", (_CPP,), f"building {_PURPOSE}", _REMEDY),
        Tool("RISC-V emulator", "program", (_EMULATOR,), f"proof of {_PURPOSE}", _REMEDY),
    )

    def libraries(self) -> tuple[Library, ...]:
        """Return GNU's libraries, which are in the static program."""
        return gnu_libraries(_CPP, "riscv64")

    def build(self, source: Path, out: Path) -> Path:
        """Compile `source` in `out` and return the program; raises ToolchainError."""
        out.mkdir(parents=True, exist_ok=True)
        for path in sorted(source.glob("board/*.c")):
            _compile(_C, ("-std=c11", *_WARNINGS), source, path, out)
        networks = (*source.glob("network/*.c"), *source.glob("stand_in/*.c"))
        objects = [_compile(_C, ("-std=c11", *_WARNINGS), source, c, out) for c in sorted(networks)]
        objects.append(_compile(_CPP, _cpp_flags(), source, _together(source, out), out))
        kmodel = source / "kmodel.S"
        if kmodel.exists():
            objects.append(_compile(_C, (f"-Wa,-I,{source}",), source, kmodel, out))
        program = out / "app"
        words = ("-static", "-s", "-Wl,--build-id=none", *map(str, objects), "-o", str(program))
        call_compiler([_CPP, *_PROCESSOR, *words], _WHAT)
        return program

    @contextmanager
    def launcher(self, environment: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
        """Yield the command prefix that starts a program here; raises ToolchainError.

        environment: variables for the program.
        """
        emulator = which(_EMULATOR)
        if emulator is None:
            raise MissingToolError(f"no {_EMULATOR} on the PATH, for the {_PURPOSE}; {_REMEDY}")
        variables = (w for name, value in environment.items() for w in ("-E", f"{name}={value}"))
        yield (emulator, "-cpu", _EMULATED, *variables)


def _cpp_flags() -> tuple[str, ...]:
    # Steps must compute the same bits on every CPU.
    return ("-std=c++17", *_WARNINGS, "-Wconversion", "-Wshadow", "-ffp-contract=off")


def _together(source: Path, out: Path) -> Path:
    """Return a file of all C++ sources: one compilation is faster than many."""
    names = sorted(path.relative_to(source).as_posix() for path in source.rglob("*.cpp"))
    file = out / "firmware_sources.cpp"
    file.write_text("".join(f'#include "{name}"\n' for name in names), "utf-8")
    return file


def _compile(compiler: str, flags: Sequence[str], source: Path, path: Path, out: Path) -> Path:
    """Return the object file; raises ToolchainError."""
    folders = [f"-I{source / name}" for name in (".", "sdk_stubs", "stand_in")]
    maps = [f"-ffile-prefix-map={folder}=." for folder in (source, out)]
    result = out / f"{path.parent.name}_{path.stem}.o"
    words = (*_PROCESSOR, *flags, *folders, *maps, "-O2", "-c", str(path), "-o", str(result))
    call_compiler([compiler, *words], _WHAT)
    return result


@dataclass(frozen=True)
class FirmwareApp(App):
    """A firmware, whose stand-in takes pictures from standard input."""

    def run(
        self,
        program: Path,
        artifact: Path,  # noqa: ARG002 (it is part of the program)
        golden: Sequence[GoldenInput],
    ) -> tuple[AppRun, ...]:
        """Run the firmware on each picture."""
        with self._toolchain(program).launcher({}) as words:
            return run_firmware([*words, str(program)], golden)
