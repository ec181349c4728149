"""With --runtime auto, the fastest runtime that takes the network is chosen once it is known."""

from dataclasses import replace

import matrix_boards
import pytest
from quantized_files import quantized_file

from zoo.build.cache import Cache
from zoo.build.choice import settled
from zoo.build.limits import Limits
from zoo.build.matrix import Cell
from zoo.build.pipeline import STAGES, artifact_stages, build
from zoo.build.plan import make_plan
from zoo.build.remote_stage import Job, Lacking, perform
from zoo.build.stages import choose
from zoo.build.stages.lower import read_artifact
from zoo.build.targets import runtime_of_build
from zoo.build.wish import Wish
from zoo.bundle.bundle import packed_manifest
from zoo.errors import LicenceError, UsageError

quantization = pytest.importorskip("onnxruntime.quantization")

TOML = """
input = {name = "x", shape = [3, 8, 8]}
outputs = [{name = "y", shape = [4]}]
post = []
pre = [
    {name = "crop"},
    {name = "resize", size = [8, 8]},
    {name = "normalize", mean = [128, 128, 128], std = [128, 128, 128]},
]
"""

BOARD = """
TWIN = Target(
    "twin", "", "onnx", "onnxruntime", "text", {"qdq": "qdq"}, own_runtime="ort",
    fastest_first=("c", "ort"), runtimes={"c": Runtime("C", "c", "c", "text")},
)
"""


@pytest.fixture
def board(install, tmp_path, monkeypatch):
    """A board with two runtimes, whose app is a text."""
    source = matrix_boards.SOURCE.replace("import Target", "import Runtime, Target")
    targets = '[Descriptor("twin", "zoo_twin:TWIN")]'
    source = source.replace(matrix_boards.TARGETS, targets)
    install("zoo-twin", "zoo_twin", source.replace("matrix_boards_plugin", "zoo_twin") + BOARD)
    monkeypatch.setenv("GENERATED", str(tmp_path / "generated"))


@pytest.fixture
def wish(tmp_path):
    """Return wish(bits) -> the wish for a file with activations, and weights, of so many bits."""

    def quantized(bits: int, weight_bits: int = 0) -> Wish:
        kinds = quantization.QuantType
        kind = {8: kinds.QUInt8, 16: kinds.QUInt16}[bits]
        weight = {8: kinds.QInt8, 16: kinds.QInt16}[weight_bits or bits]
        types = {"activation_type": kind, "weight_type": weight}
        quantized_file(tmp_path / "net.onnx", gate=False, **types)
        (tmp_path / "c.toml").write_text(TOML)
        return Wish(str(tmp_path / "net.onnx"), "x86", contract=tmp_path / "c.toml", runtime="auto")

    return quantized


@pytest.fixture
def lowered(tmp_path):
    """Return lowered(wish) -> the plan with its runtime, the artifact's file, cached stages."""

    def build_up_to(wish: Wish):
        plan, cached = make_plan(wish), []
        done = build(
            plan,
            Cache(tmp_path / "cache"),
            stages=artifact_stages(),
            finished=lambda outcome: cached.extend([outcome.stage] if outcome.hit else []),
        )
        return settled(plan, done), read_artifact(done["lower"])[1], cached

    return build_up_to


def test_a_network_of_8_bits_becomes_c(wish, lowered):
    plan, main, _ = lowered(wish(8))
    assert (plan.target.name, main) == ("x86-c", "network.json")
    assert plan.notes == (
        "the runtime is c: it is the board's fastest, and takes the whole network",
    )


def test_what_c_does_not_take_keeps_the_boards_own_runtime_and_the_node_is_told(wish, lowered):
    plan, main, _ = lowered(wish(16))
    assert (plan.target.name, main) == ("x86", "model.onnx")
    (note,) = plan.notes
    assert note.startswith("the runtime is ort: x86-c does not take the network: node '")
    assert "only -128 to 127 can be stored" in note


