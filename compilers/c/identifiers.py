"""C identifiers for names of a user's file."""

import re

__all__ = ["Identifiers"]

_RESERVED = frozenset(
    [
        "auto",
        "break",
        "case",
        "char",
        "const",
        "continue",
        "default",
        "do",
        "double",
        "else",
        "enum",
        "extern",
        "float",
        "for",
        "goto",
        "if",
        "inline",
        "int",
        "long",
        "register",
        "restrict",
        "return",
        "short",
        "signed",
        "sizeof",
        "static",
        "struct",
        "switch",
        "typedef",
        "union",
        "unsigned",
        "void",
        "volatile",
        "while",
        "bool",
        "true",
        "false",
        "asm",
        "and",
        "not",
        "or",
        "xor",
        "class",
        "new",
        "delete",
        "this",
        "template",
        "typename",
        "operator",
        "private",
        "public",
        "protected",
        "virtual",
        "namespace",
        "using",
        "try",
        "catch",
        "throw",
        "arena",
        "main",
    ]
)
_OURS = re.compile(r"network.*|.*_(t|settings|scratch|max|min)", re.IGNORECASE)


class Identifiers:
    """Gives out identifiers, each once; no two differ in upper and lower case only."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, name: str) -> str:
        """Return an identifier that is like `name`."""
        word = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")
        if not word or word[0].isdigit():
            word = f"x{word}"
        if word in _RESERVED or _OURS.fullmatch(word):
            word = f"{word}_"
        candidate, count = word, 1
        while candidate.lower() in self._taken:
            count += 1
            candidate = f"{word}_{count}"
        self._taken.add(candidate.lower())
        return candidate
