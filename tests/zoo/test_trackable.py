"""Which networks' finds programs can follow."""

from dataclasses import replace

from aligned_case import ALIGNED
from spot_app import CONTRACT

from recipes.hrnet.recipe import recipe
from recipes.hrnet.variants import VARIANTS
from zoo.contract import Step
from zoo.trackable import finds_landmarks


def test_only_landmarks_that_the_network_can_align_are_followed():
    assert finds_landmarks(CONTRACT)
    assert finds_landmarks(ALIGNED.contract)
    align = Step("align", {"points": [[4.0, 4.0], [11.0, 4.0]], "size": [16, 16]})
    assert not finds_landmarks(replace(CONTRACT, pre=(align, CONTRACT.pre[-1])))


def test_landmarks_of_any_step_are_followed():
    hrnet = recipe(VARIANTS["hrnet_w8-128.300w68"]).contract
    assert next(step.name for step in hrnet.post) != "landmarks"
    assert finds_landmarks(hrnet)
    assert not finds_landmarks(replace(hrnet, post=()))
