"""What each layer of a network costs a K210, from the steps that it would be lowered to."""

from collections.abc import Iterator
from math import prod

from compilers.kmodel.frame_rate import LayerWork
from compilers.kmodel.limits import KpuLimits
from compilers.kmodel.lower import with_any_scales
from compilers.kmodel.placement import Placement, place_steps
from compilers.kmodel.scope import Scope
from compilers.kmodel.steps import CpuStep, KpuStep
from compilers.passes.as_float import as_float
from zoo import registry
from zoo.graph import Graph
from zoo.lowering import NodeView, find_lowering
from zoo.scheme import Scheme
from zoo.target import Target

__all__ = ["layer_works"]

_SEGMENTS_BYTES = 256
"""Of an activation table, as the KPU reads it."""
_NORM_BYTES = 8
"""Of a channel's scaling."""


def layer_works(graph: Graph, target: Target) -> tuple[LayerWork, ...]:
    """Return the work of each step in order, the upload of inputs first.

    graph: float, or of any scheme: the work depends on shapes and ops, not on numbers. Raises
    Refusal naming a node that the chip does not run.
    """
    scheme: Scheme = registry.load("scheme", next(iter(target.schemes.values())))
    plain = as_float(graph).graph if graph.is_quantized else graph
    scope = Scope(with_any_scales(plain, scheme), KpuLimits.of(target))
    for node in scope.graph.nodes:
        find_lowering("kmodel", NodeView(scope.graph, node))(scope, NodeView(scope.graph, node))
    placement = place_steps(scope)
    return (*_inputs(scope, placement), *_steps(scope, placement))


def _inputs(scope: Scope, placement: Placement) -> Iterator[LayerWork]:
    """Yield the upload of each input that the KPU reads; other uploads are steps."""
    for name, integers in scope.inputs.items():
        if integers in placement.rows and scope.root(integers) not in placement.starts:
            yield LayerWork(name, "KPU", upload_bytes=prod(scope.shapes[integers]))


def _steps(scope: Scope, placement: Placement) -> Iterator[LayerWork]:
    for step in placement.steps:
        if isinstance(step, KpuStep):
            yield _of_kpu(step, scope.root(step.output) in placement.starts)
        else:
            yield _of_cpu(step, prod(scope.shapes[step.output]))


def _of_kpu(step: KpuStep, is_read_back: bool) -> LayerWork:
    channels, height, width = step.source_image
    return LayerWork(
        step.node,
        "KPU",
        input_channels=channels,
        output_channels=step.output_image[0],
        height=height,
        width=width,
        is_depthwise=step.is_depthwise,
        weights_bytes=len(step.weights) + _NORM_BYTES * len(step.norms) + _SEGMENTS_BYTES,
        download_bytes=prod(step.output_image) if is_read_back else 0,
    )


def _of_cpu(step: CpuStep, elements: int) -> LayerWork:
    if step.kind == "upload":
        return LayerWork(step.node, "CPU", upload_bytes=elements)
    return LayerWork(step.node, "CPU", cpu_elements=elements)
