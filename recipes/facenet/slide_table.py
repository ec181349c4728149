"""Prints the networks' costs on the MAX78000, and our accuracy beside that of the slides.

    python -m recipes.facenet.slide_table [--json]

Costs are those of `zoo show MODEL --target max78000`, and need no weights. Accuracy is the
published one, empty for models without weights. A figure of the slides that is not met to the last
printed digit ends the command with status 1; accuracies are not compared.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

import click

from recipes.facenet.layer_graph import layer_graph
from recipes.facenet.recipe import recipe
from recipes.facenet.slides import SLIDES
from recipes.facenet.variants import VARIANTS
from zoo import registry
from zoo.cli.entry import enter
from zoo.cli.output import print_json, print_table
from zoo.errors import VerifyError
from zoo.target import Target

__all__ = ["Figure", "NetworkCosts", "figures", "network_costs"]

_TARGET, _SCHEME, _COMPILER = "max78000", "ai8x", "ai8x"
_ACCURACY = "accuracy_percent"
_TOTAL, _TIME = "total", "expected_us"


@dataclass(frozen=True)
class NetworkCosts:
    """layers: a row of costs each.  total: their sums, and the share of the weights' memory.

    accuracy_percent: published, by hub; empty without weights.
    """

    network: str
    layers: tuple[Mapping[str, object], ...]
    total: Mapping[str, object]
    accuracy_percent: Mapping[str, float]


@dataclass(frozen=True)
class Figure:
    """A figure of the slides, and the same one computed here."""

    network: str
    layer: str
    figure: str
    slides: float
    here: object


def network_costs(name: str) -> NetworkCosts:
    """Return the costs of a variant on the accelerator."""
    target: Target = registry.load("target", _TARGET)
    made = recipe(VARIANTS[name])
    scheme = made.widths(registry.load("scheme", _SCHEME))
    graph = layer_graph(VARIANTS[name])
    *layers, total = registry.load("compiler", _COMPILER).costs(graph, target, scheme).rows
    memory = target.facts["weights_bytes"]
    share = round(100 * total["weight_bytes"] / memory, 1)
    published = json.loads(made.metrics.read_text("utf-8")) if made.metrics else {}
    accuracy = {hub: found["metrics"][_ACCURACY] for hub, found in published.items()}
    return NetworkCosts(name, tuple(layers), {**total, "weights_percent": share}, accuracy)


def figures(costs: NetworkCosts) -> Iterator[Figure]:
    """Yield each figure that the slides print of a network, accuracies excepted."""
    printed = SLIDES[costs.network]
    for name, values in printed.layers.items():
        for row, value in zip(costs.layers, values, strict=False):
            yield Figure(costs.network, str(row["layer"]), name, value, row[name])
    for name, value in printed.total.items():
        yield Figure(costs.network, _TOTAL, name, value, costs.total[name])


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def main(as_json: bool) -> None:
    """Print the slides' table: operations, bytes, times by layer, accuracy."""
    found = [network_costs(name) for name in VARIANTS]
    compared = [figure for costs in found for figure in figures(costs)]
    different = [figure for figure in compared if figure.slides != figure.here]
    verdict = f"{len(compared) - len(different)} of {len(compared)} figures of the slides are met"
    if as_json:
        networks = [
            {**asdict(costs), "slides_accuracy_percent": SLIDES[costs.network].accuracy_percent}
            for costs in found
        ]
        print_json({"networks": networks, "figures": [asdict(figure) for figure in compared]})
    else:
        print_table("networks", [_network_row(costs) for costs in found])
        print_table("layers", [_layer_row(costs, row) for costs in found for row in costs.layers])
        print_table("figures of the slides", [_figure_row(figure) for figure in compared])
        click.echo(verdict)
    if different:
        named = "; ".join(
            f"{f.network} {f.layer} {f.figure} is {f.here}, on the slides {f.slides}"
            for f in different
        )
        raise VerifyError(f"{verdict}: {named}; compare recipes/facenet/variants.py with them")


def _network_row(costs: NetworkCosts) -> dict[str, object]:
    keys = ("ops", "macc", "comp", "weight_bytes", "weights_percent", "bias_bytes", _TIME)
    accuracy = costs.accuracy_percent
    return {
        "network": costs.network,
        **{key: _text(key, costs.total[key]) for key in keys},
        "ai8xize_cycles": costs.total["ai8xize_cycles"],
        "accuracy_float": accuracy.get("none"),
        "accuracy_integer": accuracy.get(f"qat.{_SCHEME}"),
        "accuracy_slides": SLIDES[costs.network].accuracy_percent,
    }


def _layer_row(costs: NetworkCosts, row: Mapping[str, object]) -> dict[str, object]:
    return {"network": costs.network, **{key: _text(key, value) for key, value in row.items()}}


def _figure_row(found: Figure) -> dict[str, object]:
    both = {"slides": found.slides, "here": found.here}
    return {**asdict(found), **{key: _text(found.figure, value) for key, value in both.items()}}


def _text(figure: str, value: object) -> object:
    """Return times with two digits, as on the slides."""
    return f"{value:.2f}" if figure == _TIME else value


if __name__ == "__main__":
    enter(main, "python -m recipes.facenet.slide_table")
