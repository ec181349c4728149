"""Rewrites operators that changed between opset 6 and 13 to their form in opset 13.

ONNX's own version converter loses some semantics: Upsample, and Resize before opset 11, use
asymmetric coordinates.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from onnx import ModelProto, NodeProto, TensorShapeProto, helper, numpy_helper

from compilers.fresh_name import reserve_name
from compilers.hub.changed_node import attribute_of, changed_node
from zoo.errors import UnsupportedOpError

__all__ = ["OldForms"]


@dataclass
class OldForms:
    """The rewriting of one model.

    shapes: of its values, if known.  taken: all names.  known: values of small constants.
    """

    model: ModelProto
    opset: int
    shapes: Mapping[str, TensorShapeProto]
    where: str
    taken: set[str]
    known: Mapping[str, Any]

    def rewrite(self, node: NodeProto) -> list[NodeProto] | None:
        """Return the node's replacement in opset 13, None if unknown.

        Raises UnsupportedOpError for a use without one.
        """
        change = _CHANGES.get(node.op_type)
        return None if change is None else change(self, node)

    def rank(self, name: str) -> int | None:
        """Return the number of axes of a value, None if unknown."""
        return len(self.shapes[name].dim) if name in self.shapes else None

    def constant(self, wish: str, values: Sequence[Any] | float, dtype: str) -> str:
        """Add a constant to the model and return its name."""
        name = self.fresh(wish)
        array = np.array(values, dtype)
        self.model.graph.initializer.append(numpy_helper.from_array(array, name))
        return name

    def fresh(self, wish: str) -> str:
        """Return an unused name."""
        return reserve_name(wish, self.taken)

    def refusal(self, node: NodeProto, why: str) -> UnsupportedOpError:
        """Return the error that names the node."""
        name = node.name or ", ".join(node.output)
        return UnsupportedOpError(
            f"{self.where}: node '{name}' ({node.op_type}): {why}; export with opset 13 or newer"
        )


Change = Callable[[OldForms, NodeProto], list[NodeProto]]


def _changed(
    node: NodeProto,
    inputs: Iterable[str] = (),
    drop: Iterable[str] = (),
    op_type: str = "",
    **attributes: Any,  # noqa: ANN401
) -> list[NodeProto]:
    """Return the node with more inputs, some attributes removed and others set."""
    new = changed_node(node, drop, **attributes)
    new.op_type = op_type or node.op_type
    new.input.extend(inputs)
    return [new]


def _lists_to_inputs(*names: str) -> Change:
    """Return the rewrite of an operator that had integer lists as attributes."""

    def change(forms: OldForms, node: NodeProto) -> list[NodeProto]:
        values = [attribute_of(node, name) for name in names]
        while values and values[-1] is None:
            values.pop()
        inputs = [
            "" if value is None else forms.constant(f"{node.output[0]}.{name}", value, "int64")
            for name, value in zip(names, values, strict=False)
        ]
        return _changed(node, inputs, names)

    return change


def _arithmetic(forms: OldForms, node: NodeProto) -> list[NodeProto]:
    """Before opset 7 the second input's axes matched the first one's from `axis` on."""
    axis = attribute_of(node, "axis")
    if axis is None or not attribute_of(node, "broadcast", 0):
        return _changed(node, drop=["axis", "broadcast"])
    ranks = [forms.rank(name) for name in node.input]
    if None in ranks:
        raise forms.refusal(node, f"axis {axis} of a tensor whose number of axes is not known")
    first, second = (rank or 0 for rank in ranks)
    axis = axis + first if axis < 0 else axis
    (new,) = _changed(node, drop=["axis", "broadcast"])
    return _aligned(forms, new, range(second, first - axis))


def _aligned(forms: OldForms, node: NodeProto, axes: Iterable[int]) -> list[NodeProto]:
    """Return the node with axes of one added to its second input."""
    given, aligned = node.input[1], forms.fresh(f"{node.output[0]}.aligned")
    added = forms.constant(f"{node.output[0]}.axes", list(axes), "int64")
    node.input[1] = aligned
    return [helper.make_node("Unsqueeze", [given, added], [aligned], aligned), node]


def _batch_normalization(forms: OldForms, node: NodeProto) -> list[NodeProto]:
    if not attribute_of(node, "spatial", 1):
        raise forms.refusal(node, "statistics for each pixel (spatial = 0) are not supported")
    return _changed(_for_inference(forms, node)[0], drop=["spatial"])


def _for_inference(forms: OldForms, node: NodeProto) -> list[NodeProto]:
    """Before opset 7 an attribute indicated training mode; since then, the outputs do."""
    if forms.opset < 7 and not attribute_of(node, "is_test", 0):
        raise forms.refusal(node, "it is in training mode; call model.eval() before the export")
    return _changed(node, drop=["is_test", "ratio"])


def _clip(forms: OldForms, node: NodeProto) -> list[NodeProto]:
    bounds = [(name, attribute_of(node, name)) for name in ("min", "max")]
    inputs = [
        "" if value is None else forms.constant(f"{node.output[0]}.{name}", value, "float32")
        for name, value in bounds
    ]
    return _changed(node, inputs, ("min", "max"))


def _pad(forms: OldForms, node: NodeProto) -> list[NodeProto]:
    output = node.output[0]
    pads = forms.constant(f"{output}.pads", attribute_of(node, "pads", ()), "int64")
    value = forms.constant(f"{output}.value", attribute_of(node, "value", 0.0), "float32")
    return _changed(node, [pads, value], ["pads", "value"])


def _softmax(forms: OldForms, node: NodeProto) -> list[NodeProto]:
    """Before opset 13 it ran along all axes from `axis` on, flattened."""
    axis, rank = int(attribute_of(node, "axis", 1)), forms.rank(node.input[0])
    if axis == -1 or axis + 1 == rank:
        return _changed(node, axis=-1)
    if axis < 0 and rank is None:
        raise forms.refusal(node, f"axis {axis} of a tensor whose number of axes is not known")
    axis += rank if axis < 0 and rank else 0
    rows, result = (forms.fresh(f"{node.output[0]}.{part}") for part in ("rows", "softmax"))
    sizes = forms.constant(f"{node.output[0]}.sizes", [*[0] * axis, -1], "int64")
    (along,) = _changed(node, axis=-1)
    along.input[0], along.output[0] = rows, result
    return [
        helper.make_node("Reshape", [node.input[0], sizes], [rows], rows),
        along,
        *_reshaped_as(forms, node, result, axis),
    ]


def _reshaped_as(forms: OldForms, node: NodeProto, result: str, axis: int) -> list[NodeProto]:
    """Return a node that restores the input's shape; axes before `axis` are unchanged."""
    x, y = node.input[0], node.output[0]
    sizes = [dim.dim_value for dim in forms.shapes[x].dim[axis:]] if x in forms.shapes else []
    if sizes and min(sizes) > 0:
        shape = forms.constant(f"{y}.shape", [*[0] * axis, *sizes], "int64")
        return [helper.make_node("Reshape", [result, shape], [y], f"{result}/reshape")]
    shape = forms.fresh(f"{y}.shape")
    return [
        helper.make_node("Shape", [x], [shape], shape),
        helper.make_node("Reshape", [result, shape], [y], f"{result}/reshape"),
    ]


