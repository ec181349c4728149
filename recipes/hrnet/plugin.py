"""Names of the HRNet family."""

from collections.abc import Iterable

from recipes.hrnet.variants import DEFAULT, VARIANTS
from zoo.descriptor import Descriptor


def recipes() -> Iterable[Descriptor]:
    """Return a descriptor for each variant; 'hrnet' is the default."""
    return [
        Descriptor(
            variant.name,
            f"recipes.hrnet.recipe:{variant.name}",
            aliases=("hrnet",) if variant == DEFAULT else (),
        )
        for variant in VARIANTS.values()
    ]
