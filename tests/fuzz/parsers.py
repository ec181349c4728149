"""Every parser of files that others wrote, as a function of bytes.

Each either reads the bytes or raises a ZooError; anything else is a fault. A parser that loads
lazily is driven to its end.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from compilers.ai8x.files import CHECKPOINT, MAIN, NETWORK
from recipes.datasets import boxes, crops, fddb, wider
from recipes.datasets._300w import parse_pts
from recipes.datasets.wflw import parse_line
from recipes.shelf.label_text import read_lines
from zoo import registry
from zoo.build.chain import networks_of
from zoo.build.matrix import read_matrix
from zoo.build.wish import Wish
from zoo.bundle.archive import unpack as unpack_archive
from zoo.bundle.bundle import Manifest
from zoo.bundle.kfpkg import read_kfpkg
from zoo.contract import Contract, SignalSpec
from zoo.data.box_file import read_boxes
from zoo.picture import read_picture
from zoo.proof.certificate import Certificate
from zoo.signal_file import read_signal
from zoo.signature import PublicKey
from zoo.user_file import import_file

__all__ = ["PARSERS", "Parser"]

Parser = Callable[[bytes, Path], object]
"""parse(content, an empty folder)."""

_WHERE = "file"
_SIGNAL = SignalSpec(16000, "mean")


def _written(content: bytes, folder: Path, name: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def _hub(content: bytes, _: Path) -> object:
    return registry.load("format", "onnx").read(content, _WHERE)


def _network(suffix: str) -> Parser:
    def read(content: bytes, folder: Path) -> object:
        return import_file(_written(content, folder, f"net.{suffix}"), {})

    return read


def _describer(name: str) -> Parser:
    def describe(content: bytes, _: Path) -> object:
        return registry.load("describer", name).describe(content, _WHERE)

    return describe


def _ai8x(content: bytes, folder: Path) -> None:
    """Read three files in one: the checkpoint, the network's YAML and the facts in JSON."""
    parts = [*content.split(b"\n--\n", 2), b"", b""]
    for name, part in zip((CHECKPOINT, NETWORK, MAIN), parts, strict=False):
        _written(part, folder, name)
    registry.load("executor", "ai8x").load(folder, MAIN)


def _pts(content: bytes, folder: Path) -> None:
    lines = read_lines(_written(content, folder, "labels.txt"))
    parse_pts(lines, _WHERE)


def _wflw(content: bytes, folder: Path) -> None:
    for line in read_lines(_written(content, folder, "labels.txt")):
        parse_line(line, _WHERE, folder, "test")


PARSERS: Mapping[str, Parser] = MappingProxyType(
    {
        "hub": _hub,
        "onnx": _network("onnx"),
        "tflite": _network("tflite"),
        "tflite_shown": _describer("tflite"),
        "xmodel": _describer("xmodel"),
        "kmodel": _describer("kmodel"),
        "ai8x": _ai8x,
        "manifest": lambda content, _: Manifest.from_json(content.decode("utf-8", "replace"), "m"),
        "certificate": lambda content, _: Certificate.from_json(
            content.decode("utf-8", "replace"), "c"
        ),
        "contract": lambda content, folder: Contract.from_toml(
            _written(content, folder, "contract.toml")
        ),
        "contract_json": lambda content, _: Contract.from_json(content.decode("utf-8", "replace")),
        "matrix": lambda content, folder: read_matrix(_written(content, folder, "matrix.toml")),
        "chain": lambda content, folder: networks_of(
            Wish(str(_written(content, folder, "chain.toml")), "x86")
        ),
        "archive": lambda content, folder: unpack_archive(
            _written(content, folder, "bundle.tar.gz"), folder / "out"
        ),
        "kfpkg": lambda content, _: read_kfpkg(content, _WHERE),
        "key": lambda content, folder: PublicKey.read(_written(content, folder, "key.pub")),
        "boxes": lambda content, folder: read_boxes(_written(content, folder, "boxes.json")),
        "pts": _pts,
        "wflw": _wflw,
        "wider": lambda content, folder: list(
            wider.parse_list(_written(content, folder, "list.txt"), folder)
        ),
        "fddb": lambda content, folder: list(
            fddb.parse_fold(_written(content, folder, "list.txt"), folder)
        ),
        "annotations": lambda content, folder: boxes.DATASET.read(
            _written(content, folder, "annotations.csv").parent, ""
        ),
        "crops": lambda content, folder: crops.DATASET.pictures(
            _written(content, folder, "annotations.csv").parent, ""
        ),
        "picture": lambda content, folder: read_picture(_written(content, folder, "photo")),
        "signal": lambda content, folder: read_signal(
            _written(content, folder, "sound.wav"), _SIGNAL
        ),
    }
)
"""By name; the folders of `seeds` and `found` have the same names."""
