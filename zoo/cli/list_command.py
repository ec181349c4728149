"""zoo list: models and targets."""

import click

from zoo import registry
from zoo.cli.options import json_option
from zoo.cli.output import print_json, print_table


@click.command()
@json_option
def command(as_json: bool) -> None:
    """List models, published ones first, and targets."""
    models = sorted(map(_model, registry.names("recipe")), key=lambda row: not row["published"])
    targets = [_target(name) for name in registry.names("target")]
    if as_json:
        print_json({"models": models, "targets": targets})
        return
    print_table("Models", models)
    click.echo()
    print_table("Targets", targets)


def _model(name: str) -> dict[str, object]:
    recipe = registry.load("recipe", name)
    return {"name": name, "published": sorted(recipe.hubs), "summary": recipe.summary}


def _target(name: str) -> dict[str, object]:
    target = registry.load("target", name)
    return {"name": name, "quantizations": list(target.schemes), "summary": target.summary}
