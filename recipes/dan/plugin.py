"""Names of the DAN family."""

from collections.abc import Iterable

from recipes.dan.variants import DEFAULT, VARIANTS
from zoo.descriptor import Descriptor


def recipes() -> Iterable[Descriptor]:
    """Return a descriptor for each variant; 'dan' is the default."""
    return [
        Descriptor(
            variant.name,
            f"recipes.dan.recipe:{variant.name}",
            aliases=("dan",) if variant == DEFAULT else (),
        )
        for variant in VARIANTS.values()
    ]
