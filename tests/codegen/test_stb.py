import pytest

from codegen import stb
from codegen.stb import stb_sources
from zoo.errors import ToolchainError


@pytest.mark.toolchain
def test_headers_come_with_their_licence():
    files = stb_sources()
    assert "third_party/stb/stb_image.h" in files
    licence = files["third_party/stb/LICENSE"].decode()
    assert licence.startswith("This software is available under 2 licenses")
    assert licence.endswith("\n")
    assert "Permission is hereby granted, free of charge" in licence


def test_missing_headers(monkeypatch, tmp_path):
    monkeypatch.setattr(stb, "_FOLDERS", (tmp_path,))
    with pytest.raises(ToolchainError, match=r"stb_image.h, .* are in none of .*; apt install lib"):
        stb_sources()
