"""Options that several commands share."""

import pytest


@pytest.mark.parametrize("command", ["train", "build", "prune"])
@pytest.mark.parametrize("seed", [-1, 2**32, 10**23])
def test_a_seed_that_numpy_does_not_take_is_refused(zoo, command, seed):
    result = zoo(command, "pfld", "--seed", seed)
    assert result.exit_code == 2
    assert f"Invalid value for '--seed': {seed} is not in the range" in result.stderr
