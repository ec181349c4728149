"""Quotes untrusted text, such as names in a user's file, for the language it is written to."""

import os
import re
import shlex
from collections.abc import Iterable
from html import escape

_LONG_WORD, _LONG_LINE = r"[^\s/]{257,}", r"[^\n]{8001,}"
_BEGIN, _END = 200, 40

__all__ = [
    "cmake",
    "code_span",
    "command_line",
    "comment",
    "html",
    "markdown",
    "one_line",
    "roff",
    "shell",
    "systemd",
    "terminal",
]


def one_line(text: str) -> str:
    """Return the text with spaces in place of line ends and other non-printable characters.

    The result is a valid value in a Debian control file.
    """
    return "".join(c if c.isprintable() else " " for c in text).strip()


def terminal(text: str) -> str:
    """Return text for a terminal, with control codes made visible, long words and lines shortened.

    Names and labels of a user's file have any length; paths, of 4,096 bytes at most, stay whole.
    """
    short = re.sub(_LONG_WORD, _shortened, text)
    short = re.sub(_LONG_LINE, _shortened, short)
    return "".join(c if c.isprintable() or c in "\n\t" else ascii(c)[1:-1] for c in short)


def _shortened(found: re.Match[str]) -> str:
    text = found[0]
    return f"{text[:_BEGIN]}...{text[-_END:]} ({len(text):,} characters)"


def comment(text: str) -> str:
    """Return the text for a one-line comment in any language.

    Characters that could end or continue the comment become '_'.
    """
    return re.sub(r"[^A-Za-z0-9 ,.:;()\[\]<>=+*/_-]", "_", text)


def html(text: str) -> str:
    """Return text for an HTML page, also within quotes."""
    return escape(one_line(text))


def shell(text: str) -> str:
    """Return a POSIX shell word on one line."""
    return shlex.quote(one_line(text))


def command_line(words: Iterable[str]) -> str:
    """Return a command for a terminal, to be pasted into a shell.

    A word with control codes is a dollar-single-quoted one (POSIX.1-2024, XCU 2.2.4).
    """
    return " ".join(shlex.quote(w) if w.isprintable() else _dollar_quoted(w) for w in words)


def _dollar_quoted(word: str) -> str:
    marked = re.sub(r"[\\']", r"\\\g<0>", word)
    quoted = (
        c if c.isprintable() else "".join(f"\\{byte:03o}" for byte in os.fsencode(c))
        for c in marked
    )
    return f"$'{''.join(quoted)}'"


def cmake(text: str) -> str:
    """Return a CMake argument (cmake-language(7))."""
    if re.fullmatch(r"[A-Za-z0-9_./+-]+", text):
        return text
    return '"' + re.sub(r'([\\"$;@])', r"\\\1", one_line(text)) + '"'


def systemd(text: str) -> str:
    """Return a value for a systemd unit: no specifiers, no continued line (systemd.syntax(7))."""
    return one_line(text).replace("\\", "_").replace("%", "%%")


def roff(text: str) -> str:
    """Return text for a manual page, not at the start of a line (groff(7))."""
    escaped = one_line(text).replace("\\", "\\e").replace("-", "\\-")
    return escaped.replace('"', "\\(dq").replace("'", "\\(aq")


def markdown(text: str) -> str:
    """Return Markdown text without markup or tags."""
    named = one_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*\[\]|])", r"\\\1", named)


def code_span(text: str) -> str:
    """Return a Markdown code span (CommonMark, section 6.1)."""
    line = one_line(text)
    fence = "`" * (1 + max(map(len, re.findall("`+", line)), default=0))
    return f"{fence}{line}{fence}" if len(fence) == 1 else f"{fence} {line} {fence}"
