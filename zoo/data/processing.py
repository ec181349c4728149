"""Runs a contract's steps in numpy: the reference for their other forms."""

import logging
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo.contract import Contract, SignalSpec, TensorSpec
from zoo.data.step_plugins import post_step, pre_step
from zoo.data.tracking import rehearse_track
from zoo.data.values import check_values
from zoo.errors import ContractError, suggest
from zoo.picture import Picture
from zoo.step import Box, Frame, Place, PreStep, Signal, ValueSpec

__all__ = [
    "RESERVED",
    "consumed",
    "input_batches",
    "loudest",
    "postprocess",
    "preprocess",
    "preprocess_batch",
    "rehearse",
    "usual_points",
    "value_specs",
    "warn_of_large_inputs",
    "whole",
]

RESERVED = (
    *("source", "frame", "time_s", "face", "region", "id", "box", "detection_score"),
    *("states", "latency_ms", "inference_ms", "device_ms"),
)
"""Keys of an app's records beside the values."""

_NO_SIGNAL = "a contract of signals begins with signal = {rate_hz = ...}"

_WHITE = np.full((64, 64, 3), 255, np.uint8)
_LARGEST_INPUT = 512
"""Twice what pixels are without normalisation."""


_SIGNALS_S = (0.25, 3)
"""Lengths of two signals that `rehearse` uses; the input must not depend on them."""


def whole(image_hwc: NDArray[np.uint8]) -> Box:
    """Return the box of a whole image, for networks that see all of it."""
    height, width = image_hwc.shape[:2]
    return 0.0, 0.0, float(width), float(height)


def preprocess(
    contract: Contract,
    source: NDArray[np.uint8] | Signal,
    box: Box | None = None,
    points: Sequence[Place] = (),
) -> Frame:
    """Return the frame whose input_chw is the network's input.

    source: [H, W, 3] RGB, or a signal for a contract of signals.  box: (x, y, width, height), pixel
    i covers [i, i + 1); None: all.  points: of the object in the box, in photo pixels with centres
    at integers; () if unknown. Raises RecipeError if the steps do not produce the contract's input.
    """
    frame = replace(_first_frame(contract, source, box), points=tuple(points))
    placed_by: PreStep | None = None
    for step in contract.pre:
        plugin = pre_step(step)
        if plugin.takes != ("signal" if contract.signal else "picture"):
            raise ContractError(
                f"contract step '{step.name}': takes a {plugin.takes}; "
                f"{'leave it out' if contract.signal else _NO_SIGNAL}"
            )
        placed_by = _placed(plugin, placed_by)
        frame = plugin.apply(frame, plugin.complete(step.parameters))
    frame = _shaped(contract, frame)
    _check_input(contract, frame)
    return frame


def _placed(step: PreStep, before: PreStep | None) -> PreStep | None:
    """Return the last step that chose or resampled a region; raises RecipeError for another one."""
    if not step.chooses and not step.resamples:
        return before
    if before is not None and (step.chooses or before.resamples):
        raise ContractError(
            f"contract step '{step.name}': the earlier step '{before.name}' already takes a part "
            "of the photo; a contract does that once, by 'stretch', 'center_crop', 'letterbox', "
            "'align', or 'crop' with 'resize': leave one out"
        )
    return step


def _first_frame(contract: Contract, source: NDArray[np.uint8] | Signal, box: Box | None) -> Frame:
    if (contract.signal is not None) != isinstance(source, Signal):
        takes, given = ("signals", "a picture") if contract.signal else ("pictures", "a signal")
        raise ContractError(f"contract: takes {takes}, but was given {given}")
    if isinstance(source, Signal):
        length = float(len(source.samples))
        return Frame(np.zeros((0, 0, 3), np.uint8), (0.0, 0.0, length, 1.0), signal=source)
    return Frame(source, whole(source) if box is None else box)


def _shaped(contract: Contract, frame: Frame) -> Frame:
    """Return a signal's frame with the input in the network's shape, which has any axes."""
    made = frame.input_chw
    if contract.signal is None or made is None or made.size != math.prod(contract.input.shape):
        return frame
    return replace(frame, input_chw=made.reshape(contract.input.shape))


def preprocess_batch(
    contract: Contract, faces: Iterable[tuple[NDArray[np.uint8] | Signal, Box | None]]
) -> tuple[tuple[Frame, ...], NDArray[np.float32]]:
    """Return the frames of (source, box) pairs and their inputs as one [N, C, H, W] array."""
    frames = tuple(preprocess(contract, image, box) for image, box in faces)
    return frames, np.stack([frame.input_chw for frame in frames if frame.input_chw is not None])


def input_batches(
    contract: Contract, pictures: Sequence[Picture], size: int
) -> Iterator[dict[str, NDArray[np.float32]]]:
    """Yield a network's input for some pictures at a time, read when they are needed."""
    for start in range(0, len(pictures), size):
        batch = pictures[start : start + size]
        _, inputs = preprocess_batch(contract, ((p.read(), p.box) for p in batch))
        yield {contract.input.name: inputs}


def postprocess(
    contract: Contract, outputs: Mapping[str, NDArray[Any]], frame: Frame
) -> dict[str, NDArray[Any]]:
    """Return the network's outputs and every value that the contract's steps add to them.

    What a step consumes is left out.
    outputs: by name, for one face, with or without a batch of one; the values have none.
    frame: as returned by `preprocess`. Raises RecipeError for outputs that differ from the
    contract's, for values that differ from their step's specs, and for one that two steps add.
    """
    values = {tensor.name: _output(outputs, tensor) for tensor in contract.outputs}
    specs = _output_specs(contract)
    added_by: dict[str, str] = {}
    for step in contract.post:
        plugin = post_step(step)
        parameters = plugin.complete(step.parameters)
        stated = plugin.adds(specs, parameters)
        added = plugin.apply(values, frame, parameters)
        check_values(step.name, stated, added)
        _check_new(step.name, stated, added_by)
        added_by |= dict.fromkeys(stated, step.name)
        values |= added
        specs |= stated
    left_out = consumed(contract)
    return {name: value for name, value in values.items() if name not in left_out}


