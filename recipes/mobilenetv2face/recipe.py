"""Recipes of the family: contract, golden inputs, licences, and what is published."""

from dataclasses import replace
from pathlib import Path

from recipes.mobilenetv2face.variants import SIZE, VARIANTS, Variant, canonical_boxes
from recipes.shelf.portraits import portrait_licence, whole_portraits
from recipes.shelf.published import published_file, published_hubs
from zoo.contract import Contract, Step, TensorSpec
from zoo.recipe import Licence, Recipe

__all__ = ["WEIGHTS", "contract", "recipe", "recipe_of_size"]

WEIGHTS = Path(__file__).parent / "weights"


def __getattr__(name: str) -> Recipe:
    """Provide recipes as attributes of this module, so that descriptors can name them."""
    if name not in VARIANTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return recipe(VARIANTS[name])


def recipe(variant: Variant) -> Recipe:
    """Return the recipe of a variant; existing files count as published."""
    name = variant.name
    return Recipe(
        name=name,
        family="mobilenetv2face",
        summary=f"boxes of faces in a whole photo, RGB {SIZE}x{SIZE}, MobileNetV2 {variant.width}, "
        f"exit {variant.exit.upper()}",
        contract=contract(variant),
        hubs=published_hubs(WEIGHTS, name),
        golden=whole_portraits(),
        licences=(_weights_licence(), portrait_licence()),
        metrics=published_file(WEIGHTS, f"{name}.json"),
        details=published_file(WEIGHTS, f"{name}.details.json"),
        card=published_file(WEIGHTS, f"{name}.md"),
        train="recipes.mobilenetv2face.train:train",
        export="recipes.mobilenetv2face.export:export",
        restore="recipes.mobilenetv2face.checkpoint:restore",
        evaluate="recipes.shelf.detection_evaluation:evaluate",
        suites={"scales": "recipes.mobilenetv2face.scales:measure"},
        metric="ap_16px_percent",
        more_is_better=True,
    )


def recipe_of_size(variant: Variant, size: int) -> Recipe:
    """Return the recipe with another side of the input; the weights are the same."""
    return replace(recipe(variant), contract=contract(variant, size))


def contract(variant: Variant, size: int = SIZE) -> Contract:
    """Return the steps from a whole photo to boxes of faces.

    The photo is padded to a square with its edge pixels. Pixels become (pixel - 128) / 128, which
    is exact in float and in every integer scheme. Scores and boxes are separate outputs with their
    own 8-bit scales.
    """
    side, count = size // variant.stride, variant.boxes
    return Contract(
        input=TensorSpec("image", (3, size, size)),
        outputs=(
            TensorSpec("scores", (count, side, side)),
            TensorSpec("boxes", (4 * count, side, side)),
        ),
        pre=(
            Step("crop", {"scale": 1.0}),
            Step("resize", {"size": [size, size]}),
            Step("normalize", {"mean": [128] * 3, "std": [128] * 3}),
        ),
        post=(
            Step(
                "boxes",
                {
                    "coding": "ssd",
                    "boxes": ["boxes"],
                    "scores": ["scores"],
                    "channels": "first",
                    "classes": 1,
                    "activation": "sigmoid",
                    "threshold": 0.5,
                    "strides": [variant.stride],
                    "anchors": [[list(sides) for sides in canonical_boxes(count)]],
                    "variances": [1, 1],
                    "labels": ["face"],
                },
            ),
            Step("nms", {"iou_percent": 45, "limit": 32, "candidates": 256}),
        ),
    )


def _weights_licence() -> Licence:
    return Licence(
        "weights",
        "LicenseRef-WIDER-research",
        commercial=False,
        file=WEIGHTS / "LICENSE.wider.txt",
        notice="trained on WIDER FACE (cc-by-nc-nd-4.0) images, for research only",
    )
