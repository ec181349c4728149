"""The app's source tree: what is rendered, what is copied, and the libraries' headers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from codegen.contract_code import contract_code, step_names
from codegen.templates import TEMPLATES, render
from zoo import registry
from zoo.errors import RecipeError, ToolchainError
from zoo.plugs import AppRequest

__all__ = ["CMakeProject", "app_sources"]

_CPP = TEMPLATES / "cpp"
_BATCHES = 4  # of about equal work, for two or four cores
_STB_FOLDERS = (Path("/usr/include/stb"), Path("/usr/local/include/stb"), Path("/usr/include"))
_STB_HEADERS = ("stb_easy_font.h", "stb_image.h", "stb_image_write.h")
_STB_LICENCE = "This software is available under 2 licenses"
_FRAME_HEADER = Path(registry.__file__).parent / "steps" / "frame.hpp"
_INCLUDE = re.compile(r'^#include "(.+)"$', re.MULTILINE)


@dataclass(frozen=True)
class CMakeProject:
    """Context of templates/cpp/CMakeLists.txt.j2.

    sources: relative paths of the C++ files.  batch: how many of them are compiled as one.
    """

    model: str
    sources: tuple[str, ...]
    batch: int


def app_sources(request: AppRequest, backend: str) -> dict[str, bytes]:
    """Return the sources by relative path.

    backend: name of its files below templates/cpp/backends. Raises RecipeError for a contract that
    cannot be written in C++, ToolchainError without stb.
    """
    files = {".clang-format": (_CPP / ".clang-format").read_bytes()}
    files |= _copied(backend)
    files |= _step_headers(request)
    files |= _stb()
    code = contract_code(request)
    for name in ("contract.hpp", "contract.cpp"):
        files[name] = render(f"cpp/{name}.j2", contract=code)
    sources = tuple(sorted(name for name in files if name.endswith(".cpp")))
    project = CMakeProject(request.model, sources, batch=-(-len(sources) // _BATCHES))
    files["CMakeLists.txt"] = render("cpp/CMakeLists.txt.j2", build=project)
    return dict(sorted(files.items()))


def _copied(backend: str) -> dict[str, bytes]:
    """Return the shared core and one back end."""
    paths = [_CPP / "main.cpp", *_CPP.glob("core/*.[ch]pp"), *_CPP.glob(f"backends/{backend}*.?pp")]
    return {path.relative_to(_CPP).as_posix(): path.read_bytes() for path in paths}


def _step_headers(request: AppRequest) -> dict[str, bytes]:
    steps = sorted(step_names(request.contract))
    headers = [registry.load("step", name).cpp_header for name in steps]
    found: dict[str, Path] = {}
    for header in (_FRAME_HEADER, *headers):
        for path in _with_includes(header):
            if found.setdefault(path.name, path) != path:
                raise RecipeError(
                    f"{path}: another step brings a header of this name, {found[path.name]}; "
                    "rename one of them"
                )
    return {f"steps/{name}": path.read_bytes() for name, path in found.items()}


def _with_includes(header: Path) -> Iterator[Path]:
    """Yield a header and those that it includes by quotes, from its folder or the built-in one."""
    yield header
    for name in _INCLUDE.findall(_read(header)):
        candidates = (header.parent / name, _FRAME_HEADER.parent / name)
        yield from _with_includes(next(filter(Path.is_file, candidates), candidates[0]))


def _read(header: Path) -> str:
    try:
        return header.read_text("utf-8")
    except OSError as error:
        raise RecipeError(
            f"{header}: a contract step's C++ form cannot be read; {error}"
        ) from error


def _stb() -> dict[str, bytes]:
    """Return the image library's headers and the licence that they end with."""
    for folder in _STB_FOLDERS:
        if all((folder / name).is_file() for name in _STB_HEADERS):
            files = {name: (folder / name).read_bytes() for name in _STB_HEADERS}
            text = files["stb_image.h"].decode("utf-8")
            licence = text[text.index(_STB_LICENCE) :].removesuffix("*/\n").rstrip("-\n")
            files["LICENSE"] = f"{licence}\n".encode()
            return {f"third_party/stb/{name}": content for name, content in files.items()}
    raise ToolchainError(
        f"the app reads pictures by stb, whose {', '.join(_STB_HEADERS)} are in none of "
        f"{', '.join(map(str, _STB_FOLDERS))}; apt install libstb-dev"
    )
