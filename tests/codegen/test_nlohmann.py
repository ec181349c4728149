import pytest

from codegen import nlohmann
from codegen.nlohmann import nlohmann_library, nlohmann_sources
from zoo.errors import ToolchainError


@pytest.mark.toolchain
def test_headers_come_with_their_licence():
    files = nlohmann_sources()
    assert "third_party/nlohmann/json.hpp" in files
    licence = files["third_party/nlohmann/LICENSE"].decode()
    assert licence.startswith("MIT License\n\nCopyright (c) ")
    assert "Niels Lohmann" in licence
    assert "Permission is hereby granted, free of charge" in licence


@pytest.mark.toolchain
def test_the_version_is_the_headers_own():
    assert nlohmann_library().version.startswith("3.")


def test_missing_headers(monkeypatch, tmp_path):
    monkeypatch.setattr(nlohmann, "_FOLDERS", (tmp_path,))
    with pytest.raises(ToolchainError, match=r"json.hpp is in none of .*; apt install nlohmann"):
        nlohmann_sources()