def test_in_a_chain_both_networks_have_to_be_taken(wish, tmp_path):
    plans, parts = [], {}
    for name, bits in (("quantize", 8), ("detector quantize", 16)):
        plans.append(make_plan(wish(bits)))
        parts[name] = build(plans[-1], Cache(tmp_path / "cache"), stages=STAGES[:2])["quantize"]
    (faster,) = plans[0].preferred
    chain = replace(
        plans[0], detector=plans[1], preferred=(replace(faster, detector=plans[1].preferred[0]),)
    )
    for plan, needs, target in (
        (chain, parts, "x86"),
        (plans[0], {"quantize": parts["quantize"]}, "x86-c"),
    ):
        choose.run(plan, needs, tmp_path)
        assert settled(plan, {"choose": tmp_path}).target.name == target


def test_nothing_is_made_twice_for_a_runtime_that_was_named_before(wish, lowered):
    named = replace(wish(8), runtime="c")
    _, _, cached = lowered(named)
    assert cached == []
    plan, _, cached = lowered(replace(named, runtime="auto"))
    assert cached == ["hub", "quantize", "lower"]
    assert plan.build_name == "net.x86.qdq"


def test_stages_up_to_the_integers_need_no_choice(wish, tmp_path):
    stages = tuple(stage for stage in STAGES if stage.name in ("hub", "quantize"))
    done = build(make_plan(wish(8)), Cache(tmp_path / "cache"), stages=stages)
    assert set(done) == {"hub", "quantize"}


def test_a_bundles_name_is_known_before_the_choice(wish, lowered):
    before = make_plan(wish(16))
    assert lowered(wish(16))[0].build_name == before.build_name == "net.x86.qdq"


def test_options_that_only_one_runtime_takes_leave_no_choice(tmp_path):
    (tmp_path / "photo.png").touch()
    plan = make_plan(Wish("pfld", "x86", "none", runtime="auto"))
    assert (plan.preferred, plan.target.name) == ((), "x86")
    assert plan.notes[-1].startswith("the runtime is ort: x86-c refuses 'none': the C code")
    wish = Wish("pfld", "x86", scheme="w4a8-asym", calibration=tmp_path, runtime="auto")
    plan = make_plan(wish)
    assert (plan.preferred, plan.target.name) == ((), "x86-c")
    assert plan.notes[-1].startswith("the runtime is c: x86 refuses 'w4a8-asym': ONNX")


def test_what_no_runtime_takes_is_refused():
    with pytest.raises(LicenceError, match="--commercial was given"):
        make_plan(Wish("pfld", "x86", "qat", runtime="auto", commercial=True))


def test_a_board_may_be_named_with_the_word():
    named, by_option = (
        make_plan(Wish("pfld", target, "qat", runtime=runtime))
        for target, runtime in (("x86:auto", ""), ("x86", "auto"))
    )
    assert [p.target.name for p in named.preferred] == ["x86-c"]
    assert replace(named, used=frozenset()) == replace(by_option, used=frozenset())


def test_a_board_without_a_faster_runtime_keeps_its_own():
    plan = make_plan(Wish("pfld", "c99", "qat", runtime="auto"))
    assert plan.build_name == "pfld_1.0x.300w68.c99-auto.qat"
    assert plan.notes == ("the runtime is c: the board names no faster one",)


def test_limits_of_size_need_a_runtime(tmp_path):
    (tmp_path / "photo.png").touch()
    with pytest.raises(
        UsageError, match="are about one runtime: name it instead of --runtime auto"
    ):
        make_plan(
            Wish("pfld", "x86", calibration=tmp_path, runtime="auto", limits=Limits(loss=0.1))
        )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            {"target": "x86"},
            (
                "the runtime is ort: with limits such as --max-loss the build does not choose it; "
                "--runtime c names another",
            ),
        ),
        ({"target": "x86", "runtime": "ort"}, ()),
        ({"target": "x86:c"}, ()),
        ({"target": "rpi4"}, ()),
    ],
)
def test_a_board_that_would_choose_says_that_it_does_not_under_limits(words, told):
    assert make_plan(Wish("pfld", quant="qat", limits=Limits(ms=50.0), **words)).notes == told
    assert make_plan(Wish("pfld", quant="qat", **words)).notes == ()


