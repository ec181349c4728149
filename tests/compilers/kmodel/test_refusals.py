"""What a K210 does not run is refused by name, with the limit and a remedy."""

from dataclasses import replace

import numpy as np
import pytest
from build_graph import build_graph
from kpu_graphs import K210
from networks import residual_network
from quantization import quantized

from compilers.kmodel.compiler import COMPILER
from compilers.kmodel.lower import capabilities, lower
from compilers.schemes import KPU_U8, W8A8_ASYM
from zoo.errors import RefusedError
from zoo.graph import Graph, Node
from zoo.lowering import Refusal

WINDOW = {"strides": (1, 1), "pads": (1, 1, 1, 1), "dilations": (1, 1), "group": 1}
SAME_OF_TENSORFLOW = {"strides": (2, 2), "pads": (0, 0, 1, 1)}


def one_conv(image: tuple, weight: tuple, **changes) -> Graph:
    node = Node("layer", "conv", ("image", "weight"), "y", {**WINDOW, **changes})
    weights = {"weight": np.ones(weight, np.float32) / weight[1]}
    return build_graph({"image": image}, [node], ["y"], weights)


def one_node(op: str, *images: tuple, **attributes) -> Graph:
    inputs = {f"image{index}": image for index, image in enumerate(images)}
    return build_graph(inputs, [Node("layer", op, tuple(inputs), "y", attributes)], ["y"])


@pytest.mark.parametrize(
    ("graph", "why", "remedy"),
    [
        (
            one_conv((1, 3, 8, 8), (4, 3, 3, 3), **SAME_OF_TENSORFLOW),
            "is not centred on the pixels that remain",
            "TensorFlow's SAME pads only the other side: pad by 1 explicitly",
        ),
        (
            one_conv((1, 3, 8, 8), (4, 3, 3, 3), pads=(0, 0, 0, 0)),
            "it makes 6 x 6 pixels of 8 x 8 by a stride of 1",
            "pad a kernel of 3x3 by 1 on all sides, of 1x1 by 0",
        ),
        (
            one_conv((1, 3, 8, 8), (4, 3, 5, 5), pads=(2, 2, 2, 2)),
            "its kernel is 5x5; the KPU has 1x1",
            "use several 3x3 layers",
        ),
        (
            one_conv((1, 3, 8, 8), (4, 3, 3, 3), pads=(2, 2, 2, 2), dilations=(2, 2)),
            "its kernel is 3x3 dilated by 2x2; the KPU",
            "use several 3x3 layers",
        ),
        (
            one_conv((1, 3, 9, 9), (4, 3, 3, 3), strides=(3, 3)),
            "its strides are (3, 3); the KPU has 1, 2 and 4",
            "use one of them",
        ),
        (
            one_conv((1, 1025, 4, 4), (4, 1025, 1, 1), pads=(0, 0, 0, 0)),
            "an image has 1025 channels; the KPU has at most 1024",
            "use a smaller width",
        ),
        (
            one_conv((1, 1, 4, 513), (1, 1, 3, 3)),
            "an image of 4 x 513 pixels (H x W); the KPU has at most 256 x 512",
            "use a smaller input",
        ),
        (
            one_conv((1, 1, 257, 4), (1, 1, 3, 3)),
            "an image of 257 x 4 pixels",
            "use a smaller input",
        ),
        (
            one_conv((1, 17, 256, 512), (1, 17, 3, 3)),
            "an image of [17, 256, 512] needs 2228224 bytes of the KPU's memory; it has 2097152",
            "use a smaller input or fewer channels",
        ),
        (
            one_conv((1, 8, 256, 512), (9, 8, 3, 3)),
            "2228224 bytes of the KPU's memory are in use here",
            "use a smaller input or fewer channels",
        ),
        (
            one_conv((1, 1024, 4, 4), (200, 1024, 3, 3)),
            "need 67 loads of whole output channels, up to 30720 bytes each; the KPU makes 64",
            "use fewer channels",
        ),
        (
            one_node(
                "max_pool",
                (1, 3, 8, 8),
                kernel=(3, 3),
                strides=(2, 2),
                pads=(1, 1, 1, 1),
                dilations=(1, 1),
            ),
            "its window is (3, 3) with strides (2, 2)",
            "use one of them",
        ),
        (
            one_node(
                "average_pool",
                (1, 3, 8, 8),
                kernel=(3, 3),
                strides=(1, 1),
                pads=(1, 1, 1, 1),
                count_include_pad=0,
                keep_axes=1,
            ),
            "its windows have several numbers of pixels",
            "count pads as zeros",
        ),
        (
            one_node(
                "average_pool",
                (1, 3, 97, 96),
                kernel=(97, 96),
                strides=(1, 1),
                pads=(0, 0, 0, 0),
                count_include_pad=0,
                keep_axes=1,
            ),
            "it averages 97 x 96 pixels of 3 channels at once; the KPU sums up to 1024 pixels, or "
            "9216 of at most 85 channels",
            "stride more before it",
        ),
        (
            one_node(
                "average_pool",
                (1, 86, 40, 40),
                kernel=(40, 40),
                strides=(1, 1),
                pads=(0, 0, 0, 0),
                count_include_pad=0,
                keep_axes=1,
            ),
            "it averages 40 x 40 pixels of 86 channels at once; the KPU sums up to 1024 pixels, or "
            "9216 of at most 85 channels",
            "stride more before it",
        ),
        (
            one_node(
                "resize",
                (1, 3, 4, 4),
                size_hw=(8, 8),
                mode="linear",
                coordinate_transformation_mode="half_pixel",
            ),
            "it is bilinear",
            "resize by the nearest pixel",
        ),
        (
            one_node(
                "resize",
                (1, 3, 4, 4),
                size_hw=(8, 8),
                mode="nearest",
                coordinate_transformation_mode="asymmetric",
                nearest_mode="ceil",
            ),
            "it takes other pixels than the runtime's floor(i * 4 / 8)",
            "nearest_mode floor",
        ),
        (
            one_conv((2, 3, 8, 8), (4, 3, 3, 3)),
            "its batch is 2",
            "export with a batch of 1",
        ),
        (
            one_node("mul", (1, 3, 8, 8), (1, 3, 8, 8)),
            "k210 has no 'mul'",
            "use add or ",
        ),
    ],
)
def test_a_limit_is_named_with_a_remedy(graph, why, remedy):
    refused = next(entry for entry in capabilities(graph, K210) if entry.why)
    assert why in refused.why
    assert remedy in refused.remedy
    with pytest.raises(Refusal) as raised:
        lower(quantized(graph, KPU_U8), K210)
    assert why in str(raised.value)


