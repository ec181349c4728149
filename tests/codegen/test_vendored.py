"""Headers that come with every C++ app."""

import pytest

from codegen import vendored
from codegen.vendored import vendored_libraries, vendored_sources
from zoo.errors import ToolchainError
from zoo.provenance.used import recording


@pytest.mark.toolchain
def test_headers_come_with_their_licences():
    files = vendored_sources()
    assert files.keys() > {"third_party/stb/stb_image.h", "third_party/nlohmann/json.hpp"}
    stb, json = (files[f"third_party/{name}/LICENSE"].decode() for name in ("stb", "nlohmann"))
    assert stb.startswith("This software is available under 2 licenses")
    assert stb.endswith("\n")
    assert json.startswith("MIT License\n\nCopyright (c) ")
    assert "Niels Lohmann" in json
    for licence in (stb, json):
        assert "Permission is hereby granted, free of charge" in licence


@pytest.mark.toolchain
def test_versions_are_the_headers_own():
    versions = {library.name: library.version for library in vendored_libraries()}
    assert versions["stb"].startswith("2.")
    assert versions["nlohmann-json"].startswith("3.")


@pytest.mark.toolchain
@pytest.mark.parametrize("header", ["stb_image_write.h", "detail/value_t.hpp"])
def test_a_build_knows_each_header_that_it_used(header):
    with recording(imports=False) as used:
        vendored_sources()
    assert any(thing.kind == "file" and thing.name.endswith(header) for thing in used)


@pytest.mark.toolchain
@pytest.mark.parametrize(
    ("folders", "message"),
    [
        ("_STB_FOLDERS", r"stb_image.h, .* are in none of .*; apt install libstb-dev"),
        ("_JSON_FOLDERS", r"json.hpp is in none of .*; apt install nlohmann-json3-dev"),
    ],
)
def test_missing_headers(monkeypatch, tmp_path, folders, message):
    monkeypatch.setattr(vendored, folders, (tmp_path,))
    with pytest.raises(ToolchainError, match=message):
        vendored_libraries()
