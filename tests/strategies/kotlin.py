"""A Kotlin compiler, where one is installed, and a Java that runs what it makes."""

import shutil
import subprocess
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest

# pip install --no-deps kotlin-jupyter-kernel: 80 MB, the compiler among it.
_PACKAGE = "run_kotlin_kernel"
_COMPILER = "org.jetbrains.kotlin.cli.jvm.K2JVMCompiler"


def jars() -> Path:
    """Return the compiler's folder; skips the test where compiler or Java is missing."""
    found = find_spec(_PACKAGE)
    if found is None or shutil.which("java") is None:
        pytest.skip("no Kotlin: pip install --no-deps kotlin-jupyter-kernel; apt install openjdk")
    return Path(found.submodule_search_locations[0]) / "jars"


def compile_kotlin(sources: Sequence[Path], out: Path) -> Path:
    """Compile, warnings being errors; return the folder of classes."""
    folder = jars()
    words = ["-no-stdlib", "-no-reflect", "-Werror", "-classpath", _library(folder), "-d", out]
    command = ["java", "-cp", f"{folder}/*", _COMPILER, *words, *sources]
    finished = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert finished.returncode == 0, finished.stderr
    return out


def run_kotlin(classes: Path, main: str, *words: object) -> str:
    """Return what a compiled program printed."""
    path = f"{classes}:{_library(jars())}"
    command = ["java", "-cp", path, main, *map(str, words)]
    finished = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def _library(folder: Path) -> str:
    return str(next(folder.glob("kotlin-stdlib-*.jar")))
