"""Where the landmark networks look: a detector's rule is the same for all of them."""

from collections.abc import Mapping

from zoo.region_rule import RegionRule

__all__ = ["landmark_regions"]

_FAMILIES = ("dan", "hrnet", "pfld")
"""Trained in tight boxes of the labels' landmarks, with the crop of recipes.shelf.landmarks."""


def landmark_regions(rule: RegionRule) -> Mapping[str, RegionRule]:
    """Return a detector's rule, fitted to boxes of landmarks, for each family that needs it."""
    return dict.fromkeys(_FAMILIES, rule)
