"""Quantizes a published float hub like `zoo build`, and stores the result beside it.

    python -m recipes.shelf.publish_quantized MODEL DATA QUANT SCHEME

DATA is as for --calib, such as $ZOO_DATA/landmarks68/train.  QUANT is ptq or qat.
The recipe's own `publish` then measures the accuracy of all hubs.
"""

from pathlib import Path

import click

from recipes.shelf.publishing import publish_quantized
from zoo import registry
from zoo.cli.entry import enter
from zoo.errors import UsageError


@click.command()
@click.argument("model")
@click.argument("data", type=click.Path(path_type=Path))
@click.argument("quant", type=click.Choice(["ptq", "qat"]))
@click.argument("scheme")
def main(model: str, data: Path, quant: str, scheme: str) -> None:
    """Quantize the float hub of MODEL with DATA, using QUANT and SCHEME, and publish it."""
    hubs = registry.load("recipe", model).hubs
    if "none" not in hubs:
        raise UsageError(f"{model}: has no float hub; publish it first")
    publish_quantized(model, data, quant, scheme, hubs["none"].parent)


if __name__ == "__main__":
    enter(main, "python -m recipes.shelf.publish_quantized")
