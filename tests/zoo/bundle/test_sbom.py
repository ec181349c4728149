import json

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from zoo.bundle.sbom import Component, bill_of_materials

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
