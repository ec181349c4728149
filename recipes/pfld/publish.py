"""Writes trained weights, their float hub, measured accuracy and the model card to `weights/`.

    python -m recipes.pfld.publish MODEL TEST_FACES [FOLDER]

FOLDER is the output of `zoo train`. Without it, only the accuracy of all published hubs is measured
again, and the card updated.
"""

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import click

from recipes.pfld.card import render_card
from recipes.pfld.recipe import WEIGHTS, recipe
from recipes.pfld.variants import VARIANTS, Variant
from recipes.shelf.landmark_evaluation import evaluate
from zoo import registry
from zoo.cli.entry import enter
from zoo.data.evaluation import Evaluation

__all__ = ["measure", "parameters", "publish"]


def publish(variant: Variant, trained: Path) -> None:
    """Copy the weights and export the float hub; remove hubs quantized from older weights."""
    from recipes.pfld.export import export  # only publishing needs torch

    made, weights = recipe(variant), trained / f"{variant.name}.safetensors"
    hub = export(made, weights)
    for outdated in made.hubs.values():
        outdated.unlink()
    shutil.copyfile(weights, WEIGHTS / weights.name)
    shutil.copyfile(trained / "training.json", WEIGHTS / f"{variant.name}.training.json")
    (WEIGHTS / f"{variant.name}.none.onnx").write_bytes(hub)


def measure(variant: Variant, faces: Path) -> Mapping[str, Evaluation]:
    """Return the accuracy of each published hub by quantization, run without optimisation."""
    made = recipe(variant)
    executor = registry.load("executor", "onnxruntime-unoptimized")
    return {
        quant: evaluate(made, executor.load(hub.parent, hub.name, 1), faces)
        for quant, hub in made.hubs.items()
    }


@click.command()
@click.argument("model", type=click.Choice(list(VARIANTS)), metavar="MODEL")
@click.argument("faces", type=click.Path(path_type=Path), metavar="TEST_FACES")
@click.argument("trained", type=click.Path(path_type=Path), metavar="[FOLDER]", required=False)
def main(model: str, faces: Path, trained: Path | None) -> None:
    """Publish MODEL, and write the accuracy and the card beside its hubs."""
    variant = VARIANTS[model]
    if trained is not None:
        publish(variant, trained)
    measured = measure(variant, faces)
    figures = {quant: asdict(result) for quant, result in measured.items()}
    (WEIGHTS / f"{model}.json").write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    training = json.loads((WEIGHTS / f"{model}.training.json").read_text("utf-8"))
    card = render_card(variant, measured, training, parameters(variant))
    (WEIGHTS / f"{model}.md").write_text(card, "utf-8")


def parameters(variant: Variant) -> int:
    """Return the number of parameters in the float hub, which a board stores."""
    hub = recipe(variant).hubs["none"]
    graph = registry.load("format", "onnx").read(hub.read_bytes(), str(hub))
    weights = [tensor.data for tensor in graph.tensors.values() if tensor.dtype == "float32"]
    return sum(data.size for data in weights if data is not None)


if __name__ == "__main__":
    enter(main, "python -m recipes.pfld.publish")
