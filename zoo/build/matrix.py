"""Matrices of builds: models x targets x quantizations, named by a TOML file (docs/matrix.md)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

from zoo.build.chain import chained, demand_fitting, is_chain_file
from zoo.build.plan import Plan, make_plan
from zoo.build.targets import find_targets, runtime_of_build
from zoo.build.wish import Wish
from zoo.build.wish_table import demand_known, wish_fields
from zoo.errors import MatrixError, MissingFileError, UsageError
from zoo.signature import SigningKey
from zoo.toml_file import read_toml
from zoo.user_file import is_user_file

__all__ = ["Cell", "in_matrix_words", "read_matrix"]

_AXES = {"models": "model", "targets": "target", "quants": "quant"}
_LEFT_OUT = "leave_out"
_OPTION = re.compile(r"--([a-z]+)(?: (?!or |and |is |has |another)([A-Za-z0-9_.:-]+))?")
_TEXTS = (
    "model",
    "name",
    "contract",
    "hub",
    "calib",
    "calibrator",
    "quantizer",
    "scheme",
    "detector",
)
"""Keys of a table among the models, as the options of `zoo build`."""


@dataclass(frozen=True)
class Cell:
    """One build of a matrix.

    model: as the file names it.  detector: as of --detector.  signing: the key for its bundle.
    """

    model: str
    wish: Wish
    detector: str = ""
    signing: SigningKey | None = None

    @property
    def row(self) -> Mapping[str, str]:
        """Return its place in the matrix."""
        return {"model": self.model, "target": self.wish.target, "quant": self.wish.quant}

    def plan(self) -> Plan:
        """Return the plan of the build; raises ZooError as `zoo build` does."""
        target = find_targets(self.wish.target, self.wish.runtime)[-1]
        plan = make_plan(chained(self.wish, self.detector, target))
        demand_fitting(plan)
        return replace(plan, signing=self.signing)


def read_matrix(file: Path, signing: SigningKey | None = None) -> tuple[Cell, ...]:
    """Return the builds that a file names, in its order, the last axis fastest.

    Raises UsageError if it is missing or names none, RecipeError if it is not a matrix.
    """
    if not file.is_file():
        found = "is a folder" if file.is_dir() else "no such file"
        raise MissingFileError(
            f"{file}: {found}; a matrix is a file that names builds (docs/matrix.md)"
        )
    data = read_toml(file, "matrix")
    for name in data:
        demand_known(name, (*_AXES, _LEFT_OUT), f"{file}: key")
    models = [_model(value, file) for value in _list(data, "models", file)]
    targets, quants = (_texts(data, name, file) for name in ("targets", "quants"))
    left_out = list(_left_out(data, file))
    cells = tuple(
        Cell(name, _wish(fields, target, quant), detector, signing)
        for (name, fields, detector), target, quant in product(models, targets, quants)
    )
    for words in left_out:
        if not any(_is_in(cell, words) for cell in cells):
            raise UsageError(f"{file}: {_LEFT_OUT} has {dict(words)!r}, which is no build of it")
    kept = tuple(cell for cell in cells if not any(_is_in(cell, words) for words in left_out))
    if not kept:
        raise UsageError(f"{file}: {_LEFT_OUT} leaves out all {len(cells)} builds")
    return kept


def _wish(fields: Mapping[str, Any], target: str, quant: str) -> Wish:
    return Wish(**fields, target=target, quant=quant, runtime=runtime_of_build(target, ""))


def in_matrix_words(message: str) -> str:
    """Return a message on one build with options as keys of a matrix: --quant qat as in a file."""

    def key(found: re.Match[str]) -> str:
        name, value = found.groups()
        if name not in (*_TEXTS, *_AXES.values()):
            return found[0]
        return f'{name} = "{value}"' if value else name

    return _OPTION.sub(key, message)


def _list(data: Mapping[str, Any], name: str, file: Path) -> list[Any]:
    value = data.get(name)
    if not isinstance(value, list) or not value:
        found = "is missing" if value is None else f"= {value!r}"
        raise MatrixError(f"{file}: {name} {found}; give a list, such as {name} = [...]")
    return value


def _texts(data: Mapping[str, Any], name: str, file: Path) -> list[str]:
    values = _list(data, name, file)
    for value in values:
        if not (isinstance(value, str) and value):
            raise MatrixError(f"{file}: {name} has {value!r}; give texts")
    if len(set(values)) < len(values):
        raise MatrixError(f"{file}: {name} = {values!r}; name each once")
    return values


def _model(value: object, file: Path) -> tuple[str, Mapping[str, Any], str]:
    """Return a model's name, what a Wish says of it, and its detector."""
    table = {"model": value} if isinstance(value, str) else value
    if not isinstance(table, dict):
        raise MatrixError(f"{file}: models has {value!r}; give names, files, or tables with model")
    fields = wish_fields(table, _TEXTS, file, "models")
    if is_chain_file(fields["model"]):
        fields["model"] = str(file.parent / fields["model"])
    detector = fields.pop("detector", "")
    if is_user_file(detector):
        detector = str(file.parent / detector)
    return table.get("name") or table["model"], fields, detector


def _left_out(data: Mapping[str, Any], file: Path) -> Iterator[Mapping[str, str]]:
    """Yield the tables of what is left out, each with some of model, target and quant."""
    tables = data.get(_LEFT_OUT, [])
    for table in tables if isinstance(tables, list) else [tables]:
        if not isinstance(table, dict) or not table:
            raise MatrixError(f"{file}: {_LEFT_OUT} has {table!r}; give tables [[{_LEFT_OUT}]]")
        for name in table:
            demand_known(name, tuple(_AXES.values()), f"{file}: {_LEFT_OUT}")
        yield table


def _is_in(cell: Cell, words: Mapping[str, str]) -> bool:
    return all(cell.row[name] == word for name, word in words.items())
