"""From model to bundle: the stages of a build, in the order in which the data goes."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from zoo.cache import Cache, Outcome, Task
from zoo.digest import digest_code
from zoo.labelled_data import parse_name
from zoo.plan import Plan
from zoo.registry import resolve
from zoo.stage import Stage
from zoo.tool_use import app_tools, compiler_tools, quantizer_tools

__all__ = ["STAGES", "artifact_stages", "build", "preview"]


def _contract(plan: Plan) -> Mapping[str, object]:
    return {"model": plan.recipe.name, "contract": plan.recipe.contract.to_json()}


def _target(plan: Plan) -> Mapping[str, object]:
    return {"target": asdict(plan.target)}


def _programs(plan: Plan) -> Mapping[str, object]:
    """Return where the vendor's programs are, and what tools say of their versions.

    An artifact made without them is made anew.
    """
    programs = {name: shutil.which(name) or "" for name in plan.target.programs}
    return {"programs": programs, "compiler_tools": compiler_tools(plan)}


def _app(plan: Plan) -> Mapping[str, object]:
    return {**_target(plan), "app_tools": app_tools(plan)}


def _quantization(plan: Plan) -> Mapping[str, object]:
    return {
        "quantization": plan.quant,
        "scheme": plan.scheme,
        "quantizer": plan.quantizer,
        "quantizer_tools": quantizer_tools(plan),
        "calibrator": plan.calibrator,
        "calibration_count": plan.calibration_count,
        **_calibration(plan),
        **(_training(plan) if plan.trains else {}),
    }


def _calibration(plan: Plan) -> Mapping[str, object]:
    """Return what the folder is read as, where its name says so."""
    name = parse_name(plan.calibration or "")
    return {"dataset": name.dataset, "split": name.split} if name.dataset else {}


def _training(plan: Plan) -> Mapping[str, object]:
    trainers = {name: _version(name) for name in ("torch", "recipes")}
    return {"epochs": plan.epochs, "seed": plan.seed, **trainers}


def _quantization_files(plan: Plan) -> Mapping[str, Path]:
    folder = plan.calibration and parse_name(plan.calibration).folder
    files = {"quant_hub": plan.quant_hub, "calibration": folder}
    return {name: path for name, path in files.items() if path is not None}


def _golden(plan: Plan) -> Mapping[str, object]:
    return {"golden": [[golden.name, golden.box] for golden in plan.recipe.golden]}


def _golden_files(plan: Plan) -> Mapping[str, Path]:
    return {f"golden {golden.name}": golden.image for golden in plan.recipe.golden}


def _papers(plan: Plan) -> Mapping[str, Path]:
    recipe = plan.recipe
    papers = {f"licence {licence.covers}": licence.file for licence in recipe.licences}
    more = {"metrics": recipe.metrics, "card": recipe.card}
    return {**papers, **{name: path for name, path in more.items() if path is not None}}


STAGES = (
    Stage(
        "hub",
        "simplify the float hub",
        "zoo.stages.hub:run",
        packages=("compilers", "onnx", "onnxsim"),
        files=lambda plan: {"float_hub": plan.float_hub},
        options=_contract,
    ),
    Stage(
        "quantize",
        "quantize the graph",
        "zoo.stages.quantize:run",
        needs=("hub",),
        packages=("compilers", "onnx", "onnxruntime", "numpy"),
        files=_quantization_files,
        options=lambda plan: {**_contract(plan), **_quantization(plan)},
    ),
    Stage(
        "lower",
        "lower to the target's artifact",
        "zoo.stages.lower:run",
        needs=("quantize",),
        packages=("compilers", "codegen", "onnx", "protobuf", "numpy"),
        options=lambda plan: {"scheme": plan.scheme, **_target(plan), **_programs(plan)},
    ),
    Stage(
        "generate",
        "generate the app",
        "zoo.stages.generate:run",
        needs=("lower",),
        packages=("codegen", "zoo", "jinja2"),
        files=_golden_files,
        options=lambda plan: {**_contract(plan), **_target(plan), **_golden(plan)},
    ),
    Stage(
        "compile",
        "compile the app",
        "zoo.stages.compile:run",
        needs=("generate",),
        packages=("codegen",),
        options=_app,
    ),
    Stage(
        "verify",
        "prove every step from float to app",
        "zoo.stages.verify:run",
        needs=("hub", "quantize", "lower", "generate", "compile"),
        packages=("compilers", "runtimes", "zoo", "onnxruntime", "ai-edge-litert", "numpy"),
        files=lambda plan: {**_golden_files(plan), **_papers(plan)},
        options=lambda plan: {
            **_contract(plan),
            **_app(plan),
            **_golden(plan),
            **_quantization(plan),
            "quantization_bound": plan.quantization_bound,
        },
    ),
    Stage(
        "package",
        "package the bundle",
        "zoo.stages.package:run",
        needs=("hub", "quantize", "lower", "generate", "compile", "verify"),
        packages=("codegen", "runtimes", "zoo", "onnxruntime"),
        files=lambda plan: {**_golden_files(plan), **_papers(plan)},
        options=lambda plan: {**_contract(plan), **_target(plan), "quantization": plan.quant},
    ),
)


def build(
    plan: Plan,
    cache: Cache,
    *,
    force: bool = False,
    started: Callable[[Stage], None] = lambda stage: None,  # noqa: ARG005
    finished: Callable[[Outcome], None] = lambda outcome: None,  # noqa: ARG005
    stages: tuple[Stage, ...] = STAGES,
) -> Mapping[str, Path]:
    """Run the stages that the cache lacks and return each one's result folder by name.

    force: run all of them.  started, finished: told of progress.
    """
    done: dict[str, Path] = {}
    for stage in stages:
        started(stage)
        needs = {name: done[name] for name in stage.needs}
        outcome = cache.perform(_task(stage, plan, needs), _runner(stage, plan, needs), force)
        done[stage.name] = outcome.folder
        finished(outcome)
    return done


def preview(plan: Plan, cache: Cache) -> Iterator[Outcome]:
    """Yield what `build` would do; ends with the first stage that would run.

    What comes after it depends on its result, which is not known yet.
    """
    done: dict[str, Path] = {}
    for stage in STAGES:
        needs = {name: done[name] for name in stage.needs}
        outcome = cache.preview(_task(stage, plan, needs))
        done[stage.name] = outcome.folder
        yield outcome
        if not outcome.hit:
            return


def artifact_stages() -> tuple[Stage, ...]:
    """Return the stages up to the artifact, for those who need no app (eval, bench)."""
    names = [stage.name for stage in STAGES]
    return STAGES[: names.index("lower") + 1]


def _task(stage: Stage, plan: Plan, needs: Mapping[str, Path]) -> Task:
    inputs = {**needs, **stage.files(plan)}
    tools = {name: _version(name) for name in stage.packages}
    return Task(stage.name, plan.subject, inputs, stage.options(plan), tools)


def _runner(stage: Stage, plan: Plan, needs: Mapping[str, Path]) -> Callable[[Path], None]:
    def run(out: Path) -> None:
        resolve(stage.run)(plan, needs, out)

    return run


_OURS = frozenset({"zoo", "recipes", "compilers", "runtimes", "codegen"})


@cache
def _version(package: str) -> str:
    if package in _OURS:
        return digest_code(package)
    try:
        return version(package)
    except PackageNotFoundError:
        return "absent"
