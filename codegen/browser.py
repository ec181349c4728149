"""The page for browsers: its sources, and how it is built."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from codegen.c_border import network_sources
from codegen.contract_code import contract_code
from codegen.cpp_library import zig_libraries
from codegen.page import page_html, with_program
from codegen.sources import step_headers
from codegen.templates import TEMPLATES, render
from codegen.wasm import compile_wasm
from zoo.errors import ToolchainError
from zoo.plugs import AppRequest, Library
from zoo.tool import Tool
from zoo.zig import ZIG

__all__ = ["PAGE", "PageBackend", "PageToolchain"]

PAGE = "index.html"
_CPP = TEMPLATES / "cpp"
_CORE = (
    *("backend.hpp", "box_finder.hpp", "contract.hpp", "detector_finder.cpp"),
    *("detector_finder.hpp", "finding.cpp", "finding.hpp", "json_value.cpp", "json_value.hpp"),
    *("latency.hpp", "looking.cpp", "looking.hpp", "one_euro.cpp", "one_euro.hpp", "photo.cpp"),
    *("photo.hpp", "pixel_levels.cpp", "pixel_levels.hpp", "record.cpp", "record.hpp"),
    *("signal_file.hpp", "tensor_spec.cpp", "tracker.cpp", "tracker.hpp", "watch.cpp"),
    "watch.hpp",
)
_SHARED = (
    *(".clang-format", "plain/quoted.cpp"),
    *("backends/c99.cpp", "backends/c99_tensor.cpp", "backends/c99_tensor.hpp"),
)


@dataclass(frozen=True)
class PageBackend:
    """Generates the page, without its program, and the program's sources."""

    tools: tuple[Tool, ...] = ()

    def sources(self, request: AppRequest) -> Mapping[str, bytes]:
        """Return the sources by relative path.

        Raises RecipeError for a contract that cannot be written in C++, RefusedError for another
        artifact than C code.
        """
        shared = (*_SHARED, *(f"core/{name}" for name in _CORE))
        files = {name: (_CPP / name).read_bytes() for name in shared}
        files |= {**step_headers(request), **network_sources(request)}
        files["contract.cpp"] = render("cpp/contract.cpp.j2", **contract_code(request))
        files["program.cpp"] = (TEMPLATES / "browser" / "program.cpp").read_bytes()
        files[PAGE] = page_html(request)
        return dict(sorted(files.items()))

    def libraries(self) -> tuple[Library, ...]:
        """Return no libraries: the program has the compiler's own."""
        return ()


@dataclass(frozen=True)
class PageToolchain:
    """Compiles the program and puts it into the page."""

    tools: tuple[Tool, ...] = (ZIG,)

    def libraries(self) -> tuple[Library, ...]:
        """Return Zig's C++ library and that of WASI."""
        return zig_libraries(is_wasm=True)

    def build(self, source: Path, out: Path) -> Path:
        """Return the page below `out`; raises ToolchainError."""
        module = compile_wasm(source, out)
        page = out / PAGE
        page.write_bytes(with_program((source / PAGE).read_bytes(), module))
        return page

    @contextmanager
    def launcher(self, environment: Mapping[str, str]) -> Iterator[tuple[str, ...]]:  # noqa: ARG002
        """Raise ToolchainError: a browser opens pages."""
        raise ToolchainError(f"{PAGE}: is a page; open it in a browser")
        yield ()
