"""Options that several commands share."""

import pytest


@pytest.mark.parametrize("command", ["train", "build", "prune"])
@pytest.mark.parametrize("seed", [-1, 2**32, 10**23])
def test_a_seed_that_numpy_does_not_take_is_refused(zoo, command, seed):
    result = zoo(command, "pfld", "--seed", seed)
    assert result.exit_code == 2
    assert f"Invalid value for '--seed': {seed} is not in the range" in result.stderr


@pytest.mark.parametrize("option", ["--budget-kb", "--max-loss", "--max-quantization-error"])
@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "0", "-1", "1e999"])
def test_limits_are_finite_and_above_0(zoo, option, value):
    found = zoo("build", "no-such-model", "--target", "c99", option, value)
    assert found.exit_code == 2
    assert "no-such-model" not in found.output  # refused before anything else
    assert f"Invalid value for '{option}'" in found.output
    assert "give a finite number above 0" in found.output or "x>0" in found.output
