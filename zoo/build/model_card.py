"""A model card in a bundle: links to what the bundle has, plain words for the rest."""

import re
from collections.abc import Mapping

__all__ = ["bundled_card"]

_LINK = re.compile(r"\[([^\]]*)\]\(([^()\s]+)\)")
_ELSEWHERE = re.compile(r"[a-z]+:|#")
"""Beginnings of links to the web, or within the page."""
_NOT_MEASURED = (
    "**The figures below are not of this bundle's network**: they are of the published files. "
    "This one was made from the published float network; its own accuracy was not measured."
)
_PAGES = re.compile(r"\bdocs/\w+\.md\b")
_OF_REPOSITORY = "Pages in `docs/` are in the repository of edgezoo, not in this bundle.\n"


def bundled_card(card: str, files: Mapping[str, str], is_published: bool) -> str:
    """Return a card in Markdown for a bundle.

    files: links in it, by a name that the card links.  is_published: whether the bundle deploys one
    of the networks that the card's figures are of.
    """

    def linked(found: re.Match[str]) -> str:
        words, link = found.groups()
        if _ELSEWHERE.match(link):
            return found[0]
        return f"[{words}]({files[link]})" if link in files else words

    text = _LINK.sub(linked, card if is_published else _with_note(card))
    return f"{text.rstrip()}\n\n{_OF_REPOSITORY}" if _PAGES.search(text) else text


def _with_note(card: str) -> str:
    """Return a card that says below its title that its figures are of other networks."""
    title, _, rest = card.partition("\n")
    return f"{title}\n\n{_NOT_MEASURED}\n{rest}"
