"""Recipes of the family: contract, the wheel's files, golden inputs, licences."""

from pathlib import Path

from recipes.blazeface.variants import DEFAULT, VARIANTS, Variant
from recipes.shelf.landmarks.regions import landmark_regions
from recipes.shelf.mediapipe.wheel import how_to_obtain, installed_file, weights_licence
from recipes.shelf.portraits import portrait_licence, whole_portraits
from zoo.contract import Contract, Step, TensorSpec
from zoo.recipe import Recipe
from zoo.region_rule import RegionRule

__all__ = ["contract", "recipe"]

_PAPERS = Path(__file__).parent / "papers"

_REGIONS = RegionRule((0.374, 0.528), (0.374, 0.528), (0.002, 0.107), passes=2)
"""Fitted by recipes.shelf.chain_accuracy on landmarks68/train."""
_MESH = {"facemesh": RegionRule()}
"""The box as it is: the mesh's own crop is MediaPipe's, the square of 1.5 times its longer side."""


def __getattr__(name: str) -> Recipe:
    """Provide recipes as attributes of this module, so that descriptors can name them."""
    if name not in VARIANTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return recipe(VARIANTS[name])


def recipe(variant: Variant) -> Recipe:
    """Return the recipe of a variant; its float hub is the wheel's file, if that is installed."""
    name, size = variant.name, variant.size
    in_wheel = f"face_detection/{variant.file}"
    file = installed_file(in_wheel, variant.sha256)
    return Recipe(
        name=name,
        family="blazeface",
        summary=f"boxes and 6 points of faces, RGB {size}x{size}, {variant.reach} range",
        contract=contract(variant),
        hubs={"none": file} if file else {},
        obtain=how_to_obtain(in_wheel, variant.sha256),
        float_sha256=variant.sha256,
        usual_quant="none",
        golden=whole_portraits(),
        licences=(weights_licence(), portrait_licence()),
        card=_PAPERS / "card.md",
        evaluate="recipes.shelf.detection_evaluation:evaluate",
        metric="ap_32px_percent",
        more_is_better=True,
        regions={**_MESH, **(landmark_regions(_REGIONS) if variant == DEFAULT else {})},
    )


def contract(variant: Variant) -> Contract:
    """Return the steps from a whole photo to boxes and points, as MediaPipe's graphs do them.

    Bazarevsky et al. 2019, "BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs",
    arXiv:1907.05047. Pixels become (pixel - 127.5) / 127.5. Anchors have the size of a pixel.
    """
    size, count = variant.size, variant.locations
    return Contract(
        input=TensorSpec(variant.image, (3, size, size)),
        outputs=(TensorSpec(variant.boxes, (count, 16)), TensorSpec(variant.scores, (count, 1))),
        pre=(
            Step(
                "letterbox",
                {"size": [size, size], "padding": [0, 0, 0], "interpolation": "bilinear"},
            ),
            Step("normalize", {"mean": [127.5] * 3, "std": [127.5] * 3}),
        ),
        post=(
            Step(
                "boxes",
                {
                    "coding": "blazeface",
                    "boxes": [variant.boxes],
                    "scores": [variant.scores],
                    "strides": [stride for stride, _ in variant.levels],
                    "anchors": [[[1, 1]] * anchors for _, anchors in variant.levels],
                    "activation": "sigmoid",
                    "threshold": 0.5,
                    "labels": ["face"],
                    "keypoint_channel": 4,
                    "keypoint_count": 6,
                },
            ),
            Step("nms", {"iou_percent": 30, "limit": 32, "candidates": 256}),
        ),
        layout="nhwc",
    )
