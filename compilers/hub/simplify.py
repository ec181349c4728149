"""Simplifies any ONNX file with onnxsim, before it is read."""

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import onnx
from onnx import ModelProto

from compilers.hub.canonical import canonical
from compilers.hub.decode import inputs_of
from compilers.hub.model_file import parse_model
from zoo.errors import HubError

__all__ = ["Simplified", "simplified", "simplify"]

_SKIPPED = (
    # Identical ops may be quantized differently; merged, one would feed two quantizers.
    "eliminate_common_subexpression",
    # It reshapes [N, T, C] to [N * T, C], which mixes the samples of a batch.
    "fuse_matmul_add_bias_into_gemm_batched",
)

_UNUSED = ("torch", "sympy")
_LONGEST_FAULT = 300
_STREAMS = (1, 2)
"""Standard output and error."""


def simplify(content: bytes, where: str) -> bytes:
    """Return an equivalent file of opset 13 to 21, with constants folded and no-ops removed.

    Metadata are unchanged. Both files are run on random inputs and compared, unless a shape is
    dynamic beyond its batch. Raises HubError if the file is broken or the results differ.
    """
    model = parse_model(content, where)
    canonical(model, where)
    result: bytes = simplified(model, where).model.SerializeToString(deterministic=True)
    return result


@dataclass(frozen=True)
class Simplified:
    """A model after onnxsim. fault: why that failed, '' if it did not; it is then unchanged."""

    model: ModelProto
    fault: str = ""


def simplified(model: ModelProto, where: str) -> Simplified:
    """Return the result of `simplify` for a model in canonical form.

    A model that onnxsim cannot run is unchanged; the import then names the unsupported node.
    What onnxsim and its ONNX Runtime print is dropped: the fault has what explains a failure.
    """
    # On demand: it takes half a second, and reading a hub does not need it.
    with _without_unused():
        import onnxsim

    shapes = _shapes_of_one_sample(model)
    simpler: ModelProto
    try:
        with _silence():
            simpler, same = onnxsim.simplify(
                model,
                check_n=int(shapes is not None),
                test_input_shapes=shapes,
                skipped_optimizers=list(_SKIPPED),
            )
    # It wraps native code and passes its exceptions on.
    except Exception as error:
        return Simplified(model, _one_line(str(error)) or type(error).__name__)
    if not same:
        raise HubError(
            f"{where}: onnxsim changed what the network computes; simplify it by hand, or export "
            "it again"
        )
    # onnxsim adds its own description.
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    onnx.helper.set_model_props(simpler, metadata)
    return Simplified(simpler)


@contextmanager
def _without_unused() -> Iterator[None]:
    """Hide what onnxsim imports if it is there, but not for its simplification.

    PyTorch is for a quantizer and takes two seconds, SymPy for a table and takes a third of one.
    """
    hidden = {name for name in _UNUSED if name not in sys.modules}
    # None raises ImportError for who asks.
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


@contextmanager
def _silence() -> Iterator[None]:
    """Drop what Python and native code write to standard output and error."""
    kept: dict[int, int] = {}
    with (
        Path(os.devnull).open("wb") as nowhere,
        redirect_stdout(StringIO()),
        redirect_stderr(StringIO()),
    ):
        try:
            for number in _STREAMS:
                with suppress(OSError):  # it is closed
                    kept[number] = os.dup(number)
                    os.dup2(nowhere.fileno(), number)
            yield
        finally:
            ctypes.CDLL(None).fflush(None)  # of native code, before the real streams are back
            for number, copy in kept.items():
                os.dup2(copy, number)
                os.close(copy)


def _one_line(text: str) -> str:
    """Return a message's end, where ONNX Runtime has its reason."""
    line = " ".join(text.split())
    return ("..." if len(line) > _LONGEST_FAULT else "") + line[-_LONGEST_FAULT:]


def _shapes_of_one_sample(model: ModelProto) -> dict[str, list[int]] | None:
    """Return input shapes with a batch of one, None if other axes are dynamic."""
    shapes = {
        value.name: [dim.dim_value for dim in value.type.tensor_type.shape.dim]
        for value in inputs_of(model)
    }
    if any(size < 1 for shape in shapes.values() for size in shape[1:]):
        return None
    return {name: [max(size, 1) for size in shape] for name, shape in shapes.items()}
