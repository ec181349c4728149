"""zoo list: models and targets, or data sets."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from zoo import registry
from zoo.cli.options import json_option
from zoo.cli.output import print_json, print_table

if TYPE_CHECKING:
    from zoo.plugs import Dataset
    from zoo.recipe import Recipe
    from zoo.target import Target

Row = dict[str, Any]

_PUBLISHED = {"none": "float"}
"""What is published, as people read it; the word of --quant would read as nothing."""
_OBTAINABLE = "obtainable"
"""Not published, and not to be trained: `zoo build` says how to get it."""
_USES = {True: "commercial", False: "research", None: ""}
_UNSHOWN = ("aliases", "obtain", "commercial")


@click.command()
@click.option("--datasets", is_flag=True, help="List data sets for --data and --calib.")
@json_option
def command(datasets: bool, as_json: bool) -> None:
    """List models, published ones first, and targets; or data sets.

    `zoo show MODEL` has the schemes of its published integers. `zoo build` tells how to get what is
    obtainable. The use is what all licences of a model allow.
    """
    tables = _datasets() if datasets else _models_and_targets()
    if as_json:
        print_json(tables)
        return
    for index, (title, rows) in enumerate(tables.items()):
        if index:
            click.echo()
        print_table(title.capitalize(), [_shown(row) for row in rows])


def _shown(row: Row) -> Row:
    """Return a row as people read it: without the schemes of what is published, aliases last."""
    shown = {name: value for name, value in row.items() if name not in _UNSHOWN}
    if "published" in row:
        quants = (name.partition(".")[0] for name in row["published"])
        words = list(dict.fromkeys(_PUBLISHED.get(name, name) for name in quants))
        shown["published"] = words or (_OBTAINABLE if row["obtain"] else "")
        first = {"name": row["name"], "published": "", "use": _USES[row["commercial"]]}
        shown = {**first, **shown}
    return {**shown, "aliases": row["aliases"]} if "aliases" in row else shown


def _models_and_targets() -> dict[str, list[Row]]:
    models, broken_models = _rows("recipe", _model)
    targets, broken_targets = _rows("target", _target)
    models.sort(key=lambda row: (not row["published"], not row["obtain"]))
    return {"models": models, "targets": targets, **_broken(broken_models + broken_targets)}


def _datasets() -> dict[str, list[Row]]:
    # On demand: their readers have imports that listing models does not need.
    datasets, broken = _rows("dataset", _dataset)
    return {"datasets": datasets, **_broken(broken)}


def _rows(kind: str, row: Callable[[Any], Row]) -> tuple[list[Row], list[Row]]:
    """Return a row for each plugin of a kind that loads, and one for the rest."""
    loaded, errors = registry.load_all(kind)
    aliases = {found.name: list(found.aliases) for found in registry.descriptors(kind)}
    broken: list[Row] = [{"name": name, "error": str(error)} for name, error in errors.items()]
    rows = [
        {"name": name, "aliases": aliases.get(name, []), **row(found)}
        for name, found in loaded.items()
    ]
    if not any(row["aliases"] for row in rows):
        rows = [{k: value for k, value in row.items() if k != "aliases"} for row in rows]
    return rows, broken


def _broken(rows: list[Row]) -> dict[str, list[Row]]:
    return {"broken": rows} if rows else {}


def _model(recipe: "Recipe") -> Row:
    terms = [licence.commercial for licence in recipe.licences]
    return {
        "published": sorted(recipe.hubs),
        "obtain": recipe.obtain,
        "commercial": all(terms) if terms else None,
        "summary": recipe.summary,
    }


def _target(target: "Target") -> Row:
    return {
        "quantizations": list(target.schemes),
        "runtimes": list(target.runtimes),
        "summary": target.summary,
    }


def _dataset(dataset: "Dataset") -> Row:
    return {"splits": list(dataset.splits), "summary": dataset.summary}
