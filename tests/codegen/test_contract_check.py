from dataclasses import replace

import pytest
from spot_app import CONTRACT

from codegen.contract_check import check_contract
from zoo.contract import Step, TensorSpec
from zoo.errors import RecipeError, UnknownNameError


def test_good_contract_passes():
    check_contract(CONTRACT)


def test_unknown_step():
    contract = replace(CONTRACT, post=(Step("landmark", {"count": 68}),))
    with pytest.raises(UnknownNameError, match="unknown step 'landmark'; did you mean landmarks"):
        check_contract(contract)


def test_wrong_parameter():
    contract = replace(CONTRACT, post=(Step("landmarks", {"number": 68}),))
    with pytest.raises(RecipeError, match="step 'landmarks': unknown parameter 'number'"):
        check_contract(contract)


def test_steps_in_a_wrong_order():
    contract = replace(CONTRACT, post=CONTRACT.post[::-1])
    with pytest.raises(RecipeError, match="point 54 is not among the landmarks; put a step"):
        check_contract(contract)


def test_outputs_that_do_not_fit_the_steps():
    contract = replace(CONTRACT, outputs=(TensorSpec("landmarks", (196,)),))
    with pytest.raises(RecipeError, match="output 'landmarks' has 196 numbers; 68 landmarks"):
        check_contract(contract)


def test_names_that_records_use():
    contract = replace(CONTRACT, outputs=(TensorSpec("box", (4,)),), post=())
    with pytest.raises(RecipeError, match="is called 'box', which the app's records use"):
        check_contract(contract)
