"""What a shell completes: words that commands take, without loading networks or libraries."""

from collections.abc import Callable, Iterable, Iterator

from click import Context, Parameter
from click.shell_completion import CompletionItem

from zoo import registry
from zoo.errors import ZooError
from zoo.target import Target

__all__ = [
    "automatic_runtimes",
    "calibrators",
    "criteria",
    "error_codes",
    "forms",
    "quantizations",
    "registered_words",
    "runtimes",
    "suites",
]

_FILES = ("recipe",)
"""Kinds that a file can stand for."""


def registered_words(kinds: Iterable[str], incomplete: str) -> list[CompletionItem]:
    """Return registered names and aliases; files if none begins so and one may be given."""
    asked = tuple(kinds)
    words = [name for kind in asked for name in _names(kind)]
    if "target" in asked and ":" in incomplete:
        words += _forms_of(incomplete.partition(":")[0])
    found = _items(words, incomplete)
    if not found and any(kind in _FILES for kind in asked):
        return [CompletionItem(incomplete, type="file")]
    return found


def quantizations(ctx: Context, _: Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the quantizations of the target that was given, or of all."""
    targets = _given_targets(ctx)
    return _items((quant for target in targets for quant in target.schemes), incomplete)


def runtimes(ctx: Context, _: Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the runtimes of the target that was given, or of all."""
    targets = _given_targets(ctx)
    return _items((name for target in targets for name in target.runtime_names), incomplete)


def automatic_runtimes(ctx: Context, _: Parameter, incomplete: str) -> list[CompletionItem]:
    """Return `runtimes` and the word for the fastest one."""
    # On demand: every command imports this module, and most plan no build.
    from zoo.build.targets import AUTO

    return [*runtimes(ctx, _, incomplete), *_items((AUTO,), incomplete)]


def error_codes(_: Context, __: Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the codes of errors."""
    from zoo.error_codes import error_kinds

    return _items((kind.code for kind in error_kinds()), incomplete)


def suites(ctx: Context, _: Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the suites of tests of the first model that was given."""
    model = next(iter(ctx.params.get("models") or ctx.args), "")
    try:
        known = registry.load("recipe", model).suites if registry.knows("recipe", model) else ()
    except ZooError:
        return []
    return _items(known, incomplete)


def criteria(_: Context, __: Parameter, incomplete: str) -> list[CompletionItem]:
    """Return how the pruners rank channels."""
    try:
        pruners = registry.load_all("pruner")[0].values()
    except ZooError:
        return []
    return _items((name for pruner in pruners for name in pruner.criteria), incomplete)


def _fixed(*words: str) -> Callable[[Context, Parameter, str], list[CompletionItem]]:
    return lambda _, __, incomplete: _items(words, incomplete)


calibrators = _fixed("auto", "minmax", "percentile", "mse")
forms = _fixed("hub", "reference", "artifact")


def _forms_of(board: str) -> list[str]:
    """Return 'board:form' for each variant and runtime of a board."""
    try:
        target: Target = registry.load("target", board)
    except ZooError:
        return []
    return [f"{board}:{form}" for form in (*target.variants, *target.runtime_names)]


def _names(kind: str) -> Iterator[str]:
    try:
        for descriptor in registry.descriptors(kind):
            yield from (descriptor.name, *descriptor.aliases)
    except ZooError:  # a shell has no place for messages
        return


def _given_targets(ctx: Context) -> list[Target]:
    """Return the targets of a command line, all if there is none."""
    given = ctx.params.get("targets") or [ctx.params.get("target") or ""]
    names = [name.partition(":")[0] for name in given if name]
    try:
        known: dict[str, Target] = registry.load_all("target")[0]
    except ZooError:
        return []
    return [known[name] for name in names if name in known] or list(known.values())


def _items(words: Iterable[str], incomplete: str) -> list[CompletionItem]:
    unique = dict.fromkeys(word for word in words if word.startswith(incomplete))
    return [CompletionItem(word) for word in unique]
