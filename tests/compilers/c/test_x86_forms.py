"""Each form of the kernels for x86 processors computes what the reference computes, to the bit."""

import pytest
from every_op import every_layer, every_op
from generated_c import assert_exact, to_c
from host_compilers import CC
from layer_shapes import SCALES, layers
from x86_forms import FORMS, flags, missing_for

pytestmark = pytest.mark.toolchain


@pytest.fixture(params=FORMS)
def form(request, monkeypatch) -> None:
    """Have programs take a form of the kernels."""
    missing = missing_for(request.param)
    if missing:
        pytest.skip(f"this processor has no {', '.join(missing)}")
    monkeypatch.setenv("CC", " ".join([CC, *flags(request.param)]))


@pytest.mark.usefixtures("form")
@pytest.mark.parametrize("scales", SCALES)
def test_layers_of_many_shapes_are_exact(scales):
    assert_exact(layers(*SCALES[scales]))


@pytest.mark.usefixtures("form")
@pytest.mark.parametrize("pair", ["u8", "s8 to u8"])
def test_every_op_is_exact(pair):
    assert_exact(every_op(pair))


@pytest.mark.usefixtures("form")
def test_packed_weights_are_exact():
    assert_exact(every_layer("u8", 4))


@pytest.mark.parametrize("scales", SCALES)
def test_layers_are_rounded_in_every_way(scales):
    source = to_c(layers(*SCALES[scales])).files["network.c"].decode()
    ways = {
        "floats, u8": ("NETWORK_HIGH_WORD", "fits_float = 1", "fits_float = 0"),
        "floats, s8": ("NETWORK_HIGH_WORD", "fits_float = 1", "fits_float = 0"),
        "shifts, s8": ("NETWORK_SHIFT",),
        "ties to even, u8": ("NETWORK_HALF_EVEN", "fits_float = 1", "fits_float = 0"),
    }
    for way in ways[scales]:
        assert way in source


def test_levels_are_bounded_only_where_saturation_does_not_bound_them():
    for form in ("avx2", "avx512"):
        saturated, bounded = (
            to_c(graph).files[f"network_{form}.h"].decode()
            for graph in (layers(*SCALES["floats, u8"]), every_op("u8"))
        )
        assert "_min_epu8" not in saturated
        assert "_min_epu8" in bounded
