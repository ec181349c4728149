import gzip
import io
import json
import random
import re
import shutil
import stat
import tarfile
import zlib
from dataclasses import replace

import pytest

from zoo.artifact import Exactness, Memory
from zoo.bundle.bundle import (
    BundledArtifact,
    BundledChain,
    BundledModel,
    Manifest,
    check,
    pack,
    programs_of,
    unpack,
)
from zoo.contract import Contract, Step, TensorSpec
from zoo.digest import folder_digests
from zoo.errors import BundleError
from zoo.provenance.maker import Maker
from zoo.region_rule import RegionRule

CONTRACT = Contract(
    TensorSpec("image", (3, 8, 8)), (TensorSpec("score", (1,)),), (Step("crop", {"scale": 1.0}),)
)
CONTENTS = {
    "README.md": b"# toy\n",
    "app/app": random.Random(1).randbytes(9000),
    "golden/photo.png": random.Random(2).randbytes(5000),
    "model/model.onnx": random.Random(3).randbytes(7000),
}


def manifest_of(folder):
    return Manifest(
        name="toy.board.ptq",
        target="board",
        executor="onnxruntime",
        app="cpp",
        program="app/app",
        c_library="",
        zoo_version="0.1.0",
        makers=(Maker("edgezoo", "0.1.0", "ab" * 32, ("executor onnxruntime",)),),
        models=(
            BundledModel(
                "toy", "ptq", "w8a8-asym", CONTRACT.to_json(), (("weights", "MIT", True),)
            ),
        ),
        artifacts=(
            BundledArtifact(
                "onnx",
                "model/model.onnx",
                "h",
                "f",
                Exactness(1, "lsb", "ties"),
                0.1,
                Memory(1024, 4096, is_shared=True),
                ("n",),
            ),
        ),
        golden=(("photo", "golden/photo.png", (1.0, 2.0, 30.0, 40.5)),),
        files=folder_digests(folder),
        programs=programs_of(folder),
    )


@pytest.fixture
def folder(files):
    folder = files(CONTENTS)
    manifest = manifest_of(folder).to_json()
    (folder / "manifest.json").write_text(manifest)
    return folder


@pytest.fixture
def archive(folder, tmp_path):
    pack(folder, tmp_path / "toy.tar.gz", "toy.board.ptq")
    return tmp_path / "toy.tar.gz"


def test_round_trip(archive, folder, tmp_path):
    bundle = unpack(archive, tmp_path / "out")
    (folder / "manifest.json").unlink()
    assert bundle.manifest == manifest_of(folder)
    assert bundle.folder == tmp_path / "out" / "toy.board.ptq"
    assert bundle.contract == CONTRACT
    assert [(g.name, g.box) for g in bundle.golden] == [("photo", (1.0, 2.0, 30.0, 40.5))]
    assert bundle.golden[0].image.read_bytes() == CONTENTS["golden/photo.png"]


def test_every_flipped_byte_in_a_file_is_found_and_named(folder):
    for name in (*CONTENTS, "manifest.json"):
        path = folder / name
        whole = path.read_bytes()
        for position in range(0, len(whole), max(1, len(whole) // 25)):
            flipped = bytearray(whole)
            flipped[position] ^= 0x20
            path.write_bytes(flipped)
            with pytest.raises(BundleError, match=rf"toy: '{name}' (was changed|is damaged)"):
                check(folder, "toy")
        path.write_bytes(whole)
    check(folder, "toy")


def test_flipped_byte_of_the_archive_is_found_and_a_file_named(archive, tmp_path):
    whole = archive.read_bytes()
    unnamed = []
    for position in range(0, len(whole), 101):
        flipped = bytearray(whole)
        flipped[position] ^= 0x04
        archive.write_bytes(flipped)
        with pytest.raises(BundleError) as error:
            unpack(archive, tmp_path / "out")
        if not any(f"'{name}'" in str(error.value) for name in _files_from(whole, position)):
            words = r"its files are intact, but the archive is cut off|is not a bundle"
            assert re.search(words, str(error.value)), position
            unnamed.append(position)
        shutil.rmtree(tmp_path / "out", ignore_errors=True)
    # What is no file's: headers, and the code tables of the compression.
    assert len(unnamed) < 20


def _files_from(whole, position):
    """Return the files that are not yet complete before this byte: only they may be blamed."""
    before = len(zlib.decompressobj(wbits=31).decompress(whole[:position]))
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(whole))) as tar:
        files = [m for m in tar if m.isreg() and m.offset_data + m.size > before]
    return [member.name.partition("/")[2] for member in files]


