"""What `zoo show FILE.xmodel` says."""

import json

from compiled_files import split_graph

from compilers.xmodel.describe import DESCRIBER
from compilers.xmodel.encode import encode


def test_a_quantized_file(quantized_file):
    facts = DESCRIBER.describe(quantized_file, "file")
    assert facts["kind"] == "xmodel"
    assert facts["form"] == "not compiled"
    assert facts["inputs"] == {"image": "[1, 6, 6, 3] FLOAT32"}
    assert facts["outputs"] == {"landmarks_fix": "[1, 10] FLOAT32"}
    assert facts["ops"]["conv2d"] == 2
    points = facts["activation_fix_points"]
    assert list(points)[:2] == ["image_fix", "stem_fix"]
    assert "residual_fix" not in points
    assert sum(facts["constants_by_fix_point"].values()) == 8
    assert "fingerprint" not in facts


def test_a_compiled_file(compiled_file):
    facts = DESCRIBER.describe(compiled_file, "file")
    assert facts["form"] == "compiled"
    assert facts["fingerprint"] == "0x101000056010407"
    assert (facts["dpu_subgraphs"], facts["split_by"]) == (1, [])
    user, dpu, cpu = facts["subgraphs"]
    assert (user["device"], dpu["device"], cpu["device"]) == ("USER", "DPU", "CPU")
    assert (dpu["dpu"], dpu["runner"]) == ("DPUCZDX8G_ISA1_B4096", "libstand_in_dpu.so")
    assert "2 conv2d" in dpu["ops"]
    json.dumps(facts)


def test_the_op_that_splits_a_network_is_named():
    facts = DESCRIBER.describe(encode(split_graph()), "file")
    assert (facts["dpu_subgraphs"], facts["split_by"]) == (2, ["attention (softmax)"])
