"""Attention as PyTorch users write it, by both exporters, is exact on x86, rpi4 and c99."""

import pytest

pytest.importorskip("torch")
pytest.importorskip("ai_edge_litert")

import family_table
from attention_networks import NETWORKS

BOARDS = ("x86", "rpi4", "c99")


@pytest.mark.toolchain
@pytest.mark.parametrize("exporter", family_table.EXPORTERS)
@pytest.mark.parametrize("form", NETWORKS)
def test_a_form_of_attention_is_exact(form, exporter, monkeypatch):
    monkeypatch.setattr(family_table, "FAMILIES", NETWORKS)
    monkeypatch.setattr(family_table, "BOARDS", BOARDS)
    for outcome in family_table.outcomes(form, exporter):
        assert outcome.outcome == "exact", (outcome.board, outcome.why)
