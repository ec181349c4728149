"""The slides' table: every figure of it, by the command that docs/max78000.md names."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from click.testing import CliRunner

from recipes.facenet import slide_table
from recipes.facenet.export import export
from recipes.facenet.layer_graph import layer_graph
from recipes.facenet.recipe import recipe
from recipes.facenet.slide_table import figures, main, network_costs
from recipes.facenet.slides import SLIDES
from recipes.facenet.variants import VARIANTS, Variant
from zoo import registry
from zoo.errors import VerifyError
from zoo.graph import Graph

TIMES, TOTALS, FIGURES = 24, 4, 49
VENDOR_CYCLES = {"facenet_v1.wider": 89_400, "facenet_v2.wider": 148_507}
"""As ai8xize.py printed them for these networks."""


@pytest.mark.parametrize("network", SLIDES)
def test_every_figure_is_met_to_the_digit(network: str) -> None:
    compared = list(figures(network_costs(network)))
    assert compared
    assert [found.here for found in compared] == [found.slides for found in compared]


def test_no_figure_is_left_out() -> None:
    compared = [found for name in VARIANTS for found in figures(network_costs(name))]
    assert len(compared) == FIGURES
    times = [found for found in compared if found.figure == "expected_us"]
    assert len(times) == TIMES + TOTALS
    layers = sum(len(values) for own in SLIDES.values() for values in own.layers.values())
    assert layers + sum(len(own.total) for own in SLIDES.values()) == FIGURES


@pytest.mark.parametrize(("network", "cycles"), VENDOR_CYCLES.items())
def test_the_vendor_tools_cycles_are_beside_them(network: str, cycles: int) -> None:
    assert network_costs(network).total["ai8xize_cycles"] == cycles


def test_the_plain_table() -> None:
    result = CliRunner().invoke(main, catch_exceptions=False)
    lines = [" ".join(line.split()) for line in result.output.splitlines()]
    assert lines[0] == "networks"
    v2 = "facenet_v2.wider 9666944 9433088 233856 98648 22.3 2 3081.31 148507"
    (row,) = (line for line in lines if line.startswith(v2))
    assert row.endswith(" 86")
    assert "facenet_v1.wider conv0 ops 867328 867328" in lines
    assert "facenet_v2.wider conv4 expected_us 34.50 34.50" in lines
    assert lines[-1] == "49 of 49 figures of the slides are met"


def test_the_table_for_scripts() -> None:
    result = CliRunner().invoke(main, ["--json"], catch_exceptions=False)
    read = json.loads(result.output)
    assert [own["network"] for own in read["networks"]] == list(VARIANTS)
    assert read["networks"][0]["layers"][0]["macc"] == 836_352
    assert read["networks"][0]["slides_accuracy_percent"] == 85
    assert read["networks"][0]["accuracy_percent"].keys() == {"none", "qat.ai8x"}
    assert len(read["figures"]) == FIGURES


def test_a_figure_that_differs_ends_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = replace(SLIDES["facenet_v1.wider"], total={"ops": 2_857_345})
    monkeypatch.setattr(slide_table, "SLIDES", {**SLIDES, "facenet_v1.wider": wrong})
    with pytest.raises(VerifyError, match=r"v1\.wider total ops is 2857344, on the slides 2857345"):
        CliRunner().invoke(main, catch_exceptions=False)


def graphs_with_weights() -> Iterator[tuple[Variant, Graph]]:
    pytest.importorskip("torch")
    read = registry.load("format", "onnx").read
    for variant in VARIANTS.values():
        yield variant, read(export(recipe(variant), None), variant.name)


def test_the_graph_without_weights_costs_what_the_network_does() -> None:
    target, compiler = registry.load("target", "max78000"), registry.load("compiler", "ai8x")
    for variant, graph in graphs_with_weights():
        scheme = recipe(variant).widths(registry.load("scheme", "ai8x"))
        ours, theirs = (
            [
                {key: value for key, value in row.items() if key != "layer"}
                for row in compiler.costs(found, target, scheme).rows
            ]
            for found in (layer_graph(variant), graph)
        )
        assert ours == theirs, variant.name
