"""What a process looks at once, looked at again: as a new process would."""

from zoo import plugins, registry
from zoo.provenance import imports, packages

__all__ = ["see_anew"]


def see_anew() -> None:
    """Forget what is known of installed distributions, plugins and the code of packages."""
    for module in (imports, packages, plugins, registry):
        for member in vars(module).values():
            if hasattr(member, "cache_clear"):
                member.cache_clear()
