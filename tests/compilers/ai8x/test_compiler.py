"""The artifact: its files alone compute the reference's integers."""

from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from layer_chain import SEEDS, layer_chain
from quantization import NORMALIZE, contract_of, pixel_feeds

from compilers.ai8x.checkpoint import read_checkpoint
from compilers.ai8x.compiler import COMPILER
from compilers.ai8x.executor import EXECUTOR
from compilers.ai8x.files import ANSWER, CHECKPOINT, INPUT_SAMPLE, NETWORK
from compilers.ai8x.network_yaml import read_network
from compilers.quantize.ptq import QUANTIZER
from compilers.reference import run_graph
from compilers.schemes import AI8X
from zoo import registry
from zoo.artifact import Artifact
from zoo.build.targets import find_target
from zoo.contract import Step
from zoo.errors import ArtifactError
from zoo.graph import Graph
from zoo.plugs import QuantizeOptions
from zoo.scheme import Override

TARGET = find_target("max78000")


@cache
def network(channels: tuple[int, ...], source: tuple[int, int], bits: int, bias: bool) -> Graph:
    graph = layer_chain(channels, source, bias=bias, seed=7)
    scheme = replace(AI8X, overrides=(Override("head", bits), Override("conv1", bits)))
    pre = NORMALIZE
    if source[0] != 3:
        pre = Step("normalize", {"mean": [128] * source[0], "std": [128] * source[0]})
    options = QuantizeOptions(calibrator="mse", correct_bias=False)
    feeds = [pixel_feeds(graph, 4)]
    return QUANTIZER.quantize(graph, scheme, feeds, contract_of(graph, pre), options)


def written(artifact: Artifact, folder: Path) -> Path:
    for name, content in artifact.files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


@pytest.mark.parametrize(
    ("channels", "source", "bits", "bias"),
    [
        ((4, 8), (3, 17), 8, False),
        ((4, 8), (3, 17), 4, True),
        ((6, 5, 7), (3, 16), 2, True),
        ((3, 4), (3, 12), 1, True),
        ((70, 36, 8), (48, 10), 8, False),
    ],
)
def test_the_executor_equals_the_reference(channels, source, bits, bias, tmp_path):
    graph = network(channels, source, bits, bias)
    artifact = COMPILER.lower(graph, TARGET, "ai8x")
    run = EXECUTOR.load(written(artifact, tmp_path), artifact.main)
    feeds = pixel_feeds(graph, 3, seed=5)
    np.testing.assert_array_equal(run(feeds)["logits"], run_graph(graph, feeds)["logits"])
    sample, answer = (np.load(tmp_path / name) for name in (INPUT_SAMPLE, ANSWER))
    assert (sample.dtype, answer.dtype) == (np.int64, np.int32)
    np.testing.assert_array_equal(run.run(sample[np.newaxis])[0], answer)


@pytest.mark.parametrize("name", SEEDS)
def test_layers_never_write_where_they_read(name):
    channels, source = SEEDS[name]
    artifact = COMPILER.lower(network(channels, source, 8, False), TARGET, "ai8x")
    _, layers = read_network(artifact.files[NETWORK], NETWORK)
    places = [(int(own["processors"], 16), int(own["out_offset"], 16)) for own in layers]
    offset = 0
    for (processors, out), (following, _) in pairwise(places):
        assert not processors & following or offset != out
        offset = out


def test_the_description():
    artifact = COMPILER.lower(network((4, 8), (3, 17), 4, True), TARGET, "ai8x")
    head, (first, second, last) = read_network(artifact.files[NETWORK], NETWORK)
    assert head == {"arch": "network", "dataset": "input"}
    assert first == {
        "op": "conv2d",
        "kernel_size": "3x3",
        "pad": "1",
        "activate": "ReLU",
        "data_format": "HWC",
        "quantization": "8",
        "processors": "0x0000000000000007",
        "out_offset": "0x0000",
    }
    assert (second["max_pool"], second["quantization"]) == ("2", "4")
    assert second["processors"] == "0x0000000f00000000"
    assert (last["op"], last["flatten"], last["output_width"]) == ("mlp", "true", "32")


def test_torch_reads_the_checkpoint(tmp_path):
    artifact = COMPILER.lower(network((4, 8), (3, 17), 4, True), TARGET, "ai8x")
    main = written(artifact, tmp_path) / CHECKPOINT
    loaded = torch.load(main, weights_only=True)
    arch, ours = read_checkpoint(artifact.files[CHECKPOINT], CHECKPOINT)
    assert (loaded["arch"], loaded["epoch"]) == (arch, 0) == ("network", 0)
    assert list(loaded["state_dict"]) == list(ours)
    for name, values in ours.items():
        np.testing.assert_array_equal(loaded["state_dict"][name].numpy(), values)


def test_a_checkpoint_of_torch_is_read(tmp_path):
    state = {"conv1.op.weight": torch.arange(24.0).reshape(2, 3, 2, 2)}
    torch.save({"arch": "own", "epoch": 3, "state_dict": state}, tmp_path / "own.pth.tar")
    arch, tensors = read_checkpoint((tmp_path / "own.pth.tar").read_bytes(), "own")
    assert arch == "own"
    np.testing.assert_array_equal(tensors["conv1.op.weight"], state["conv1.op.weight"].numpy())


def test_the_same_network_gives_the_same_bytes():
    graph = network((4, 8), (3, 17), 8, False)
    first, second = (COMPILER.lower(graph, TARGET, "ai8x").files for _ in range(2))
    assert first == second


def test_the_memory_is_that_of_the_network_in_c():
    graph = network((4, 8), (3, 17), 8, False)
    code = registry.load("compiler", "c").lower(graph, TARGET, "ai8x")
    assert COMPILER.lower(graph, TARGET, "ai8x").memory == code.memory
    assert code.memory.is_planned


@pytest.mark.parametrize("name", [CHECKPOINT, NETWORK])
@pytest.mark.parametrize("damage", [b"", b"nonsense", b"arch: a\nlayers:\n  - op: conv2d\n"])
def test_damaged_files_are_refused(name, damage, tmp_path):
    artifact = COMPILER.lower(network((4, 8), (3, 17), 8, False), TARGET, "ai8x")
    written(artifact, tmp_path)
    (tmp_path / name).write_bytes(damage)
    with pytest.raises(ArtifactError, match="build it again"):
        EXECUTOR.load(tmp_path, artifact.main)


def test_code_in_a_checkpoint_is_not_run(tmp_path):
    class Evil:
        def __reduce__(self):
            return print, ("run",)

    torch.save({"arch": "own", "state_dict": {"x": Evil()}}, tmp_path / "evil")
    with pytest.raises(ArtifactError, match=r"it holds a '.*print'"):
        read_checkpoint((tmp_path / "evil").read_bytes(), "evil")
