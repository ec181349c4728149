"""The schema of .tflite files, as LiteRT's package brings it."""

from importlib import import_module
from typing import Any

from zoo.errors import ToolchainError
from zoo.tool import Tool

__all__ = ["TOOLS", "schema"]

_MODULE = "ai_edge_litert.schema_py_generated"
_REMEDY = "pip install 'edgezoo[litert]'"
TOOLS = (
    Tool("LiteRT", "module", ("ai_edge_litert",), "writing and reading .tflite files", _REMEDY),
)


def schema() -> Any:  # noqa: ANN401 (a generated module without types)
    """Return the module of generated classes; raises ToolchainError where it is missing."""
    try:
        return import_module(_MODULE)
    except ImportError as error:
        raise ToolchainError(
            f"reading and writing .tflite files needs {_MODULE} ({error}); {_REMEDY}"
        ) from error