def test_the_limits_are_the_targets():
    graph = one_conv((1, 9, 8, 8), (4, 9, 3, 3))
    smaller = replace(K210, facts={**K210.facts, "channels_max": 8})
    (refused,) = [entry for entry in capabilities(graph, smaller) if entry.why]
    assert "an image has 9 channels; the KPU has at most 8" in refused.why


def test_a_target_without_limits_is_refused():
    target = replace(K210, facts={})
    with pytest.raises(RefusedError, match="k210: its fact 'kpu_ram_bytes' is None, the compiler"):
        capabilities(one_conv((1, 3, 8, 8), (4, 3, 3, 3)), target)


def test_other_schemes_are_refused():
    graph = quantized(one_conv((1, 3, 8, 8), (4, 3, 3, 3)), W8A8_ASYM)
    with pytest.raises(RefusedError, match="has the scheme 'w8a8-asym'; the KPU computes kpu-u8"):
        COMPILER.lower(graph, K210, "w8a8-asym")


def test_an_unknown_version_is_refused():
    target = replace(K210, facts={**K210.facts, "kmodel_version": 5})
    with pytest.raises(RefusedError, match="its fact kmodel_version is 5; allowed are 3 and 4"):
        COMPILER.lower(quantized(residual_network(), KPU_U8), target, "kpu-u8")


def test_a_layer_without_a_stride_is_not_told_of_strides():
    (refused,) = capabilities(one_conv((1, 3, 8, 8), (4, 3, 3, 3), pads=(0, 0, 0, 0)), K210)
    assert refused.remedy == "pad a kernel of 3x3 by 1 on all sides, of 1x1 by 0"
