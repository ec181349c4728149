"""Recipes of the family: contract, published files, golden inputs, licences."""

from pathlib import Path

from recipes.facenet.variants import CLASSES, SIZE, VARIANTS, Variant
from recipes.shelf.portraits import portrait_licence, whole_portraits
from recipes.shelf.published import published_file, published_hubs
from zoo.contract import Contract, Step, TensorSpec
from zoo.recipe import Licence, Recipe
from zoo.scheme import Override

__all__ = ["WEIGHTS", "contract", "recipe"]

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
        family="facenet",
        summary=f"whether a picture shows a face, RGB {SIZE}x{SIZE}, made for the MAX78000",
        contract=contract(variant),
        hubs=published_hubs(WEIGHTS, name),
        golden=whole_portraits(),
        licences=(_weights_licence(), portrait_licence()),
        metrics=published_file(WEIGHTS, f"{name}.json"),
        details=published_file(WEIGHTS, f"{name}.details.json"),
        card=published_file(WEIGHTS, f"{name}.md"),
        train="recipes.facenet.train:train",
        fit="recipes.facenet.fit:fit",
        export="recipes.facenet.export:export",
        restore="recipes.facenet.checkpoint:restore",
        evaluate="recipes.facenet.evaluation:evaluate",
        metric="accuracy_percent",
        more_is_better=True,
        overrides=_overrides(variant),
    )


def contract(variant: Variant) -> Contract:
    """Return the steps from a picture to its class.

    The picture is padded to a square with its edge pixels. Pixels become (pixel - 128) / 128, which
    is exact in float and in every integer scheme.
    """
    channels = variant.input_shape[0]
    fold = (Step("fold", {"factor": variant.folding}),) if variant.folding > 1 else ()
    return Contract(
        input=TensorSpec("image", variant.input_shape),
        outputs=(TensorSpec("logits", (len(CLASSES),)),),
        pre=(
            Step("crop", {"scale": 1.0}),
            Step("resize", {"size": [SIZE, SIZE]}),
            *fold,
            Step("normalize", {"mean": [128] * channels, "std": [128] * channels}),
        ),
        post=(
            Step("softmax", {"output": "logits"}),
            Step("top_k", {"count": 1, "labels": list(CLASSES)}),
        ),
    )


def _overrides(variant: Variant) -> dict[str, tuple[Override, ...]]:
    """Return the weights' bits, which only the accelerator's scheme has by layer."""
    if variant.weight_bits == 8:
        return {}
    return {"ai8x": (Override("*", weight_bits=variant.weight_bits),)}


def _weights_licence() -> Licence:
    return Licence(
        "weights",
        "LicenseRef-WIDER-research",
        commercial=False,
        file=WEIGHTS / "LICENSE.wider.txt",
        notice="trained on WIDER FACE (cc-by-nc-nd-4.0) images, for research only",
    )
