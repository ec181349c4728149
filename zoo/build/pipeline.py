"""From model to bundle: the stages of a build, in data flow order."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from zoo import registry
from zoo.blame import blame
from zoo.build.cache import Cache, Outcome, Task
from zoo.build.chain import demand_fitting
from zoo.build.choice import CHOICE, settled
from zoo.build.limits import NO_LIMITS
from zoo.build.plan import Plan
from zoo.build.stage import DETECTOR, Stage
from zoo.data.labelled_data import parse_name
from zoo.provenance.used import Used
from zoo.user_file import find_importer

__all__ = ["STAGES", "Step", "artifact_stages", "build", "next_step", "preview"]


def _recipe(plan: Plan) -> Mapping[str, object]:
    """Return the recipe; file contents are inputs, their locations and sources do not matter."""
    facts: dict[str, object] = {"recipe": _without_folders(replace(plan.recipe, obtain=""))}
    return {**facts, "replaces": plan.replaces} if plan.replaces else facts


def _told(plan: Plan) -> Mapping[str, object]:
    """Return what a bundle says of the choice of its runtime."""
    return {"runtime_note": plan.runtime_note} if plan.runtime_note else {}


def _source_files(plan: Plan) -> Mapping[str, Path]:
    """Return the model's file and its external weights."""
    data = find_importer(plan.float_hub).data_files(plan.float_hub)
    return {"float_hub": plan.float_hub, **{f"weights {path.name}": path for path in data}}


def _target(plan: Plan) -> Mapping[str, object]:
    return {"target": asdict(plan.target)}


def _scheme(plan: Plan) -> Mapping[str, object]:
    is_own = plan.is_float or plan.keeps_integers
    value = None if is_own else asdict(plan.integers)
    return {"scheme": {"name": plan.scheme, "value": value}}


def _programs(plan: Plan) -> Mapping[str, object]:
    """Return the locations of the vendor's programs; an artifact built without them is rebuilt."""
    return {"programs": {name: shutil.which(name) or "" for name in plan.target.programs}}


def _quantization(plan: Plan) -> Mapping[str, object]:
    return {
        "quantization": plan.quant,
        **_scheme(plan),
        "quantizer": plan.quantizer,
        "calibrator": plan.calibrator,
        "calibration_count": plan.calibration_count,
        **_calibration(plan),
        **_limits(plan),
        **(_target(plan) if plan.target.cpu_tail else {}),
        **(_training(plan) if plan.trains else {}),
    }


def _calibration(plan: Plan) -> Mapping[str, object]:
    """Return the data set that the folder's name specifies."""
    name = parse_name(plan.calibration or "")
    return {"dataset": name.dataset, "split": name.split} if name.dataset else {}


def _limits(plan: Plan) -> Mapping[str, object]:
    """Return the limits, and what the board takes and stores."""
    if plan.limits == NO_LIMITS:
        return {}
    board: dict[str, object] = {
        "compiler": plan.target.compiler,
        "refuses": dict(plan.target.refuses),
        "facts": dict(plan.target.facts),
        "rooflines": {name: asdict(each) for name, each in plan.target.rooflines.items()},
    }
    return {"limits": asdict(plan.limits), **board}


def _training(plan: Plan) -> Mapping[str, object]:
    return {"epochs": plan.epochs, "seed": plan.seed}


def _quantization_files(plan: Plan) -> Mapping[str, Path]:
    folder = plan.calibration and parse_name(plan.calibration).folder
    files = {"quant_hub": plan.quant_hub, "calibration": folder}
    return {name: path for name, path in files.items() if path is not None}


def _golden_files(plan: Plan) -> Mapping[str, Path]:
    return {f"golden {golden.name}": golden.image for golden in plan.recipe.golden}


def _chain(plan: Plan) -> Mapping[str, object]:
    """Return what the stages after the artifacts read of the detector's plan."""
    if plan.detector is None:
        return {}
    detector = plan.detector
    facts = {
        **_recipe(detector),
        **_quantization(detector),
        "is_published": detector.is_published,
        "quantization_bound": detector.quantization_bound,
    }
    return {"detector": facts, "regions": asdict(plan.regions)}


def _of_detector(
    files: Callable[[Plan], Mapping[str, Path]],
) -> Callable[[Plan], Mapping[str, Path]]:
    """Return a function that adds the detector's files to those of a plan."""

    def both(plan: Plan) -> Mapping[str, Path]:
        more = files(plan.detector) if plan.detector else {}
        return {**files(plan), **{f"{DETECTOR} {name}": path for name, path in more.items()}}

    return both


