"""compile: from the app's sources to a program for the board."""

from collections.abc import Mapping
from pathlib import Path

from zoo import registry
from zoo.plan import Plan


def run(plan: Plan, needs: Mapping[str, Path], out: Path) -> None:
    """Write the program as out/app."""
    app = registry.load("app", plan.target.app)
    program: Path = app.build(needs["generate"], out / "build")
    program.rename(out / "app")
    _remove_rest(out)


def _remove_rest(out: Path) -> None:
    import shutil

    shutil.rmtree(out / "build")
