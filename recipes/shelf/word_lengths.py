"""Measures a published model in 16-bit formats: float16, and fixed point for all its numbers.

    python -m recipes.shelf.word_lengths MODEL DATA

DATA is as for `zoo eval --data`. Prints a Markdown table, line by line as measured, with every
metric of the model, and the average precision in table II of Narduzzi et al. 2021, "Adaptation of
MobileNetV2 for Face Detection on Ultra-Low Power Platform" (arXiv:2208.11011), for their face
detector on FDDB. In Qn, weights, biases and activations have a sign, 15 - n integer and n fraction
bits, without calibration; each is rounded to nearest and saturates.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

import click
import numpy as np

from zoo import registry
from zoo.artifact import Artifact
from zoo.cli.entry import enter
from zoo.data.evaluation import Evaluation
from zoo.errors import UsageError
from zoo.graph import Graph
from zoo.plugs import QuantizeOptions
from zoo.recipe import Recipe

__all__ = ["PAPER", "measure"]

PAPER: Mapping[str, str] = MappingProxyType(
    {"float32": "", "float16": "0.891", "q9": "0.886", "q8": "0.884", "q7": "0.814", "q6": "0.027"}
)
"""Formats by name, with the paper's average precision."""

_FLOATS = ("float32", "float16")


def measure(recipe: Recipe, data: Path) -> Iterator[tuple[str, Evaluation]]:
    """Yield each format with the accuracy of the float hub in it, run without optimisation."""
    evaluate: Callable[..., Evaluation] = registry.resolve(recipe.evaluate)
    executor = registry.load("executor", "onnxruntime-unoptimized")
    hub = recipe.hubs["none"]
    graph: Graph = registry.load("format", "onnx").read(hub.read_bytes(), str(hub))
    for name in PAPER:
        with TemporaryDirectory() as folder:
            artifact = _in_format(recipe, graph, name)
            for file, content in artifact.files.items():
                (Path(folder) / file).write_bytes(content)
            run = executor.load(Path(folder), artifact.main)
            yield name, evaluate(recipe, run, data)


def _in_format(recipe: Recipe, graph: Graph, name: str) -> Artifact:
    if name not in _FLOATS:
        # The format is given, so nothing depends on the sample.
        sample = np.zeros((1, *recipe.contract.input.shape), np.float32)
        graph = registry.load("quantizer", "ptq").quantize(
            graph,
            registry.load("scheme", name),
            [{recipe.contract.input.name: sample}],
            recipe.contract,
            QuantizeOptions("minmax", correct_bias=False),
        )
    artifact: Artifact = registry.load("compiler", "onnx").lower(
        graph, registry.load("target", "x86"), name
    )
    return artifact


@click.command()
@click.argument("model")
@click.argument("data", type=click.Path(path_type=Path))
def main(model: str, data: Path) -> None:
    """Measure MODEL on DATA in each format."""
    recipe: Recipe = registry.load("recipe", model)
    if "none" not in recipe.hubs:
        raise UsageError(f"{model}: has no float hub; publish it first")
    for index, (name, found) in enumerate(measure(recipe, data)):
        if index == 0:
            _print("format", *found.metrics, "AP of the paper")
            _print(*["---"] * (len(found.metrics) + 2))
        _print(name, *(f"{value:.4g}" for value in found.metrics.values()), PAPER[name])


def _print(*cells: str) -> None:
    sys.stdout.write(f"| {' | '.join(cells)} |\n")
    sys.stdout.flush()


if __name__ == "__main__":
    enter(main, "python -m recipes.shelf.word_lengths")
