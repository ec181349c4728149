"""Pre- and post-processing: the steps in contract.json, in numpy."""

import json
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from zoo.step import Box, Frame

__all__ = ["CONTRACT", "MODEL_FILE", "postprocess", "preprocess"]

_FACTS = json.loads(Path(__file__).with_name("contract.json").read_text("utf-8"))
CONTRACT = _FACTS["contract"]
MODEL_FILE = _FACTS["model_file"]


def preprocess(image_hwc: NDArray[Any], box: Box) -> Frame:
    """Return the frame whose input_chw is the network's input. image_hwc: [H, W, 3] uint8 RGB."""
    frame = Frame(image_hwc, box)
    for step in CONTRACT["pre"]:
        plugin = _plugin(step["name"])
        frame = plugin.apply(frame, plugin.complete(step["parameters"]))
    return frame


def postprocess(outputs: Mapping[str, NDArray[Any]], frame: Frame) -> dict[str, NDArray[Any]]:
    """Return the outputs and every value that the steps add to them."""
    values = dict(outputs)
    for step in CONTRACT["post"]:
        plugin = _plugin(step["name"])
        values |= plugin.apply(values, frame, plugin.complete(step["parameters"]))
    return {name: value for name, value in values.items() if name not in _FACTS["consumed"]}


def _plugin(name: str) -> Any:  # noqa: ANN401 (a step before or after the network)
    module, _, attribute = _FACTS["steps"][name].partition(":")
    return getattr(import_module(module), attribute)
