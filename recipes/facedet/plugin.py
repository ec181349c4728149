"""Names of the family of face detectors."""

from collections.abc import Iterable

from recipes.facedet.variants import DEFAULT, VARIANTS
from zoo.descriptor import Descriptor


def recipes() -> Iterable[Descriptor]:
    """Return a descriptor for each variant; 'facedet' is the default."""
    return [
        Descriptor(
            variant.name,
            f"recipes.facedet.recipe:{variant.name}",
            aliases=("facedet",) if variant == DEFAULT else (),
        )
        for variant in VARIANTS.values()
    ]
