"""What executors check before they run a network."""

from collections.abc import Collection

from zoo.errors import HubError, suggest
from zoo.plugs import Feeds

__all__ = ["element_type", "require_inputs"]

_NAMES = {"float": "float32", "double": "float64"}
_NUMBERS = (
    "float16",
    "int8",
    "uint8",
    "int16",
    "uint16",
    "int32",
    "uint32",
    "int64",
    "uint64",
    "bool",
)


def element_type(kind: str) -> str:
    """Return numpy's type of an input by ONNX Runtime's name, float32 for those not supported."""
    name = kind.removeprefix("tensor(").removesuffix(")")
    return name if name in _NUMBERS else _NAMES.get(name, "float32")


def require_inputs(feeds: Feeds, inputs: Collection[str], where: str) -> None:
    """Raise HubError for an input that is unknown or missing."""
    for name in feeds:
        if name not in inputs:
            raise HubError(f"{where}: it has no input '{name}'{suggest(name, inputs)}")
    for name in inputs:
        if name not in feeds:
            raise HubError(
                f"{where}: its input '{name}' is missing; the network has {', '.join(inputs)}"
            )
