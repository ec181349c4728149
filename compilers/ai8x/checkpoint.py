"""Checkpoints as torch.save writes them, of integers held as float32, written and read without it.

The file is a ZIP archive: `data.pkl`, a pickle whose tensors refer to storages, and each storage in
`data/` (PyTorch, torch/serialization.py and torch/_utils.py, `_rebuild_tensor_v2`). torch.load
reads it, also with weights_only. The bytes are the same on every run.
"""

import io
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo.errors import ArtifactError
from zoo.file_content import DAMAGED_ZIP

__all__ = ["read_checkpoint", "write_checkpoint"]

_FOLDER = "archive"
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_BROKEN = (
    *DAMAGED_ZIP,
    pickle.UnpicklingError,
    KeyError,
    TypeError,
    IndexError,
    AttributeError,
)

Tensors = Mapping[str, NDArray[np.float32]]


def write_checkpoint(arch: str, tensors: Tensors) -> bytes:
    """Return {'arch': ..., 'epoch': 0, 'state_dict': tensors} in the file format."""
    opcodes = [pickle.PROTO + b"\x02", pickle.EMPTY_DICT, pickle.MARK]
    opcodes += [_text("arch"), _text(arch), _text("epoch"), _integer(0)]
    opcodes += [_text("state_dict"), pickle.EMPTY_DICT, pickle.MARK]
    for key, (name, values) in enumerate(tensors.items()):
        opcodes += [_text(name), _tensor(str(key), values.shape)]
    opcodes += [pickle.SETITEMS, pickle.SETITEMS, pickle.STOP]
    records = {"data.pkl": b"".join(opcodes), "byteorder": b"little", "version": b"3\n"}
    for key, values in enumerate(tensors.values()):
        records[f"data/{key}"] = np.ascontiguousarray(values, "<f4").tobytes()
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, record in records.items():
            archive.writestr(zipfile.ZipInfo(f"{_FOLDER}/{name}", _ZIP_TIME), record)
    return content.getvalue()


def read_checkpoint(content: bytes, where: str) -> tuple[str, Tensors]:
    """Return the architecture's name and the tensors; raises ArtifactError for a damaged file.

    Nothing but dictionaries, texts, numbers and float32 tensors is read.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            loaded = _Unpickler(archive).load()
        return str(loaded["arch"]), {str(k): v for k, v in loaded["state_dict"].items()}
    except _BROKEN as error:
        raise ArtifactError(
            f"{where}: is not a checkpoint of float32 tensors ({error}); build it again"
        ) from error


class _Unpickler(pickle.Unpickler):
    """Reads tensors into numpy, and refuses every other class."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        (name,) = (name for name in archive.namelist() if name.endswith("/data.pkl"))
        super().__init__(io.BytesIO(archive.read(name)))
        self._archive, self._folder = archive, name.removesuffix("data.pkl")

    def find_class(self, module: str, name: str) -> Callable[..., Any]:
        known: Mapping[str, Callable[..., Any]] = {
            "collections.OrderedDict": OrderedDict,
            "torch.FloatStorage": _FloatStorage,
            "torch._utils._rebuild_tensor_v2": _rebuild,
        }
        if f"{module}.{name}" not in known:
            raise pickle.UnpicklingError(f"it holds a '{module}.{name}'")
        return known[f"{module}.{name}"]

    def persistent_load(self, pid: Any) -> NDArray[np.float32]:  # noqa: ANN401
        kind, storage, key, _, size = pid
        if kind != "storage" or storage is not _FloatStorage:
            raise pickle.UnpicklingError(f"it holds a {kind} of another type")
        return np.frombuffer(self._archive.read(f"{self._folder}data/{key}"), "<f4", int(size))


class _FloatStorage:
    """Stands for torch's class of this name."""


def _rebuild(
    storage: NDArray[np.float32], offset: int, size: Sequence[int], *_: object
) -> NDArray[np.float32]:
    """Return a contiguous tensor."""
    count = prod(size)
    return storage[offset : offset + count].reshape(tuple(size))


def _tensor(key: str, shape: tuple[int, ...]) -> bytes:
    count = prod(shape)
    strides = [prod(shape[axis + 1 :]) for axis in range(len(shape))]
    storage = [_text("storage"), _global("torch", "FloatStorage"), _text(key), _text("cpu")]
    parts = [
        _global("torch._utils", "_rebuild_tensor_v2"),
        pickle.MARK,
        *(pickle.MARK, *storage, _integer(count), pickle.TUPLE, pickle.BINPERSID),
        _integer(0),
        *_integers(shape),
        *_integers(strides),
        pickle.NEWFALSE,
        *(_global("collections", "OrderedDict"), pickle.EMPTY_TUPLE, pickle.REDUCE),
        *(pickle.TUPLE, pickle.REDUCE),
    ]
    return b"".join(parts)


def _text(text: str) -> bytes:
    encoded = text.encode()
    return pickle.BINUNICODE + len(encoded).to_bytes(4, "little") + encoded


def _integer(value: int) -> bytes:
    return pickle.BININT + value.to_bytes(4, "little", signed=True)


def _integers(values: Sequence[int]) -> list[bytes]:
    return [pickle.MARK, *map(_integer, values), pickle.TUPLE]


def _global(module: str, name: str) -> bytes:
    return pickle.GLOBAL + f"{module}\n{name}\n".encode()
