"""Training needs PyTorch: without it the tests of this folder are skipped by name."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest


class Skipped(pytest.Module):
    """A file of tests that is not even imported."""

    def collect(self) -> Iterator[pytest.Item]:
        """Skip the file."""
        pytest.skip("quantization-aware training needs PyTorch", allow_module_level=True)


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> Skipped | None:
    """Return a file that skips itself where PyTorch is missing."""
    return None if find_spec("torch") else Skipped.from_parent(parent, path=module_path)
