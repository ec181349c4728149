"""Puts trained weights, their float hub and measured accuracy into `weights/`.

    python -m recipes.pfld.publish MODEL TEST_FACES [WEIGHTS]

Without weights only the accuracy of all published hubs is measured anew. The table in the model
card follows.
"""

import json
import shutil
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from recipes.pfld.recipe import WEIGHTS, recipe
from recipes.pfld.variants import VARIANTS, Variant
from recipes.shelf.landmark_evaluation import evaluate
from zoo import registry
from zoo.evaluation import Evaluation

__all__ = ["fill_card", "measure", "publish"]

MARKS = ("<!-- accuracy -->", "<!-- end of accuracy -->")


def publish(variant: Variant, weights: Path) -> None:
    """Copy the weights and export the float hub; hubs quantized from older weights go."""
    from recipes.pfld.export import export  # torch is for those who publish

    made = recipe(variant)
    hub = export(made, weights)
    for outdated in made.hubs.values():
        outdated.unlink()
    shutil.copyfile(weights, WEIGHTS / f"{variant.name}.safetensors")
    (WEIGHTS / f"{variant.name}.none.onnx").write_bytes(hub)


def measure(variant: Variant, faces: Path) -> Mapping[str, Evaluation]:
    """Return the accuracy of each published hub by quantization, run without optimisation."""
    made = recipe(variant)
    executor = registry.load("executor", "onnxruntime-unoptimized")
    return {
        quant: evaluate(made, executor.load(hub.parent, hub.name, 1), faces)
        for quant, hub in made.hubs.items()
    }


def fill_card(card: str, measured: Mapping[str, Evaluation]) -> str:
    """Return a model card with the table between its two marks replaced by what was measured."""
    names = next(iter(measured.values())).metrics
    rows = [["metric", *measured], ["---"] * (1 + len(measured))]
    for name in names:
        label = name.removesuffix("_percent").replace("_", " ")
        rows.append([f"{label}, %", *(f"{m.metrics[name]:.2f}" for m in measured.values())])
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    before, _, rest = card.partition(MARKS[0])
    _, _, after = rest.partition(MARKS[1])
    return f"{before}{MARKS[0]}\n\n{table}\n\n{MARKS[1]}{after}"


def main(model: str, faces: Path, weights: Path | None) -> None:
    """Publish, and write the accuracy beside the hubs and into the model card."""
    variant = VARIANTS[model]
    if weights is not None:
        publish(variant, weights)
    measured = measure(variant, faces)
    figures = {quant: asdict(result) for quant, result in measured.items()}
    (WEIGHTS / f"{model}.json").write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    card = WEIGHTS / f"{model}.md"
    if card.is_file():
        card.write_text(fill_card(card.read_text("utf-8"), measured), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]) if len(sys.argv) > 3 else None)
