"""Recipes of the family: contract, published files, golden inputs, licences."""

from pathlib import Path

from recipes.hrnet.variants import VARIANTS, Variant
from recipes.shelf.landmarks.contract import heatmap_contract
from recipes.shelf.portraits import portrait_licence, portraits
from recipes.shelf.published import published_file, published_hubs
from zoo.recipe import Licence, Recipe

__all__ = ["WEIGHTS", "recipe"]

WEIGHTS = Path(__file__).parent / "weights"
_CLOSED_EYES = 0.8
"""What closed eyes read: recipes.shelf.closed_eyes measures it. Few training faces close them."""


def __getattr__(name: str) -> Recipe:
    """Provide recipes as attributes of this module, so that descriptors can name them."""
    if name not in VARIANTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return recipe(VARIANTS[name])


def recipe(variant: Variant) -> Recipe:
    """Return the recipe of a variant; existing files count as published."""
    name, size = variant.name, variant.size
    return Recipe(
        name=name,
        family="hrnet",
        summary=f"{variant.points} facial landmarks by maps, RGB {size}x{size}, "
        f"width {variant.width}",
        contract=heatmap_contract(variant.points, size, _CLOSED_EYES),
        hubs=published_hubs(WEIGHTS, name),
        golden=portraits(),
        licences=(_weights_licence(), portrait_licence()),
        metrics=published_file(WEIGHTS, f"{name}.json"),
        details=published_file(WEIGHTS, f"{name}.details.json"),
        card=published_file(WEIGHTS, f"{name}.md"),
        train="recipes.hrnet.train:train",
        fit="recipes.shelf.landmarks.fit:fit",
        export="recipes.hrnet.export:export",
        restore="recipes.hrnet.checkpoint:restore",
        evaluate="recipes.shelf.landmark_evaluation:evaluate",
        evaluate_chain="recipes.shelf.chain_evaluation:evaluate",
        suites={"robustness": "recipes.shelf.robustness.suite:measure"},
        pictures="recipes.shelf.landmark_evaluation:pictures",
        metric="nme_interocular_percent",
        detector="facedet_320.wider",
    )


def _weights_licence() -> Licence:
    return Licence(
        "weights",
        "LicenseRef-300W-research",
        commercial=False,
        file=WEIGHTS / "LICENSE.300w68.txt",
        notice="trained on 300-W and WIDER FACE (cc-by-nc-nd-4.0) images, for research only",
    )