@pytest.mark.parametrize(
    ("word", "runtime", "usual"),
    [
        ("x86", "", "auto"),
        ("x86", "ort", "ort"),
        ("x86", "auto", "auto"),
        ("x86:ort", "", ""),
        ("x86:c", "", ""),
        ("x86:auto", "", ""),
        ("rpi4", "", ""),
        ("jetson:orin-nano", "", ""),
        ("nothing", "", ""),
    ],
)
def test_a_board_may_choose_where_a_build_names_no_runtime(word, runtime, usual):
    assert runtime_of_build(word, runtime) == usual


@pytest.mark.parametrize(
    ("words", "name", "target"),
    [
        ({"target": "x86", "runtime": "ort"}, "x86-ort", "x86"),
        ({"target": "x86:ort"}, "x86-ort", "x86"),
        ({"target": "x86", "runtime": "c"}, "x86-c", "x86-c"),
        ({"target": "x86:auto"}, "x86", "x86"),
        ({"target": "rpi4", "runtime": "litert"}, "rpi4", "rpi4"),
    ],
)
def test_bundles_of_runtimes_have_different_names(words, name, target):
    plan = make_plan(Wish("pfld", quant="qat", **words))
    assert (plan.build_name, plan.target.name) == (f"pfld_1.0x.300w68.{name}.qat", target)


def test_values_of_16_bits_keep_the_boards_own_runtime(wish, lowered):
    plan, main, _ = lowered(wish(16, weight_bits=8))
    assert (plan.target.name, main) == ("x86", "model.onnx")
    told = "the runtime is ort: x86-c computes values of int16 or uint16 more slowly"
    assert plan.notes == (told,)


def test_a_worker_asks_for_the_choice_before_it_knows_the_next_stage(wish, tmp_path):
    asked = wish(8)
    done = {}
    build(
        make_plan(asked),
        Cache(tmp_path / "cache"),
        stages=artifact_stages(),
        finished=lambda outcome: done.update({outcome.stage: outcome}),
    )
    del done["lower"]
    job = Job(Cell(asked.model, asked), done, tmp_path / "another")
    assert perform(job, {}) == Lacking(("choose",))


@pytest.mark.usefixtures("board")
def test_a_bundle_says_what_was_chosen(wish, zoo, tmp_path):
    asked, out = wish(16), tmp_path / "dist"
    found = zoo(
        *("build", asked.model, "--contract", asked.contract, "--target", "twin"),
        *("--runtime", "auto", "--max-quantization-error", 1, "--out", out),
    )
    assert found.exit_code == 0, found.output
    assert "note: the runtime is ort: twin-c does not take the network: node" in found.stderr
    manifest = packed_manifest(out / "net.twin-auto.qdq.tar.gz")
    assert manifest.target == "twin"
    assert any("runtime is ort: " in note for note in manifest.artifacts[0].notes)


@pytest.mark.usefixtures("board")
def test_a_matrix_chooses_for_each_network(wish, zoo, tmp_path):
    wish(8)
    (tmp_path / "matrix.toml").write_text(
        'models = [{model = "net.onnx", contract = "c.toml"}]\n'
        'targets = ["twin", "twin:auto"]\nquants = ["qdq"]\n'
    )
    out = tmp_path / "dist"
    found = zoo("build", "--matrix", tmp_path / "matrix.toml", "--workers", 1, "--out", out)
    assert found.exit_code == 0, found.output
    assert {packed_manifest(file).target for file in out.iterdir()} == {"twin", "twin-c"}
