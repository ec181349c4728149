"""Contracts of other people's networks."""

from importlib.resources import files
from pathlib import Path

import pytest

from zoo.contract import Contract
from zoo.plan import check_steps

CONTRACTS = sorted(Path(str(files("recipes") / "peers")).glob("*.toml"))


def test_there_are_contracts() -> None:
    assert len(CONTRACTS) == 4


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: path.stem)
def test_a_contract_reads_its_landmarks_from_an_output(path: Path) -> None:
    contract = Contract.from_toml(path)
    check_steps(contract)
    landmarks = contract.post[0].parameters
    shapes = {output.name: output.shape for output in contract.outputs}
    assert shapes[landmarks["output"]] == (2 * landmarks["count"],)
