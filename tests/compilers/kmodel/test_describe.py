"""`zoo show FILE.kmodel`: text and JSON, of every version."""

import json
from dataclasses import replace

from click.testing import CliRunner
from kmodels import LAYER

from compilers.kmodel.describe import DESCRIBER
from compilers.kmodel.encode import encode
from compilers.kmodel.kmodel import CpuNode, Kmodel, Memory, MemoryRange
from compilers.kmodel.node_forms import code_of
from zoo.cli.main import cli
from zoo.errors import ArtifactError

KPU = replace(
    LAYER,
    layer=replace(
        LAYER.layer,
        input_width=20,
        input_height=6,
        input_group=2,
        input_line_rows=1,
        input_block_rows=6,
        output_width=10,
        output_height=3,
        output_group=4,
        output_line_rows=1,
        output_block_rows=3,
        destination_row=100,
        pool_type=5,
        load_bytes=6,
    ),
)
INSIDE = MemoryRange(Memory.MAIN, "uint8", 0, 90)
OUTPUT = MemoryRange(Memory.MAIN, "float32", 96, 360)
LINE = (
    "KPU: 1x1, 2x6x20 in rows 9 to 14 -> 3x3x10 in rows 100 to 102, left-top 2x2, stride 2, "
    "weights in 1 load of 6 bytes"
)


def test_version_4():
    dequantize = CpuNode(
        code_of(4, "dequantize"),
        {"input": INSIDE, "output": OUTPUT, "zero_point": 3, "scale": 2.0},
    )
    model = Kmodel(
        version=4,
        main_bytes=456,
        outputs=(OUTPUT,),
        nodes=(KPU, dequantize, CpuNode(99, {}, bytes(8))),
        inputs=(MemoryRange(Memory.KPU, "uint8", 576, 240),),
        input_shapes=((1, 2, 6, 20),),
    )
    assert DESCRIBER.describe(encode(model), "file.kmodel") == {
        "kind": "kmodel",
        "version": 4,
        "target": "k210",
        "inputs": {"0": "[1, 2, 6, 20] uint8, 240 bytes from 576 on, KPU memory"},
        "outputs": {"0": "float32, 360 bytes from 96 on, main memory"},
        "main_memory_bytes": 456,
        "kpu_memory_bytes": 103 * 64,
        "constant_bytes": 0,
        "weight_bytes": 6,
        "nodes": {"kpu_conv2d": 1, "dequantize": 1, "unknown 0x63": 1},
        "layers": {
            "0 kpu_conv2d": LINE,
            "1 dequantize": (
                "CPU: input (uint8, 90 bytes from 0 on, main memory), "
                "output (float32, 360 bytes from 96 on, main memory), zero_point 3, scale 2.0"
            ),
            "2 unknown 0x63": "CPU: 8 bytes",
        },
    }


def test_version_3_names_the_input_of_its_first_layer():
    to_main = replace(KPU, main_output=INSIDE)
    model = Kmodel(3, 456, (OUTPUT,), (to_main,), flags=1, target=0)
    facts = DESCRIBER.describe(encode(model), "file.kmodel")
    assert facts["inputs"] == {"0": "[1, 2, 6, 20] uint8, from 576 on, KPU memory"}
    assert facts["layers"] == {"0 kpu_conv2d": f"{LINE}, also to main memory 0"}


def test_the_command_line_prints_both_forms(tmp_path):
    file = tmp_path / "small.kmodel"
    file.write_bytes(encode(Kmodel(3, 456, (OUTPUT,), (KPU,), flags=1, target=0)))
    text = CliRunner().invoke(cli, ["show", str(file)])
    assert text.exit_code == 0
    assert "layers.0 kpu_conv2d" in text.output
    printed = CliRunner().invoke(cli, ["show", str(file), "--json"])
    assert json.loads(printed.output)["version"] == 3
    file.write_bytes(file.read_bytes()[:60])
    cut = CliRunner().invoke(cli, ["show", str(file)])
    assert isinstance(cut.exception, ArtifactError)
    assert "not a .kmodel file, or a damaged one" in str(cut.exception)
