"""A certificate is believed only where it holds and speaks of its bundle."""

import json
import math
import shutil
from dataclasses import replace

import pytest

from zoo.artifact import Exactness, Memory
from zoo.bundle.bundle import (
    Bundle,
    BundledArtifact,
    BundledModel,
    Manifest,
    pack,
    programs_of,
)
from zoo.contract import Contract, TensorSpec
from zoo.digest import folder_digests
from zoo.errors import BundleError, VerifyError
from zoo.proof.bundle_certificate import CERTIFICATE, bundle_certificate, compare_again
from zoo.proof.certificate import Certificate, Check
from zoo.provenance.maker import Maker
from zoo.signature import SIGNATURE, SIGNER, SigningKey, make_key

CONTRACT = Contract(TensorSpec("image", (3, 8, 8)), (TensorSpec("score", (1,)),), ())
MAKERS = (
    Maker("edgezoo", "0.1.0", "ab" * 32, ("executor onnxruntime", "op conv")),
    Maker("zoo-toy", "1.2.3", "cd" * 32, ("step toy_place",)),
)
CONTENTS = {
    "app/app": b"program",
    "golden/photo.png": b"photo",
    "model/float.hub.onnx": b"float",
    "model/hub.onnx": b"integer",
    "model/model.onnx": b"artifact",
    "README.md": b"not compared",
}
CHECKS = (
    Check("user's file -> float hub", "relative", 1e-7, 1e-8, 1e-4, 9, "sums", spread=1e-4),
    Check("float hub -> float reference", "relative", 1e-7, 1e-8, 1e-4, 9, "sums", spread=1e-4),
    Check("float reference -> integer reference", "relative", 0.05, 0.01, 0.1, 9, "loss"),
    Check("integer reference -> hub", "lsb", 1, 0.1, None, 9, "measured", spread=3),
    Check("integer reference -> artifact", "lsb", 2, 0.1, 3, 9, "ties", spread=3),
    Check("artifact -> app", "lsb", 0, 0, 0, 9, "same bytes"),
)
NOTES = ("a stand-in",)


def make(folder, **changed) -> Bundle:
    """Return an unpacked bundle whose certificate has those fields; all digests are right."""
    compared = {name: d for name, d in folder_digests(folder).items() if name != "README.md"}
    certificate = Certificate(
        "toy", "board", "ptq", "w8a8-asym", CHECKS, makers=MAKERS, files=compared, remarks=NOTES
    )
    text = replace(certificate, **changed).to_json()
    (folder / CERTIFICATE).write_text(text)
    return Bundle(folder, manifest_of(folder))


def manifest_of(folder) -> Manifest:
    artifact = BundledArtifact(
        "onnx",
        "model/model.onnx",
        "model/hub.onnx",
        "model/float.hub.onnx",
        Exactness(3, "lsb", "ties"),
        0.1,
        Memory(1024, 4096),
        NOTES,
    )
    return Manifest(
        name="toy.board.ptq",
        target="board",
        executor="onnxruntime",
        app="cpp",
        program="app/app",
        c_library="",
        zoo_version="0.1.0",
        makers=MAKERS,
        models=(BundledModel("toy", "ptq", "w8a8-asym", CONTRACT.to_json(), ()),),
        artifacts=(artifact,),
        golden=(("photo", "golden/photo.png", (1.0, 2.0, 30.0, 40.5)),),
        files=folder_digests(folder),
        programs=programs_of(folder),
    )


@pytest.fixture
def folder(files):
    return files(CONTENTS)


def with_check(index: int, **changed) -> dict[str, object]:
    checks = list(CHECKS)
    checks[index] = replace(checks[index], **changed)
    return {"checks": tuple(checks)}


