"""What to do with a finished bundle, in one line, as targets, apps and packages tell it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from zoo.errors import PluginError

__all__ = ["FIELDS", "Advice", "first_advice"]

FIELDS = ("archive", "archive_name", "package", "package_name", "name")
"""Fields of a text: paths and file names of the bundle's archive and of its package in the target's
own format, the archive if it has none; and the bundle's name. All are words of a shell."""


@dataclass(frozen=True)
class Advice:
    """One line. text: with FIELDS in braces.

    needs: the beginning of a path in the bundle without which it does not hold, '' for none.
    """

    text: str
    needs: str = ""

    def __post_init__(self) -> None:
        try:
            self.text.format_map(dict.fromkeys(FIELDS, ""))
        except (KeyError, IndexError, ValueError) as error:
            raise PluginError(
                f"advice {self.text!r}: {error!r}; its fields are {', '.join(FIELDS)}, in braces"
            ) from error


def first_advice(advice: Iterable[Advice], files: Iterable[str], fields: Mapping[str, str]) -> str:
    """Return the first line that holds for a bundle with these files, '' for none."""
    names = tuple(files)
    return next(
        (
            one.text.format_map(fields)
            for one in advice
            if not one.needs or any(name.startswith(one.needs) for name in names)
        ),
        "",
    )
