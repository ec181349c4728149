"""What was recorded at publishing: metrics, with the curves and groups that belong to them."""

import json
from dataclasses import replace

import pytest
from report_content import certificate

from zoo.contract import Contract, TensorSpec
from zoo.data.evaluation import Evaluation
from zoo.errors import RecipeError
from zoo.recipe import Recipe
from zoo.report.accuracy import recorded, recorded_in

FIGURES = {"data": "toys/test", "count": 2, "metrics": {"nme_percent": 3.0}}
INTEGERS = {**FIGURES, "metrics": {"nme_percent": 3.25}}
CURVE = {
    **{"name": "errors", "x": "error", "y": "faces", "x_limit": 10, "y_limit": 100},
    **{"points": [[0, 0], [3, 100]], "is_step": True},
}
GROUP = {"test": "region", "condition": "jaw", "count": 2, "metrics": {"nme_percent": 4.0}}
DETAILS = {"data": "toys/test", "count": 2, "curves": [CURVE], "groups": [GROUP]}
KEY = "ptq.w8a8-asym"


@pytest.fixture
def published(tmp_path):
    def write(details: object = None) -> Recipe:
        (tmp_path / "toy.json").write_text(json.dumps({KEY: INTEGERS, "none": FIGURES}))
        file = tmp_path / "toy.details.json"
        file.write_text(json.dumps({"none": DETAILS} if details is None else {"none": details}))
        contract = Contract(TensorSpec("image", (3, 8, 8)), (), ())
        return Recipe("toy", "toy", "", contract, metrics=tmp_path / "toy.json", details=file)

    return write


def test_the_float_network_comes_first_with_its_curves(published):
    first, second = recorded(published())
    assert (first.form, first.is_float, first.is_measured) == ("float", True, False)
    assert first.evaluation.curves[0].points == ((0, 0), (3, 100))
    assert first.evaluation.groups[0].condition == "jaw"
    assert second.evaluation == Evaluation("toys/test", 2, {"nme_percent": 3.25})


def test_details_of_other_samples_are_left_out(published):
    first, _ = recorded(published({**DETAILS, "count": 3}))
    assert first.evaluation.curves == ()


@pytest.mark.parametrize(
    "wrong", [{"curves": [{}]}, {"groups": [{}]}, {"curves": 1}, {"groups": [{**GROUP, "test": 1}]}]
)
def test_damaged_details_are_told(published, wrong):
    with pytest.raises(RecipeError, match=r"toy\.details\.json: "):
        recorded(published({**DETAILS, **wrong}))


def test_a_model_without_figures_has_none(published):
    assert recorded(replace(published(), metrics=None)) == ()


def test_a_certificate_has_the_float_figures_beside_its_own(published):
    told = replace(certificate("toy"), accuracy={"how": "recorded", **INTEGERS})
    assert [each.form for each in recorded_in(told, published())] == ["float", KEY]
    assert recorded_in(certificate("toy"), published()) == ()


def test_figures_of_another_release_stand_alone(published):
    told = replace(certificate("toy"), accuracy={**INTEGERS, "metrics": {"nme_percent": 9.0}})
    (own,) = recorded_in(told, published())
    assert (own.form, own.evaluation.metrics) == (KEY, {"nme_percent": 9.0})


def test_a_float_certificate_has_one_figure(published):
    told = replace(certificate("toy"), quantization="none", scheme="float32", accuracy=FIGURES)
    (own,) = recorded_in(told, published())
    assert own.is_float
    assert len(own.evaluation.curves) == 1
