"""A script for MaixPy, the MicroPython of K210 boards: the network on the KPU, its steps in Python.

MaixPy has no numpy, so that only the simplest contracts are written: landmarks, or boxes of one
class in the codings of this zoo's own detectors. Others have the firmware in C++ alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from codegen.templates import render
from zoo import registry
from zoo.contract import Contract, Step
from zoo.plugs import AppRequest

__all__ = ["maixpy_script"]

_BOXES = {
    "activation": "sigmoid",
    "channels": "first",
    "classes": 1,
    "background": "none",
    "objectness_channel": -1,
    "grid": "stride",
    "offset": 0.5,
    "order": "xy",
}
"""What steps 'boxes' have in common that the script follows."""
_LANDMARKS = {"order": "xyxy", "numbers": 2, "normalized": True}
_WHOLE = ("crop", "resize", "stretch", "normalize")
"""Steps that leave a picture of the network's size as it is."""


@dataclass(frozen=True)
class Script:
    """Context of templates/k210/maixpy/main.py.j2.

    address: hexadecimal.  outputs: width, height and channels of each.
    levels: of a detector; () for landmarks.  variances: of coding 'ssd', () for 'distances'.
    landmarks: the output of landmarks.  mean: the places that it is relative to.
    """

    model: str
    address: str
    width: int
    height: int
    outputs: tuple[tuple[int, int, int], ...]
    levels: tuple[tuple[object, ...], ...] = ()
    threshold: float = 0
    iou_percent: int = 0
    limit: int = 0
    candidates: int = 0
    variances: tuple[float, ...] = ()
    landmarks: int = 0
    mean: tuple[tuple[float, float], ...] = ()


def maixpy_script(request: AppRequest, facts: Mapping[str, Any]) -> bytes | None:
    """Return the script, None for a contract that it does not follow.

    facts: of the network's JSON file; the outputs are in its order.
    """
    address = request.target.facts.get("network_flash_address")
    if not isinstance(address, int) or not _takes_pixels(request.contract, facts):
        return None
    names = [output["name"] for output in facts["outputs"]]
    script = _found(request.contract, names)
    if script is None:
        return None
    _, height, width = request.contract.input.shape
    outputs = tuple(_shape(output["shape"]) for output in facts["outputs"])
    made = Script(request.model, f"{address:#x}", width, height, outputs, **script)
    return render("k210/maixpy/main.py.j2", script=made)


def _takes_pixels(contract: Contract, facts: Mapping[str, Any]) -> bool:
    """Whether the network's input integers are a picture's bytes, and its input the picture."""
    (source,) = facts["inputs"]
    if any(step.name not in _WHOLE for step in contract.pre) or len(source["shape"]) != 3:
        return False
    return contract.pixel_quantization == (source["scale"], source["zero_point"])


def _shape(shape: Sequence[int]) -> tuple[int, int, int]:
    channels, height, width = shape if len(shape) == 3 else (shape[0], 1, 1)
    return width, height, channels


def _found(contract: Contract, names: Sequence[str]) -> dict[str, Any] | None:
    """Return the part of the script's context that the steps after the network give."""
    steps = {step.name: _complete(step) for step in contract.post}
    if list(steps) == ["boxes", "nms"]:
        return _detector(steps["boxes"], steps["nms"], names)
    if next(iter(steps), "") == "landmarks":  # other steps add to them
        return _landmarks(steps["landmarks"], names)
    return None


def _complete(step: Step) -> Mapping[str, Any]:
    complete: Mapping[str, Any] = registry.load("step", step.name).complete(step.parameters)
    return complete


def _detector(
    boxes: Mapping[str, Any], nms: Mapping[str, Any], names: Sequence[str]
) -> dict[str, Any] | None:
    if boxes["coding"] not in ("distances", "ssd") or boxes["keypoint_count"]:
        return None
    if any(boxes[name] != value for name, value in _BOXES.items()):
        return None
    variances = tuple(boxes["variances"]) if boxes["coding"] == "ssd" else ()
    limits = {name: nms[name] for name in ("iou_percent", "limit", "candidates")}
    levels = tuple(_levels(boxes, names))
    return {"levels": levels, "threshold": boxes["threshold"], "variances": variances, **limits}


def _levels(boxes: Mapping[str, Any], names: Sequence[str]) -> Iterator[tuple[object, ...]]:
    anchors = boxes["anchors"] or [[[stride, stride]] for stride in boxes["strides"]]
    for box, score, stride, sizes in zip(
        boxes["boxes"], boxes["scores"], boxes["strides"], anchors, strict=True
    ):
        first, at = boxes["box_channel"], boxes["score_channel"]
        yield names.index(box), first, names.index(score), at, stride, tuple(map(tuple, sizes))


def _landmarks(step: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any] | None:
    if any(step[name] != value for name, value in _LANDMARKS.items()):
        return None
    mean = step["mean"] or [[0.0, 0.0]] * step["count"]
    return {"landmarks": names.index(step["output"]), "mean": tuple(map(tuple, mean))}
