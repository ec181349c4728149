"""zoo list: models and targets, or data sets."""

import click

from zoo import registry
from zoo.cli.options import json_option
from zoo.cli.output import print_json, print_table


@click.command()
@click.option("--datasets", is_flag=True, help="Data sets that --data and --calib can name.")
@json_option
def command(datasets: bool, as_json: bool) -> None:
    """List models, published ones first, and targets; or data sets."""
    tables = _datasets() if datasets else _models_and_targets()
    if as_json:
        print_json(tables)
        return
    for index, (title, rows) in enumerate(tables.items()):
        if index:
            click.echo()
        print_table(title.capitalize(), rows)


def _models_and_targets() -> dict[str, list[dict[str, object]]]:
    models = sorted(map(_model, registry.names("recipe")), key=lambda row: not row["published"])
    return {"models": models, "targets": [_target(name) for name in registry.names("target")]}


def _datasets() -> dict[str, list[dict[str, object]]]:
    # On demand: their readers import what listing models need not wait for.
    return {"datasets": [_dataset(name) for name in registry.names("dataset")]}


def _model(name: str) -> dict[str, object]:
    recipe = registry.load("recipe", name)
    return {"name": name, "published": sorted(recipe.hubs), "summary": recipe.summary}


def _target(name: str) -> dict[str, object]:
    target = registry.load("target", name)
    return {"name": name, "quantizations": list(target.schemes), "summary": target.summary}


def _dataset(name: str) -> dict[str, object]:
    dataset = registry.load("dataset", name)
    return {"name": name, "splits": list(dataset.splits), "summary": dataset.summary}
