"""A .tflite file's inputs as it declares them, and as the model from it has them: images NCHW."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from compilers.tflite.decode import FileTensor, TfliteFile
from compilers.tflite.user_file.translation import is_quantized, span_of
from zoo.contract import FileInput
from zoo.contract_files import Numbers
from zoo.errors import HubError
from zoo.layout import CHANNELS_LAST, channels_first
from zoo.plugs import DeclaredInput

__all__ = ["declared_inputs", "laid_inputs"]


def declared_inputs(file: TfliteFile) -> tuple[DeclaredInput, ...]:
    """Return the inputs, images NHWC; quantized ones are float32, since they are fed as reals."""
    return tuple(_declared(file.tensors[index]) for index in file.inputs)


def _declared(tensor: FileTensor) -> DeclaredInput:
    sizes = enumerate(tensor.shape)
    shape = tuple(None if axis in tensor.open_axes else size for axis, size in sizes)
    is_real = is_quantized(tensor) or tensor.dtype == "FLOAT16"
    dtype = "float32" if is_real else tensor.dtype.lower()
    return DeclaredInput(tensor.name, shape, dtype, span_of(tensor))


def laid_inputs(
    file: TfliteFile, inputs: Mapping[str, FileInput], where: str
) -> Mapping[str, FileInput]:
    """Return the inputs as the NCHW model has them.

    Raises HubError for an image that is stated as NCHW, and for an open height or width.
    """
    images = {}
    for index in file.inputs:
        tensor = file.tensors[index]
        _require_sizes(tensor, where)
        if len(tensor.shape) == len(CHANNELS_LAST):
            images[tensor.name] = tensor
    return {
        name: _laid(stated, images[name], where) if name in images else stated
        for name, stated in inputs.items()
    }


def _require_sizes(tensor: FileTensor, where: str) -> None:
    if any(tensor.open_axes) or not tensor.shape:
        raise HubError(
            f"{where}: input '{tensor.name}' {list(tensor.shape)} has axes of no fixed size "
            f"({', '.join(map(str, tensor.open_axes))}); only axis 0, the batch, may be open: "
            "convert the network with fixed sizes"
        )


def _laid(stated: FileInput, tensor: FileTensor, where: str) -> FileInput:
    if stated.value is not None:
        value = channels_first(np.asarray(stated.value))
        return replace(stated, value=_tupled(value.tolist()))
    if stated.shape and stated.layout != "nhwc":
        raise HubError(
            f"{where}: input '{tensor.name}' is [height, width, channels] in the file; state "
            f'layout = "nhwc" and shape = {list(tensor.shape[1:])} in the contract\'s input'
        )
    return replace(stated, layout="nchw")


def _tupled(value: object) -> Numbers:
    if isinstance(value, list):
        return tuple(map(_tupled, value))
    assert isinstance(value, bool | int | float)
    return value
