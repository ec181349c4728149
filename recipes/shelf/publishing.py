"""Writes a recipe's published files to its folder of weights, and measures them.

A folder holds MODEL.safetensors, its training record MODEL.training.json, the float hub
MODEL.none.onnx, quantized hubs MODEL.QUANT.SCHEME.onnx, their accuracy MODEL.json, its curves and
groups MODEL.details.json, and the card MODEL.md.
"""

import json
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from string import Template
from textwrap import fill

from zoo import registry
from zoo.build.cache import Cache
from zoo.build.pipeline import STAGES, build
from zoo.build.plan import make_plan
from zoo.build.wish import Wish
from zoo.cache_folder import cache_folder
from zoo.data.evaluation import Curve, Evaluation, metric_words
from zoo.recipe import Recipe

__all__ = [
    "accuracy_table",
    "keep_weights",
    "measure",
    "parameters",
    "publish_float",
    "publish_quantized",
    "render",
    "write_accuracy",
    "write_details",
]

_CURVE_POINTS = 101


def keep_weights(trained: Path, name: str, folder: Path) -> Path:
    """Copy a training's weights and record into the folder; return the weights' path.

    trained: the output of `zoo train` for the model `name`.
    """
    weights = folder / f"{name}.safetensors"
    shutil.copyfile(trained / weights.name, weights)
    shutil.copyfile(trained / "training.json", folder / f"{name}.training.json")
    return weights


def publish_float(recipe: Recipe, weights: Path, folder: Path) -> None:
    """Write the float hub; remove hubs that were made from older weights."""
    export: Callable[[Recipe, Path], bytes] = registry.resolve(recipe.export)
    hub = export(recipe, weights)
    for outdated in recipe.hubs.values():
        outdated.unlink()
    (folder / f"{recipe.name}.none.onnx").write_bytes(hub)


def publish_quantized(model: str, data: Path, quant: str, scheme: str, folder: Path) -> Path:
    """Quantize the published float hub as `zoo build` does; return the file in the folder."""
    registry.load("scheme", scheme)
    # Any board with this scheme works: only stages before the board matter run here.
    plan = make_plan(Wish(model, target="x86", quant=quant, calibration=data))
    plan = replace(plan, scheme=scheme)
    stages = tuple(stage for stage in STAGES if stage.name in ("hub", "quantize"))
    done = build(plan, Cache(cache_folder()), stages=stages)
    hub = folder / f"{plan.recipe.name}.{plan.hub_key}.onnx"
    shutil.copyfile(done["quantize"] / "hub.onnx", hub)
    return hub


def measure(recipe: Recipe, data: Path) -> Mapping[str, Evaluation]:
    """Return the accuracy of each published hub by quantization, run without optimisation."""
    evaluate: Callable[..., Evaluation] = registry.resolve(recipe.evaluate)
    executor = registry.load("executor", "onnxruntime-unoptimized")
    return {
        quant: evaluate(recipe, executor.load(hub.parent, hub.name, 1), data)
        for quant, hub in recipe.hubs.items()
    }


def write_accuracy(recipe: Recipe, measured: Mapping[str, Evaluation], folder: Path) -> None:
    """Write the metrics by quantization as JSON, and curves and groups to a file of their own."""
    figures = {
        quant: {"data": result.data, "count": result.count, "metrics": dict(result.metrics)}
        for quant, result in measured.items()
    }
    (folder / f"{recipe.name}.json").write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    write_details(recipe, measured, folder)


def write_details(recipe: Recipe, measured: Mapping[str, Evaluation], folder: Path) -> None:
    """Write curves and groups by quantization, a line for each, if there are any."""
    details = {quant: _details(result) for quant, result in measured.items()}
    if any(found["curves"] or found["groups"] for found in details.values()):
        lines = (f"{json.dumps(quant)}: {json.dumps(found)}" for quant, found in details.items())
        text = "{\n" + ",\n".join(lines) + "\n}\n"
        (folder / f"{recipe.name}.details.json").write_text(text, "utf-8")


def _details(result: Evaluation) -> dict[str, object]:
    """Return curves of a few points, and groups, in JSON types."""
    return {
        "data": result.data,
        "count": result.count,
        "curves": [_curve(curve) for curve in result.curves],
        "groups": [
            {
                **asdict(group),
                "metrics": dict(zip(group.metrics, _rounded(group.metrics.values()), strict=True)),
            }
            for group in result.groups
        ],
    }


def _curve(curve: Curve) -> dict[str, object]:
    """Return a curve of a few points, to be joined: of steps their heights at even places."""
    points: Iterable[tuple[float, float]] = curve.points
    count = min(len(curve.points), _CURVE_POINTS)
    if curve.is_step:
        places = (curve.x_limit * index / (_CURVE_POINTS - 1) for index in range(_CURVE_POINTS))
        points = [(place, _height(curve, place)) for place in places]
    elif count < len(curve.points):
        share = (len(curve.points) - 1) / (count - 1)
        points = [curve.points[round(index * share)] for index in range(count)]
    return {**asdict(curve), "points": list(map(_rounded, points)), "is_step": False}


def _height(curve: Curve, place: float) -> float:
    """Return the height of steps at a place, 0 before the first one."""
    return next((y for x, y in reversed(curve.points) if x <= place), 0.0)


def _rounded(values: Iterable[float]) -> list[float]:
    return [round(value, 3) for value in values]


def parameters(recipe: Recipe) -> int:
    """Return the number of parameters in the float hub, which a board stores."""
    hub = recipe.hubs["none"]
    graph = registry.load("format", "onnx").read(hub.read_bytes(), str(hub))
    weights = [tensor.data for tensor in graph.tensors.values() if tensor.dtype == "float32"]
    return sum(data.size for data in weights if data is not None)


def render(template: Path, **fields: object) -> str:
    """Return a card: the template with its fields filled in and its paragraphs wrapped."""
    text = Template(template.read_text("utf-8")).substitute(fields)
    return "\n\n".join(map(_wrapped, text.rstrip().split("\n\n"))) + "\n"


def accuracy_table(measured: Mapping[str, Evaluation]) -> str:
    """Return metrics as a Markdown table with a column for each published hub."""
    names = next(iter(measured.values())).metrics
    rows = [["metric", *measured], ["---"] * (1 + len(measured))]
    for name in names:
        rows.append(
            [", ".join(metric_words(name)), *(f"{m.metrics[name]:.2f}" for m in measured.values())]
        )
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _wrapped(paragraph: str) -> str:
    is_text = not paragraph.startswith(("#", "|"))
    return fill(paragraph, 100, break_on_hyphens=False) if is_text else paragraph
