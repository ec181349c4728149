"""The app's source tree: what is rendered, and what is copied."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from codegen.contract_code import contract_code, step_names
from codegen.templates import TEMPLATES, render
from codegen.vendored import vendored_sources
from zoo import registry, steps
from zoo.errors import RecipeError
from zoo.plugs import AppRequest

__all__ = ["CMakeProject", "CppBackend", "app_sources"]

_CPP = TEMPLATES / "cpp"
_BATCHES = 4  # of about equal work, for two or four cores
_FRAME_HEADER = Path(steps.__path__[0]) / "frame.hpp"
_NOTHING: Mapping[str, bytes] = MappingProxyType({})
_INCLUDE = re.compile(r'^#include "(.+)"$', re.MULTILINE)


@dataclass(frozen=True)
class CppBackend:
    """An inference back end of the C++ app.

    name: of its files below templates/cpp/backends.  links: words for the linker.
    links_reason: why those.  extras: further files below templates/cpp that it needs.
    """

    name: str
    links: tuple[str, ...]
    links_reason: str
    extras: tuple[str, ...] = ()


@dataclass(frozen=True)
class CMakeProject:
    """Context of templates/cpp/CMakeLists.txt.j2.

    sources: relative paths of the C++ files.  batch: how many of them are compiled as one.
    c_sources: of the C files, if the network is among the sources.
    """

    model: str
    sources: tuple[str, ...]
    c_sources: tuple[str, ...]
    batch: int
    links: tuple[str, ...]
    links_reason: str


def app_sources(
    request: AppRequest, backend: CppBackend, network: Mapping[str, bytes] = _NOTHING
) -> dict[str, bytes]:
    """Return the sources by relative path.

    network: further sources, of a network that is compiled in. Raises RecipeError for a contract
    that cannot be written in C++, ToolchainError without the vendored headers.
    """
    files = {".clang-format": (_CPP / ".clang-format").read_bytes()}
    files |= _copied(backend)
    files |= _step_headers(request)
    files |= vendored_sources()
    files |= network
    code = contract_code(request)
    for name in ("contract.hpp", "contract.cpp"):
        files[name] = render(f"cpp/{name}.j2", contract=code)
    sources, c_sources = (
        tuple(sorted(name for name in files if name.endswith(suffix))) for suffix in (".cpp", ".c")
    )
    project = CMakeProject(
        request.model,
        sources,
        c_sources,
        batch=-(-len(sources) // _BATCHES),
        links=backend.links,
        links_reason=backend.links_reason,
    )
    files["CMakeLists.txt"] = render("cpp/CMakeLists.txt.j2", build=project)
    return dict(sorted(files.items()))


def _copied(backend: CppBackend) -> dict[str, bytes]:
    """Return the shared core and one back end."""
    paths = [_CPP / name for name in ("main.cpp", *backend.extras)]
    paths += [*_CPP.glob("core/*.[ch]pp"), *_CPP.glob(f"backends/{backend.name}*.?pp")]
    return {path.relative_to(_CPP).as_posix(): path.read_bytes() for path in paths}


def _step_headers(request: AppRequest) -> dict[str, bytes]:
    names = sorted(step_names(request.contract))
    headers = [registry.load("step", name).cpp_header for name in names]
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
            f"{header}: a contract step's C++ form cannot be read ({error.strerror}); its plugin "
            "must bring it"
        ) from error
