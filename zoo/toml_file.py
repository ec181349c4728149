"""Hand-written TOML files."""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zoo.errors import ContractError

__all__ = ["read_toml", "written_toml"]


def read_toml(file: Path, kind: str) -> Mapping[str, Any]:
    """Return what a file says; raises RecipeError. kind: of file, such as 'contract'."""
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ContractError(f"{file}: cannot read the {kind} ({error})") from error
    # Also a number of thousands of digits, and brackets thousands deep.
    except (ValueError, RecursionError) as error:
        raise ContractError(f"{file}: not TOML ({error})") from error


def written_toml(data: Mapping[str, Any]) -> str:
    """Return JSON values as TOML: a line for each key, and for each item of its lists."""
    return "".join(f"{_key(key)} = {_listed(value)}\n" for key, value in data.items())


def _listed(value: object) -> str:
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        return "[\n" + "".join(f"    {_value(item)},\n" for item in value) + "]"
    return _value(value)


def _value(value: object) -> str:
    """Return a value on one line; null, which TOML lacks, is left out of tables."""
    if isinstance(value, dict):
        pairs = (f"{_key(k)} = {_value(v)}" for k, v in value.items() if v is not None)
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    # Strings are escaped as in JSON, which leaves DEL.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(key: str) -> str:
    return key if key.replace("_", "").isalnum() and key.isascii() else _value(key)
