"""pytorch_nndct runs in a process with PyTorch: without it the tests that need it are skipped."""

from importlib.util import find_spec
from pathlib import Path

import pytest


@pytest.fixture
def stand_in(monkeypatch):
    """Let the Python of these tests have the stand-in for pytorch_nndct."""
    if find_spec("torch") is None:
        pytest.skip("pytorch_nndct needs PyTorch")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).with_name("stand_in")))
