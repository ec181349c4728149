"""External tools whose versions decide what a build makes: part of its stages' keys, and told."""

from collections.abc import Mapping

from zoo import registry
from zoo.plan import Plan
from zoo.tool import tool_versions

__all__ = ["app_tools", "compiler_tools", "executor_tools", "quantizer_tools"]


def app_tools(plan: Plan) -> Mapping[str, str]:
    """Return versions by name of what compiles the app, and runs it here."""
    return _versions("app", plan.target.app)


def compiler_tools(plan: Plan) -> Mapping[str, str]:
    """Return versions by name of what makes the artifact beside our code; most have none."""
    return _versions("compiler", plan.target.compiler)


def executor_tools(plan: Plan) -> Mapping[str, str]:
    """Return versions by name of what runs the artifact here."""
    return _versions("executor", plan.target.executor)


def quantizer_tools(plan: Plan) -> Mapping[str, str]:
    """Return versions by name of what quantizes in place of our code; most plans have none."""
    return _versions("quantizer", plan.quantizer) if plan.quantizer else {}


def _versions(kind: str, name: str) -> Mapping[str, str]:
    """Return the versions of the tools that a plugin declares in an optional attribute `tools`."""
    return tool_versions(getattr(registry.load(kind, name), "tools", ()))
