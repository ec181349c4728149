"""Libraries of compilers that are linked into programs, for the bill of materials.

Zig links parts of LLVM and its own runtime into every program. Programs that GNU's compilers build
load GNU's libraries where they run, unless they are static.
"""

import re
import subprocess
from collections.abc import Iterator
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from shutil import which

from zoo.plugs import Library

__all__ = ["gnu_libraries", "zig_libraries"]

_PARTS = ("libcxx", "libcxxabi")
_UNWINDER = "libunwind"  # which Zig does not build for WebAssembly
_LICENCE = "LICENSE.TXT"
_VERSION = re.compile(r"define _LIBCPP_VERSION (\d\d)(\d\d)(\d\d)")


def zig_libraries(is_wasm: bool = False) -> tuple[Library, ...]:
    """Return those of a program for Linux, or for WebAssembly; none without Zig."""
    package = find_spec("ziglang")
    if package is None or package.origin is None:
        return ()
    root = Path(package.origin).parent
    folder = root / "lib"
    config = folder / "libcxx" / "include" / "__config"
    found = _VERSION.search(config.read_text("utf-8"))
    number = ".".join(str(int(part)) for part in found.groups()) if found else "unknown"
    parts = (
        Library(
            f"llvm-{part}",
            number,
            "Apache-2.0 WITH LLVM-exception",
            folder / part / _LICENCE,
            {_LICENCE: folder / part / _LICENCE},
            compiled_in=True,
        )
        for part in (*_PARTS, *(() if is_wasm else (_UNWINDER,)))
    )
    licence = root / "LICENSE"
    runtime = Library(
        "zig-compiler-rt",
        version("ziglang"),
        "MIT",
        licence,
        {licence.name: licence},
        compiled_in=True,
    )
    return (*parts, runtime, *(_wasi(folder / "libc" / "wasi") if is_wasm else ()))


def _wasi(folder: Path) -> Iterator[Library]:
    """Yield the C library for WebAssembly, which is from musl and others."""
    texts = {path.name: path for path in sorted(folder.glob("LICENSE*"))}
    texts["musl-COPYRIGHT"] = folder.with_name("musl") / "COPYRIGHT"
    yield Library(
        "wasi-libc",
        version("ziglang"),
        "(Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT) AND MIT AND BSD-2-Clause "
        "AND CC0-1.0",
        folder / "LICENSE",
        texts,
        compiled_in=True,
    )


def gnu_libraries(compiler: str, machine: str) -> tuple[Library, ...]:
    """Return those of a static program, none without the compiler.

    machine: as in the names of Debian's packages, which have the licences, such as 'riscv64'.
    """
    if which(compiler) is None:
        return ()
    gcc = _asked(compiler, "-dumpfullversion")
    macros = _asked(compiler, "-dM", "-E", "-x", "c", "-include", "features.h", "/dev/null")
    glibc = ".".join(re.findall(r"^#define __GLIBC(?:_MINOR)?__ (\d+)$", macros, re.MULTILINE))
    docs = Path("/usr/share/doc")
    return (
        _static(
            f"{compiler}-runtime",
            gcc,
            "GPL-3.0-or-later WITH GCC-exception-3.1",
            Path(_asked(compiler, "-print-file-name=libstdc++.a")),
            docs / f"libstdc++-{gcc.partition('.')[0]}-dev-{machine}-cross" / "copyright",
        ),
        _static(
            "glibc",
            glibc,
            "LGPL-2.1-or-later",
            Path(_asked(compiler, "-print-file-name=libc.a")),
            docs / f"libc6-dev-{machine}-cross" / "copyright",
        ),
    )


def _static(name: str, number: str, licence: str, file: Path, text: Path) -> Library:
    texts = {text.name: text} if text.is_file() else {}
    return Library(name, number, licence, file, texts, compiled_in=True)


def _asked(*words: str) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()
