"""C identifiers for names in a user's file."""

import re

__all__ = ["Identifiers"]

_RESERVED = re.compile(
    # of C
    "auto|break|case|char|const|continue|default|do|double|else|enum|extern|float|for|goto|if|"
    "inline|int|long|register|restrict|return|short|signed|sizeof|static|struct|switch|typedef|"
    "union|unsigned|void|volatile|while|"
    # of C++, which includes the header
    "alignas|alignof|and|asm|bool|catch|class|concept|constexpr|decltype|delete|explicit|export|"
    "false|friend|mutable|namespace|new|noexcept|not|nullptr|operator|or|private|protected|public|"
    "requires|template|this|throw|true|try|typeid|typename|using|virtual|xor|"
    # of the generated files
    "arena|memory|main|linux|unix|network.*|.*_(t|settings|window|rescale|scratch|max|min)",
    re.IGNORECASE,
)
_LENGTH = 40  # that lines still fit the page


class Identifiers:
    """Allocates unique identifiers; no two differ only in case.

    prefix: start of the generated files' own names, which are not allocated.
    """

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix.lower()
        self._taken: set[str] = set()

    def take(self, name: str) -> str:
        """Return an identifier similar to `name`."""
        word = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")
        if not word or word[0].isdigit():
            word = f"x{word}"
        word = word[:_LENGTH]
        if _RESERVED.fullmatch(word) or word.lower().startswith(self._prefix):
            word = f"{word}_"
        candidate, count = word, 1
        while candidate.lower() in self._taken:
            count += 1
            candidate = f"{word}_{count}"
        self._taken.add(candidate.lower())
        return candidate