def test_removed_file_is_named(folder):
    (folder / "model" / "model.onnx").unlink()
    with pytest.raises(
        BundleError,
        match=r"toy: 'model/model.onnx' is missing; do not use this bundle, rebuild it",
    ):
        check(folder, "toy")


def test_added_file_is_named(folder):
    (folder / "app" / "extra.so").write_bytes(b"")
    with pytest.raises(BundleError, match=r"'app/extra.so' is not in the manifest; do not use"):
        check(folder, "toy")


def test_a_changed_permission_is_named(folder):
    (folder / "app" / "app").chmod(0o755)
    with pytest.raises(BundleError, match=r"toy: 'app/app': its permission to be run was changed"):
        check(folder, "toy")


def test_an_empty_folder_is_named(folder):
    (folder / "model" / "more").mkdir()
    with pytest.raises(BundleError, match=r"toy: 'model/more' is an empty folder, which no bundle"):
        check(folder, "toy")


def test_a_renamed_folder_is_named(folder, tmp_path):
    pack(folder, tmp_path / "toy.tar.gz", "other")
    with pytest.raises(
        BundleError, match=r"toy.tar.gz: its folder 'other' was renamed; do not use"
    ):
        unpack(tmp_path / "toy.tar.gz", tmp_path / "out")


def test_folder_without_manifest(folder):
    (folder / "manifest.json").unlink()
    with pytest.raises(
        BundleError,
        match=(
            r"has no manifest.json; this is not a bundle made by "
            r"`zoo bui"
        ),
    ):
        check(folder, "toy")


def _with_manifest(folder, **changed):
    path = folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changed}, indent=2))
    return folder


