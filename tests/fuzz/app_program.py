"""The generated app with another main program, which fuzzes what the app reads of others."""

import subprocess
from pathlib import Path
from shutil import which

from spot_app import REQUEST, write_sources

__all__ = ["INPUTS", "build_fuzz_app", "fuzz_app_words", "why_not"]

HERE = Path(__file__).parent
INPUTS = ("boxes_csv", "boxes_json", "http", "mjpg", "picture", "signal", "yuyv")
"""Of app/fuzz_app.cpp; the folders of `seeds` and `found` have the same names."""

_COMPILERS = ("clang++", "clang++-19", "clang++-14")
_SANITIZERS = "address,undefined"


def _clang() -> str:
    return next(filter(None, map(which, _COMPILERS)), "")


def _runtime() -> Path:
    """Return libFuzzer without a main function; clang may lack it."""
    asked = [_clang(), "-print-file-name=libclang_rt.fuzzer_no_main-x86_64.a"]
    folders = [_clang(), "-print-resource-dir"]
    found, folder = (
        Path(subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip())
        for words in (asked, folders)
    )
    return found if found.is_absolute() else folder / "lib" / "linux" / found


def why_not() -> str:
    """Return why the app cannot be fuzzed here, '' if it can."""
    if _clang() and _runtime().is_file():
        return ""
    return "no clang with libFuzzer: scripts/toolchains fuzz"


def build_fuzz_app(folder: Path) -> Path:
    """Build the program below a folder, with AddressSanitizer and UndefinedBehaviorSanitizer."""
    source = write_sources(REQUEST, folder / "source")
    (source / "main.cpp").write_bytes((HERE / "app" / "fuzz_app.cpp").read_bytes())
    flags = f"-fsanitize=fuzzer-no-link,{_SANITIZERS} -fno-sanitize-recover=all"
    options = {
        "CMAKE_C_COMPILER": _clang().replace("clang++", "clang"),
        "CMAKE_CXX_COMPILER": _clang(),
        "CMAKE_BUILD_TYPE": "RelWithDebInfo",
        "CMAKE_UNITY_BUILD": "ON",
        "CMAKE_UNITY_BUILD_BATCH_SIZE": "30",
        "CMAKE_C_FLAGS": flags,
        "CMAKE_CXX_FLAGS": flags,
        "CMAKE_CXX_FLAGS_RELWITHDEBINFO": "-O1 -gline-tables-only",
        "CMAKE_CXX_STANDARD_LIBRARIES": str(_runtime()),
    }
    build = folder / "build"
    words = [f"-D{name}={value}" for name, value in options.items()]
    subprocess.run(["cmake", "-S", source, "-B", build, *words], check=True, capture_output=True)
    subprocess.run(["cmake", "--build", build, "-j2"], check=True, capture_output=True)
    return build / "app"


def fuzz_app_words(program: Path, name: str, corpus: Path) -> list[str | Path]:
    """Return the command that fuzzes an input, to be followed by words of libFuzzer."""
    corpus.mkdir(parents=True, exist_ok=True)
    folders = [HERE / kind / name for kind in ("seeds", "found") if (HERE / kind / name).exists()]
    return [program, name, corpus, *folders, f"-artifact_prefix={name}-"]
