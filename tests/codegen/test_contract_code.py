"""What a program knows of its networks' contracts."""

from dataclasses import replace

from aligned_case import ALIGNED
from spot_app import CONTRACT

from codegen.contract_code import finds_landmarks
from zoo.contract import Step


def test_only_landmarks_that_the_network_can_align_are_followed():
    assert finds_landmarks(CONTRACT)
    assert finds_landmarks(ALIGNED.contract)
    align = Step("align", {"points": [[4.0, 4.0], [11.0, 4.0]], "size": [16, 16]})
    assert not finds_landmarks(replace(CONTRACT, pre=(align, CONTRACT.pre[-1])))
