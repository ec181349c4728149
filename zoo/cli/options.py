"""Shell completion and options that several commands share."""

from collections.abc import Callable
from math import isfinite
from pathlib import Path
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from zoo.build.cache import Cache
from zoo.cache_folder import cache_folder
from zoo.cli.completion import registered_words
from zoo.errors import MissingFileError, UsageError
from zoo.file_content import demand_writable

__all__ = [
    "cache_option",
    "chosen_runtime",
    "cpu_tail_option",
    "existing",
    "finite",
    "json_option",
    "model_argument",
    "named_file",
    "open_cache",
    "peer_option",
    "registered",
    "seed_option",
    "signal_option",
    "size_option",
    "source_of",
    "writable_file",
]


_CPU_TAIL = "cpu-tail"
"""A name in zoo.target.Target.runtimes."""

Command = TypeVar("Command", bound=Callable[..., Any])


class registered(click.ParamType[str]):  # noqa: N801 (reads as a type name in declarations)
    """A name of one of these plugin kinds: completed in the shell, checked on use."""

    def __init__(self, *kinds: str) -> None:
        self.name = kinds[0]
        self._kinds = kinds

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> list[CompletionItem]:
        """Return the names and aliases that start with `incomplete`, or files if none does."""
        return registered_words(self._kinds, incomplete)


class existing(click.Path):  # noqa: N801 (reads as a type name in declarations)
    """An existing path. what: 'file', 'folder' or both; needed: a description for the message."""

    def __init__(self, what: str, needed: str) -> None:
        super().__init__(path_type=Path)
        self.what, self.needed = what, needed

    def convert(
        self,
        value: Any,  # noqa: ANN401
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Any:  # noqa: ANN401
        """Return the path; raises UsageError if it does not exist or is something else."""
        path = Path(str(super().convert(value, param, ctx)))
        if (path.is_file() and "file" in self.what) or (path.is_dir() and "folder" in self.what):
            return path
        found = "is no" if path.exists() else "no such"
        raise MissingFileError(f"{path}: {found} {self.what}; give {self.needed}")


class writable_file(click.Path):  # noqa: N801 (reads as a type name in declarations)
    """A file to write once the work is done; its folder is there."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(
        self,
        value: Any,  # noqa: ANN401
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Any:  # noqa: ANN401
        """Return the path; raises NotWrittenError if it is seen that it cannot be written."""
        path = Path(str(super().convert(value, param, ctx)))
        demand_writable(path)
        return path


class finite(click.FloatRange):  # noqa: N801 (reads as a type name in declarations)
    """A number above 0, neither infinite nor NaN."""

    def __init__(self) -> None:
        super().__init__(min=0, min_open=True)

    def convert(
        self,
        value: Any,  # noqa: ANN401
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> float:
        """Return the number; fails for any other."""
        number = float(super().convert(value, param, ctx))
        if not isfinite(number):
            self.fail(f"{value} is no limit; give a finite number above 0.", param, ctx)
        return number


def named_file(name: str) -> Path:
    """Return the path of a file that is there; raises UsageError."""
    path: Path = existing("file", "one that is there").convert(name, None, None)
    return path


model_argument = click.argument("model", type=registered("recipe"))
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
cache_option = click.option(
    "--cache",
    "cache_folder",
    type=click.Path(path_type=Path),
    help="Build cache folder (ZOO_CACHE).",
)

cpu_tail_option = click.option(
    "--cpu-tail",
    is_flag=True,
    help="Run the end of the network on the board's CPU, in float, from the first op that its "
    "accelerator lacks (kv260).",
)


size_option = click.option(
    "--size",
    default="",
    metavar="HEIGHTxWIDTH",
    help="Where the file leaves them open, as 480x640.",
)
signal_option = click.option(
    "--signal",
    "rate_hz",
    default=0,
    metavar="RATE",
    help="The file takes signals, not pictures; samples per second.",
)


def seed_option(purpose: str) -> Callable[[Command], Command]:
    """Return the option for random numbers. purpose: its help text.

    Its range is NumPy's and Lightning's.
    """
    return click.option(
        "--seed",
        default=0,
        show_default=True,
        type=click.IntRange(0, 2**32 - 1),
        metavar="NUMBER",
        help=purpose,
    )


def source_of(size: str, rate_hz: int) -> tuple[tuple[int, int] | None, int]:
    """Return height and width, None if unsaid, and the rate; raises UsageError."""
    if rate_hz < 0 or (rate_hz and size):
        raise UsageError(
            "--signal: expected a rate in Hz above 0, without --size, which is for pictures"
        )
    if not size:
        return None, rate_hz
    parts = size.split("x")
    if len(parts) != 2 or not all(
        part.isdecimal() and len(part) <= 5 and 0 < int(part) < 1 << 16 for part in parts
    ):
        raise UsageError(f"--size {size}: expected height and width in pixels, such as 480x640")
    height, width = map(int, parts)
    return (height, width), rate_hz


def chosen_runtime(runtime: str, cpu_tail: bool) -> str:
    """Return the runtime of --runtime or --cpu-tail; raises UsageError for both."""
    if cpu_tail and runtime not in ("", _CPU_TAIL):
        raise UsageError(f"--cpu-tail is a runtime of its own; leave out --runtime {runtime}")
    return _CPU_TAIL if cpu_tail else runtime


def peer_option(purpose: str) -> Callable[[Command], Command]:
    """Return the option for third-party networks. purpose: the start of its help text."""
    return click.option(
        "--peer",
        "peers",
        multiple=True,
        nargs=2,
        type=existing("file", "an .onnx or .tflite file and its contract"),
        metavar="FILE CONTRACT",
        help=f"{purpose}; repeatable.",
    )


def open_cache(folder: Path | None) -> Cache:
    """Return the cache given by `--cache`, or the default one."""
    return Cache(folder or cache_folder())
