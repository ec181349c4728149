"""Names of the MobileNetV2 face detectors."""

from collections.abc import Iterable

from recipes.mobilenetv2face.variants import DEFAULT, VARIANTS
from zoo.descriptor import Descriptor


def recipes() -> Iterable[Descriptor]:
    """Return a descriptor for each variant; 'mobilenetv2face' is the default."""
    return [
        Descriptor(
            variant.name,
            f"recipes.mobilenetv2face.recipe:{variant.name}",
            aliases=("mobilenetv2face",) if variant == DEFAULT else (),
        )
        for variant in VARIANTS.values()
    ]
