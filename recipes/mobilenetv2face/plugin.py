"""Names of the MobileNetV2 face detectors."""

from collections.abc import Iterable

from recipes.mobilenetv2face.variants import DEFAULT, VARIANTS, Variant
from zoo.descriptor import Descriptor


def recipes() -> Iterable[Descriptor]:
    """Return a descriptor for each variant; exit A is also known without its letter."""
    return [
        Descriptor(
            variant.name,
            f"recipes.mobilenetv2face.recipe:{variant.name}",
            aliases=tuple(_aliases(variant)),
        )
        for variant in VARIANTS.values()
    ]


def _aliases(variant: Variant) -> Iterable[str]:
    if variant.exit == "a":
        yield variant.name.replace("_a", "_")
    if variant == DEFAULT:
        yield "mobilenetv2face"
