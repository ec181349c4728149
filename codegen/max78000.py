"""The MAX78000 firmware's sources: C for the vendor's SDK around the network.

It classifies pictures of the serial port or the camera, which are the network's pixels before the
contract's normalization. The accelerator runs the network if ai8xize.py has made the code for it,
else the processor runs the network in C.
"""

import hashlib
import json

from codegen.python_app import step_sources
from codegen.templates import TEMPLATES, render
from zoo.contract import Contract
from zoo.plugs import AppRequest

__all__ = ["firmware_sources"]

_FOLDER = TEMPLATES / "max78000"
_WEIGHTS = "network_weights.c"
"""Of the network in C. `zoo flash` knows a bundle's firmware by this file's digest."""

_SUFFIXES = (".c", ".h", ".md", ".mk", ".py", ".sh")
_PROJECT = "ai8x/project"
_CNN_FILES = ("cnn.c", "cnn.h", "weights.h")
_SIGNALS = (b"CNN_START;", b"CNN_COMPLETE;")
_PROCESSORS = 64
"""Channels and sums that the accelerator takes at once, as the firmware writes and reads them."""

_MEAN = _STD = 128
"""Of the normalization that the firmware's loop has: its integers are pixel - 128."""


def firmware_sources(request: AppRequest) -> dict[str, bytes]:
    """Return the firmware by path, below `firmware`.

    Nothing for other contracts than classifiers of pictures with one output and that normalization,
    and for networks that do not end in sums of 32 bits.
    """
    labels = _labels(request.contract)
    if not labels or not _subtracts_mean(request.contract) or not _gives_sums(request):
        return {}
    paths = (path for path in _FOLDER.rglob("*") if path.suffix in _SUFFIXES)
    files = {path.relative_to(_FOLDER).as_posix(): path.read_bytes() for path in paths}
    channels, height, width = request.contract.input.shape
    files["contract.h"] = render(
        "max78000/contract.h.j2",
        model=request.model,
        model_json=_json_literal(request.model),
        channels=channels,
        height=height,
        width=width,
        weights_sha256=hashlib.sha256(request.artifact_files[_WEIGHTS]).hexdigest(),
    )
    files["labels.h"] = render(
        "max78000/labels.h.j2", model=request.model, labels=tuple(map(_json_literal, labels))
    )
    files |= {f"send/{name}": content for name, content in step_sources(request).items()}
    if max(int(channels), len(labels)) <= _PROCESSORS:
        files |= _accelerator_code(request)
    return {f"firmware/{name}": files[name] for name in sorted(files)}


def _accelerator_code(request: AppRequest) -> dict[str, bytes]:
    """Return what ai8xize.py made for the accelerator, {} if it was not run."""
    made = {name: request.artifact_files.get(f"{_PROJECT}/{name}") for name in _CNN_FILES}
    return {
        f"accelerator/{name}": _without_signals(content)
        for name, content in made.items()
        if content is not None
    }


def _without_signals(content: bytes) -> bytes:
    """Leave out the signals to the power monitor, which the firmware gives itself."""
    lines = content.splitlines(keepends=True)
    return b"".join(line for line in lines if not line.strip().startswith(_SIGNALS))


def _labels(contract: Contract) -> tuple[str, ...]:
    """Return the names of the classes, () if the contract does not name each."""
    last = contract.post[-1] if contract.post else None
    labels = last.parameters.get("labels") if last is not None and last.name == "top_k" else None
    outputs = [output.shape for output in contract.outputs]
    return tuple(labels) if labels and outputs == [(len(labels),)] else ()


def _subtracts_mean(contract: Contract) -> bool:
    last = contract.pre[-1] if contract.pre else None
    if last is None or last.name != "normalize":
        return False
    return {*last.parameters["mean"]} == {_MEAN} and {*last.parameters["std"]} == {_STD}


def _gives_sums(request: AppRequest) -> bool:
    facts = json.loads(request.artifact_files[request.artifact_main])
    return [output["ctype"] for output in facts["outputs"]] == ["int32_t"]


def _json_literal(text: str) -> str:
    """Return a C literal of a JSON text: JSON's escapes are C's, once more."""
    return json.dumps(json.dumps(text))
