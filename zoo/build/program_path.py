"""Where an app's program is in a bundle."""

from zoo import registry
from zoo.bundle.bundle import APP
from zoo.plugs import AppGenerator
from zoo.target import Target

__all__ = ["program_path"]


def program_path(target: Target) -> str:
    """Return the program's path in a bundle."""
    app: AppGenerator = registry.load("app", target.app)
    return f"{APP}/{app.program_name}"
