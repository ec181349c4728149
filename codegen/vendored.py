"""The libraries whose headers are among the sources of every C++ app."""

from codegen.nlohmann import NLOHMANN, nlohmann_library, nlohmann_sources
from codegen.stb import STB, stb_library, stb_sources
from zoo.plugs import Library

__all__ = ["VENDORED_TOOLS", "vendored_libraries", "vendored_sources"]

VENDORED_TOOLS = (STB, NLOHMANN)


def vendored_sources() -> dict[str, bytes]:
    """Return their headers and licences below third_party; raises ToolchainError."""
    return {**stb_sources(), **nlohmann_sources()}


def vendored_libraries() -> tuple[Library, ...]:
    """Return what a bill of materials says of them; raises ToolchainError."""
    return stb_library(), nlohmann_library()
