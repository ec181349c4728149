"""What a report says of a small bundle and a model, without building anything."""

from base64 import b64decode
from dataclasses import replace

from zoo.artifact import Memory
from zoo.data.evaluation import Curve, Evaluation, Measurement
from zoo.proof.certificate import Certificate, Check
from zoo.report.content import (
    Accuracy,
    Content,
    Contents,
    Example,
    NetworkFacts,
    PackedFile,
    Subject,
    Terms,
)
from zoo.report.timings import ChainTiming, Timing, Timings

METRIC = "nme_percent"
PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAGCAIAAABxZ0isAAAAY0lEQVR42g3JIQEAQQhFQZKgCbEh0Jvky5cCTYgN"
    "gSbR3dgxM9w4xjVklPGMNcwCD05wAwUVvGDjj8STk9xESSUv2fxDuDjiCokST6z+aLw5zW3UVPOa7T8GH85wBw01"
    "vGGHD8x/PnGPuaBxAAAAAElFTkSuQmCC"
)
"""A picture of 8 x 6 pixels, always the same bytes, unlike what a library writes."""


def small_content(text: str = "toy") -> Content:
    """Return a report of a bundle and a model. text: in every name that others can choose."""
    return Content("0.1.0", (bundle(text), model(text)), (timings(text),))


def bundle(text: str = "toy") -> Subject:
    return Subject(
        name=f"{text}.board.ptq",
        target="board",
        quantization="ptq",
        scheme="w8a8-asym",
        metric=METRIC,
        more_is_better=False,
        networks=(network(text, "network"), network(text, "detector")),
        compared=("float", "ptq.w8a8-asym"),
        accuracy=(accuracy("float", 3.0, 2.0), accuracy("ptq.w8a8-asym", 3.25, 2.5)),
        examples=(example(text),),
        terms=(Terms(text, text, commercial=False), Terms("app 1", "Apache-2.0")),
        certificate=certificate(text),
        contents=Contents(
            1000,
            "",
            (PackedFile("manifest.json", 300, ""), PackedFile(f"model/{text}", 7, "ab" * 32)),
        ),
    )


def model(text: str = "toy") -> Subject:
    return Subject(
        name=text,
        target="",
        quantization="",
        scheme="",
        metric=METRIC,
        more_is_better=False,
        networks=(replace(network(text, "network"), memory=None),),
        compared=(),
        accuracy=(),
        examples=(),
        terms=(),
        certificate=None,
        contents=None,
    )


def network(text: str, role: str) -> NetworkFacts:
    memory = Memory(1000, 20)
    values = (f"{text} 2 x 2",)
    return NetworkFacts(role, text, text, "picture, as 3 x 8 x 8", values, (text,), 10, 20, memory)


def accuracy(form: str, error: float, eyes: float) -> Accuracy:
    points = ((0.0, 0.0), (2.0, 50.0), (error, 100.0))
    curve = Curve("Cumulative error", "error, %", "faces, %", 10, 100, points, is_step=True)
    groups = (
        Measurement("region", "eyes", 2, {METRIC: eyes}),
        Measurement("region", "jaw", 2, {METRIC: 4.0}),
    )
    metrics = {METRIC: error, "auc_percent": 60.0}
    return Accuracy(form, Evaluation("toys/test", 2, metrics, (curve,), groups), is_measured=True)


def example(text: str) -> Example:
    return Example(
        name=text,
        png=b64decode(PNG),
        size=(8, 6),
        wanted=((1.0, 2.0),),
        found=((1.5, 2.0),),
        wanted_boxes=((0.0, 0.0, 4.0, 4.0),),
        found_boxes=((0.0, 0.0, 4.0, 5.0),),
        differences={text: "0.5"},
        distance_percent=1.5,
    )


def certificate(text: str) -> Certificate:
    checks = (
        Check("float hub -> float reference", "relative", 1e-7, 1e-8, 1e-4, 544, text),
        Check("artifact -> app", "lsb", 0.0, 0.0, 0.0, 544, text),
        Check(f"detector: {text}", "lsb", 1.0, 0.25, None, 544, text),
    )
    tools, remarks = {text: text}, (text,)
    return Certificate(text, "board", "ptq", "w8a8-asym", checks, tools=tools, remarks=remarks)


def timings(text: str) -> Timings:
    return Timings(
        (timing(text), timing(text, is_measured=False, watts=None, method=text)),
        (ChainTiming(text, text, follows=True, threads=1, faces=1.5, photo_ms=8.0),),
    )


def timing(
    text: str = "toy",
    is_measured: bool = True,
    watts: float | None = 2.5,
    method: str = "",
    by_program: bool | None = None,
    machine: str = "",
) -> Timing:
    return Timing(
        machine=machine or text,
        by_program=is_measured if by_program is None else by_program,
        is_measured=is_measured,
        name=f"{text} ptq board",
        model=text,
        runtime="c",
        scheme="w8a8-asym",
        threads=1,
        batch=1,
        median_ms=2.0,
        p95_ms=2.5,
        low_ms=None,
        high_ms=None,
        watts=watts,
        celsius=None,
        slowed=(),
        method=method,
    )
