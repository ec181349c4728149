"""The recipe: contract, the wheel's file, golden inputs, licences."""

from pathlib import Path

from recipes.shelf.mediapipe.wheel import how_to_obtain, installed_file, weights_licence
from recipes.shelf.portraits import portrait_licence, portraits
from zoo.contract import Contract, Step, TensorSpec
from zoo.recipe import Recipe

__all__ = ["FILE", "MESH", "NAME", "POINTS", "SHA256", "contract", "recipe"]

NAME = "facemesh_468.mediapipe"
FILE = "face_landmark/face_landmark.tflite"
SHA256 = "1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814"
MESH = "conv2d_21"
"""The network's output [1404, 1, 1]: x, y and z of each point, in pixels of the input."""
POINTS = 468
_FACE = "conv2d_31"
"""Its output [1, 1, 1]: the logit of a face in the region."""
_SIZE = 192


def __getattr__(name: str) -> Recipe:
    """Provide the recipe as an attribute, made when asked for: the wheel may come and go."""
    if name != NAME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return recipe()


def recipe() -> Recipe:
    """Return the recipe; its float hub is the wheel's file, if that is installed."""
    file = installed_file(FILE, SHA256)
    return Recipe(
        name=NAME,
        family="facemesh",
        summary=f"{POINTS} points of a face, RGB {_SIZE}x{_SIZE}",
        contract=contract(),
        hubs={"none": file} if file else {},
        obtain=how_to_obtain(FILE, SHA256),
        float_sha256=SHA256,
        usual_quant="none",
        golden=portraits(),
        licences=(weights_licence(), portrait_licence()),
        card=Path(__file__).parent / "papers" / "card.md",
        evaluate="recipes.facemesh.evaluation:evaluate",
        evaluate_chain="recipes.facemesh.evaluation:evaluate_chain",
        suites={"robustness": "recipes.facemesh.evaluation:measure"},
        pictures="recipes.facemesh.evaluation:pictures",
        metric="nme_interocular_percent",
        detector="blazeface_full.mediapipe",
    )


def contract() -> Contract:
    """Return the steps from a face box to the mesh's points, as MediaPipe's graph does them.

    Kartynnik et al. 2019, "Real-time Facial Surface Geometry from Monocular Video on Mobile GPUs",
    arXiv:1907.06724. Pixels become pixel / 255. The region is the square of 1.5 times the box's
    longer side, upright: MediaPipe also turns it, so that the eyes are level.
    """
    return Contract(
        input=TensorSpec("input_1", (3, _SIZE, _SIZE)),
        outputs=(TensorSpec(MESH, (3 * POINTS, 1, 1)), TensorSpec(_FACE, (1, 1, 1))),
        pre=(
            Step("crop", {"scale": 1.5}),
            Step("resize", {"size": [_SIZE, _SIZE], "interpolation": "bilinear"}),
            Step("normalize", {"mean": [0] * 3, "std": [255] * 3}),
        ),
        post=(
            Step(
                "landmarks",
                {"output": MESH, "count": POINTS, "numbers": 3, "normalized": False},
            ),
        ),
        layout="nhwc",
    )
