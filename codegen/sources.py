"""The C++ app's source tree: rendered and copied files."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from codegen.contract_code import contract_code, cpp_steps
from codegen.templates import TEMPLATES, render
from codegen.vendored import VENDORED_TOOLS, vendored_libraries, vendored_sources
from zoo import registry, steps
from zoo.errors import RecipeError
from zoo.plugs import AppRequest, Library
from zoo.tool import Tool

__all__ = ["CMakeProject", "CppBackend", "step_headers"]

_CPP = TEMPLATES / "cpp"
_CONTRACT = "contract.cpp"
_BATCHES = 4  # batches of about equal work, for two or four cores
_STEPS = Path(steps.__path__[0])
_CORE_HEADERS = (_STEPS / "frame.hpp", _STEPS / "track.hpp")
_INCLUDE = re.compile(r'^#include "(.+)"$', re.MULTILINE)


@dataclass(frozen=True)
class CMakeProject:
    """Context of templates/cpp/CMakeLists.txt.j2.

    sources: relative paths of the C++ files.  own_sources: of those, the network's.
    batch: number of the others compiled as one.
    c_sources: of the C files, if the network is among the sources.
    """

    model: str
    sources: tuple[str, ...]
    own_sources: tuple[str, ...]
    c_sources: tuple[str, ...]
    batch: int
    links: tuple[str, ...]
    links_reason: str


def _none(request: AppRequest) -> Mapping[str, bytes]:  # noqa: ARG001 (for any)
    return {}


@dataclass(frozen=True)
class CppBackend:
    """An inference back end of the C++ app.

    name: prefix of its files in `folder`, which implement core/backend.hpp.
    parts: patterns of files of other back ends in `folder` that it is made of.
    links: linker options.  links_reason: their reason.
    extras: additional files below codegen/templates/cpp that it needs.
    network: the sources of a compiled-in network.
    beside: files to deliver with the sources that are not part of the program.
    """

    name: str
    parts: tuple[str, ...] = ()
    links: tuple[str, ...] = ("-static-libstdc++", "-static-libgcc")
    links_reason: str = "Only the C library is needed on the board."
    extras: tuple[str, ...] = ()
    folder: Path = _CPP / "backends"
    network: Callable[[AppRequest], Mapping[str, bytes]] = _none
    beside: Callable[[AppRequest], Mapping[str, bytes]] = _none

    @property
    def tools(self) -> tuple[Tool, ...]:
        """Tools whose files are copied into the sources."""
        return VENDORED_TOOLS

    def sources(self, request: AppRequest) -> dict[str, bytes]:
        """Return the sources by relative path.

        Raises RecipeError for a contract that cannot be written in C++, ToolchainError without
        the vendored headers.
        """
        files = {**self._copied(), **step_headers(request), **vendored_sources()}
        files |= self.network(request)
        files[_CONTRACT] = render("cpp/contract.cpp.j2", **contract_code(request))
        project = self._project(request.model, sorted(files))
        files["CMakeLists.txt"] = render("cpp/CMakeLists.txt.j2", build=project)
        return {**dict(sorted(files.items())), **self.beside(request)}

    def libraries(self) -> tuple[Library, ...]:
        """Return the compiled-in libraries; raises ToolchainError."""
        return vendored_libraries()

    def _copied(self) -> dict[str, bytes]:
        """Return the shared core and the back end."""
        shared = [_CPP / name for name in (".clang-format", "main.cpp", *self.extras)]
        shared += _CPP.glob("core/*.[ch]pp")
        files = {path.relative_to(_CPP).as_posix(): path for path in shared}
        for pattern in (f"{self.name}*.?pp", *self.parts):
            files |= {f"backends/{p.name}": p for p in self.folder.glob(pattern)}
        return {name: path.read_bytes() for name, path in files.items()}

    def _project(self, model: str, names: list[str]) -> CMakeProject:
        sources = tuple(name for name in names if name.endswith(".cpp"))
        return CMakeProject(
            model,
            sources,
            own_sources=(_CONTRACT,),
            c_sources=tuple(name for name in names if name.endswith(".c")),
            batch=-(-(len(sources) - 1) // _BATCHES),
            links=self.links,
            links_reason=self.links_reason,
        )


def step_headers(request: AppRequest) -> dict[str, bytes]:
    """Return the C++ forms of the contracts' steps by path; raises RecipeError."""
    headers = [registry.load("step", name).cpp_header for name in sorted(cpp_steps(request))]
    found: dict[str, Path] = {}
    for header in (*_CORE_HEADERS, *headers):
        for path in _with_includes(header):
            if found.setdefault(path.name, path) != path:
                raise RecipeError(
                    f"{path}: another step brings a header of this name, {found[path.name]}; "
                    "rename one of them"
                )
    return {f"steps/{name}": path.read_bytes() for name, path in found.items()}


def _with_includes(header: Path) -> Iterator[Path]:
    """Yield a header and those it includes in quotes, from its folder or the built-in one."""
    yield header
    for name in _INCLUDE.findall(_read(header)):
        candidates = (header.parent / name, _STEPS / name)
        yield from _with_includes(next(filter(Path.is_file, candidates), candidates[0]))


def _read(header: Path) -> str:
    try:
        return header.read_text("utf-8")
    except OSError as error:
        raise RecipeError(
            f"{header}: a contract step's C++ form cannot be read ({error.strerror}); its plugin "
            "must bring it"
        ) from error
