"""Manifests with digests that fit and contents that do not: always BundleError."""

import copy
import json

import pytest
from tiny_bundle import write_bundle

from zoo.bundle.bundle import Manifest, check
from zoo.digest import digest_json
from zoo.errors import BundleError
from zoo.field_types import mistyped

WRONG = [None, True, -1.5, "text", [[]], {"a": {}}, 10**30]


@pytest.fixture
def manifest(tmp_path):
    write_bundle(tmp_path, detector="finder")
    return json.loads((tmp_path / "content" / "manifest.json").read_text())


def written(data):
    del data["sha256"]
    return json.dumps({**data, "sha256": digest_json(data)}, indent=2, sort_keys=True) + "\n"


def places(value, way=()):
    """Yield the way to every part of a JSON value."""
    if way:
        yield way
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(item, (*way, key))


def at(data, way):
    for key in way:
        data = data[key]
    return data


def test_every_part_of_another_type_is_refused(manifest):
    refused = 0
    for way in places(manifest):
        if way[0] in ("sha256", "format"):
            continue
        for wrong in WRONG:
            changed = copy.deepcopy(manifest)
            at(changed, way[:-1])[way[-1]] = wrong
            try:
                found = Manifest.from_json(written(changed), "toy")
            except BundleError:
                refused += 1
            else:  # of the right type, by chance
                assert mistyped(found, Manifest) == ""
    assert refused > 500


@pytest.mark.parametrize("name", ["../outside", "/bin/sh", "app/../../sh", "."])
@pytest.mark.parametrize(
    "way", [("program",), ("golden", 0, 1), ("artifacts", 0, "main"), ("chain", "golden", 0, 1)]
)
def test_files_are_below_the_bundle(manifest, way, name):
    at(manifest, way[:-1])[way[-1]] = name
    with pytest.raises(BundleError, match=r"it names the file '.*', which is not below it"):
        Manifest.from_json(written(manifest), "toy")


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"format": ' + "9" * 5000 + "}",
        '{"format": 1e999}',
        "[]",
        "3",
        "null",
        '"\\ud800"',
        "",
    ],
)
def test_json_of_other_shapes(text):
    with pytest.raises(BundleError, match=r"^toy: 'manifest.json' is damaged|its format is"):
        Manifest.from_json(text, "toy")


def test_a_huge_manifest_is_not_read(tmp_path):
    with (tmp_path / "manifest.json").open("wb") as file:
        file.truncate(1 << 33)
    with pytest.raises(BundleError, match=r"toy: 'manifest.json' is larger than any is"):
        check(tmp_path, "toy")
