"""Attributes an exception to the plugin that raised it."""

from collections.abc import Iterator
from contextlib import contextmanager
from traceback import walk_tb
from types import FrameType

from zoo.errors import PluginError, ZooError
from zoo.plugins import Plugin, load_plugins
from zoo.provenance.packages import own_distribution

__all__ = ["blame"]


@contextmanager
def blame() -> Iterator[None]:
    """Turn an exception from another distribution's plugin into PluginError.

    ZooErrors and exceptions in the zoo's own code pass through unchanged.
    """
    try:
        yield
    except ZooError:
        raise
    # An exit would otherwise end the program with success, and nothing built.
    except (Exception, SystemExit) as error:
        culprit = _culprit(error)
        if culprit is None:
            raise
        raise _fault(*culprit, error) from error


def _culprit(error: BaseException) -> tuple[Plugin, FrameType, int] | None:
    """Return the plugin with the innermost frame, that frame and its line."""
    owners = _owners()
    for frame, line in reversed(list(walk_tb(error.__traceback__))):
        package = str(frame.f_globals.get("__name__", "")).partition(".")[0]
        if package in owners:
            return owners[package], frame, line
    return None


def _owners() -> dict[str, Plugin]:
    """Return the plugins of other distributions by their top-level packages."""
    ours = own_distribution(__name__.partition(".")[0])
    plugins = load_plugins().all
    own = {package for p in plugins if p.distribution == ours for package in p.packages}
    theirs = [p for p in plugins if p.distribution != ours]
    return {package: plugin for plugin in theirs for package in plugin.packages - own}


def _fault(plugin: Plugin, frame: FrameType, line: int, error: BaseException) -> PluginError:
    code = frame.f_code
    what = ": ".join(filter(None, (type(error).__name__, str(error))))
    return PluginError(
        f"{plugin} failed in {code.co_qualname} ({code.co_filename}:{line}): {what}; repair or "
        f"uninstall {plugin.distribution}"
    )