def test_certificate_that_holds(folder):
    assert bundle_certificate(make(folder), "toy").checks == CHECKS


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"model": "other"}, "is of model 'other', but the bundle is of 'toy'"),
        ({"target": "other"}, "is of target 'other', but the bundle is of 'board'"),
        ({"quantization": "qat"}, "is of quantization 'qat', but the bundle is of 'ptq'"),
        ({"scheme": "w8a8-sym"}, "is of scheme 'w8a8-sym', but the bundle is of 'w8a8-asym'"),
        ({"remarks": ()}, "lacks the note 'a stand-in'"),
        (
            {"makers": (replace(MAKERS[0], version="0.2.0"),)},
            "names edgezoo 0.2.0 differently from",
        ),
        (
            {"makers": (replace(MAKERS[0], sha256="ef" * 32),)},
            "names edgezoo 0.1.0 differently from",
        ),
        ({"makers": (replace(MAKERS[0], plugins=("op x",)),)}, "names edgezoo 0.1.0 different"),
        ({"makers": (replace(MAKERS[0], name="other"),)}, "names other 0.1.0 differently from the"),
        (with_check(1, largest=1.0), "'float hub -> float reference' differs by 1 relative, allow"),
        (
            with_check(2, bound=0.01),
            "reference' differs by 0.05 relative, allowed: 0.01",
        ),
        (with_check(3, largest=math.nan), "differs by nan lsb, allowed: any number"),
        *[({"checks": (*CHECKS[:i], *CHECKS[i + 1 :])}, "lacks the step '") for i in range(6)],
    ],
)
def test_certificate_of_another_bundle(folder, changed, message):
    with pytest.raises(VerifyError, match=message):
        bundle_certificate(make(folder, **changed), "toy")


@pytest.mark.parametrize("name", [name for name in CONTENTS if name != "README.md"])
@pytest.mark.parametrize("digest", [None, "00" * 32])
def test_files_that_it_does_not_speak_of(folder, name, digest):
    compared = {n: d for n, d in folder_digests(folder).items() if n != "README.md"}
    compared = {n: d if n != name else digest for n, d in compared.items()}
    bundle = make(folder, files={n: d for n, d in compared.items() if d})
    with pytest.raises(VerifyError, match=f"does not mention the file '{name}' in this bundle"):
        bundle_certificate(bundle, "toy")


def test_exchanged_network_with_its_digest_in_the_manifest(folder):
    make(folder)
    (folder / "model/model.onnx").write_bytes(b"of somebody else")
    with pytest.raises(VerifyError, match=r"does not mention the file 'model/model.onnx'"):
        bundle_certificate(Bundle(folder, manifest_of(folder)), "toy")


def test_packaging_may_use_more(folder):
    fewer = (replace(MAKERS[0], plugins=("op conv",), sha256="ef" * 32),)
    assert bundle_certificate(make(folder, makers=fewer), "toy").makers == fewer


def test_bundle_without_certificate(folder):
    bundle = make(folder)
    (folder / CERTIFICATE).unlink()
    with pytest.raises(VerifyError, match=r"^toy: holds no certificate.json; do not use this"):
        bundle_certificate(bundle, "toy")


def test_what_is_found_again_is_the_same():
    compare_again(CHECKS, CHECKS, "toy")
    again = (*CHECKS[:2], CHECKS[2], replace(CHECKS[3], largest=4, mean=1))
    compare_again(CHECKS, (*again, *CHECKS[4:]), "toy")


@pytest.mark.parametrize(
    ("index", "changed", "message"),
    [
        (1, {"largest": 2e-4}, "'float hub -> float reference': largest is 0.0002 in the certific"),
        (2, {"largest": 0.04}, "largest is 0.04 in the certificate, checked again it is 0.05"),
        (2, {"bound": 0.2}, "bound is 0.2 in the certificate, checked again it is 0.1"),
        (3, {"largest": 5}, "largest is 5 in the certificate, checked again it is 1"),
        (3, {"bound": 5}, "bound is 5 in the certificate, checked again it is None"),
        (4, {"bound": None}, "bound is None in the certificate, checked again it is 3"),
        (4, {"mean": math.nan}, "mean is nan in the certificate, checked again it is 0.1"),
        (5, {"largest": 1}, "largest is 1 in the certificate, checked again it is 0"),
        (5, {"values": 8}, "values is 8 in the certificate, checked again it is 9"),
        (5, {"unit": "relative"}, "unit is relative in the certificate, checked again it is lsb"),
        (
            5,
            {"why": "because"},
            ("why is because in the certificate, checked again it is same bytes"),
        ),
        (5, {"how": "recorded"}, "how is recorded in the certificate, checked again it is re-run"),
        (5, {"spread": 9.0}, "spread is 9.0 in the certificate, checked again it is 0"),
        (5, {"step": "x"}, "the certificate has a step 'x' that does not belong to this bundle"),
    ],
)
def test_what_is_found_otherwise(index, changed, message):
    with pytest.raises(VerifyError, match=message):
        compare_again(with_check(index, **changed)["checks"], CHECKS, "toy")


