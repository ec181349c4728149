"""Networks of 34 families, by both of PyTorch's exporters, are exact on boards or refused."""

import pytest

pytest.importorskip("torch")
pytest.importorskip("ai_edge_litert")

import family_table
from network_families import FAMILIES

REFUSED = {"ViT"}
"""Families that no board takes: attention multiplies two computed matrices."""


@pytest.mark.toolchain
@pytest.mark.parametrize("exporter", family_table.EXPORTERS)
@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_is_exact_or_refused(family, exporter):
    found = {o.board: o for o in family_table.outcomes(family, exporter)}
    for board in ("x86", "rpi4", "c99"):
        outcome, why = found[board].outcome, found[board].why
        assert outcome == ("refused" if family in REFUSED else "exact"), why
    for board in ("kv260", "kv260:cpu-tail"):
        assert found[board].outcome in ("exact", "refused"), found[board].why
