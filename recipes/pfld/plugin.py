"""Names of the PFLD family."""

from collections.abc import Iterable

from recipes.pfld.variants import DEFAULT, VARIANTS
from zoo.descriptor import Descriptor


def recipes() -> Iterable[Descriptor]:
    """Return a descriptor for each variant; 'pfld' is the default."""
    return [
        Descriptor(
            variant.name,
            f"recipes.pfld.recipe:{variant.name}",
            aliases=("pfld",) if variant == DEFAULT else (),
        )
        for variant in VARIANTS.values()
    ]
