"""Further forms of a network in its artifact, each with an executor of its own."""

from collections.abc import Mapping

from zoo import registry
from zoo.plugs import Executor, OtherForms
from zoo.tool import Tool, find_tool

__all__ = ["absent_forms", "forms_here", "other_forms"]


def other_forms(executor: str) -> Mapping[str, str]:
    """Return the executor of each further form by title, as zoo.plugs.OtherForms has them."""
    found = registry.load("executor", executor)
    return found.other_forms if isinstance(found, OtherForms) else {}


def forms_here(executor: str) -> tuple[str, ...]:
    """Return the titles of those whose executors have all their tools."""
    return tuple(title for title, name in other_forms(executor).items() if not _missing(name))


def absent_forms(executor: str) -> tuple[str, ...]:
    """Return a note about each of the others: what is missing, and what installs it."""
    return tuple(
        f"{title} was not run: no {missing[0].name} here; {missing[0].remedy} installs it"
        for title, name in other_forms(executor).items()
        if (missing := _missing(name))
    )


def _missing(executor: str) -> list[Tool]:
    found: Executor = registry.load("executor", executor)
    return [tool for tool in found.tools if not find_tool(tool)]
