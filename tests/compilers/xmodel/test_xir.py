"""Values of a file: how plain Python values become attributes."""

import pytest

from compilers.xmodel.xir import XirAttribute


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (True, "bool"),
        (3, "int32"),
        (0.5, "float"),
        ("a", "string"),
        (b"a", "bytes"),
        ((1, 2), "int32_vec"),
        ((), "int32_vec"),
        (("a",), "string_vec"),
        ({"run": "lib.so"}, "map_string_2_string"),
    ],
)
def test_plain_values_get_the_kind_of_quantized_files(value, kind):
    assert XirAttribute.of(value) == XirAttribute(kind, value)


def test_an_attribute_stays_as_it_is():
    fingerprint = XirAttribute("uint64", 5)
    assert XirAttribute.of(fingerprint) is fingerprint


def test_other_values_are_no_attributes():
    with pytest.raises(TypeError, match="no attribute of XIR holds a object"):
        XirAttribute.of(object())
