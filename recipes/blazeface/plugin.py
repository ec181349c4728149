"""Names of the BlazeFace family."""

from collections.abc import Iterable

from recipes.blazeface.variants import DEFAULT, VARIANTS
from zoo.descriptor import Descriptor


def recipes() -> Iterable[Descriptor]:
    """Return a descriptor for each variant; 'blazeface' is the default."""
    return [
        Descriptor(
            variant.name,
            f"recipes.blazeface.recipe:{variant.name}",
            aliases=("blazeface",) if variant == DEFAULT else (),
        )
        for variant in VARIANTS.values()
    ]
