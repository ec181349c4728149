"""Measures what each quantization scheme costs a published model, without any training.

    python -m recipes.shelf.compare_schemes MODEL CALIBRATION_FACES TEST_FACES

Prints a Markdown table: scheme, calibrator, bias correction, and the loss of accuracy against the
float hub, in points of the inter-ocular NME.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from zoo import registry
from zoo.graph import Graph
from zoo.pictures import calibration_pictures
from zoo.plugs import QuantizeOptions
from zoo.processing import preprocess_batch
from zoo.recipe import Recipe
from zoo.scheme import Scheme

__all__ = ["Choice", "choices", "compare"]

_METRIC = "nme_interocular_percent"
_COUNT = 500


@dataclass(frozen=True)
class Choice:
    """One way to quantize."""

    scheme: Scheme
    options: QuantizeOptions


def choices() -> Iterator[Choice]:
    """Yield every registered scheme with every calibrator, with and without bias correction.

    Power-of-two scales are searched by squared error, whatever the calibrator. A scheme that
    equalises is also measured without.
    """
    for name in registry.names("scheme"):
        scheme: Scheme = registry.load("scheme", name)
        forms = [scheme]
        if scheme.equalize:
            forms.insert(0, replace(scheme, name=f"{name}, not equalised", equalize=False))
        calibrators = ("minmax", "percentile", "mse")
        searched = ("mse",) if scheme.scale == "power_of_two" else calibrators
        for form, calibrator, correct in product(forms, searched, (False, True)):
            yield Choice(form, QuantizeOptions(calibrator, correct))


def compare(recipe: Recipe, calibration: Path, faces: Path) -> Iterator[tuple[Choice, float]]:
    """Yield each choice with its loss, in points of the NME. Hubs run without optimisation."""
    onnx = registry.load("format", "onnx")
    graph: Graph = onnx.read(recipe.hubs["none"].read_bytes(), str(recipe.hubs["none"]))
    pictures = calibration_pictures(recipe, calibration, _COUNT)
    _, inputs = preprocess_batch(recipe.contract, ((p.read(), p.box) for p in pictures))
    feeds = [{recipe.contract.input.name: inputs}]
    float_nme = _nme(recipe, onnx.write(graph), faces)
    quantizer = registry.load("quantizer", "ptq")
    for choice in choices():
        quantized = quantizer.quantize(graph, choice.scheme, feeds, recipe.contract, choice.options)
        yield choice, _nme(recipe, onnx.write(quantized), faces) - float_nme


def _nme(recipe: Recipe, hub: bytes, faces: Path) -> float:
    with TemporaryDirectory() as folder:
        (Path(folder) / "hub.onnx").write_bytes(hub)
        run: Any = registry.load("executor", "onnxruntime-unoptimized").load(
            Path(folder), "hub.onnx"
        )
        metrics = registry.resolve(recipe.evaluate)(recipe, run, faces).metrics
    return float(metrics[_METRIC])


def main(model: str, calibration: Path, faces: Path) -> None:
    """Write the table to standard output, a line as soon as it is measured."""
    rows = ["| scheme | calibrator | bias correction | loss |", "| --- | --- | --- | --- |"]
    sys.stdout.write("\n".join(rows) + "\n")
    for choice, loss in compare(registry.load("recipe", model), calibration, faces):
        options = choice.options
        corrected = "yes" if options.correct_bias else "no"
        cells = (choice.scheme.name, options.calibrator, corrected, f"{loss:+.3f}")
        sys.stdout.write(f"| {' | '.join(cells)} |\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
