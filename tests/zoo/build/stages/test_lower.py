"""What a compiler makes is written as it is, with what it noted."""

from networks import residual_network

from compilers.hub import HUB
from zoo.artifact import Exactness
from zoo.build.plan import Plan
from zoo.build.stages.lower import artifact_notes, read_artifact, run
from zoo.contract import Contract, TensorSpec
from zoo.recipe import Recipe
from zoo.target import Target

MODULE = """
from zoo.artifact import Artifact, Exactness
from zoo.descriptor import Descriptor
from zoo.hookspecs import hookimpl
from zoo.plugs import Compiler

class Noting(Compiler):
    name = "noting"

    def lower(self, graph, target, scheme):
        files = {"net.bin": scheme.encode(), "below/more.txt": b"more"}
        return Artifact("noting", "net.bin", files, Exactness(1, "lsb", "why"), ("half done",))

COMPILER = Noting()

@hookimpl
def register_compilers():
    return [Descriptor("noting", "zoo_noting:COMPILER")]
"""
CONTRACT = Contract(TensorSpec("image", (3, 6, 6)), (TensorSpec("landmarks", (10,)),), ())


def test_files_exactness_and_notes_are_kept(install, tmp_path):
    install("zoo-noting", "zoo_noting", MODULE)
    hub, out = tmp_path / "hub.onnx", tmp_path / "out"
    hub.write_bytes(HUB.write(residual_network()))
    out.mkdir()
    plan = Plan(
        recipe=Recipe("toy", "toy", "", CONTRACT),
        target=Target("board", "", "noting", "", "", {}),
        quant="none",
        scheme="float32",
        float_hub=hub,
        quant_hub=None,
        calibration=None,
        calibration_count=0,
        calibrator="",
        quantization_bound=0.0,
    )
    run(plan, {"quantize": tmp_path}, out)
    folder, main, exactness = read_artifact(out)
    assert ((folder / main).read_bytes(), (folder / "below" / "more.txt").read_bytes()) == (
        b"float32",
        b"more",
    )
    assert exactness == Exactness(1, "lsb", "why")
    assert artifact_notes(out) == ("half done",)
