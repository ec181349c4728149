"""Contracts of other people's networks."""

from importlib.resources import files
from pathlib import Path

import pytest

from zoo.build.models import check_steps
from zoo.contract import Contract

CONTRACTS = sorted(Path(str(files("recipes") / "peers")).glob("*.toml"))


LANDMARKS = [
    path
    for path in CONTRACTS
    if any(step.name == "landmarks" for step in Contract.from_toml(path).post)
]


def test_there_are_contracts() -> None:
    assert (len(CONTRACTS), len(LANDMARKS)) == (11, 4)


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: path.stem)
def test_a_contract_has_steps_that_are_known(path: Path) -> None:
    check_steps(Contract.from_toml(path))


@pytest.mark.parametrize("path", LANDMARKS, ids=lambda path: path.stem)
def test_a_contract_reads_its_landmarks_from_an_output(path: Path) -> None:
    contract = Contract.from_toml(path)
    landmarks = contract.post[0].parameters
    shapes = {output.name: output.shape for output in contract.outputs}
    assert shapes[landmarks["output"]] == (2 * landmarks["count"],)