def _papers(plan: Plan) -> Mapping[str, Path]:
    recipe = plan.recipe
    papers = {f"licence {licence.covers}": licence.file for licence in recipe.licences}
    more = {"metrics": recipe.metrics, "card": recipe.card}
    return {**papers, **{name: path for name, path in more.items() if path is not None}}


STAGES = (
    Stage(
        "hub",
        "simplify the float hub",
        "zoo.build.stages.hub:run",
        files=_source_files,
        options=_recipe,
    ),
    Stage(
        "quantize",
        "quantize the graph",
        "zoo.build.stages.quantize:run",
        needs=("hub",),
        files=_quantization_files,
        options=lambda plan: {**_recipe(plan), **_quantization(plan)},
    ),
    Stage(
        "judge",
        "judge the loss by quantization",
        "zoo.build.stages.judge:run",
        needs=("quantize",),
        options=lambda plan: {
            "model": plan.recipe.name,
            "target": plan.target.name,
            "quantization_bound": plan.quantization_bound,
        },
    ),
    Stage(
        "lower",
        "lower to the target's artifact",
        "zoo.build.stages.lower:run",
        needs=("quantize",),
        options=lambda plan: {
            **_scheme(plan),
            **_target(plan),
            **_programs(plan),
            "part": plan.part,
        },
    ),
    Stage(
        "generate",
        "generate the app",
        "zoo.build.stages.generate:run",
        needs=("lower",),
        files=_golden_files,
        options=lambda plan: {**_recipe(plan), **_target(plan), **_chain(plan)},
    ),
    Stage(
        "compile",
        "compile the app",
        "zoo.build.stages.compile:run",
        needs=("generate",),
        options=_target,
    ),
    Stage(
        "verify",
        "prove every step from float to app",
        "zoo.build.stages.verify:run",
        needs=("hub", "quantize", "lower", "generate", "compile"),
        tells=True,
        files=_of_detector(
            lambda plan: {**_source_files(plan), **_golden_files(plan), **_papers(plan)}
        ),
        options=lambda plan: {
            **_recipe(plan),
            **_target(plan),
            **_chain(plan),
            **_quantization(plan),
            **_told(plan),
            "is_published": plan.is_published,
            "quantization_bound": plan.quantization_bound,
        },
    ),
    Stage(
        "package",
        "package the bundle",
        "zoo.build.stages.package:run",
        needs=("hub", "quantize", "lower", "generate", "compile", "verify"),
        files=_of_detector(lambda plan: {**_golden_files(plan), **_papers(plan)}),
        tells=True,
        options=lambda plan: {
            **_recipe(plan),
            **_target(plan),
            **_chain(plan),
            **_scheme(plan),
            **_told(plan),
            "bundle": plan.build_name,
            "is_published": plan.is_published,
            "quantization": plan.quant,
            "quantization_bound": plan.quantization_bound,
            "signer": plan.signing.public.fingerprint if plan.signing else "",
        },
    ),
)

_BEFORE_CHOICE = ("hub", "quantize")
"""Stages whose results are the same for every runtime of a board."""


@dataclass(frozen=True)
class Step:
    """A stage of a plan that can run: all it reads is there.

    name: of its result; 'detector hub' for a chain's detector.  needs: the results that it reads.
    """

    name: str
    stage: Stage
    plan: Plan
    task: Task
    needs: Mapping[str, Outcome]

    def run(self, out: Path) -> None:
        """Fill an empty folder; an exception in a plugin names its distribution."""
        needs = {name: outcome.folder for name, outcome in self.needs.items()}
        with blame():
            registry.resolve(self.stage.run)(self.plan, needs, out)


def build(
    plan: Plan,
    cache: Cache,
    *,
    force: bool = False,
    started: Callable[[Stage], None] = lambda stage: None,  # noqa: ARG005
    finished: Callable[[Outcome], None] = lambda outcome: None,  # noqa: ARG005
    stages: tuple[Stage, ...] = STAGES,
) -> Mapping[str, Path]:
    """Run the stages that are not cached and return each one's result folder by name.

    A chain's detector goes first, to its artifact; its results are named 'detector hub' and so on.
    force: run all of them.  started: called before a stage runs, not for a cached one.
    finished: called after each.
    """
    done: dict[str, Outcome] = {}
    while step := next_step(plan, done, stages):
        run = partial(_run, step, plan, partial(started, replace(step.stage, name=step.name)))
        done[step.name] = cache.perform(step.task, run, force)
        finished(replace(done[step.name], stage=step.name))
    return {name: outcome.folder for name, outcome in done.items()}


