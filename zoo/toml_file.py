"""Hand-written TOML files."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zoo.errors import ContractError

__all__ = ["read_toml"]


def read_toml(file: Path, kind: str) -> Mapping[str, Any]:
    """Return what a file says; raises RecipeError. kind: of file, such as 'contract'."""
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ContractError(f"{file}: cannot read the {kind} ({error})") from error
    # Also a number of thousands of digits, and brackets thousands deep.
    except (ValueError, RecursionError) as error:
        raise ContractError(f"{file}: not TOML ({error})") from error
