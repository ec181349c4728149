"""The MAX78000 firmware's sources: C for the vendor's SDK around the network in C.

It classifies pictures that come over the serial port as the network's pixels, before the contract's
normalization.
"""

import hashlib
import json

from codegen.templates import TEMPLATES, render
from zoo.contract import Contract
from zoo.plugs import AppRequest

__all__ = ["firmware_sources"]

_FOLDER = TEMPLATES / "max78000"
_WEIGHTS = "network_weights.c"
"""Of the network in C. `zoo flash` knows a bundle's firmware by this file's digest."""

_MEAN = _STD = 128
"""Of the normalization that the firmware's loop has: its integers are pixel - 128."""


def firmware_sources(request: AppRequest) -> dict[str, bytes]:
    """Return the firmware by path, below `firmware`.

    Nothing for other contracts than classifiers of pictures with one output and that normalization,
    and for chains.
    """
    labels = _labels(request.contract)
    if request.detector is not None or not labels or not _subtracts_mean(request.contract):
        return {}
    paths = (path for path in _FOLDER.rglob("*") if path.is_file() and path.suffix != ".j2")
    files = {path.relative_to(_FOLDER).as_posix(): path.read_bytes() for path in paths}
    files["contract.h"] = render(
        "max78000/contract.h.j2",
        model=request.model,
        model_json=_json_literal(request.model),
        weights_sha256=hashlib.sha256(request.artifact_files[_WEIGHTS]).hexdigest(),
        labels=tuple(map(_json_literal, labels)),
    )
    return {f"firmware/{name}": files[name] for name in sorted(files)}


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


def _json_literal(text: str) -> str:
    """Return a C literal of a JSON text: JSON's escapes are C's, once more."""
    return json.dumps(json.dumps(text))
