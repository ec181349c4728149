"""The steps of a network under construction, with its tensors so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from compilers.fresh_name import fresh_name
from compilers.kmodel.kpu_layout import ROW_BYTES, rows_of
from compilers.kmodel.limits import KpuLimits
from compilers.kmodel.parameters import BatchNorm, Segment
from compilers.kmodel.steps import CpuStep, Image, KpuStep, Setting, Step
from zoo.graph import Graph
from zoo.lowering import NodeView

__all__ = ["PASS", "Scope"]

PASS = (Segment(-(1 << 35), 0, 0, 0), *[Segment(0, 1, 0, 0)] * 15)
"""Segments that store values from 0 to 255 as they are."""

_CENTRE = bytes((0, 0, 0, 0, 1, 0, 0, 0, 0))
"""A 3x3 kernel that copies."""
_NONE: Mapping[str, Setting] = MappingProxyType({})


@dataclass
class Scope:
    """Adds steps in order.

    shapes: of all tensors, without the batch.  joins: tensors of the KPU that are others, one
    behind the other.  roots: the tensor whose bytes in main memory a tensor is.
    unpicked: the larger image of which a tensor is every second or fourth pixel, and that stride;
    its only reader picks them.  inputs: integers by the Graph's inputs.
    """

    graph: Graph
    limits: KpuLimits
    steps: list[Step] = field(default_factory=list)
    shapes: dict[str, tuple[int, ...]] = field(default_factory=dict)
    joins: dict[str, tuple[str, ...]] = field(default_factory=dict)
    roots: dict[str, str] = field(default_factory=dict)
    unpicked: dict[str, tuple[str, int]] = field(default_factory=dict)
    inputs: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, tensor in self.graph.tensors.items():
            self.shapes[name] = tuple(
                size if isinstance(size, int) else 1 for size in tensor.shape[1:]
            )

    def image(self, view: NodeView, name: str) -> Image:
        """Return a tensor's shape as an image; vectors have 1x1 pixels. Refuses other ranks."""
        shape = self.shapes[name]
        if len(shape) not in (1, 3):
            view.refuse(
                f"'{name}' has {len(shape) + 1} axes; the KPU computes images [N, C, H, W] and "
                "vectors [N, C]",
                "reshape before it",
            )
        channels, height, width = (*shape, 1, 1)[:3]
        return channels, height, width

    def new(self, wish: str, shape: tuple[int, ...]) -> str:
        """Return a new tensor's name."""
        name = fresh_name(wish, self.shapes)
        self.shapes[name] = shape
        return name

    def same_bytes(self, source: str, output: str) -> None:
        """Declare that a tensor has the bytes of another in main memory."""
        self.roots[output] = self.roots.get(source, source)

    def root(self, name: str) -> str:
        """Return the tensor whose bytes in main memory a tensor is."""
        return self.roots.get(name, name)

    def join(self, view: NodeView, output: str, parts: Sequence[str]) -> str:
        """Return the tensor that is these images, one behind the other in the KPU's memory.

        A part that lies in another join already is copied.
        """
        taken = {part for parts in self.joins.values() for part in parts} | set(self.joins)
        own: list[str] = []
        for part in parts:
            is_free = part not in taken and part not in own
            own.append(part if is_free else self.copy(view, part))
        self.joins[output] = tuple(own)
        return output

    def copy(self, view: NodeView, source: str) -> str:
        """Return a copy of an image by the KPU."""
        output = self.new(f"{source}.copy", self.shapes[source])
        image = self.image(view, source)
        self.add_kpu(view, self.copy_step(view, source, output, image, image))
        return output

    @staticmethod
    def copy_step(
        view: NodeView,
        source: str,
        output: str,
        source_image: Image,
        output_image: Image,
        pool_type: int = 0,
    ) -> KpuStep:
        """Return a layer that copies and pools.

        It is depthwise, or has weights of 1 in a diagonal if it pools: the KPU does not pool what
        it convolves depthwise (nncase never does so).
        """
        channels, is_depthwise = source_image[0], not pool_type
        diagonal = np.eye(channels, dtype=np.uint8).tobytes()
        return KpuStep(
            node=view.node.name,
            source=source,
            output=output,
            source_image=source_image,
            output_image=output_image,
            kernel=3 if is_depthwise else 1,
            norms=(BatchNorm(1, 0, 0),) * channels,
            segments=PASS,
            weights=_CENTRE * channels if is_depthwise else diagonal,
            is_depthwise=is_depthwise,
            pool_type=pool_type,
        )

    def add_kpu(self, view: NodeView, step: KpuStep) -> None:
        """Add a layer; refuses images that the KPU does not take."""
        for image in (step.source_image, step.output_image):
            self._require_image(view, image)
        self.steps.append(step)

    def add_cpu(
        self,
        view: NodeView,
        kind: str,
        inputs: Sequence[str],
        output: str,
        settings: Mapping[str, Setting] = _NONE,
    ) -> None:
        """Add a step of the CPU."""
        self.steps.append(CpuStep(view.node.name, kind, tuple(inputs), output, settings))

    def padded(self, view: NodeView, source: str, image: Image, width: int, zero_point: int) -> str:
        """Return the source with lines of this width. image: its shape as CHW."""
        if image[2] == width:
            return source
        output = self.new(f"{source}.padded", (*image[:2], width))
        self.add_pad(view, source, output, image, (0, 0, 0), zero_point)
        return output

    def add_pad(
        self,
        view: NodeView,
        source: str,
        output: str,
        shape: tuple[int, ...],
        before: tuple[int, ...],
        value: int,
    ) -> None:
        """Add a border by the CPU. shape: the source's.  before: its width before each axis."""
        sizes = zip(self.shapes[output], shape, before, strict=True)
        after = tuple(large - small - first for large, small, first in sizes)
        settings: dict[str, Setting] = {"shape": shape, "before": before, "after": after}
        settings["value"] = value
        self.add_cpu(view, "pad", (source,), output, settings)

    def _require_image(self, view: NodeView, image: Image) -> None:
        limits, (channels, height, width) = self.limits, image
        if channels > limits.channels_max:
            view.refuse(
                f"an image has {channels} channels; the KPU has at most {limits.channels_max}",
                "use a smaller width of the network",
            )
        if height > limits.height_max or width > limits.width_max:
            view.refuse(
                f"an image of {height} x {width} pixels (H x W); the KPU has at most "
                f"{limits.height_max} x {limits.width_max}",
                "use a smaller input",
            )
        size = rows_of(image) * ROW_BYTES
        if size > limits.kpu_ram_bytes:
            view.refuse(
                f"an image of {list(image)} needs {size} bytes of the KPU's memory; it has "
                f"{limits.kpu_ram_bytes}",
                "use a smaller input or fewer channels",
            )