def test_recorded_steps_that_cannot_be_run_again_are_the_same():
    recorded = Check("fake-quant -> integer reference", "lsb", 1, 0.1, None, 9, "", "recorded", 3)
    with pytest.raises(
        VerifyError,
        match=(
            r"largest is 2 in the certificate, checked again it is "
            r"1"
        ),
    ):
        compare_again((replace(recorded, largest=2),), (recorded,), "toy")


def test_steps_that_are_missing_are_named():
    with pytest.raises(
        VerifyError, match=r"missing or in the wrong order: artifact -> app; do not"
    ):
        compare_again(CHECKS[:-1], CHECKS, "toy")
    with pytest.raises(VerifyError, match=r"missing or in the wrong order: all are there; do not"):
        compare_again(CHECKS[::-1], CHECKS, "toy")


def _archive(folder, tmp_path, key=None):
    if key:
        (folder / SIGNER).write_bytes(key.public.pem)
    (folder / "manifest.json").write_text(manifest_of(folder).to_json())
    if key:
        (folder / SIGNATURE).write_bytes(key.sign((folder / "manifest.json").read_bytes()))
    pack(folder, tmp_path / "toy.tar.gz", "toy.board.ptq")
    return tmp_path / "toy.tar.gz"


def test_digests_alone_can_be_verified(folder, zoo, tmp_path):
    make(folder)
    archive = _archive(folder, tmp_path)
    found = zoo("verify", archive, "--only-digests")
    assert (found.exit_code, found.output) == (
        0,
        f"{archive}: 7 files are unchanged\n"
        f"{archive}: not signed: nothing shows who made it (`zoo build --sign KEY`)\n",
    )
    assert json.loads(zoo("verify", archive, "--only-digests", "--json").output) == {
        "bundle": str(archive),
        "files": 7,
        "signer": "",
        "is_expected_signer": False,
        "checks": [],
    }


@pytest.mark.parametrize("form", ["archive", "folder"])
def test_who_signed_is_verified(form, folder, zoo, tmp_path):
    keys = [make_key(tmp_path / name) for name in ("maker", "another")]
    make(folder)
    archive = _archive(folder, tmp_path, SigningKey.read(tmp_path / "maker"))
    words = ["verify", archive if form == "archive" else folder, "--only-digests"]
    assert zoo(*words).output.endswith(
        f": signed with {keys[0].fingerprint}; only --key PUB shows whether that is its maker\n"
    )
    found = zoo(*words, "--key", tmp_path / "maker.pub")
    assert found.output.endswith(
        f": 8 files are unchanged\n{words[1]}: signed with {tmp_path}/maker.pub, "
        f"{keys[0].fingerprint}\n"
    )
    facts = json.loads(zoo(*words, "--key", tmp_path / "maker.pub", "--json").output)
    assert (facts["signer"], facts["is_expected_signer"]) == (keys[0].fingerprint, True)
    refused = zoo(*words, "--key", tmp_path / "another.pub").exception
    assert isinstance(refused, BundleError)
    assert f"is signed with another key, {keys[0].fingerprint}, not with" in str(refused)


def test_digests_alone_do_not_make_a_broken_certificate_right(folder, zoo, tmp_path):
    make(folder, **with_check(1, largest=1.0))
    found = zoo("verify", _archive(folder, tmp_path), "--only-digests")
    assert isinstance(found.exception, VerifyError)


def test_missing_plugin_is_named_with_the_command_that_installs_it(folder, zoo, tmp_path):
    make(folder)
    shutil.copyfile(folder / "README.md", folder / "model" / "more.txt")
    archive = _archive(folder, tmp_path)
    found = zoo("verify", archive)
    assert str(found.exception).endswith(
        f"{archive}: made with step toy_place of zoo-toy 1.2.3, which is not installed here: "
        "pip install zoo-toy==1.2.3"
    )
    ran = zoo("run", archive)
    assert f"note: {archive}: made with step toy_place of zoo-toy 1.2.3" in ran.output
