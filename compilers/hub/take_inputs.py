"""Changes the inputs of a user's file to those of a hub: float32, pictures CHW."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper

from compilers.fresh_name import fresh_name
from compilers.hub.decode import inputs_of
from compilers.hub.model_file import parse_model
from zoo.contract import FileInput
from zoo.contract_files import Numbers
from zoo.errors import HubError, UnsupportedOpError, suggest
from zoo.file_content import file_content
from zoo.layout import LAYOUTS, chw_sizes, file_sizes
from zoo.plugs import DeclaredInput

__all__ = ["declared_inputs", "take_inputs"]

_REALS = (TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.DOUBLE)

# They move values, or choose some: the same for integers and for reals.
_MOVERS = (
    "DepthToSpace",
    "Flatten",
    "Gather",
    "Identity",
    "MaxPool",
    "Reshape",
    "Slice",
    "SpaceToDepth",
    "Split",
    "Squeeze",
    "Transpose",
    "Unsqueeze",
)


def declared_inputs(file: Path) -> tuple[DeclaredInput, ...]:
    """Return the inputs as the file declares them; raises HubError if it is not an ONNX file."""
    model = parse_model(file_content(file, HubError), str(file))
    return tuple(_declared(value) for value in inputs_of(model))


def _declared(value: ValueInfoProto) -> DeclaredInput:
    kind = value.type.tensor_type
    shape = tuple(dim.dim_value if dim.dim_value > 0 else None for dim in kind.shape.dim)
    return DeclaredInput(value.name, shape, _dtype(kind.elem_type))


def _dtype(element: int) -> str:
    """Return numpy's name of an element type, '' for strings and other types without numbers."""
    if element == TensorProto.FLOAT16:
        return "float32"
    try:
        dtype = helper.tensor_dtype_to_np_dtype(element)
    except KeyError:
        return ""
    return "" if dtype.kind == "O" else str(dtype.name)


def take_inputs(model: ModelProto, inputs: Mapping[str, FileInput], where: str) -> None:
    """Change uint8 inputs to float32, pictures to NCHW, and inputs with a value to constants.

    inputs: by name; none: all keep their layout. Raises HubError if file and entries differ, or if
    the file computes with a uint8 input before it casts it to reals.
    """
    given = inputs_of(model)
    _demand_all(given, inputs, where)
    for value in given:
        stated = inputs.get(value.name, FileInput())
        if stated.value is not None:
            _take_constant(model, value, stated.value, where)
            continue
        found = _dtype(value.type.tensor_type.elem_type)
        if found in ("float32", "uint8") and stated.dtype not in ("", found):
            raise HubError(
                f"{where}: input '{value.name}' is {found} in the file and {stated.dtype} in the "
                f'contract; state type = "{found}" in the contract\'s input'
            )
        if stated.layout != "nchw":
            _check_sizes(value, stated, where)
        if found == "uint8":
            _take_reals(model, value, where)
        if stated.layout != "nchw":
            _take_channels_first(model, value, stated.layout)


def _demand_all(
    given: Sequence[ValueInfoProto], inputs: Mapping[str, FileInput], where: str
) -> None:
    """Raise HubError for a constant that is not an input, and for an input that is not stated.

    A wrong name of the picture is left to the comparison of network and contract.
    """
    names = [value.name for value in given]
    for name, stated in inputs.items():
        if stated.value is not None and name not in names:
            raise HubError(
                f"{where}: the contract has the constant '{name}', the file's inputs are "
                f"{', '.join(names)}{suggest(name, names)}"
            )
    fed = [name for name, stated in inputs.items() if stated.value is None]
    for value in given:
        if fed and set(fed) <= set(names) and value.name not in inputs:
            raise HubError(
                f"{where}: its input '{value.name}' ({_described(_declared(value))}) is not "
                f"stated; a contract feeds one input, '{fed[0]}', and states others as constants: "
                f'constants = [{{name = "{value.name}", value = ...}}]. Several computed inputs, '
                "or a state that is handed from frame to frame, are not supported"
            )


