"""What executors check before they run a network."""

from collections.abc import Collection

from zoo.errors import HubError, suggest
from zoo.plugs import Feeds

__all__ = ["require_inputs"]


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
