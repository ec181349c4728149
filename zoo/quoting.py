"""Texts of others, such as names in a user's file, quoted for the language that they go into."""

import re
import shlex

__all__ = [
    "cmake",
    "code_span",
    "comment",
    "markdown",
    "one_line",
    "roff",
    "shell",
    "systemd",
    "terminal",
]


def one_line(text: str) -> str:
    """Return the text with spaces for line ends and whatever else does not print.

    As it is, it is a value in a control file of Debian.
    """
    return "".join(c if c.isprintable() else " " for c in text).strip()


def terminal(text: str) -> str:
    """Return text for a terminal, in which codes that would command it are visible."""
    return "".join(c if c.isprintable() or c in "\n\t" else ascii(c)[1:-1] for c in text)


def comment(text: str) -> str:
    """Return the text for a comment of one line, whatever language begins it.

    What a language might read as the comment's end, or as its going on, becomes '_'.
    """
    return re.sub(r"[^A-Za-z0-9 ,.:;()\[\]<>=+*/_-]", "_", text)


def shell(text: str) -> str:
    """Return a word of a POSIX shell, in one line."""
    return shlex.quote(one_line(text))


def cmake(text: str) -> str:
    """Return an argument of CMake (cmake-language(7))."""
    if re.fullmatch(r"[A-Za-z0-9_./+-]+", text):
        return text
    return '"' + re.sub(r'([\\"$;@])', r"\\\1", one_line(text)) + '"'


def systemd(text: str) -> str:
    """Return a value in a unit: no specifiers, no continued line (systemd.syntax(7))."""
    return one_line(text).replace("\\", "_").replace("%", "%%")


def roff(text: str) -> str:
    """Return a part of a manual page's line that does not begin with it (groff(7))."""
    escaped = one_line(text).replace("\\", "\\e").replace("-", "\\-")
    return escaped.replace('"', "\\(dq").replace("'", "\\(aq")


def markdown(text: str) -> str:
    """Return text of a Markdown page, in which no character begins a mark or a tag."""
    named = one_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*\[\]|])", r"\\\1", named)


def code_span(text: str) -> str:
    """Return a span of code in a Markdown page (CommonMark, section 6.1)."""
    line = one_line(text)
    fence = "`" * (1 + max(map(len, re.findall("`+", line)), default=0))
    return f"{fence}{line}{fence}" if len(fence) == 1 else f"{fence} {line} {fence}"