def _take_constant(model: ModelProto, value: ValueInfoProto, numbers: Numbers, where: str) -> None:
    """Replace an input by a constant with the same name."""
    declared, array = _declared(value), np.asarray(numbers)
    wanted = declared.shape
    fits = len(array.shape) == len(wanted) and all(
        size in (None, found) for size, found in zip(wanted, array.shape, strict=True)
    )
    stored = array.astype(declared.dtype) if declared.dtype else array
    if not fits or not declared.dtype or not _is_held(array, stored):
        raise HubError(
            f"{where}: its input '{value.name}' is {_described(declared)}, with the batch; the "
            f"constant of the contract is {array.dtype} {list(array.shape)}, which it cannot be"
        )
    kind = helper.tensor_dtype_to_np_dtype(value.type.tensor_type.elem_type)
    model.graph.initializer.append(numpy_helper.from_array(stored.astype(kind), value.name))
    model.graph.input.remove(value)


def _is_held(numbers: NDArray[Any], stored: NDArray[Any]) -> bool:
    """Whether a type holds the numbers, which reals are rounded to."""
    return stored.dtype.kind == "f" or np.array_equal(numbers, stored)


def _described(declared: DeclaredInput) -> str:
    sizes = ", ".join("?" if size is None else str(size) for size in declared.shape)
    return f"{declared.dtype or 'no tensor of numbers'} [{sizes}]"


def _check_sizes(value: ValueInfoProto, stated: FileInput, where: str) -> None:
    _, *dims = value.type.tensor_type.shape.dim or (None,)
    sizes = [dim.dim_value or dim.dim_param or "?" for dim in dims]
    wanted = list(file_sizes(stated.shape, stated.layout))
    if len(sizes) != len(wanted) or any(
        isinstance(size, int) and size != want for size, want in zip(sizes, wanted, strict=True)
    ):
        axes = ", ".join(file_sizes(("channels", "height", "width"), stated.layout))
        raise HubError(
            f"{where}: input '{value.name}' has shape {sizes} in the file and {wanted} "
            f"([{axes}]) in the contract, without the batch; correct the contract"
        )


def _take_reals(model: ModelProto, value: ValueInfoProto, where: str) -> None:
    """Make an input of pixels one of reals, which a Cast in the file then leaves as they are."""
    pixels = {value.name}
    readers = list(model.graph.node)
    while readers:
        nodes = [node for node in readers if pixels.intersection(node.input)]
        readers = [node for node in readers if not pixels.intersection(node.input)]
        if not nodes:
            break
        for node in nodes:
            if not _is_cast_to_reals(node):
                _demand_move(node, pixels, value.name, where)
                pixels.update(node.output)
    for output in model.graph.output:
        if output.name in pixels:
            raise HubError(
                f"{where}: output '{output.name}' holds the uint8 pixels of input '{value.name}' "
                "themselves; export the network without it"
            )
    value.type.tensor_type.elem_type = TensorProto.FLOAT


def _is_cast_to_reals(node: NodeProto) -> bool:
    return node.op_type == "Cast" and any(a.name == "to" and a.i in _REALS for a in node.attribute)


def _demand_move(node: NodeProto, pixels: Iterable[str], name: str, where: str) -> None:
    """Raise UnsupportedOpError for an operator that computes with integers."""
    if node.op_type in _MOVERS and not any(read in pixels for read in node.input[1:]):
        return
    what = "treats them as quantized" if "Linear" in node.op_type else "computes with them"
    raise UnsupportedOpError(
        f"{where}: node '{node.name or node.output[0]}' ({node.op_type}) reads the uint8 pixels of "
        f"input '{name}' and {what}; only a Cast to float may read them, directly or after "
        "operators that move values: cast the input first, or export with a float32 input"
    )


def _take_channels_first(model: ModelProto, value: ValueInfoProto, layout: str) -> None:
    """Give an input in a layout the axes [N, C, H, W], and a Transpose back for its readers."""
    graph, kind = model.graph, value.type.tensor_type
    taken = {name for node in graph.node for name in (*node.input, *node.output)}
    own = fresh_name(f"{value.name}.{layout}", taken)
    for node in graph.node:
        node.input[:] = [own if name == value.name else name for name in node.input]
    back = helper.make_node("Transpose", [value.name], [own], own, perm=LAYOUTS[layout])
    graph.node.insert(0, back)
    batch, *sizes = kind.shape.dim
    dims = (batch, *chw_sizes(sizes, layout))
    copies = [type(dim).FromString(dim.SerializeToString()) for dim in dims]
    del kind.shape.dim[:]
    kind.shape.dim.extend(copies)
