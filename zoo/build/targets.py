"""Boards by what a user calls them: 'board', 'board:variant', 'board:runtime', 'board:auto'."""

from zoo import registry
from zoo.errors import UnknownNameError, UsageError
from zoo.target import Target

__all__ = [
    "AUTO",
    "find_target",
    "find_targets",
    "is_automatic",
    "runtime_name",
    "runtime_note",
    "runtime_of_build",
]

AUTO = "auto"
"""Word of --runtime for the board's fastest runtime that takes the network."""


def find_target(word: str, runtime: str = "") -> Target:
    """Return a registered board by 'board', 'board:variant' or 'board:runtime'.

    runtime: instead of the board's default, '' for that.
    Raises UnknownNameError, and UsageError for two runtimes or AUTO.
    """
    name, _, form = word.partition(":")
    target: Target = registry.load("target", name)
    if form == AUTO:
        raise UsageError(_automatic(target, runtime))
    if form and form in target.runtime_names:
        own = target.with_runtime(form)
        if runtime and target.with_runtime(runtime) != own:
            raise UsageError(_two_runtimes(target, form, runtime))
        return own
    if form in target.variants:
        target = target.variant(form)
    elif form:
        forms = (*target.variants, *target.runtime_names)
        raise UnknownNameError(f"variant or runtime of {name}", form, forms)
    return target.with_runtime(runtime) if runtime else target


def find_targets(word: str, runtime: str = "") -> tuple[Target, ...]:
    """Return what a build tries: one target as `find_target`, for AUTO the fastest first.

    word: also 'board:auto'.  The last one takes most networks.
    """
    if not is_automatic(word, runtime):
        return (find_target(word, runtime),)
    name, _, form = word.partition(":")
    board: Target = registry.load("target", name)
    if form in board.runtime_names:
        raise UsageError(_two_runtimes(board, form, AUTO))
    if form != AUTO:
        board = find_target(word)
    return tuple(map(board.with_runtime, board.fastest_first)) or (board,)


def runtime_of_build(word: str, runtime: str) -> str:
    """Return the runtime for a build: `runtime`, or AUTO where the board chooses if none is named.

    '' for the board's default, or the one that `word` names.
    """
    name, _, form = word.partition(":")
    if runtime or not registry.knows("target", name):
        return runtime
    board: Target = registry.load("target", name)
    return AUTO if board.chooses_runtime and form in ("", *board.variants) else ""


def runtime_name(word: str, target: Target) -> str:
    """Return the word of --runtime for a target, its executor if it has none.

    word: that gave the target by `find_targets`.
    """
    board = find_target(word.removesuffix(f":{AUTO}"))
    names = {board.with_runtime(name).name: name for name in board.runtime_names}
    return names.get(target.name, target.executor)


def runtime_note(name: str, why: str) -> str:
    """Return what a user is told of a runtime that was not named."""
    return f"the runtime is {name}: {why}"


def _two_runtimes(board: Target, form: str, runtime: str) -> str:
    return (
        f"--target {board.name}:{form} has a runtime, and --runtime {runtime} is another: give "
        f"--target {board.name} --runtime {runtime}"
    )


def _automatic(board: Target, runtime: str) -> str:
    if runtime:
        return _two_runtimes(board, AUTO, runtime)
    named = " or ".join(f"{board.name}:{name}" for name in board.runtime_names) or board.name
    return f"--target {board.name}:{AUTO}: only a build chooses the runtime; give {named}"


def is_automatic(word: str, runtime: str) -> bool:
    """Whether the build chooses the runtime itself."""
    return runtime == AUTO or (not runtime and word.endswith(f":{AUTO}"))
