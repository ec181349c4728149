"""Programs as WebAssembly, compiled by Zig."""

from collections.abc import Sequence
from pathlib import Path

from codegen.compiler_call import call_compiler
from codegen.zig_library import is_built, note_built
from zoo.errors import MissingToolError
from zoo.reporting import report
from zoo.zig import ZIG, zig_program

__all__ = ["compile_wasm"]

_WHAT = "the page's program"
_WARNINGS = ("-Wall", "-Wextra", "-Wconversion", "-Wshadow")
# Steps must compute the same bits on every CPU.
_TARGET = ("-target", "wasm32-wasi", "-msimd128", "-mbulk-memory", "-DNDEBUG", "-g0")
_EXACT = ("-ffp-contract=off",)
# Loops of the network become vectors; the rest is small.
_C, _CPP = ("-std=c99", "-O3"), ("-std=c++17", "-Os")
_LINK = ("-mexec-model=reactor", "-Wl,--strip-all,--gc-sections,-z,stack-size=262144")


def compile_wasm(source: Path, out: Path) -> bytes:
    """Return the module of all C and C++ sources in a folder, compiled in `out`.

    Raises ToolchainError without Zig, or with the compiler's messages.
    """
    zig = zig_program()
    if not zig:
        raise MissingToolError(f"cannot build {_WHAT}: Zig is not installed; {ZIG.remedy}")
    out.mkdir(parents=True, exist_ok=True)
    link = (zig, "c++", *_TARGET, *_CPP, *_LINK)
    if not is_built(link):
        report("compiling for browsers: the first time takes minutes, for Zig's C++ library")
    objects = [
        _compile((zig, "cc", *_TARGET, *_C), source, path, out)
        for path in sorted(source.rglob("*.c"))
    ]
    objects.append(_compile((zig, "c++", *_TARGET, *_CPP), source, _together(source, out), out))
    module = out / "program.wasm"
    call_compiler([*link, *map(str, objects), "-o", str(module)], _WHAT)
    note_built(link)
    return module.read_bytes()


def _together(source: Path, out: Path) -> Path:
    """Return a file of all C++ sources: one compilation is faster than many."""
    names = sorted(path.relative_to(source).as_posix() for path in source.rglob("*.cpp"))
    file = out / "program_sources.cpp"
    file.write_text("".join(f'#include "{name}"\n' for name in names), "utf-8")
    return file


def _compile(command: Sequence[str], source: Path, path: Path, out: Path) -> Path:
    """Return the object file; raises ToolchainError."""
    maps = [f"-ffile-prefix-map={folder}=." for folder in (source, out)]
    result = out / f"{path.parent.name}_{path.stem}.o"
    words = (*_EXACT, *_WARNINGS, f"-I{source}", *maps, "-c", str(path), "-o", str(result))
    call_compiler([*command, *words], _WHAT)
    return result
