"""Networks of 34 families, by both of PyTorch's exporters, are exact; the DPU may refuse them."""

import pytest

pytest.importorskip("torch")
pytest.importorskip("ai_edge_litert")

import family_table
from network_families import FAMILIES


@pytest.mark.toolchain
@pytest.mark.parametrize("exporter", family_table.EXPORTERS)
@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_is_exact_or_refused_by_the_dpu(family, exporter):
    found = {o.board: o for o in family_table.outcomes(family, exporter)}
    for board in ("x86", "rpi4", "c99"):
        assert found[board].outcome == "exact", found[board].why
    for board in ("kv260", "kv260:cpu-tail"):
        assert found[board].outcome in ("exact", "refused"), found[board].why
