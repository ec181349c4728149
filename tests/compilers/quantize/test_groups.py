"""Which activations share a quantization."""

from networks import residual_network

from compilers.quantize.groups import sharing_groups
from compilers.schemes import DPU_POW2, W8A8_ASYM


def test_only_ops_that_move_values_share():
    groups = sharing_groups(residual_network(), W8A8_ASYM)
    assert {group for group in groups if len(group) > 1} == {
        ("joined", "clipped"),
        ("pooled", "flat"),
    }
    assert sorted(name for group in groups for name in group) == [
        "clipped",
        "depthwise",
        "flat",
        "image",
        "joined",
        "landmarks",
        "pointwise",
        "pooled",
        "residual",
        "stem",
    ]


def test_a_scheme_may_want_one_quantization_around_concat():
    groups = sharing_groups(residual_network(), DPU_POW2)
    assert ("stem", "residual", "joined", "clipped") in groups
