"""What `zoo plugins --check` checks beyond loading: whether a plugin's parts fit together."""

from collections.abc import Iterator
from typing import Any

from zoo import registry
from zoo.errors import ZooError
from zoo.plugins import Plugin
from zoo.plugs import OpCheck
from zoo.target import ARCHIVE, Target

__all__ = ["audit"]

_HUB = "onnx"


def audit(plugin: Plugin) -> list[str]:
    """Load and check everything that a plugin registers; return what is wrong."""
    found = ((kind, d.name) for kind, made in plugin.registered.items() for d in made)
    return [fault for kind, name in found for fault in _faults(kind, name)]


def _faults(kind: str, name: str) -> list[str]:
    try:
        found = registry.load(kind, name)
        checks = {"op": _op_faults, "target": _target_faults}
        wrong = list(checks[kind](found)) if kind in checks else []
    except ZooError as error:
        return [str(error)]
    return [f"{kind} '{name}': {fault}" for fault in wrong]


def _op_faults(op: Any) -> Iterator[str]:  # noqa: ANN401 (zoo.op.Op, which needs numpy)
    hub = registry.load("format", _HUB)
    if isinstance(hub, OpCheck):
        yield from hub.op_faults(op)


def _target_faults(target: Target) -> Iterator[str]:
    package = registry.load("package", target.package)
    for app in {target.app, *(runtime.app for runtime in target.runtimes.values())}:
        if package.needs_settings and package.name not in registry.load("app", app).packages:
            yield (
                f"has package='{package.name}', but app '{app}' has no settings for it; give the "
                f"app packages={{'{package.name}': ...}}, or the target package='{ARCHIVE}'"
            )
