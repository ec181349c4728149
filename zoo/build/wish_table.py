"""Tables of TOML files that name networks: chain files and matrices."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from zoo.data.labelled_data import parse_name
from zoo.errors import RecipeError, suggest
from zoo.user_file import is_user_file

__all__ = ["demand_known", "wish_fields"]

_FILES = ("contract", "hub")


def wish_fields(
    table: Mapping[str, Any], known: Collection[str], file: Path, where: str
) -> dict[str, Any]:
    """Return the fields of a Wish that a table states; paths are relative to the file.

    known: the table's keys, which are fields' names but for 'calib'.  where: of the table, for
    messages.  Raises RecipeError for unknown keys, values that are no text, and without a model.
    """
    for name, value in table.items():
        demand_known(name, known, f"{file}: {where}")
        if not isinstance(value, str):
            raise RecipeError(f"{file}: {where} {name} = {value!r}; give a text")
    if not table.get("model"):
        raise RecipeError(f"{file}: {where} has no model; give a name of `zoo list`, or a file")
    found: dict[str, Any] = {key: value for key, value in table.items() if key != "calib"}
    if is_user_file(found["model"]):
        found["model"] = str(file.parent / found["model"])
    for name in _FILES:
        if name in found:
            found[name] = file.parent / found[name]
    if "calib" in table:
        found["calibration"] = _data(table["calib"], file)
    return found


def demand_known(name: str, known: Collection[str], where: str) -> None:
    """Raise RecipeError for a name that a table does not have."""
    if name not in known:
        raise RecipeError(f"{where}: unknown '{name}'{suggest(name, known)}")


def _data(text: str, file: Path) -> Path:
    """Return a name of data with its folder found from the file."""
    name = parse_name(text)
    parts = (name.dataset, str(file.parent / name.folder), name.split)
    return Path(":".join(part for part in parts if part))
