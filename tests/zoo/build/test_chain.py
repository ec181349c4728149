"""Builds of two networks in a chain: plan, proof, bundle, and what is refused."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from aligned_case import write_chain as write_aligned_chain
from chain_case import CHAIN_TOML, spots, write_chain
from click.testing import CliRunner
from made_once import made_once
from PIL import Image

from zoo import registry
from zoo.build import subjects
from zoo.build.cache import Cache
from zoo.build.chain import alone_note, chained, demand_fitting, networks_of
from zoo.build.plan import make_plan
from zoo.build.subjects import evaluate, forms, load_bundle, load_forms
from zoo.build.targets import find_target
from zoo.build.wish import Wish
from zoo.bundle.bundle import unpack
from zoo.cli.main import cli
from zoo.digest import folder_digests
from zoo.errors import RecipeError, RefusedError, UsageError, VerifyError
from zoo.proof.bundle_certificate import bundle_certificate, compare_again
from zoo.region_rule import RegionRule

BUILD = "landmarks+spots.x86.none"


@pytest.fixture
def chain(tmp_path):
    return write_chain(tmp_path)


def zoo(*words):
    found = CliRunner().invoke(cli, [str(word) for word in words])
    assert found.exit_code == 0, found.output
    return found.stdout


def plan_of(model, detector="", target="x86", **wish):
    return make_plan(chained(Wish(str(model), target, **wish), detector, find_target(target)))


def test_a_chain_file_names_both_networks(chain):
    plan = plan_of(chain)
    assert plan.build_name == BUILD
    assert (plan.recipe.name, plan.detector.recipe.name) == ("landmarks", "spots")
    assert plan.regions == RegionRule((0.9, 0.1), (0.1, 0.9), (0.01, -0.02), 2)
    assert (plan.quant, plan.detector.quant) == ("none", "none")


@pytest.mark.usefixtures("chain")
def test_a_detector_that_states_no_regions_for_the_network_is_noted(tmp_path):
    words = {"contract": tmp_path / "landmarks.toml", "quant": "none"}
    plan = plan_of(tmp_path / "landmarks.onnx", "facedet_320.wider", **words)
    (note,) = plan.notes
    assert "facedet_320.wider states regions for dan, hrnet, pfld, not for landmarks" in note
    assert plan_of("dan1_0.25x.300w68").notes == ()


@pytest.mark.parametrize("quant", ["none", "ptq"])
def test_a_model_names_its_detector(quant):
    plan = plan_of("pfld_0.25x.300w68", quant=quant)
    assert plan.build_name == f"pfld_0.25x.300w68.x86.{quant}"
    assert plan.detector.recipe.name == plan.recipe.detector
    assert (plan.detector.quant, plan.regions.passes) == (quant, 2)
    alone = plan_of("pfld_0.25x.300w68", "none", quant=quant)
    assert (alone.detector, alone.build_name) == (None, plan.build_name)


def test_another_detector_is_in_the_name_of_the_build():
    plan = plan_of("pfld_0.25x.300w68", "facedet_160.wider")
    assert plan.build_name == "pfld_0.25x.300w68+facedet_160.wider.x86.ptq"


@pytest.mark.usefixtures("chain")
def test_a_name_too_long_for_a_file_is_refused_before_any_work(tmp_path):
    longest = "n" * 100
    for suffix in (".onnx", ".toml"):
        (tmp_path / f"spots{suffix}").rename(tmp_path / f"{longest}{suffix}")
    words = {"contract": tmp_path / "landmarks.toml", "quant": "none", "name": "m" * 100}
    with pytest.raises(UsageError, match=r"has 210 characters; at most 200 are allowed: give the"):
        plan_of(tmp_path / "landmarks.onnx", str(tmp_path / f"{longest}.onnx"), **words)


def test_the_command_line_precedes_the_file(chain):
    plan = plan_of(chain, name="mine")
    assert plan.recipe.name == "mine"


@pytest.mark.usefixtures("chain")
def test_a_detector_of_the_command_line(tmp_path):
    words = {"contract": tmp_path / "landmarks.toml", "quant": "none"}
    plan = plan_of(tmp_path / "landmarks.onnx", str(tmp_path / "spots.onnx"), **words)
    assert plan.build_name == BUILD
    assert plan.regions == RegionRule()
    (tmp_path / "spots.toml").unlink()
    with pytest.raises(UsageError, match=r"its contract .*spots\.toml is missing beside it"):
        plan_of(tmp_path / "landmarks.onnx", str(tmp_path / "spots.onnx"), **words)


@pytest.mark.parametrize(
    ("before", "after", "error", "message"),
    [
        ("[detector]", "[finder]", RecipeError, "table: unknown 'finder'"),
        ("[regions]", "[region]", RecipeError, "unknown 'region'; did you mean regions"),
        ("passes", "passed", RecipeError, r"\[regions\]: unknown 'passed'"),
        ("passes = 2", "passes = 9", RecipeError, "chain.toml: regions: passes = 9"),
        ("width = [0.9", f"width = [{10**400}", RecipeError, "chain.toml: regions: width = .*from"),
        ('model = "spots.onnx"', "", RecipeError, r"\[detector\] has no model"),
        ('model = "spots.onnx"', "model = 3", RecipeError, "model = 3; give a text"),
        ('model = "spots.onnx"', 'model = "pfld"', UsageError, "only an .*file needs a contract"),
        ("[network]", "network = 3\n[x]", RecipeError, "unknown 'x'; known: detector, network, r"),
        ("[network]", "[[network]]", RecipeError, r"network = \[\{.*a table \[network\] is needed"),
        ("[network]", "[network", RecipeError, "chain.toml: not TOML"),
        ('"spots.onnx"', '"none.onnx"', UsageError, "none.onnx: no such file"),
    ],
)
def test_wrong_chain_files(chain, before, after, error, message):
    assert before in CHAIN_TOML
    chain.write_text(CHAIN_TOML.replace(before, after))
    with pytest.raises(error, match=message):
        plan_of(chain)


def test_networks_of_the_same_name_are_refused(chain):
    with pytest.raises(UsageError, match="spots: network and detector have the same name"):
        plan_of(chain, name="spots")
    chain.write_text(CHAIN_TOML.replace("landmarks.", "spots.").replace("passes = 2", "passes = 1"))
    with pytest.raises(UsageError, match="spots: network and detector have the same name"):
        plan_of(chain)
    assert plan_of(chain, name="again").build_name == "again+spots.x86.none"


def test_what_cannot_be_a_chain(chain, tmp_path):
    with pytest.raises(UsageError, match="names the detector; leave --detector out"):
        plan_of(chain, "spots.onnx")
    with pytest.raises(UsageError, match="no such file; a chain file names"):
        plan_of(tmp_path / "none.toml")
    with pytest.raises(UsageError, match="is a contract; give the model"):
        plan_of(tmp_path / "spots.toml")
    chain.write_text(
        CHAIN_TOML.replace("spots.", "landmarks.").replace("quant", 'name = "a"\nquant')
    )
    with pytest.raises(RecipeError, match="landmarks: cannot be a detector: its contract has"):
        demand_fitting(plan_of(chain))


@pytest.mark.parametrize("states_contracts", [True, False])
@pytest.mark.parametrize(
    "words",
    [
        ("bench",),
        ("estimate", "--target", "x86"),
        ("eval", "--data", "none"),
        ("build", "--target", "x86", "--dry-run"),
    ],
)
def test_every_command_refuses_what_cannot_be_a_chain(chain, words, states_contracts):
    text = CHAIN_TOML.replace("spots.", "landmarks.").replace("quant", 'name = "a"\nquant')
    chain.write_text(text)
    cannot = "landmarks: cannot be a detector: its contract has"
    if not states_contracts:
        chain.write_text(text.replace('contract = "landmarks.toml"', ""))
        cannot = "needs --contract" if words[0] == "build" else cannot
    command, *options = words
    found = CliRunner().invoke(cli, [command, str(chain), *options])
    assert cannot in str(found.exception)
    assert found.exit_code


def test_what_cannot_be_a_chain_is_refused_before_anything_is_built(chain, tmp_path):
    text = CHAIN_TOML.replace("spots.", "landmarks.").replace("quant", 'name = "a"\nquant')
    chain.write_text(text)
    with pytest.raises(RecipeError, match="landmarks: cannot be a detector: its contract has"):
        next(forms(Wish(str(chain), "x86"), ("none",), ("hub",), Cache(tmp_path / "cache")))
    assert not list((tmp_path / "cache").rglob("*.onnx"))


def test_regions_are_read_although_each_network_is_timed_alone(chain):
    chain.write_text(CHAIN_TOML.replace("passes = 2", "passes = 9"))
    with pytest.raises(RecipeError, match=r"chain.toml: regions: passes = 9"):
        networks_of(Wish(str(chain), "x86"))


def test_networks_that_need_no_contract_are_taken_without(chain, tmp_path):
    chain.write_text(CHAIN_TOML.replace('contract = "spots.toml"', ""))
    (tmp_path / "spots.toml").unlink()
    network, detector = networks_of(Wish(str(chain), "x86"))
    assert (Path(network.model).name, Path(detector.model).name) == ("landmarks.onnx", "spots.onnx")
    (tmp_path / "spots.onnx").rename(tmp_path / "chain.onnx")
    chain.write_text(chain.read_text().replace("spots.onnx", "chain.onnx"))
    networks_of(Wish(str(chain), "x86"))  # the file beside it is the chain, and no contract


@pytest.mark.parametrize("quant", ["none", "ptq"])
def test_boards_without_chains_say_so_before_they_ask_for_pictures(chain, quant, monkeypatch):
    load = registry.load

    def without_chains(kind, name):
        found = load(kind, name)
        return (
            replace(found, takes_detectors=False) if (kind, name) == ("app", "android") else found
        )

    monkeypatch.setattr(registry, "load", without_chains)
    with pytest.raises(RefusedError, match="android: its app runs one network; for a chain use"):
        plan_of(chain, target="android", quant=quant)


@pytest.mark.parametrize("board", registry.names("target"))
def test_every_board_with_an_operating_system_takes_chains(board):
    app = registry.load("app", registry.load("target", board).app)
    assert app.takes_detectors == (board not in ("k210", "max78000"))


@pytest.mark.parametrize("board", ["k210", "max78000"])
def test_a_board_without_chains_is_named(board, chain):
    with pytest.raises(RefusedError, match=f"^{board}: its app runs one network; for a chain use"):
        plan_of(chain, target=board, quant="ptq")


def test_a_chain_for_android(chain, tmp_path):
    zoo("build", chain, "--target", "android", "--out", tmp_path, "--cache", tmp_path / "cache")
    bundle = tmp_path / "landmarks+spots.android.none.tar.gz"
    checks = json.loads(zoo("verify", bundle, "--json"))["checks"]
    assert {"float reference -> artifact", "detector: float reference -> artifact"} <= {
        check["step"] for check in checks
    }
    unpacked = unpack(bundle, tmp_path / "bundle").folder
    code = (unpacked / "app/src/app/src/main/kotlin/zoo/app/Networks.kt").read_text()
    assert '"detector/model.tflite"' in code
    assert (unpacked / "model/detector/model.tflite").is_file()
    assert (unpacked / "golden/detector/selftest.txt").is_file()
    assert "each box that `spots` finds" in (unpacked / "README.md").read_text()


def test_pictures_for_the_detector_are_given_in_the_chain_file(chain, tmp_path):
    chain.write_text(CHAIN_TOML.replace("[regions]", 'quant = "ptq"\n[regions]'))
    message = r"spots: quantizing .* give a folder of them with calib = \"DIR\" in \[detector\]"
    with pytest.raises(UsageError, match=message):
        plan_of(chain)
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    Image.fromarray(spots((40, 60))).save(pictures / "a.png")
    chain.write_text(chain.read_text().replace("[regions]", 'calib = "pictures"\n[regions]'))
    assert plan_of(chain).detector.calibration == pictures


def test_a_second_pass_needs_landmarks(chain, tmp_path):
    contract = tmp_path / "landmarks.toml"
    lines = contract.read_text().replace('"landmarks"', '"points"').splitlines()
    contract.write_text("\n".join(line for line in lines if not line.startswith("post")))
    with pytest.raises(RecipeError, match="has no value 'landmarks', where a second pass"):
        demand_fitting(plan_of(chain))


def test_each_pass_needs_the_points_that_the_network_aligns(tmp_path):
    chain = write_aligned_chain(tmp_path)
    demand_fitting(plan_of(chain))
    once = CHAIN_TOML.replace("passes = 2", "passes = 1")
    chain.write_text(once)
    demand_fitting(plan_of(chain))
    spots_toml = tmp_path / "spots.toml"
    given = 'keypoints = ["spots"], keypoint_channel = 5, keypoint_count = 68'
    spots_toml.write_text(spots_toml.read_text().replace(f", {given}", ""))
    message = (
        r"aligns 68 points, the value 'keypoints' \[N, 68, 2\] of its detector; spots has none: "
        "state keypoints and keypoint_count = 68 in the step boxes"
    )
    with pytest.raises(RecipeError, match=message):
        demand_fitting(plan_of(chain))
    chain.write_text(CHAIN_TOML)  # the second pass aligns its own landmarks
    demand_fitting(plan_of(chain))
    landmarks_toml = tmp_path / "landmarks.toml"
    fewer = landmarks_toml.read_text().replace("points = [[", "points = [[1.5, 2.5], [")
    landmarks_toml.write_text(fewer)
    with pytest.raises(
        RecipeError, match=r"aligns 69 points, its own landmarks, .* \[68, 2\]; set"
    ):
        demand_fitting(plan_of(chain))


@pytest.mark.parametrize("quant", ["none", "ptq"])
def test_android_names_the_step_that_it_lacks_before_any_work(tmp_path, quant):
    chain = write_aligned_chain(tmp_path)
    words = ["build", chain, "--target", "android", "--quant", quant, "--dry-run"]
    found = CliRunner().invoke(cli, [str(word) for word in words])
    assert isinstance(found.exception, RefusedError)
    assert str(found.exception).startswith("contract step 'align': has no Kotlin form, which apps")


@pytest.mark.toolchain
def test_a_network_that_sees_its_objects_turned_is_proven(tmp_path):
    chain = write_aligned_chain(tmp_path)
    zoo("build", chain, "--target", "x86", "--out", tmp_path, "--cache", tmp_path / "cache")
    certificate = bundle_certificate(unpack(tmp_path / f"{BUILD}.tar.gz", tmp_path / "b"), "here")
    (check,) = (c for c in certificate.checks if c.step == "detector: regions -> app")
    assert check.bound is not None
    assert check.values > 0


@pytest.fixture(scope="session")
def bundle(tmp_path_factory):
    """The bundle of the chain for this machine, proven."""

    def make(folder):
        chain = write_chain(folder)
        built = zoo("build", chain, "--target", "x86", "--out", folder, "--json")
        (folder / "stages.json").write_text(built)

    return made_once(tmp_path_factory, "chain", make) / f"{BUILD}.tar.gz"


@pytest.fixture
def unpacked(bundle, tmp_path):
    return unpack(bundle, tmp_path / "bundle")


@pytest.mark.toolchain
def test_a_bundle_is_evaluated_in_the_regions_of_its_detector(unpacked, monkeypatch):
    with pytest.raises(UsageError, match="its model 'landmarks' is not in `zoo list`"):
        next(load_bundle(unpacked, ("hub",)))
    recipe = registry.load("recipe", "pfld")
    monkeypatch.setattr(subjects.registry, "knows", lambda *_: True)
    monkeypatch.setattr(subjects, "find_recipe", lambda *_: recipe)
    hub, artifact = load_bundle(unpacked, ("hub", "artifact"))
    assert [hub.name, artifact.name] == [f"{BUILD} hub", f"{BUILD} artifact"]
    assert hub.recipe.contract == unpacked.contract
    assert artifact.detector.regions.passes == 2
    photo = np.zeros((1, 3, 64, 64), np.float32)
    assert artifact.detector.run({"image": photo})["spots"].shape == (1, 5, 8, 8)
    monkeypatch.setattr(
        subjects.registry, "resolve", lambda dotted: lambda *given: (dotted, len(given))
    )
    ((_, found),) = evaluate([hub], Path("data"))
    assert found == (recipe.evaluate_chain, 4)


def test_a_chain_file_is_evaluated_as_it_is_built(chain, tmp_path):
    asked = Wish(str(chain), "x86")
    (form,) = forms(asked, ("none",), ("hub",), Cache(tmp_path / "cache"))
    assert form.name == "landmarks none hub, spots none hub"
    (subject,) = load_forms([form])
    assert subject.detector.regions.passes == 2
    with pytest.raises(UsageError, match="landmarks: this model has no evaluation in a detector"):
        next(evaluate([subject], tmp_path))


@pytest.mark.toolchain
def test_both_networks_are_in_the_bundle(unpacked):
    manifest = unpacked.manifest
    assert [model.name for model in manifest.models] == ["landmarks", "spots"]
    assert manifest.artifacts[1].main.startswith("model/detector/")
    assert manifest.chain.regions.passes == 2
    steps = [c.step for c in bundle_certificate(unpacked, "here").checks]
    assert {"artifact -> app", "detector: artifact -> app", "detector: regions -> app"} <= {*steps}
    for artifact in manifest.artifacts:
        assert not artifact.memory.is_planned
        assert artifact.memory.arena_bytes > 4 * 3 * 16 * 16
    # One convolution: its weights and biases, the picture and the map.
    spots_memory = manifest.artifacts[1].memory
    assert spots_memory.weights_bytes == 4 * (5 * 3 * 8 * 8 + 5)
    assert spots_memory.arena_bytes == 4 * (3 * 64 * 64 + 5 * 8 * 8)
    readme = (unpacked.folder / "README.md").read_text()
    assert "spots 3,860 bytes for weights and up to 50,432 for activations at a time" in readme
    assert (unpacked.folder / "golden" / "detector" / "selftest.txt").is_file()
    licences = json.loads((unpacked.folder / "sbom.cdx.json").read_text())["components"]
    assert {"landmarks", "spots"} <= {component["name"] for component in licences}


@pytest.mark.toolchain
def test_the_bill_of_materials_is_what_is_inside(unpacked):
    listed = json.loads((unpacked.folder / "sbom.cdx.json").read_text())["components"]
    parts = [part for part in listed if part.get("scope") != "excluded"]
    digests = {entry["content"]: part["name"] for part in parts for entry in part.get("hashes", ())}
    files = folder_digests(unpacked.folder)
    assert digests.keys() <= {*files.values()}
    compiled = {name for name in files if name == "app/app" or name.startswith("lib/")}
    assert {files[name] for name in compiled} <= digests.keys()
    # Linked in: Zig's C++ library says its name when a program ends by an exception.
    assert b"libc++abi" in (unpacked.folder / "app" / "app").read_bytes()
    names = {part["name"] for part in parts}
    assert {"llvm-libcxx", "llvm-libcxxabi", "llvm-libunwind", "zig-compiler-rt"} <= names
    assert (unpacked.folder / "licences" / "llvm-libcxxabi" / "LICENSE.TXT").is_file()


@pytest.mark.toolchain
def test_the_detectors_stages_have_its_name(bundle):
    found = json.loads((bundle.parent / "stages.json").read_text())
    names = [stage["stage"] for stage in found["stages"]]
    alone = ["hub", "quantize", "judge", "lower"]
    assert names[:8] == [*(f"detector {name}" for name in alone), *alone]
    assert len({*names}) == len(names)


@pytest.mark.toolchain
def test_the_bundle_proves_itself_again(bundle):
    checks = json.loads(zoo("verify", bundle, "--json"))["checks"]
    assert all(check["state"] != "broken" for check in checks)


@pytest.mark.toolchain
def test_a_certificate_without_the_chain_is_refused(unpacked):
    file = unpacked.folder / "certificate.json"
    certificate = json.loads(file.read_text())
    kept = [c for c in certificate["checks"] if c["step"] != "detector: regions -> app"]
    file.write_text(json.dumps({**certificate, "checks": kept}, indent=2, sort_keys=True) + "\n")
    with pytest.raises(VerifyError, match="lacks the step 'detector: regions -> app'"):
        bundle_certificate(unpacked, "here")


@pytest.mark.toolchain
def test_another_bound_of_the_regions_is_refused(unpacked):
    checks = bundle_certificate(unpacked, "here").checks
    wider = [
        replace(check, bound=1.0) if check.step == "detector: regions -> app" else check
        for check in checks
    ]
    with pytest.raises(VerifyError, match=r"regions -> app': bound is 1\.0 in the certificate"):
        compare_again(wider, checks, "here")


def test_a_board_of_one_network_tells_that_a_model_has_no_detector_there():
    board = find_target("k210")
    told = alone_note("pfld", "", board)
    assert told.startswith(
        "the app of k210 runs one network: pfld_1.0x.300w68 is built without its detector facedet_"
    )
    for model, detector, target in (
        ("pfld", "none", board),
        ("pfld", "", find_target("x86")),
        ("facedet_224.wider", "", board),
        ("chain.toml", "", board),
        ("file.onnx", "", board),
    ):
        assert alone_note(model, detector, target) == ""
