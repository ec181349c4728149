"""A placed layer of the KPU -> its registers and parameters, the same in all versions."""

from compilers.kmodel.kmodel import Convolution, Memory, MemoryRange
from compilers.kmodel.kpu_layout import group_of, line_rows_of
from compilers.kmodel.limits import KpuLimits
from compilers.kmodel.placement import Placement
from compilers.kmodel.registers import KpuLayer
from compilers.kmodel.scope import Scope
from compilers.kmodel.steps import KpuStep

__all__ = ["emit_convolution", "main_range"]

_BURST = 15
_CHANNEL_BYTES_END = 1 << 16


def emit_convolution(scope: Scope, placement: Placement, step: KpuStep) -> Convolution:
    """Return the node. Its output is also in main memory if the placement has it there."""
    source = scope.joins.get(step.source, (step.source,))[0]
    is_in_main = step.output in placement.starts
    rows = placement.rows[source], placement.rows[step.output]
    return Convolution(
        layer=_registers(step, rows, scope.limits, is_in_main),
        norms=step.norms,
        segments=step.segments,
        weights=step.weights,
        main_output=main_range(scope, placement, step.output) if is_in_main else None,
    )


def main_range(scope: Scope, placement: Placement, name: str) -> MemoryRange:
    """Return a tensor's place in main memory."""
    size, is_real = 1, name in scope.graph.outputs
    for length in scope.shapes[name]:
        size *= length
    dtype = "float32" if is_real else "uint8"
    start = placement.starts[scope.root(name)]
    return MemoryRange(Memory.MAIN, dtype, start, 4 * size if is_real else size)


def _registers(
    step: KpuStep, rows: tuple[int, int], limits: KpuLimits, is_in_main: bool
) -> KpuLayer:
    channels, height, width = step.source_image
    outputs, output_height, output_width = step.output_image
    each = len(step.weights) // outputs
    at_once = outputs if step.is_depthwise else min(outputs, limits.weights_chunk_bytes // each)
    line_rows, output_line_rows = line_rows_of(width), line_rows_of(output_width)
    pixels = output_height * output_width
    return KpuLayer(
        depthwise=int(step.is_depthwise),
        source_row=rows[0],
        destination_row=rows[1],
        input_channels=channels,
        output_channels=outputs,
        channels_per_load=at_once,
        input_width=width,
        input_height=height,
        output_width=output_width,
        output_height=output_height,
        kernel_type=step.kernel // 3,
        pool_type=step.pool_type,
        load_parameters=1,
        burst_size=_BURST,
        pad_value=step.pad_value,
        load_coordinates=1,
        loads=-(-outputs // at_once),
        load_bytes=each * at_once,
        input_block_rows=line_rows * height,
        input_line_rows=line_rows,
        input_group=group_of(width),
        load_segments=1,
        output_block_rows=output_line_rows * output_height,
        output_line_rows=output_line_rows,
        output_group=group_of(output_width),
        x_factor=step.x_factor,
        w_factor=step.w_factor,
        constant=step.constant,
        send_output=int(is_in_main),
        # Of 16 bits: larger images are sent whole, only their total counts.
        channel_bytes=(pixels - 1) % _CHANNEL_BYTES_END + 1,
        total_bytes=pixels * outputs,
    )
