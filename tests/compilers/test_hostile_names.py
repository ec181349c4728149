"""Names in a user's network, whatever they are, stay names in the files for every chip.

Files are compared with those of harmless names: the same lines of text, and the same numbers when
they are run.
"""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hostile_texts import HARMLESS, HOSTILE, UNPRINTABLE, renamed
from networks import residual_network
from quantization import quantized
from random_graphs import random_feeds
from tensorrt_files import FACTS, GPU, TARGET

from compilers.schemes import DPU_POW2, W8A8_SYM
from compilers.tensorrt.build import build_script
from compilers.tensorrt.gpu import Gpu
from compilers.xmodel.decode import decode
from compilers.xmodel.vendor_compiler import QUANTIZED
from zoo import registry
from zoo.artifact import Artifact
from zoo.errors import RefusedError
from zoo.graph import Graph

TEXTS = [*HOSTILE, *UNPRINTABLE]
SCHEMES = {"xmodel": DPU_POW2, "tensorrt": W8A8_SYM}
COMPILERS = pytest.mark.parametrize("compiler", sorted(SCHEMES))


@cache
def network(compiler: str) -> Graph:
    """Return an integer network that the board runs."""
    graph = residual_network()
    if compiler == "xmodel":  # the DPU has no clip behind a concat
        nodes = (node for node in graph.nodes if node.op != "clip")
        graph = graph.replace(
            replace(node, inputs=("joined",)) if node.output == "pooled" else node for node in nodes
        )
    return quantized(graph, SCHEMES[compiler])


@cache
def lowered(compiler: str, text: str) -> Artifact:
    """Return the network with the text in its own and each node's and inner tensor's name."""
    graph = renamed(network(compiler), text)
    graph = replace(graph, name=text, metadata={**graph.metadata, "zoo.model": text})
    target = TARGET if compiler == "tensorrt" else registry.load("target", "kv260")
    return registry.load("compiler", compiler).lower(graph, target, SCHEMES[compiler].name)


def words(content: bytes) -> list[str]:
    """Return the words of a text, without digests."""
    return [word for word in content.decode().split() if len(word.strip('",')) != 64]


@COMPILERS
@pytest.mark.parametrize("text", TEXTS)
def test_texts_beside_the_network_do_not_have_them(compiler, text):
    harmless, hostile = lowered(compiler, HARMLESS), lowered(compiler, text)
    assert (harmless.files.keys(), harmless.notes) == (hostile.files.keys(), hostile.notes)
    texts = [name for name in harmless.files if name.endswith((".sh", ".json"))]
    assert any(name.endswith(".sh") for name in texts)
    for name in (name for name in texts if not name.startswith("stand_in/")):
        assert words(harmless.files[name]) == words(hostile.files[name]), name


@COMPILERS
@pytest.mark.parametrize("text", TEXTS)
def test_the_network_computes_the_same(compiler, text, tmp_path):
    feeds = random_feeds(network(compiler), seed=3)
    found = {}
    for name in (HARMLESS, text):
        artifact = lowered(compiler, name)
        (tmp_path / artifact.main).write_bytes(artifact.files[artifact.main])
        found[name] = registry.load("executor", compiler).load(tmp_path, artifact.main)(feeds)
    for output, values in found[HARMLESS].items():
        np.testing.assert_array_equal(found[text][output], values)


@pytest.mark.parametrize("text", TEXTS)
def test_an_xmodel_has_them_as_they_are(text):
    plain = decode(lowered("xmodel", HARMLESS).files[QUANTIZED], QUANTIZED)
    found = decode(lowered("xmodel", text).files[QUANTIZED], QUANTIZED)
    assert [op.name for op in found.ops] == [op.name.replace(HARMLESS, text) for op in plain.ops]


@pytest.mark.parametrize("fact", ["compute_capability", "tensorrt", "typing"])
@pytest.mark.parametrize("text", TEXTS)
def test_facts_that_scripts_hold_are_numbers(fact, text):
    target = replace(TARGET, facts={**FACTS, fact: text})
    with pytest.raises(RefusedError, match=f"its fact '{fact}' is "):
        Gpu.of(target)


@pytest.mark.parametrize("text", TEXTS)
def test_the_building_script_has_a_boards_name_in_its_comment_only(text):
    harmless, hostile = (build_script(b"", "int8", replace(GPU, name=n)) for n in (HARMLESS, text))
    different = [
        line
        for line, other in zip(harmless.splitlines(), hostile.splitlines(), strict=True)
        if line != other
    ]
    assert all(line.startswith("# ") and HARMLESS in line for line in different)
