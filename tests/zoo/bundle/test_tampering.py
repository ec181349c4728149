"""Tamper matrix: whatever is changed in a signed bundle, with all digests made right again."""

import copy
import json
from dataclasses import replace

import pytest
from tiny_bundle import write_bundle

from zoo.bundle.bundle import Manifest, check, pack, unpack
from zoo.digest import digest_json, folder_digests
from zoo.errors import BundleError
from zoo.proof.certificate import Certificate, Check
from zoo.signature import SIGNATURE, SIGNER, SigningKey, make_key

CHECKS = (Check("artifact -> app", "lsb", 0, 0, 0, 9, "same bytes"),)
CERTIFICATE = Certificate("toy", "board", "ptq", "w8a8-asym", CHECKS, files={"a": "b"})
ATTACKS = {
    "keeps the signature": r"its manifest is not what SHA256:\w{64} signed; do not use",
    "signs it anew": r"is signed with another key, SHA256:\w{64}, not with SHA256:\w{64}; do not",
    "signs it anew for the old key": r"its manifest is not what SHA256:\w{64} signed; do not use",
    "removes the signature": r"is not signed, SHA256:\w{64} is wanted; build it with `zoo build",
}


@pytest.fixture
def keys(tmp_path):
    for name in ("maker", "attacker"):
        make_key(tmp_path / name)
    return SigningKey.read(tmp_path / "maker"), SigningKey.read(tmp_path / "attacker")


@pytest.fixture
def folder(keys, tmp_path):
    more = {"certificate.json": CERTIFICATE.to_json(), "install.sh": "#!/bin/sh\n"}
    write_bundle(tmp_path / "bundle", detector="finder", more=more, key=keys[0])
    return tmp_path / "bundle" / "content"


def unlisted(folder):
    return {
        k: v for k, v in folder_digests(folder).items() if k not in ("manifest.json", SIGNATURE)
    }


def written(folder, data, attacker, attack):
    """Write a manifest and what belongs to it, as this attack does; all digests are right."""
    if attack == "removes the signature":
        (folder / SIGNER).unlink()
        (folder / SIGNATURE).unlink()
    if attack == "signs it anew":
        (folder / SIGNER).write_bytes(attacker.public.pem)
    if isinstance(data.get("files"), dict):
        mine = unlisted(folder)
        data["files"] = {**data["files"], **mine} if SIGNER in mine else mine
    data.pop("sha256", None)
    text = json.dumps({**data, "sha256": digest_json(data)}, indent=2, sort_keys=True) + "\n"
    (folder / "manifest.json").write_text(text)
    if "anew" in attack:
        (folder / SIGNATURE).write_bytes(attacker.sign(text.encode()))


def saved(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def restore(contents):
    for path, content in contents.items():
        path.write_bytes(content)


def leaves(value, way=()):
    """Yield the way to every value of a JSON value that has no parts, or none inside."""
    parts = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in parts:
        if isinstance(item, dict | list) and item:
            yield from leaves(item, (*way, key))
        else:
            yield (*way, key)


def other(value):
    """Return another value of the same type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    return f"{value}x" if isinstance(value, str) else value


def changed(data, way):
    data = copy.deepcopy(data)
    place = data
    for key in way[:-1]:
        place = place[key]
    place[way[-1]] = other(place[way[-1]])
    return data


@pytest.mark.parametrize("attack", ATTACKS)
def test_every_file(folder, keys, attack, tmp_path):
    maker, attacker = keys
    contents = saved(folder)
    data = json.loads((folder / "manifest.json").read_text())
    for name in unlisted(folder):
        path = folder / name
        path.write_bytes(path.read_bytes() + b"\n")
        written(folder, copy.deepcopy(data), attacker, attack)
        with pytest.raises(BundleError, match=ATTACKS[attack]):
            check(folder, "toy", maker.public)
        pack(folder, tmp_path / "toy.tar.gz", "toy.board.ptq")
        with pytest.raises(BundleError, match=ATTACKS[attack]):
            unpack(tmp_path / "toy.tar.gz", tmp_path / name.replace("/", "-"), maker.public)
        restore(contents)
    assert check(folder, "toy", maker.public).signer == maker.public


@pytest.mark.parametrize("attack", ATTACKS)
def test_every_field_of_the_manifest(folder, keys, attack):
    maker, attacker = keys
    contents = saved(folder)
    data = json.loads((folder / "manifest.json").read_text())
    tried = 0
    for way in leaves(data):
        if way[0] in ("sha256", "files"):  # written anew; other tests change each
            continue
        written(folder, changed(data, way), attacker, attack)
        if (folder / "manifest.json").read_bytes() != contents[folder / "manifest.json"]:
            with pytest.raises(BundleError, match=ATTACKS[attack]):
                check(folder, "toy", maker.public)
            tried += 1
        restore(contents)
    assert tried > 40


@pytest.mark.parametrize("attack", ATTACKS)
def test_every_field_of_the_certificate(folder, keys, attack):
    maker, attacker = keys
    contents = saved(folder)
    data = json.loads((folder / "manifest.json").read_text())
    certificate = json.loads((folder / "certificate.json").read_text())
    ways = [way for way in leaves(certificate) if changed(certificate, way) != certificate]
    for way in ways:
        (folder / "certificate.json").write_text(json.dumps(changed(certificate, way)))
        written(folder, copy.deepcopy(data), attacker, attack)
        with pytest.raises(BundleError, match=ATTACKS[attack]):
            check(folder, "toy", maker.public)
        restore(contents)
    assert len(ways) > 10


def test_files_that_are_added_removed_and_renamed(folder, keys):
    maker, attacker = keys
    contents = saved(folder)
    data = json.loads((folder / "manifest.json").read_text())
    for change in (
        lambda: (folder / "app" / "more").write_text("more"),
        lambda: (folder / "install.sh").unlink(),
        lambda: (folder / "install.sh").rename(folder / "install"),
    ):
        change()
        written(folder, {**data, "files": {}}, attacker, "keeps the signature")
        with pytest.raises(BundleError, match=ATTACKS["keeps the signature"]):
            check(folder, "toy", maker.public)
        for path in {*saved(folder)} - {*contents}:
            path.unlink()
        restore(contents)


def test_another_signed_bundle_of_the_same_maker_does_not_lend_its_signature(folder, keys):
    maker = keys[0]
    text = (folder / "manifest.json").read_text()
    older = replace(Manifest.from_json(text, "toy"), zoo_version="0.0.9").to_json()
    (folder / SIGNATURE).write_bytes(maker.sign(older.encode()))
    with pytest.raises(BundleError, match=ATTACKS["keeps the signature"]):
        check(folder, "toy", maker.public)
