"""The MAX78000 as a target."""

from zoo import registry
from zoo.build.targets import find_target

TARGET = find_target("max78000")


def test_every_other_scheme_is_refused_with_a_remedy():
    others = set(registry.names("scheme")) - {"ai8x"}
    assert {"none", "fp16", *others} <= TARGET.refuses.keys()
    assert all("use" in why or "give" in why for why in TARGET.refuses.values())
