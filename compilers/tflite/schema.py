"""The schema of .tflite files, from LiteRT's package."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from zoo.errors import MissingToolError
from zoo.tool import Tool, install_extra

if TYPE_CHECKING:
    from flatbuffers import Builder

__all__ = ["TOOLS", "new_builder", "schema"]

_MODULE = "ai_edge_litert.schema_py_generated"
_REMEDY = install_extra("litert")
TOOLS = (
    Tool("LiteRT", "module", ("ai_edge_litert",), "writing and reading .tflite files", _REMEDY),
)


def schema() -> Any:  # noqa: ANN401 (a generated module without types)
    """Return the module of generated classes; raises ToolchainError if it is missing."""
    try:
        return import_module(_MODULE)
    except ImportError as error:
        raise MissingToolError(
            f"reading and writing .tflite files needs LiteRT ({error}); {_REMEDY}"
        ) from error


def new_builder() -> "Builder":
    """Return a flatbuffers writer; raises ToolchainError if the schema is missing."""
    schema()
    # The schema also imports it: only here is it known to be installed.
    from flatbuffers import Builder

    return Builder()
