"""Names of the FaceMesh family."""

from collections.abc import Iterable

from zoo.descriptor import Descriptor

_NAME = "facemesh_468.mediapipe"


def recipes() -> Iterable[Descriptor]:
    """Return the descriptor of the only network, 'facemesh' for short."""
    return [Descriptor(_NAME, f"recipes.facemesh.recipe:{_NAME}", aliases=("facemesh",))]
