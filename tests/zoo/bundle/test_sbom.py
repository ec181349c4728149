"""Bills of materials are valid CycloneDX, and name licences by SPDX."""

import json

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from zoo import registry
from zoo.bundle.sbom import Component, bill_of_materials, is_expression, is_listed

COMPONENTS = (
    Component("machine-learning-model", "toy", "1.0", "CC-BY-4.0", "ab" * 32),
    Component("library", "onnxruntime", "1.20", "MIT", "cd" * 32),
    Component("data", "faces", "1", "LicenseRef-research"),
    Component("library", "stb", "2.27", "MIT OR Unlicense"),
    Component("library", "mine", "1", "Do what you want"),
)
FORMS = {
    "CC-BY-4.0": {"license": {"id": "CC-BY-4.0"}},
    "MIT": {"license": {"id": "MIT"}},
    "LicenseRef-research": {"expression": "LicenseRef-research"},
    "MIT OR Unlicense": {"expression": "MIT OR Unlicense"},
    "Do what you want": {"license": {"name": "Do what you want"}},
}


def test_document_is_valid_cyclonedx():
    document = bill_of_materials("toy.board.ptq", COMPONENTS, "seed")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(document) is None


def test_every_component_is_there_with_its_licence():
    data = json.loads(bill_of_materials("toy.board.ptq", COMPONENTS, "seed"))
    found = {part["name"]: part for part in data["components"]}
    for part in COMPONENTS:
        row = found[part.name]
        assert (row["type"], row["version"]) == (part.kind, part.version)
        assert row["licenses"] == [FORMS[part.licence]]
        hashes = [entry["content"] for entry in row.get("hashes", [])]
        assert hashes == ([part.sha256] if part.sha256 else [])
    depends = {row["ref"]: row.get("dependsOn", []) for row in data["dependencies"]}
    assert len(depends["toy.board.ptq"]) == len(COMPONENTS)


def test_same_bundle_same_bytes():
    first = bill_of_materials("toy.board.ptq", COMPONENTS, "seed")
    assert first == bill_of_materials("toy.board.ptq", COMPONENTS, "seed")
    assert first == bill_of_materials("toy.board.ptq", reversed(COMPONENTS), "seed")


def test_other_content_has_another_serial_number():
    serials = {
        json.loads(bill_of_materials(name, COMPONENTS, seed))["serialNumber"]
        for name, seed in (("toy", "a"), ("toy", "b"), ("toys", "a"))
    }
    assert len(serials) == 3


@pytest.mark.parametrize(
    "text",
    [
        "MIT",
        "MIT OR Unlicense",
        "Apache-2.0 WITH LLVM-exception",
        "LicenseRef-300W-research",
        "DocumentRef-a:LicenseRef-b AND (MIT OR BSD-3-Clause)",
    ],
)
def test_licence_expressions(text):
    assert is_expression(text)
    assert is_listed(text) == (text == "MIT")


@pytest.mark.parametrize("text", ["", "Foo", "MIT OR", "MIT/BSD", "LicenseRef-a b", "LicenseRef-"])
def test_texts_that_are_no_licence_expressions(text):
    assert not is_expression(text)


def test_every_built_in_licence_is_an_expression():
    recipes = [registry.load("recipe", name) for name in registry.names("recipe")]
    found = {licence.identifier for recipe in recipes for licence in recipe.licences}
    assert found
    assert not [text for text in found if not is_expression(text)]


@pytest.mark.toolchain
@pytest.mark.parametrize("app", registry.names("app"))
def test_every_library_of_an_app_has_an_expression(app):
    if app == "cpp-openvino":
        pytest.importorskip("openvino", reason="OpenVINO: pip install openvino")
    for library in registry.load("app", app).libraries():
        assert is_expression(library.licence), library.name
