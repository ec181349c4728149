"""Recipes of the family: contract, published files, golden inputs, licences."""

from pathlib import Path

from recipes.facedet.variants import CHANNELS, STRIDES, VARIANTS, Variant
from recipes.shelf.landmarks.regions import landmark_regions
from recipes.shelf.portraits import portrait_licence, whole_portraits
from recipes.shelf.published import published_file, published_hubs
from zoo.contract import Contract, Step, TensorSpec
from zoo.recipe import Licence, Recipe
from zoo.region_rule import RegionRule

__all__ = ["WEIGHTS", "contract", "recipe"]

WEIGHTS = Path(__file__).parent / "weights"

_REGIONS = RegionRule((0.827, 0.18), (0.827, 0.18), (-0.001, 0.096), passes=2)
"""Fitted by recipes.shelf.chain_accuracy on landmarks68/train, with facedet_320.wider."""


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
        family="facedet",
        summary=f"boxes of faces in a whole photo, RGB {size}x{size}",
        contract=contract(variant),
        hubs=published_hubs(WEIGHTS, name),
        golden=whole_portraits(),
        licences=(_weights_licence(), portrait_licence()),
        metrics=published_file(WEIGHTS, f"{name}.json"),
        details=published_file(WEIGHTS, f"{name}.details.json"),
        card=published_file(WEIGHTS, f"{name}.md"),
        train="recipes.facedet.train:train",
        fit="recipes.facedet.fit:fit",
        export="recipes.facedet.export:export",
        restore="recipes.facedet.checkpoint:restore",
        evaluate="recipes.shelf.detection_evaluation:evaluate",
        metric="ap_16px_percent",
        more_is_better=True,
        regions=landmark_regions(_REGIONS),
    )


def contract(variant: Variant) -> Contract:
    """Return the steps from a whole photo to the maps that zoo.detections reads, and to boxes.

    The photo is padded to a square with its edge pixels. Pixels become (pixel - 128) / 128, which
    is exact in float and in every integer scheme. Each map is a separate output with its own 8-bit
    scale.
    """
    size = variant.size
    return Contract(
        input=TensorSpec("image", (3, size, size)),
        outputs=tuple(
            TensorSpec(_output(stride), (CHANNELS, size // stride, size // stride))
            for stride in STRIDES
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
                    "coding": "distances",
                    "boxes": [_output(stride) for stride in STRIDES],
                    "channels": "first",
                    "box_channel": 1,
                    "classes": 1,
                    "activation": "sigmoid",
                    "threshold": 0.65,
                    "strides": list(STRIDES),
                    "labels": ["face"],
                },
            ),
            Step("nms", {"iou_percent": 45, "limit": 32, "candidates": 256}),
        ),
    )


def _output(stride: int) -> str:
    return f"faces_{stride}"


def _weights_licence() -> Licence:
    return Licence(
        "weights",
        "LicenseRef-WIDER-research",
        commercial=False,
        file=WEIGHTS / "LICENSE.wider.txt",
        notice="trained on WIDER FACE (cc-by-nc-nd-4.0) images, for research only",
    )
