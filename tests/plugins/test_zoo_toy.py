"""zoo-toy is installed as a user would install it, and goes the whole way from list to run."""

import ast
import base64
import importlib
import json
import os
import shutil
import struct
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from made_once import made_once

from zoo.signature import SigningKey

SOURCE = Path(__file__).with_name("zoo_toy")
Zoo = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Path:
    """The folder that zoo-toy is installed in."""

    def make(folder: Path) -> None:
        shutil.copytree(SOURCE, folder / "source")
        words = ["--no-deps", "--no-build-isolation", "--target", folder / "site"]
        command = [sys.executable, "-m", "pip", "install", *words, folder / "source"]
        subprocess.run(command, check=True, capture_output=True)

    return made_once(tmp_path_factory, "zoo-toy", make) / "site"


@pytest.fixture
def zoo(site, tmp_path) -> Zoo:
    """Return zoo(*words): the command in a process of its own, with zoo-toy on its path."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(site),
        # Shared by the workers: the cache's own locks keep them apart.
        "ZOO_CACHE": str(site.parent / "cache"),
    }

    def run(*words: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "zoo", *map(str, words)]
        return subprocess.run(
            command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
        )

    return run


def test_it_imports_little():
    """What of the zoo is public, tests/test_api.py says."""
    allowed = {"zoo", "codegen", "zoo_toy", "numpy", *sys.stdlib_module_names}
    for path in (SOURCE / "zoo_toy").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                assert name.partition(".")[0] in allowed, path
                assert not any(part.startswith("_") for part in name.split(".")), path


def test_its_network_is_what_its_script_writes(tmp_path):
    shutil.copytree(SOURCE, tmp_path / "zoo_toy")
    (tmp_path / "zoo_toy" / "zoo_toy" / "toy.onnx").unlink()
    subprocess.run([sys.executable, tmp_path / "zoo_toy" / "make_toy.py"], check=True)
    made = tmp_path / "zoo_toy" / "zoo_toy" / "toy.onnx"
    assert made.read_bytes() == (SOURCE / "zoo_toy" / "toy.onnx").read_bytes()


def test_plugins_says_where_it_comes_from(zoo):
    checked = json.loads(zoo("plugins", "--check", "--json").stdout)
    rows = {row["name"]: row for row in checked}
    assert rows["toy"] == {
        "name": "toy",
        "distribution": "zoo-toy",
        "version": "1.2.3",
        "state": "loaded",
        "error": "",
        "hooks": [
            "register_apps",
            "register_compilers",
            "register_datasets",
            "register_executors",
            "register_lowerings",
            "register_ops",
            "register_packages",
            "register_recipes",
            "register_schemes",
            "register_steps",
            "register_targets",
        ],
        "doubled": [],
        "faults": [],
    }


def test_list_and_show(zoo):
    listed = json.loads(zoo("list", "--json").stdout)
    assert "toy_tiny.pictures" in [model["name"] for model in listed["models"]]
    assert "toyboard" in [target["name"] for target in listed["targets"]]
    assert json.loads(zoo("show", "toy", "--json").stdout)["family"] == "toy"
    assert json.loads(zoo("show", "toyboard", "--json").stdout)["compiler"] == "onnx"


def test_board_refuses_with_its_own_words(zoo):
    found = zoo("build", "toy", "--target", "toyboard", "--quant", "fp16")
    assert found.returncode == 1
    assert found.stderr == (
        "note: toy is another name of toy_tiny.pictures\n"
        "zoo: toyboard refuses 'fp16': toyboard has no half-precision unit; use none or "
        "ptq [refused]\n"
    )


def test_quantization_asks_for_pictures(zoo):
    found = zoo("build", "toy", "--target", "toyboard")
    assert (found.returncode, found.stdout) == (2, "")
    assert "needs pictures of what it will see: give a folder" in found.stderr


@pytest.fixture
def pictures(tmp_path):
    """Rendered pictures, as `zoo bench --random-weights` takes them."""
    from zoo.contract import Contract, TensorSpec
    from zoo.proof.golden import golden_inputs
    from zoo.recipe import Recipe

    nothing = Contract(TensorSpec("image", (3, 16, 16)), (), ())
    folder = tmp_path / "pictures"
    folder.mkdir()
    golden_inputs(Recipe("none", "", "", nothing), folder)
    return folder


@pytest.fixture
def places(pictures):
    """A data set: the pictures, and a place in each."""
    names = sorted(path.name for path in pictures.glob("*.png"))
    lines = ["file,x,y", *(f"{name},100,50" for name in names)]
    (pictures / "places.csv").write_text("\n".join(lines) + "\n")
    return pictures


def test_data_set_is_listed(zoo):
    listed = json.loads(zoo("list", "--datasets", "--json").stdout)
    (row,) = [row for row in listed["datasets"] if row["name"] == "toy_places"]
    assert row == {
        "name": "toy_places",
        "splits": [],
        "summary": "places.csv and pictures: a place in each",
    }


@pytest.mark.parametrize("name", ["{}", "toy_places:{}"])
def test_model_is_measured_on_the_data_set(zoo, places, name):
    words = ("--target", "toyboard", "--quant", "none", "--json")
    found = zoo("eval", "toy", "--data", name.format(places), *words)
    assert found.returncode == 0, found.stderr
    (row,) = json.loads(found.stdout)
    assert (row["data"], row["count"]) == (f"{places.parent.name}/pictures", 3)
    assert 0 < row["metrics"]["distance_px"] < 400


def test_a_model_without_curves_is_told(zoo, places, tmp_path):
    words = ("--target", "toyboard", "--quant", "none", "--plot", tmp_path / "curves.svg", "--json")
    found = zoo("eval", "toy", "--data", places, *words)
    assert found.returncode == 2
    assert [row["count"] for row in json.loads(found.stdout)] == [3]
    assert f"--plot {tmp_path}/curves.svg: not written, these models have no" in found.stderr
    assert not (tmp_path / "curves.svg").exists()


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("file,x,y\n", r"places.csv: no places; expected a line for each"),
        (
            "file,x,y\na.png,1,b\n",
            r"places.csv:2: found {'file': 'a.png', 'x': '1', 'y': 'b'}, expected",
        ),
        ("file,x,y\na.png,1,inf\n", r"expected a file and finite x and y"),
        ("file,x\na.png,1\n", r"expected file, x and y"),
    ],
)
def test_broken_labels(site, places, monkeypatch, table, message):
    from zoo.errors import DataError

    monkeypatch.syspath_prepend(site)
    (places / "places.csv").write_text(table)
    dataset = importlib.import_module("zoo_toy.toy_places").DATASET
    with pytest.raises(DataError, match=message):
        dataset.read(places, "")


def test_places_are_no_faces(zoo, places):
    found = zoo("eval", "pfld", "--data", f"toy_places:{places}", "--quant", "none")
    assert found.returncode == 1
    assert "data set 'toy_places' holds no landmarks of faces; give another" in found.stderr


def test_misspelled_data_set_for_calibration(zoo, places):
    words = ("build", "toy", "--target", "toyboard", "--calib")
    found = zoo(*words, f"toy_plaices:{places}")
    assert found.returncode == 2
    assert "unknown dataset 'toy_plaices'; did you mean toy_places" in found.stderr


@pytest.mark.toolchain
@pytest.mark.parametrize("quant", ["none", "ptq"])
def test_from_build_to_run(zoo, places, tmp_path, quant):
    calibration = ["--calib", f"toy_places:{places}"] if quant == "ptq" else []
    built = zoo("build", "toy", "--target", "toyboard", "--quant", quant, *calibration)
    assert built.returncode == 0, built.stderr
    bundle = tmp_path / "dist" / f"toy_tiny.pictures.toyboard.{quant}.tar.gz"
    assert built.stdout == f"dist/{bundle.name}\n"

    verified = zoo("verify", bundle, "--json")
    assert verified.returncode == 0, verified.stderr
    steps = [check["step"] for check in json.loads(verified.stdout)["checks"]]
    assert steps[-2:] == ["artifact -> app", "post-processing -> app's record"]

    ran = zoo("run", bundle, "--source", places / "rendered_waves.png", "--box", "40,30,80,80")
    assert ran.returncode == 0, ran.stderr
    record = json.loads(ran.stdout.splitlines()[0])
    x, y = record["position"]
    assert record["place"] == pytest.approx([40 + 80 * x, 30 + 80 * y], abs=1e-4)
    assert 0 < record["score"][0] < 1


@pytest.mark.toolchain
@pytest.mark.parametrize("target", ["x86:ort", "x86:c", "c99", "rpi4"])
def test_its_ops_reach_every_back_end(zoo, places, tmp_path, target):
    if target == "rpi4":
        pytest.importorskip("ai_edge_litert", reason=".tflite files need LiteRT")
    built = zoo("build", "toy", "--target", target, "--calib", f"toy_places:{places}")
    assert built.returncode == 0, built.stderr
    board = target.replace(":", "-")
    bundle = tmp_path / "dist" / f"toy_tiny.pictures.{board}.ptq.tar.gz"
    verified = zoo("verify", bundle, "--json")
    assert verified.returncode == 0, verified.stderr
    shown = json.loads(zoo("show", bundle, "--json").stdout)
    assert shown["target"] == ("x86" if target == "x86:ort" else board)


def test_a_back_end_without_tables_names_what_could_be_registered(zoo):
    rows = json.loads(zoo("show", "toy", "--target", "kv260", "--json").stdout)["nodes"]
    (row,) = [row for row in rows if row["op"] == "toy_bump"]
    assert (row["runs_on"], row["why"]) == ("refused", "this zoo emits no such op for the DPU")


def test_a_chip_of_its_own_takes_its_scheme(zoo, places):
    words = ("--target", "toychip", "--quant", "ptq", "--calib", places, "--json")
    found = zoo("eval", "toy", "--data", places, "--form", "artifact", *words)
    assert found.returncode == 0, found.stderr
    (row,) = json.loads(found.stdout)
    assert 0 < row["metrics"]["distance_px"] < 400


@pytest.mark.toolchain
def test_a_chip_of_its_own_has_its_app_and_its_form_of_packages(zoo, places, tmp_path):
    built = zoo("build", "toy", "--target", "toychip", "--calib", f"toy_places:{places}")
    assert built.returncode == 0, built.stderr
    bundle, firmware = (
        tmp_path / "dist" / f"toy_tiny.pictures.toychip.ptq.{form}" for form in ("tar.gz", "toyfw")
    )
    assert built.stdout == f"dist/{bundle.name}\ndist/{firmware.name}\n"
    assert f"try:     toysim dist/{firmware.name}\n" in built.stderr
    assert built.stderr.endswith(f"install: toyload --image dist/{firmware.name}\n")

    verified = zoo("verify", bundle, "--json")
    assert verified.returncode == 0, verified.stderr
    checks = {check["step"]: check for check in json.loads(verified.stdout)["checks"]}
    assert checks["artifact -> app (toy chip's C code)"]["largest"] == 0

    with tarfile.open(bundle) as archive:
        name = bundle.name.removesuffix(".tar.gz")
        program = archive.extractfile(f"{name}/app/app").read()
        assert b"for the toy chip" in archive.extractfile(f"{name}/README.md").read()
    magic, address, size = struct.unpack_from("<4sII", firmware.read_bytes())
    assert (magic, address, size) == (b"TOYF", 0x8000, len(program))
    assert firmware.read_bytes()[12:] == program


@pytest.mark.toolchain
def test_rebuilt_bundle_has_the_same_bytes(zoo, tmp_path):
    words = ("build", "toy", "--target", "toyboard", "--quant", "none")
    bundle = tmp_path / "dist" / "toy_tiny.pictures.toyboard.none.tar.gz"
    assert zoo(*words).returncode == 0
    first = bundle.read_bytes()
    again = zoo(*words, "--force", "--cache", tmp_path / "cache")
    assert again.returncode == 0, again.stderr
    assert bundle.read_bytes() == first


@pytest.mark.toolchain
def test_a_signed_build_keeps_its_key_to_itself(zoo, places, tmp_path):
    assert zoo("keygen", "key").returncode == 0
    cache, key = tmp_path / "cache", SigningKey.read(tmp_path / "key")
    words = ("build", "toy", "--target", "toychip", "--calib", f"toy_places:{places}")
    built = zoo(*words, "--sign", "key", "--cache", cache)
    assert built.returncode == 0, built.stderr
    bundle, firmware = (tmp_path / line for line in built.stdout.splitlines())
    assert f"{bundle}: signed with key.pub" in zoo("verify", bundle, "--key", "key.pub").stdout
    signature = firmware.with_name(f"{firmware.name}.sig")
    assert key.public.has_signed(firmware.read_bytes(), signature.read_bytes())

    secret = base64.b64decode(key.file.read_text().splitlines()[1])[-32:]
    with tarfile.open(bundle) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    written = [path for path in tmp_path.rglob("*") if path.is_file() and path != key.file]
    assert not [path for path in written if secret in path.read_bytes()]
    assert not [p for p in written if key.file.read_bytes().splitlines()[1] in p.read_bytes()]

    assert zoo(*words, "--cache", cache).returncode == 0  # from now on unsigned
    assert not signature.exists()
    refused = zoo("verify", bundle, "--only-digests", "--key", "key.pub")
    assert refused.returncode == 1
    assert f"is not signed, {key.public.fingerprint} is wanted" in refused.stderr
