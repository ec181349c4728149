"""Names of the family of face classifiers."""

from collections.abc import Iterable

from recipes.facenet.variants import VARIANTS
from zoo.descriptor import Descriptor


def recipes() -> Iterable[Descriptor]:
    """Return a descriptor for each variant; 'facenet_v2' stands for 'facenet_v2.wider'."""
    return [
        Descriptor(
            variant.name,
            f"recipes.facenet.recipe:{variant.name}",
            aliases=(variant.name.removesuffix(".wider"),),
        )
        for variant in VARIANTS.values()
    ]