def _check_new(step: str, stated: Iterable[str], added_by: Mapping[str, str]) -> None:
    """Raise RecipeError for a value of an earlier step; a network's output may be replaced."""
    for name in stated:
        if name in added_by:
            raise ContractError(
                f"contract step '{step}': adds '{name}', as step '{added_by[name]}' before it; "
                "leave one out"
            )


def rehearse(contract: Contract) -> None:
    """Run a contract on a white picture, or signals, and made-up outputs, without any network.

    Its steps over time run on a moment of these. A contract with a step that reads points runs with
    and without them.

    Raises RecipeError if its steps, inputs and outputs do not match, or if an app's record cannot
    hold its values.
    """
    if contract.dtype == "uint8" and contract.pixel_quantization != (1, 0):
        raise ContractError(
            f"contract: input '{contract.input.name}' is uint8, the network scales pixels itself; "
            "'normalize' must leave them as they are: mean 0 and std 1 for each channel"
        )
    if contract.signal:
        preprocess(contract, loudest(contract.signal, _SIGNALS_S[0]))
    frame = preprocess(contract, _brightest(contract))
    points = usual_points(contract)
    ramps = {
        t.name: np.linspace(0, 1, math.prod(t.shape), dtype=np.float32) for t in contract.outputs
    }
    values = postprocess(contract, ramps, frame)
    if points:
        postprocess(contract, ramps, preprocess(contract, _WHITE, points=points))
    for name in (*values, *rehearse_track(contract, value_specs(contract), values)):
        if name in RESERVED:
            raise ContractError(
                f"contract: an output or value is called '{name}', a key of the app's own "
                f"records ({', '.join(RESERVED)}); rename it"
            )


def usual_points(contract: Contract) -> tuple[Place, ...]:
    """Return the points that a step before the network wants to know, () if there is none.

    They lie where they would in a picture of the network's input size.
    """
    for step in contract.pre:
        plugin = pre_step(step)
        if points := plugin.usual_points(plugin.complete(step.parameters)):
            return points
    return ()


def loudest(spec: SignalSpec, length_s: float) -> Signal:
    """Return white noise of full scale, the same everywhere."""
    count = max(int(spec.rate_hz * length_s), 1)
    signs = np.random.Generator(np.random.PCG64(0)).choice([-1.0, 1.0], count)
    return Signal(signs, spec.rate_hz)


def _brightest(contract: Contract) -> NDArray[np.uint8] | Signal:
    return loudest(contract.signal, _SIGNALS_S[-1]) if contract.signal else _WHITE


def warn_of_large_inputs(contract: Contract) -> None:
    """Log a warning if white becomes a number far beyond pixels; raises as `preprocess`."""
    if contract.signal:
        return
    frame = preprocess(contract, _WHITE)
    largest = 0.0 if frame.input_chw is None else float(np.abs(frame.input_chw).max())
    if largest > _LARGEST_INPUT:
        logging.getLogger(__name__).warning(
            "contract: white becomes %.0f; 'normalize' takes pixels of 0..255: multiply a mean and "
            "std that are for 0..1 by 255",
            largest,
        )


def value_specs(contract: Contract) -> dict[str, ValueSpec]:
    """Return shape and type of all results of `postprocess`, by name."""
    specs = _output_specs(contract)
    for step in contract.post:
        plugin = post_step(step)
        specs |= plugin.adds(specs, plugin.complete(step.parameters))
    left_out = consumed(contract)
    return {name: spec for name, spec in specs.items() if name not in left_out}


def consumed(contract: Contract) -> tuple[str, ...]:
    """Return the outputs and values that are not among the results, in order of the steps.

    A name that a later step adds again is among them.
    """
    specs, names = _output_specs(contract), list[str]()
    for step in contract.post:
        plugin = post_step(step)
        parameters = plugin.complete(step.parameters)
        added = plugin.adds(specs, parameters)
        names = [n for n in names if n not in added]
        names += [n for n in plugin.consumes(parameters) if n in specs and n not in added]
        specs |= added
    return tuple(dict.fromkeys(names))


def _output_specs(contract: Contract) -> dict[str, ValueSpec]:
    return {tensor.name: ValueSpec(tensor.shape, "float32") for tensor in contract.outputs}


def _output(outputs: Mapping[str, NDArray[Any]], tensor: TensorSpec) -> NDArray[Any]:
    if tensor.name not in outputs:
        raise ContractError(
            f"contract: the network has no output '{tensor.name}'{suggest(tensor.name, outputs)}"
        )
    found = outputs[tensor.name]
    if found.size != math.prod(tensor.shape):
        raise ContractError(
            f"contract: output '{tensor.name}' is {tensor.shape}, but the network returns "
            f"{found.shape}; state the shape without the batch"
        )
    return found.reshape(tensor.shape)


def _check_input(contract: Contract, frame: Frame) -> None:
    made = None if frame.input_chw is None else frame.input_chw.shape
    if made == contract.input.shape:
        return
    remedy = "the last step must be 'normalize', the size that of the network"
    if made and (*made[1:], made[0]) == contract.input.shape:
        remedy = 'state layout = "nhwc" in the contract\'s input'
    raise ContractError(
        f"contract: its steps make {made or 'no input'}, the network's input "
        f"'{contract.input.name}' is {contract.input.shape}; {remedy}"
    )
