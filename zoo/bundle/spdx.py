"""Licences by their SPDX expressions (SPDX specification 2.3, annex D)."""

import re

__all__ = ["is_expression", "is_listed"]

_REFERENCE = re.compile(r"(?:DocumentRef-[A-Za-z0-9.-]+:)?LicenseRef-[A-Za-z0-9.-]+")
_ANY_LISTED = "MIT"


def is_listed(text: str) -> bool:
    """Tell whether a text is the identifier of a licence in SPDX's list."""
    from cyclonedx.spdx import is_supported_id

    return bool(is_supported_id(text))


def is_expression(text: str) -> bool:
    """Tell whether a text is an expression of listed licences and LicenseRefs."""
    from cyclonedx.spdx import is_expression

    # The library knows the list only; a reference may stand wherever a listed one may.
    return bool(text and is_expression(_REFERENCE.sub(_ANY_LISTED, text)))