def test_an_archive_that_is_cut_off(folder, tmp_path):
    pack(folder, tmp_path / "toy.tar.gz", "toy")
    content = (tmp_path / "toy.tar.gz").read_bytes()
    (tmp_path / "cut.tar.gz").write_bytes(content[: len(content) // 2])
    message = r"cut.tar.gz: .*[a-z]; the archive is cut off or damaged, copy it again$"
    with pytest.raises(BundleError, match=message):
        unpack(tmp_path / "cut.tar.gz", tmp_path / "out")


def test_other_format_is_told(folder):
    with pytest.raises(BundleError, match=r"toy: its format is 99, this zoo reads 7; do not use"):
        check(_with_manifest(folder, format=99), "toy")


def test_edited_manifest_is_found_though_it_is_json(folder):
    with pytest.raises(BundleError, match=r"'manifest.json' was changed; do not use this bundle"):
        check(_with_manifest(folder, target="other-board"), "toy")


CHAIN = BundledChain(RegionRule(), (("photo", "golden/photo.png", (1.0, 2.0, 30.0, 40.5)),))


@pytest.mark.parametrize(
    ("forged", "message"),
    [
        ({"chain": CHAIN}, "1 models, 2 belong to it"),
        ({"models": ()}, "0 models, 1 belong to it"),
        ({"artifacts": ()}, "0 artifacts, 1 belong to it"),
        ({"golden": ()}, "a network has no golden inputs"),
        ({"files": {"model/detector/hub.onnx": "ab"}}, "'model/detector/hub.onnx' belongs to a"),
    ],
)
def test_a_manifest_that_leaves_out_a_network_is_refused(folder, forged, message):
    text = replace(manifest_of(folder), **forged).to_json()
    with pytest.raises(BundleError, match=rf"toy: 'manifest.json' is damaged \(.*{message}"):
        Manifest.from_json(text, "toy")


def test_a_chain_has_two_networks_with_golden_inputs(folder):
    one = manifest_of(folder)
    chain = replace(one, models=one.models * 2, artifacts=one.artifacts * 2, chain=CHAIN)
    assert Manifest.from_json(chain.to_json(), "toy") == chain
    with pytest.raises(BundleError, match="a network has no golden inputs"):
        Manifest.from_json(replace(chain, chain=replace(CHAIN, golden=())).to_json(), "toy")
    wrong = chain.to_json().replace('"passes": 1', '"passes": 9')
    with pytest.raises(BundleError, match=r"toy: 'manifest\.json' is damaged .*passes = 9"):
        Manifest.from_json(wrong, "toy")


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"format": 3}', "\xff\xfe"])
def test_manifest_that_is_none(folder, text):
    (folder / "manifest.json").write_text(text)
    with pytest.raises(BundleError, match=r"'manifest.json' is damaged \(.*\); do not use"):
        check(folder, "toy")


@pytest.mark.parametrize("content", [b"", b"no archive at all", b"PK\x03\x04" * 100])
def test_file_that_is_no_bundle(archive, tmp_path, content):
    archive.write_bytes(content)
    with pytest.raises(BundleError, match=r"is not a bundle: it does not begin as a .tar.gz; `zoo"):
        unpack(archive, tmp_path / "out")


def _packed_again(archive, **changes):
    """Pack an archive anew as `tar` would, some files with other contents."""
    with tarfile.open(archive) as before:
        files = {m.name: before.extractfile(m).read() for m in before if m.isfile()}
    with tarfile.open(archive, "w:gz") as after:
        for name, content in files.items():
            content = changes.get(name.rpartition("/")[2].partition(".")[0], content)
            member = tarfile.TarInfo(name)
            member.size = len(content)
            after.addfile(member, io.BytesIO(content))


def test_an_archive_that_was_packed_again(archive, tmp_path):
    _packed_again(archive)
    with pytest.raises(BundleError, match=r"files are intact, but the archive was packed again"):
        unpack(archive, tmp_path / "out")


def test_a_changed_file_in_an_archive_that_was_packed_again(archive, tmp_path):
    _packed_again(archive, README=b"other")
    message = r"'README.md' was changed; do not use .* rebuild it; the archive was packed again"
    with pytest.raises(BundleError, match=message):
        unpack(archive, tmp_path / "out")


def test_archive_of_two_folders(folder, archive, tmp_path):
    (folder / "toy").mkdir()
    for name in ("README.md", "app", "golden", "model", "manifest.json"):
        (folder / name).rename(folder / "toy" / name)
    (folder / "other").mkdir()
    with tarfile.open(archive, "w:gz", format=tarfile.USTAR_FORMAT) as tar:
        for name in ("toy", "other"):
            tar.add(folder / name, name)
    with pytest.raises(BundleError, match=r"holds 'other', 'toy'; a bundle holds one folder"):
        unpack(archive, tmp_path / "out")


@pytest.mark.parametrize("command", [("verify",), ("run",), ("show",)])
def test_commands_refuse_a_damaged_bundle(archive, zoo, command):
    archive.write_bytes(archive.read_bytes()[:-900])
    found = zoo(*command, archive)
    assert isinstance(found.exception, BundleError)


def test_bundle_is_shown(archive, zoo):
    facts = json.loads(zoo("show", archive, "--json").output)
    assert (facts["kind"], facts["target"], facts["models"][0]["name"]) == (
        "bundle",
        "board",
        "toy",
    )


@pytest.mark.parametrize("bit", [stat.S_ISUID, stat.S_ISGID])
def test_programs_that_run_as_others_are_refused(folder, bit):
    check(folder, "toy")
    program = folder / "app/app"
    program.chmod(program.stat().st_mode | bit)
    with pytest.raises(BundleError, match=r"toy: 'app/app' is a program that runs as its owner or"):
        check(folder, "toy")
