"""Names of models, boards and pictures, also used for files, packages and services."""

import re

from zoo.errors import RecipeError

__all__ = ["ALLOWED", "check_name", "is_name", "proposed_name"]

ALLOWED = "at most 100 letters, digits and . _ + -, starting with a letter or a digit"
_LENGTH_MAX = 100
_NAME = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._+-]{{0,{_LENGTH_MAX - 1}}}")


def is_name(text: str) -> bool:
    """Return whether a text consists of ALLOWED characters."""
    return _NAME.fullmatch(text) is not None


def check_name(kind: str, text: str) -> None:
    """Raise RecipeError for a name with other than ALLOWED characters. kind: such as 'model'."""
    if not is_name(text):
        raise RecipeError(f"{kind} {text!r}: a name has {ALLOWED}; rename it")


def proposed_name(text: str) -> str:
    """Return the most similar allowed name; 'model' if none of the text can be kept."""
    plain = re.sub(r"[^A-Za-z0-9.+-]+", "_", text).lstrip("._+-")
    return plain[:_LENGTH_MAX].rstrip("._+-") or "model"
