"""What is diagnosed: a float network, its integers, and pictures."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from zoo import registry
from zoo.build.cache import Cache, Outcome
from zoo.build.pipeline import STAGES, build
from zoo.build.plan import Plan
from zoo.build.stage import Stage
from zoo.data.held_out import HeldOut, hold_out
from zoo.data.pictures import calibration_pictures
from zoo.data.processing import preprocess_batch
from zoo.diagnosis.runner import Runner
from zoo.errors import RefusedError, UsageError
from zoo.graph import Graph
from zoo.picture import Picture

__all__ = ["Case", "make_case"]

_STAGES = ("hub", "quantize")
_FEWEST = 2
"""Pictures that can differ; two halves of those for calibration are compared."""


@dataclass(frozen=True)
class Case:
    """floats, integers: the same network; files: of both, as 'float' and 'integer'.

    pictures: to diagnose with, described by `words`.  calibration: some of those that the integers
    were fitted to, of calibration_count; None for a published network.
    held_out: all calibration pictures, by how they were used.
    """

    plan: Plan
    floats: Graph
    integers: Graph
    files: Mapping[str, Path]
    pictures: Runner
    words: str
    calibration: Runner | None
    held_out: HeldOut


def make_case(
    plan: Plan,
    images: Path | None,
    count: int,
    cache: Cache,
    started: Callable[[Stage], None],
    finished: Callable[[Outcome], None],
) -> Case:
    """Build the integer network as `zoo build` does, and read the pictures.

    images: to diagnose with, as for --calib; None for those held out from calibration.
    count: maximum pictures.  started, finished: as in zoo.build.pipeline.build.
    Raises RefusedError for a network that is not quantized here, UsageError for fewer than
    two pictures, before anything is built.
    """
    _demand_quantized(plan, images)
    used = _used(plan)
    chosen, words = used.judging, used.words
    if images is not None:
        chosen = tuple(calibration_pictures(plan.recipe, images, count))
        words = f"{len(chosen)} pictures of {images.name}"
    _demand_several(chosen, images or plan.calibration)
    if used.calibration:
        _demand_several(used.calibration, plan.calibration)
    stages = tuple(stage for stage in STAGES if stage.name in _STAGES)
    done = build(plan, cache, started=started, finished=finished, stages=stages)
    files = {"float": done["hub"] / "float.onnx", "integer": done["quantize"] / "hub.onnx"}
    format_ = registry.load("format", "onnx")
    floats, integers = (format_.read(file.read_bytes(), str(file)) for file in files.values())
    shown = _spread(chosen, count)
    return Case(
        plan=plan,
        floats=floats,
        integers=integers,
        files=files,
        pictures=_runner(plan, shown),
        words=words if len(shown) == len(chosen) else f"{len(shown)} of {words}",
        calibration=_runner(plan, _spread(used.calibration, count)) if used.calibration else None,
        held_out=used,
    )


def _demand_quantized(plan: Plan, images: Path | None) -> None:
    if plan.is_float or plan.keeps_integers:
        raise RefusedError(
            f"{plan.recipe.name}: {plan.quant} quantizes nothing, so nothing is lost by it; "
            "diagnose a float network with --quant ptq or qat"
        )
    if images is None and plan.calibration is None:
        raise UsageError(
            f"{plan.recipe.name}: a diagnosis needs pictures of what the network sees: give a "
            "folder of them with --images DIR; no labels are needed"
        )


def _demand_several(pictures: Sequence[Picture], source: Path | None) -> None:
    if len(pictures) < _FEWEST:
        raise UsageError(
            f"{source}: {len(pictures)} picture; a diagnosis compares pictures with each other: "
            f"give at least {_FEWEST}, better a few hundred (--images, --calib, --calib-count)"
        )


def _used(plan: Plan) -> HeldOut:
    if plan.calibration is None:
        return hold_out(())
    return hold_out(calibration_pictures(plan.recipe, plan.calibration, plan.calibration_count))


def _spread(pictures: Sequence[Picture], count: int) -> Sequence[Picture]:
    if len(pictures) <= count:
        return pictures
    return [pictures[index * len(pictures) // count] for index in range(count)]


def _runner(plan: Plan, pictures: Sequence[Picture]) -> Runner:
    contract = plan.recipe.contract
    frames, inputs = preprocess_batch(contract, ((p.read(), p.box) for p in pictures))
    return Runner(contract.input.name, inputs, frames)
