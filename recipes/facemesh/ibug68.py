"""The mesh seen as iBUG's 68 landmarks, so that faces labelled with these can measure it.

Each of the 68 is the point of the mesh that lies nearest to it on average, which
recipes.facemesh.nearest_points finds. They are not defined alike: the mesh's points belong to a
surface and turn with the head, and iBUG's jaw is the visible contour, which does not.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from numpy.typing import NDArray

from recipes.facemesh.recipe import MESH, POINTS
from zoo.contract import Step, TensorSpec
from zoo.plugs import Run
from zoo.recipe import Recipe

__all__ = ["NEAREST", "as_ibug68", "ibug68_of"]

NEAREST = (
    *(127, 227, 177, 215, 172, 136, 149, 148, 152, 377, 378, 365, 397, 435, 401, 447, 356),  # jaw
    *(70, 63, 105, 66, 107, 336, 296, 334, 293, 300),  # brows
    *(168, 197, 195, 4, 75, 97, 2, 326, 460),  # nose
    *(7, 159, 158, 155, 153, 144, 382, 385, 387, 466, 373, 380),  # eyes
    *(61, 39, 37, 11, 267, 304, 291, 321, 314, 17, 84, 181),  # outer lips
    *(78, 82, 13, 268, 292, 317, 14, 87),  # inner lips
)
"""For each of the 68, the index of the nearest point of the mesh."""


def as_ibug68(recipe: Recipe) -> Recipe:
    """Return the recipe of a network whose output 'landmarks' [136] are the 68, in input pixels."""
    count = len(NEAREST)
    landmarks = Step("landmarks", {"count": count, "normalized": False})
    contract = replace(
        recipe.contract,
        outputs=(TensorSpec("landmarks", (2 * count,)),),
        post=(landmarks,),
        track=(),
    )
    return replace(recipe, contract=contract)


def ibug68_of(run: Run) -> Run:
    """Return the network of `as_ibug68`, from the mesh's."""

    def run_and_choose(feeds: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        mesh = run(feeds)[MESH].reshape(-1, POINTS, 3)
        return {"landmarks": mesh[:, NEAREST, :2].reshape(len(mesh), -1)}

    return run_and_choose
