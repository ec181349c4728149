"""Forms of contract steps in the languages of apps other than C++, which every step has."""

from pathlib import Path

from zoo import registry
from zoo.errors import RefusedError

__all__ = ["step_form"]

_NEEDED = {"kotlin_file": "Kotlin form, which apps for Android need"}


def step_form(name: str, form: str) -> Path:
    """Return the file with a step's form; raises RefusedError for a step without one.

    form: a member of zoo.step's interface of steps, such as 'kotlin_file'.
    """
    file: Path | None = getattr(registry.load("step", name), form, None)
    if file is None:
        needed = _NEEDED.get(form, f"{form}, which the board's app needs")
        raise RefusedError(
            f"contract step '{name}': has no {needed}; its plugin must bring it "
            "(docs/contract.md), or use a board with a C++ app"
        )
    return file