def _top_k(forms: OldForms, node: NodeProto) -> list[NodeProto]:
    count = forms.constant(f"{node.output[0]}.k", [attribute_of(node, "k", 0)], "int64")
    return _changed(node, [count], ["k"])


def _prelu(forms: OldForms, node: NodeProto) -> list[NodeProto]:
    """Before opset 7 there was one slope per channel, regardless of later axes."""
    rank = forms.rank(node.input[0])
    if rank is None:
        raise forms.refusal(node, "it reads a tensor whose number of axes is not known")
    return _aligned(forms, _changed(node)[0], range(1, rank - 1))


def _resize(forms: OldForms, node: NodeProto) -> list[NodeProto]:
    """Upsample, and Resize before opset 11: an output pixel x is at x / scale in the input.

    The nearest pixel is the one before that position, or after it if the image shrinks.
    """
    scales = attribute_of(node, "scales")
    if scales is not None:
        name = forms.constant(f"{node.output[0]}.scales", scales, "float32")
    elif len(node.input) > 1:
        name, scales = node.input[1], forms.known.get(node.input[1])
    else:
        raise forms.refusal(node, "it has no scales")
    smaller = [scale < 1 for scale in ([] if scales is None else scales) if scale != 1]
    mode = attribute_of(node, "mode", b"nearest").decode()
    if mode == "nearest" and any(smaller) and not all(smaller):
        raise forms.refusal(
            node, f"scales {[float(scale) for scale in scales]}, both above and below 1"
        )
    settings = {"mode": mode, "coordinate_transformation_mode": "asymmetric"}
    if mode == "nearest":
        settings["nearest_mode"] = "ceil" if any(smaller) else "floor"
    (new,) = _changed(node, drop=["scales"], op_type="Resize", **settings)
    new.input[:] = [node.input[0], "", name]
    return [new]


_CHANGES: Mapping[str, Change] = MappingProxyType(
    {
        "BatchNormalization": _batch_normalization,
        "Clip": _clip,
        "Add": _arithmetic,
        "Div": _arithmetic,
        "Dropout": _for_inference,
        "Gemm": _arithmetic,
        "Mul": _arithmetic,
        "PRelu": _prelu,
        "Pow": _arithmetic,
        "Sub": _arithmetic,
        "Hardmax": _softmax,
        "LogSoftmax": _softmax,
        "Pad": _pad,
        "ReduceSum": _lists_to_inputs("axes"),
        "Resize": _resize,
        "Slice": _lists_to_inputs("starts", "ends", "axes"),
        "Softmax": _softmax,
        "Split": _lists_to_inputs("split"),
        "Squeeze": _lists_to_inputs("axes"),
        "TopK": _top_k,
        "Unsqueeze": _lists_to_inputs("axes"),
        "Upsample": _resize,
    }
)
