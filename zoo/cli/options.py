"""Shell completion and options that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from zoo import registry
from zoo.build.cache import Cache, default_folder
from zoo.errors import ZooError

__all__ = [
    "cache_option",
    "json_option",
    "model_argument",
    "open_cache",
    "peer_option",
    "registered",
]


Command = TypeVar("Command", bound=Callable[..., Any])


class registered(click.ParamType[str]):  # noqa: N801 (reads as a type name in declarations)
    """A name of a plugin kind: completed in the shell, checked on use."""

    def __init__(self, kind: str) -> None:
        self.name = kind

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> list[CompletionItem]:
        """Return the registered names and aliases that start with `incomplete`."""
        try:
            known = registry.descriptors(self.name)
        except ZooError:
            return []
        names = (name for d in known for name in (d.name, *d.aliases))
        return [CompletionItem(name) for name in names if name.startswith(incomplete)]


model_argument = click.argument("model", type=registered("recipe"))
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
cache_option = click.option(
    "--cache",
    "cache_folder",
    type=click.Path(path_type=Path),
    help="Build cache folder (ZOO_CACHE).",
)


def peer_option(purpose: str) -> Callable[[Command], Command]:
    """Return the option for third-party networks. purpose: the start of its help text."""
    return click.option(
        "--peer",
        "peers",
        multiple=True,
        nargs=2,
        type=click.Path(path_type=Path),
        metavar="ONNX CONTRACT",
        help=f"{purpose}; repeatable.",
    )


def open_cache(folder: Path | None) -> Cache:
    """Return the cache given by `--cache`, or the default one."""
    return Cache(folder or default_folder())
