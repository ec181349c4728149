"""Words as shells hand them over: click alone completes neither '--target=k' nor 'x86:'.

A bash splits words at '=' and ':' (COMP_WORDBREAKS in bash(1)) and wants only what follows the last
of them; others leave words whole, and want them back whole.
"""

from collections.abc import Iterable
from typing import Any

from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
)

__all__ = ["Bash", "Fish", "Zsh", "register"]

_BREAKS = ("=", ":")


class _Joined(ShellComplete):
    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[Any]]:
        """Return candidates without the part of the cursor's word that the shell keeps."""
        *before, word = _joined([*args, incomplete])
        option = word[: word.index("=") + 1] if word.startswith("--") and "=" in word else ""
        kept = word if incomplete in _BREAKS else word.removesuffix(incomplete)
        found = super().get_completions(before, word)
        return [_placed(item, option, kept) for item in found]


class Bash(_Joined, BashComplete):
    """Bash, 4.4 or later."""


class Zsh(_Joined, ZshComplete):
    """The Z shell."""


class Fish(_Joined, FishComplete):
    """The friendly interactive shell."""


def register() -> None:
    """Let click complete by these."""
    for shell in (Bash, Zsh, Fish):
        add_completion_class(shell)


def _joined(words: Iterable[str]) -> list[str]:
    """Return the words as typed: '--target', '=', 'k' is '--target=k'."""
    whole: list[str] = []
    after_break = False
    for word in words:
        is_break = word in _BREAKS
        if whole and word and (is_break or after_break):
            whole[-1] += word
        else:
            whole.append(word)
        after_break = is_break
    return whole


def _placed(item: CompletionItem[Any], option: str, kept: str) -> CompletionItem[Any]:
    """Return a word with its option before it, without what is kept; files are the shell's."""
    if item.type != "plain":
        return item
    return CompletionItem(f"{option}{item.value}".removeprefix(kept), item.type, item.help)
