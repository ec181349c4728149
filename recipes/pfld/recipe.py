"""Recipes of the family: contract, published files, golden inputs, licences."""

import json
from pathlib import Path

from recipes.pfld.mean_face import mean_face
from recipes.pfld.variants import VARIANTS, Variant
from recipes.shelf.drowsiness import drowsiness
from recipes.shelf.portraits import portrait_licence, portraits
from recipes.shelf.published import published_file, published_hubs
from zoo.contract import Contract, Step, TensorSpec
from zoo.recipe import Licence, Recipe

__all__ = ["WEIGHTS", "contract", "recipe"]

_HERE = Path(__file__).parent
WEIGHTS = _HERE / "weights"
_CLOSED_EYES = 0.6
"""What closed eyes read: recipes.shelf.closed_eyes measures it. Few training faces close them."""

_LAYOUTS = {68: "ibug68", 98: "wflw98"}

# The points of the average face, whose own indices are iBUG's, in the order of WFLW.
_REFERENCE_POINTS_98 = (33, 37, 42, 46, 51, 54, 57, 60, 64, 68, 72)


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
        family="pfld",
        summary=_summary(variant),
        contract=contract(variant),
        hubs=published_hubs(WEIGHTS, name),
        golden=portraits(),
        licences=(_weights_licence(variant), portrait_licence()),
        metrics=published_file(WEIGHTS, f"{name}.json"),
        card=published_file(WEIGHTS, f"{name}.md"),
        train="recipes.pfld.train:train",
        fit="recipes.pfld.fit:fit",
        export="recipes.pfld.export:export",
        restore="recipes.pfld.checkpoint:restore",
        evaluate="recipes.shelf.landmark_evaluation:evaluate",
        evaluate_chain="recipes.shelf.chain_evaluation:evaluate",
        suites={"robustness": "recipes.shelf.robustness.suite:measure"},
        pictures="recipes.shelf.landmark_evaluation:pictures",
        metric="nme_interocular_percent",
        detector="facedet_320.wider",
    )


def contract(variant: Variant) -> Contract:
    """Return the steps from a face box to landmarks, eye and mouth openings and head pose.

    Pixels become (pixel - 128) / 128, which is exact in float and in every integer scheme. The
    network outputs differences to a mean face, which 8 bits resolve more finely than positions.
    """
    size, channels = 112, variant.in_channels
    face = json.loads((_HERE / "average_face.json").read_text("utf-8"))
    points = face["points"] if variant.points == 68 else list(_REFERENCE_POINTS_98)
    outputs = [TensorSpec("landmarks", (2 * variant.points,))]
    if variant.pose_head:
        outputs.append(TensorSpec("pose", (3,)))
    return Contract(
        input=TensorSpec("image", (channels, size, size)),
        outputs=tuple(outputs),
        pre=(
            Step("crop", {"scale": 1.2}),
            Step("resize", {"size": [size, size]}),
            *([Step("gray")] if variant.is_gray else []),
            Step("normalize", {"mean": [128] * channels, "std": [128] * channels}),
        ),
        post=(
            Step("landmarks", _landmarks(variant.points)),
            Step("aspect_ratios", {"layout": _LAYOUTS[variant.points]}),
            Step("head_pose", {"points": points, "face": face["face"]}),
        ),
        track=drowsiness(closed=_CLOSED_EYES),
    )


def _landmarks(points: int) -> dict[str, object]:
    mean = [list(place) for place in mean_face(points)]
    return {"output": "landmarks", "count": points, "mean": mean}


def _summary(variant: Variant) -> str:
    pose = " and head pose" if variant.pose_head else ""
    colour = "gray" if variant.is_gray else "RGB"
    return f"{variant.points} facial landmarks{pose}, {colour} 112x112, width {variant.width}"


def _weights_licence(variant: Variant) -> Licence:
    if variant.points == 68:
        return Licence(
            "weights",
            "LicenseRef-300W-research",
            commercial=False,
            file=WEIGHTS / "LICENSE.300w68.txt",
            notice="trained on 300-W and WIDER FACE (cc-by-nc-nd-4.0) images, for research only",
        )
    return Licence(
        "weights",
        "LicenseRef-WFLW-research",
        commercial=False,
        file=WEIGHTS / "LICENSE.wflw98.txt",
        notice="trained on 300-W and WIDER FACE (cc-by-nc-nd-4.0) images, for research only",
    )
