"""Measures the cost of each quantization scheme for a published model.

    python -m recipes.shelf.compare_schemes MODEL TRAINING_FACES TEST_FACES [ptq|qat]

Quantizes after training (ptq), or by distillation from the float network, without labels (qat).
Prints a Markdown table: scheme, calibrator, bias correction, the loss of accuracy against the
float hub in points of the inter-ocular NME, and the seconds that the quantization took.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

import click

from zoo import registry
from zoo.cli.entry import enter
from zoo.data.held_out import hold_out
from zoo.data.pictures import calibration_pictures
from zoo.data.processing import preprocess_batch
from zoo.graph import Graph
from zoo.picture import Picture
from zoo.plugs import Feeds, QuantizeOptions
from zoo.recipe import Recipe
from zoo.scheme import Scheme

__all__ = ["Choice", "Cost", "choices", "compare"]

_METRIC = "nme_interocular_percent"
_COUNTS = {"ptq": 500, "qat": 2000}
"""Maximum faces, as in `zoo build`."""
_CALIBRATORS = ("minmax", "percentile", "mse")


@dataclass(frozen=True)
class Choice:
    """One quantization to measure."""

    scheme: Scheme
    options: QuantizeOptions


@dataclass(frozen=True)
class Cost:
    """Cost of a choice. loss: in points of the NME."""

    loss: float
    seconds: float


def choices(quantizer: str = "ptq") -> Iterator[Choice]:
    """Yield every registered scheme with every calibrator, with and without bias correction.

    A scheme that equalises is also measured without; 'auto' and training decide themselves.
    """
    if quantizer == "qat":
        for name in registry.names("scheme"):
            yield Choice(registry.load("scheme", name), QuantizeOptions(correct_bias=False))
        return
    for name in registry.names("scheme"):
        scheme: Scheme = registry.load("scheme", name)
        forms = [scheme]
        if scheme.equalize:
            forms.insert(0, replace(scheme, name=f"{name}, not equalised", equalize=False))
        yield Choice(scheme, QuantizeOptions())
        for form, calibrator, correct in product(forms, _CALIBRATORS, (False, True)):
            yield Choice(form, QuantizeOptions(calibrator, correct))


def compare(
    recipe: Recipe, calibration: Path, faces: Path, quantizer: str = "ptq"
) -> Iterator[tuple[Choice, Cost]]:
    """Yield each choice with its cost. Hubs run without optimisation."""
    onnx = registry.load("format", "onnx")
    graph: Graph = onnx.read(recipe.hubs["none"].read_bytes(), str(recipe.hubs["none"]))
    pictures = hold_out(calibration_pictures(recipe, calibration, _COUNTS[quantizer]))
    feeds, held_out = (_feeds(recipe, part) for part in (pictures.calibration, pictures.judging))
    float_nme = _nme(recipe, onnx.write(graph), faces)
    quantize = registry.load("quantizer", quantizer).quantize
    for choice in choices(quantizer):
        start = monotonic()
        options = replace(choice.options, held_out=held_out)
        quantized = quantize(graph, choice.scheme, feeds, recipe.contract, options)
        seconds = monotonic() - start
        yield choice, Cost(_nme(recipe, onnx.write(quantized), faces) - float_nme, seconds)


def _feeds(recipe: Recipe, pictures: Sequence[Picture]) -> list[Feeds]:
    _, inputs = preprocess_batch(recipe.contract, ((p.read(), p.box) for p in pictures))
    return [{recipe.contract.input.name: inputs}]


def _nme(recipe: Recipe, hub: bytes, faces: Path) -> float:
    with TemporaryDirectory() as folder:
        (Path(folder) / "hub.onnx").write_bytes(hub)
        run: Any = registry.load("executor", "onnxruntime-unoptimized").load(
            Path(folder), "hub.onnx"
        )
        metrics = registry.resolve(recipe.evaluate)(recipe, run, faces).metrics
    return float(metrics[_METRIC])


@click.command()
@click.argument("model")
@click.argument("calibration", type=click.Path(path_type=Path), metavar="TRAINING_FACES")
@click.argument("faces", type=click.Path(path_type=Path), metavar="TEST_FACES")
@click.argument("quantizer", type=click.Choice(list(_COUNTS)), default="ptq")
def main(model: str, calibration: Path, faces: Path, quantizer: str) -> None:
    """Write the table to standard output, line by line as measured."""
    sys.stdout.write("| scheme | calibrator | bias correction | loss | seconds |\n")
    sys.stdout.write("| --- | --- | --- | --- | --- |\n")
    recipe = registry.load("recipe", model)
    for choice, cost in compare(recipe, calibration, faces, quantizer):
        options = choice.options
        corrected = "yes" if options.correct_bias else "no"
        measured = f"{cost.loss:+.3f}", f"{cost.seconds:.0f}"
        cells = (choice.scheme.name, options.calibrator, corrected, *measured)
        sys.stdout.write(f"| {' | '.join(cells)} |\n")
        sys.stdout.flush()


if __name__ == "__main__":
    enter(main, "python -m recipes.shelf.compare_schemes")
