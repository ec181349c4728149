"""Kmodels of versions 3 and 4, drawn, and a small one written by hand."""

from collections.abc import Mapping

from hypothesis import strategies as st

from compilers.kmodel.kmodel import Convolution, CpuNode, Kmodel, Memory, MemoryRange
from compilers.kmodel.node_forms import code_of
from compilers.kmodel.parameters import BatchNorm, Segment
from compilers.kmodel.registers import KpuLayer

U32 = st.integers(0, (1 << 32) - 1)
I32 = st.integers(-(1 << 31), (1 << 31) - 1)
F32 = st.floats(width=32, allow_nan=False)

NORMS = st.builds(BatchNorm, st.integers(-(1 << 23), (1 << 23) - 1), st.integers(0, 15), I32)
SEGMENTS = st.builds(
    Segment,
    st.integers(-(1 << 35), (1 << 35) - 1),
    st.integers(-(1 << 15), (1 << 15) - 1),
    st.integers(0, 255),
    st.integers(0, 255),
)


RANGES = st.builds(
    MemoryRange, st.sampled_from(Memory), st.sampled_from(("float32", "uint8")), U32, U32
)

_NORM, _SEGMENT = BatchNorm(-2, 3, -4), Segment(-(1 << 35), -5, 6, 7)
LAYER = Convolution(
    KpuLayer(input_channels=2, output_channels=3, source_row=9),
    (_NORM,) * 3,
    (_SEGMENT,) * 16,
    bytes(range(6)),
)
"""A layer, of which no field is 0 by chance."""


@st.composite
def layers(draw: st.DrawFn) -> KpuLayer:
    """Registers with small shapes and anything else."""
    channels = st.integers(1, 4)
    signed24 = st.integers(-(1 << 23), (1 << 23) - 1)
    return KpuLayer(
        depthwise=draw(st.integers(0, 1)),
        input_channels=draw(channels),
        output_channels=draw(channels),
        input_width=draw(st.integers(1, 1024)),
        output_height=draw(st.integers(1, 512)),
        kernel_type=draw(st.integers(0, 1)),
        pool_type=draw(st.integers(0, 15)),
        source_row=draw(st.integers(0, (1 << 15) - 1)),
        x_factor=draw(signed24),
        w_factor=draw(signed24),
        constant=draw(st.integers(-(1 << 39), (1 << 39) - 1)),
        load_bytes=draw(st.integers(0, (1 << 17) - 1)),
        total_bytes=draw(st.integers(1, 1 << 32)),
    )


@st.composite
def convolutions(draw: st.DrawFn, version: int) -> Convolution:
    """A KPU layer with its parameters."""
    layer = draw(layers())
    count = layer.weights_count
    to_main = draw(st.booleans())
    size = layer.output_channels * layer.output_height * layer.output_width
    place = MemoryRange(Memory.MAIN, "uint8", draw(U32), size)
    return Convolution(
        layer=layer,
        norms=tuple(draw(NORMS) for _ in range(layer.output_channels)),
        segments=tuple(draw(st.lists(SEGMENTS, min_size=16, max_size=16))),
        weights=draw(st.binary(min_size=count, max_size=count)),
        main_output=place if to_main else None,
        batches=draw(st.integers(1, 9)) if version == 4 else 1,
    )


def cpu_nodes(version: int) -> st.SearchStrategy[CpuNode]:
    """One of a few kinds of nodes, or one that nobody knows."""
    if version == 4:
        known: Mapping[str, Mapping[str, st.SearchStrategy[object]]] = {
            "dequantize": {"input": RANGES, "output": RANGES, "zero_point": I32, "scale": F32},
            "memory_copy": {"input": RANGES, "output": RANGES},
            "kpu_upload": {
                "input": RANGES,
                "output": RANGES,
                "in_shape": st.tuples(I32, I32, I32, I32),
            },
        }
    else:
        flat = {"flags": U32, "input": U32, "output": U32}
        known = {
            "dequantize": {**flat, "count": U32, "scale": F32, "bias": F32},
            "requantize": {**flat, "count": U32, "table": st.binary(min_size=256, max_size=256)},
            "tensorflow_flatten": {**flat, "shape": st.tuples(U32, U32, U32)},
        }
    unknown = st.builds(CpuNode, st.just(77), st.just({}), st.binary(max_size=40))
    return unknown | st.one_of(
        *(
            st.builds(CpuNode, st.just(code_of(version, name)), st.fixed_dictionaries(dict(fields)))
            for name, fields in known.items()
        )
    )


@st.composite
def kmodels(draw: st.DrawFn) -> Kmodel:
    """Any file of version 3 or 4 whose numbers are in range."""
    version = draw(st.sampled_from((3, 4)))
    nodes = tuple(draw(st.lists(convolutions(version) | cpu_nodes(version), max_size=4)))
    if version == 3:
        outputs = st.builds(MemoryRange, st.just(Memory.MAIN), st.just("float32"), U32, U32)
        return Kmodel(
            version=3,
            main_bytes=draw(U32),
            outputs=tuple(draw(st.lists(outputs, max_size=3))),
            nodes=nodes,
            flags=1,
            target=0,
            kpu_first_row=draw(U32),
        )
    inputs = tuple(draw(st.lists(RANGES, max_size=3)))
    return Kmodel(
        version=4,
        main_bytes=draw(U32),
        outputs=tuple(draw(st.lists(RANGES, max_size=3))),
        nodes=nodes,
        inputs=inputs,
        input_shapes=tuple(draw(st.tuples(I32, I32, I32, I32)) for _ in inputs),
        constants=draw(st.binary(max_size=20)),
        flags=draw(U32),
    )
