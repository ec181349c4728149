"""The drawings in docs are what today's networks and certificates give."""

import re

import explanation_figures
import pytest
from click.testing import CliRunner

from zoo.cli.main import cli
from zoo.drawing.svg import standalone

NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
WIDEST = 0.02
"""Other processors round sums of float32 in another way."""
EACH_OP, DRAWN_STEPS = "integer reference -> artifact, each op alone", 1
"""ONNX Runtime's kernels of a processor decide how many steps an op is off."""


def assert_same(name, drawing):
    """Assert that a file shows the same, its numbers as another machine may compute them."""
    kept = (explanation_figures.IMAGES / f"{name}.svg").read_text("utf-8")
    drawn = standalone([drawing])
    assert NUMBER.sub("0", drawn) == NUMBER.sub("0", kept), "run scripts/explanation_figures.py"
    numbers = ([float(number) for number in NUMBER.findall(text)] for text in (drawn, kept))
    for new, old in zip(*numbers, strict=True):
        assert new == pytest.approx(old, abs=WIDEST, rel=WIDEST)


@pytest.mark.parametrize("name", explanation_figures.DRAWINGS)
def test_drawings_of_quantization_are_current(name):
    assert_same(name, explanation_figures.DRAWINGS[name]())


@pytest.mark.toolchain
def test_the_drawn_certificate_is_current(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ZOO_CACHE", str(tmp_path / "cache"))
    words = ("build", explanation_figures.MODEL, "--target", "x86:ort", "--quant", "ptq")
    built = CliRunner().invoke(cli, [*words, "--detector", "none"], catch_exceptions=False)
    assert built.exit_code == 0, built.output
    bundle = tmp_path / "dist" / f"{explanation_figures.MODEL}.x86-ort.ptq.tar.gz"
    checks = explanation_figures.checks_of(bundle)
    (each_op,) = (check for check in checks if check["step"] == EACH_OP)
    assert each_op["largest"] in range(each_op["bound"] + 1)
    as_drawn = {**each_op, "largest": DRAWN_STEPS}
    checks = [as_drawn if check is each_op else check for check in checks]
    assert_same("certificate", explanation_figures.certificate_chain(checks))
