"""Boards by what a user calls them: 'board', 'board:variant', 'board:runtime', 'board:auto'."""

from zoo import registry
from zoo.errors import UnknownNameError, UsageError
from zoo.target import Target

__all__ = ["AUTO", "find_target", "find_targets", "is_automatic"]

AUTO = "auto"
"""Word of --runtime for the board's fastest runtime that takes the network."""


def find_target(word: str, runtime: str = "") -> Target:
    """Return a registered board by 'board', 'board:variant' or 'board:runtime'.

    runtime: instead of the board's default, '' for that.
    Raises UnknownNameError, and UsageError for two runtimes.
    """
    name, _, form = word.partition(":")
    target: Target = registry.load("target", name)
    if form and form in target.runtime_names:
        _demand_one_runtime(target, form, runtime)
        return target.with_runtime(form)
    if form in target.variants:
        target = target.variant(form)
    elif form:
        forms = (*target.variants, *target.runtime_names)
        raise UnknownNameError(f"variant or runtime of {name}", form, forms)
    return target.with_runtime(runtime) if runtime else target


def _demand_one_runtime(board: Target, form: str, runtime: str) -> None:
    if runtime and board.with_runtime(runtime) != board.with_runtime(form):
        raise UsageError(
            f"--target {board.name}:{form} has a runtime, and --runtime {runtime} is another: give "
            f"--target {board.name} --runtime {runtime}"
        )


def find_targets(word: str, runtime: str = "") -> tuple[Target, ...]:
    """Return what a build tries: one target as `find_target`, for AUTO the fastest first.

    word: also 'board:auto'.  The last one takes most networks.
    """
    if not is_automatic(word, runtime):
        return (find_target(word, runtime),)
    board = find_target(word.removesuffix(f":{AUTO}"))
    return tuple(map(board.with_runtime, board.fastest_first)) or (board,)


def is_automatic(word: str, runtime: str) -> bool:
    """Whether the build chooses the runtime itself."""
    return runtime == AUTO or (not runtime and word.endswith(f":{AUTO}"))
