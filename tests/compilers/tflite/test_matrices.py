"""Products of computed matrices in LiteRT, of any shape and behind any transpose."""

from hypothesis import given, settings
from matrix_products import graphs
from tflite_files import differences, op_differences


@given(graph=graphs())
@settings(max_examples=12, deadline=None)
def test_products_are_within_a_step(graph):
    found = op_differences(graph)
    assert any(difference.node.startswith("product") for difference in found)
    for difference in found:
        assert difference.steps.max() <= difference.allowed, difference.node


@given(graph=graphs(in_integers=False))
@settings(max_examples=12, deadline=None)
def test_products_of_reals_are_within_the_bound(graph):
    assert max(differences(graph).values()) <= 1e-4
