"""Files beside a contract: lines of texts for its steps, numbers for its constants."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zoo.errors import ContractError

__all__ = ["Numbers", "read_numbers", "with_lines", "with_numbers"]

Numbers = bool | int | float | tuple["Numbers", ...]
"""A number, or nested tuples of numbers."""

_MOST = 100_000
"""Of numbers in a constant; more belong in the network's file."""


def with_lines(step: str, parameters: Mapping[str, Any], contract: Path) -> dict[str, Any]:
    """Return a step's parameters, where those that are {file = NAME} are the lines of these files.

    Raises RecipeError naming the file.
    """
    return {
        name: _lines(contract, f"parameter '{name}' of step '{step}'", value)
        if isinstance(value, Mapping)
        else value
        for name, value in parameters.items()
    }


def with_numbers(data: Mapping[str, Any], contract: Path) -> Mapping[str, Any]:
    """Return a parsed contract, where values of constants that are {file = NAME} are numbers.

    Raises RecipeError naming the file.
    """
    constants = data.get("constants")
    if not isinstance(constants, list):
        return data
    return {**data, "constants": [_filled(entry, contract) for entry in constants]}


def read_numbers(value: object, where: str) -> Numbers:
    """Return a number, or a list of such lists as tuples; raises RecipeError if it is ragged."""
    read = _tupled(value, where)
    shape = _shape(read, where)
    if math.prod(shape) > _MOST or 0 in shape:
        raise ContractError(
            f"{where}: has shape {list(shape)}; a constant has 1 to {_MOST} numbers, larger ones "
            "belong in the network's file"
        )
    return read


def _filled(entry: object, contract: Path) -> object:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("value"), Mapping):
        return entry
    where = f"value of constant '{entry.get('name')}'"
    return {**entry, "value": _numbers(contract, where, entry["value"])}


def _numbers(contract: Path, where: str, table: Mapping[str, Any]) -> object:
    import numpy as np

    path = _beside(contract, where, table, "the numbers of an .npy or .json file")
    try:
        if path.suffix == ".npy":
            return np.load(path, allow_pickle=False).tolist()
        if path.suffix == ".json":
            return json.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError, EOFError, RecursionError) as error:
        raise ContractError(f"{contract}: {where}: cannot read {path} ({error})") from error
    raise ContractError(f"{contract}: {where}: {path.name} is neither .npy nor .json; give one")


def _lines(contract: Path, where: str, table: Mapping[str, Any]) -> list[str]:
    path = _beside(contract, where, table, "the lines of a text file")
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ContractError(
            f"{contract}: {where}: cannot read {path} ({error}); give a text file in UTF-8"
        ) from error
    lines = [line.strip() for line in text.removesuffix("\n").split("\n")]
    if "" in lines:
        raise ContractError(
            f"{contract}: {where}: line {lines.index('') + 1} of {path} is empty; remove it, or "
            "write what belongs there"
        )
    return lines


def _beside(contract: Path, where: str, table: Mapping[str, Any], content: str) -> Path:
    """Return the file that a table {file = NAME} names; raises RecipeError for one elsewhere."""
    if set(table) != {"file"} or not isinstance(table["file"], str):
        raise ContractError(
            f"{contract}: {where} is {dict(table)!r}; the only table that it can be is "
            f'{{file = "NAME"}}, {content} beside the contract'
        )
    path = contract.parent / table["file"]
    if Path(table["file"]).name != table["file"] or path.is_symlink():
        raise ContractError(
            f"{contract}: {where} is in '{table['file']}'; files are read from beside the contract "
            "only, by their plain name and through no link: copy the file there"
        )
    return path


def _tupled(value: object, where: str) -> Numbers:
    if isinstance(value, list | tuple):
        return tuple(_tupled(item, where) for item in value)
    if isinstance(value, bool | int | float):
        return value
    raise ContractError(f"{where}: holds {value!r}; expected a number or nested lists of numbers")


def _shape(value: Numbers, where: str) -> tuple[int, ...]:
    if not isinstance(value, tuple):
        return ()
    shapes = {_shape(item, where) for item in value}
    if len(shapes) > 1:
        raise ContractError(
            f"{where}: its lists differ in length; lists along one axis must be equally long"
        )
    return (len(value), *next(iter(shapes), ()))