def preview(plan: Plan, cache: Cache) -> Iterator[Outcome]:
    """Yield what `build` would do; stop at the first stage that would run.

    Later stages depend on its result, which is not known yet.
    """
    done: dict[str, Outcome] = {}
    while step := next_step(plan, done):
        done[step.name] = cache.preview(step.task)
        yield replace(done[step.name], stage=step.name)
        if not done[step.name].hit:
            return


def next_step(
    plan: Plan, done: Mapping[str, Outcome], stages: tuple[Stage, ...] = STAGES
) -> Step | None:
    """Return the first stage without a result, None if all have one. done: results by name."""
    plan = settled(plan, {name: outcome.folder for name, outcome in done.items()})
    for name, stage, part in _steps(plan, stages):
        if name not in done:
            needs = _needs(name, stage, plan, done)
            read = {**needs, **({CHOICE.name: done[CHOICE.name]} if CHOICE.name in done else {})}
            return Step(name, stage, part, _task(stage, part, needs, done), read)
    return None


def artifact_stages() -> tuple[Stage, ...]:
    """Return the stages up to the artifact, for callers that need no app (eval, bench)."""
    return _named(STAGES, (*_BEFORE_CHOICE, "lower"))


def _named(stages: tuple[Stage, ...], names: tuple[str, ...]) -> tuple[Stage, ...]:
    return tuple(stage for stage in stages if stage.name in names)


def _network_stages() -> tuple[Stage, ...]:
    """Return the stages that each network of a chain goes through alone."""
    names = [stage.name for stage in STAGES]
    return STAGES[: names.index("lower") + 1]


def _steps(plan: Plan, stages: tuple[Stage, ...]) -> Iterator[tuple[str, Stage, Plan]]:
    """Yield the name of each result, its stage and its plan, the detector's first.

    Before a runtime is chosen, those up to the choice, if others follow.
    """
    of_detector = _network_stages()
    if plan.preferred and any(stage.name not in _BEFORE_CHOICE for stage in stages):
        stages = (*_named(stages, _BEFORE_CHOICE), CHOICE)
        of_detector = _named(of_detector, _BEFORE_CHOICE)
    if plan.detector is not None:
        for stage in of_detector:
            yield f"{DETECTOR} {stage.name}", stage, plan.detector
    for stage in stages:
        yield stage.name, stage, plan


def _needs(
    name: str, stage: Stage, plan: Plan, done: Mapping[str, Outcome]
) -> Mapping[str, Outcome]:
    """Return the results that a stage reads; what follows the artifacts reads both networks'."""
    if name.startswith(DETECTOR):
        return {need: done[f"{DETECTOR} {need}"] for need in stage.needs}
    needs = {need: done[need] for need in stage.needs}
    if plan.detector is not None and stage not in _network_stages():
        both = {f"{DETECTOR} {need}" for need in stage.needs} & done.keys()
        needs |= {need: done[need] for need in sorted(both)}
    return needs


def _task(
    stage: Stage, plan: Plan, needs: Mapping[str, Outcome], done: Mapping[str, Outcome]
) -> Task:
    digests = {name: outcome.digest for name, outcome in needs.items()}
    before: Used = frozenset()
    if stage.tells:
        before = plan.used.union(*(outcome.used for outcome in done.values()))
    files, options = stage.files(plan), stage.options(plan)
    return Task(stage.name, plan.build_name, files, digests, options, before)


def _run(step: Step, plan: Plan, started: Callable[[], None], out: Path) -> None:
    demand_fitting(plan)
    started()
    step.run(out)


def _without_folders(value: Any) -> Any:  # noqa: ANN401 (JSON)
    """Return a value with file names in place of paths, and dicts in place of dataclasses.

    dataclasses.asdict would copy all values first, which every stage of every build waits for.
    """
    if isinstance(value, Path):
        return value.name
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _without_folders(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {name: _without_folders(part) for name, part in value.items()}
    if isinstance(value, tuple | list):
        return [_without_folders(part) for part in value]
    return value
