"""Draws what docs explains, from this repository's own networks, into docs/images.

    python scripts/explanation_figures.py dist/pfld_0.25x.300w68.x86-ort.ptq.tar.gz

The bundle, from `zoo build pfld_0.25x.300w68 --target x86:ort --quant ptq`, gives the certificate.
"""

import json
import sys
import tarfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.hub.read import read
from compilers.reference import run_all
from zoo import registry
from zoo.build.pipeline import STAGES
from zoo.data.processing import postprocess, preprocess
from zoo.drawing.charts import Bars, Row, bar_chart
from zoo.drawing.svg import Drawing, Svg, element, standalone
from zoo.graph import Graph, Tensor
from zoo.picture import read_picture
from zoo.recipe import Recipe

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
MODEL, HUB = "pfld_0.25x.300w68", "ptq.w8a8-asym"
FAMILY = ("pfld_1.0x.300w68", "pfld_0.5x.300w68", "pfld_0.25x.300w68")
METRIC = "nme_interocular_percent"
NINE_WEIGHTS = "shallow.1.0.weight"
"""A layer with nine weights in each channel."""
SUMS = "add_140"
"""A tensor with values on both sides of 0."""
WIDTHS = (8, 6, 5, 4, 3, 2)
FORMS = {
    "user's file -> float hub": "network as imported",
    "float hub -> float reference": "float reference",
    "float hub -> hub, nme_interocular_percent": "integer reference",
    "integer reference -> artifact, each op alone": "the board's file",
    "artifact -> app": "program",
    "post-processing -> app's record": "program's record",
}
"""What each step of a certificate, by how it begins, compares with the form before it, which is the
user's first."""


def stages() -> Drawing:
    """Return the stages of a build below each other, and what each reads."""
    content = [heading("The stages of a build, and what each reads")]
    for index, stage in enumerate(STAGES):
        y = 34.0 + 44 * index
        reads = ", ".join(stage.needs) or "your files"
        content += [*form(stage.name, y), text(f"{stage.summary}; reads {reads}", 222, y + 22)]
    summary = "; ".join(f"{stage.name}: {stage.summary}" for stage in STAGES)
    return Drawing(760, 34.0 + 44 * len(STAGES), "Stages of a build", summary, content)


def rounding() -> Drawing:
    """Return nine weights of a channel above the steps that they are rounded to."""
    bits = 4
    weights = constant(NINE_WEIGHTS)[0].ravel()
    most = 2 ** (bits - 1) - 1
    scale = np.abs(weights).max() / most
    x = {step: 30 + 440 * (step + most) / (2 * most) for step in range(-most, most + 1)}
    content = [
        heading(f"Nine weights of a channel, and their places with {bits} bits"),
        line(f"M{x[-most]:.1f} 110H{x[most]:.1f}", "var(--ink)"),
    ]
    for step, place in x.items():
        content.append(line(f"M{place:.1f} 104v12", "var(--ink)"))
        content.append(text(f"{step}", place, 134, text_anchor="middle"))
    for weight in weights:
        exact = 250 + 220 * weight / (most * scale)
        rounded = x[round(weight / scale)]
        content.append(line(f"M{exact:.1f} 58L{rounded:.1f} 104", "var(--faint)"))
        content.append(element("circle", cx=exact, cy=52, r=5, fill="var(--series-0)"))
        content.append(element("circle", cx=rounded, cy=110, r=5, fill="var(--series-1)"))
    content.append(text(f"a step is {scale:.4f}", 250, 158, text_anchor="middle"))
    told = ", ".join(f"{weight:.3f} to {round(weight / scale)}" for weight in weights)
    return Drawing(500, 170, "Rounding of weights", told, content)


def value_range() -> Drawing:
    """Return how often values of a tensor occur for the portrait, and the range of 8 bits."""
    values = float_values()[SUMS].ravel()
    integers = integer_graph().tensors[SUMS].quantization
    assert integers is not None
    (scale,), (zero,) = integers.scale, integers.zero_point
    low, high = scale * (integers.qmin - zero), scale * (integers.qmax - zero)
    outside = 100 * np.mean((values < low) | (values > high))
    counts, edges = np.histogram(values, 48)
    left, right = edges[0], edges[-1]

    def x(value: float) -> float:
        return float(30 + 440 * (value - left) / (right - left))

    content = [heading(f"{values.size:,} values of a layer, and the range that 8 bits cover")]
    band = {"x": x(low), "y": 36, "width": x(high) - x(low), "height": 180}
    content.append(element("rect", **band, fill="var(--raised)"))
    for count, begin, end in zip(counts, edges, edges[1:], strict=False):
        tall = 170 * count / counts.max()
        bar = {"x": x(begin), "y": 216 - tall, "width": x(end) - x(begin) - 1, "height": tall}
        content.append(element("rect", **bar, fill="var(--series-0)"))
    for value in (low, 0.0, high, right):
        content.append(line(f"M{x(value):.1f} 216v6", "var(--ink)"))
        content.append(text(f"{value:.1f}", x(value), 238, text_anchor="middle", font_size=11))
    note = f"{outside:.2f} % of the values are outside and are cut off; a step is {scale:.3f}"
    content.append(text(note, 250, 262, text_anchor="middle"))
    return Drawing(500, 274, "Range of values", f"{low:.2f} to {high:.2f}: {note}", content)


def weight_bits() -> Drawing:
    """Return how far landmarks of the portrait move if only weights are rounded."""
    exact = landmarks(float_graph())
    moved = {bits: landmarks(with_rounded_weights(float_graph(), bits)) - exact for bits in WIDTHS}
    rows = tuple(
        Row(f"{bits} bits", (float(np.linalg.norm(change, axis=1).mean()),))
        for bits, change in moved.items()
    )
    bars = Bars(("weights rounded, nothing else done",), rows, "pixels")
    return bar_chart("How far the portrait's landmarks move", bars)


def eight_bits() -> Drawing:
    """Return the published errors of networks in float and in 8 bits."""
    rows = []
    for name in FAMILY:
        metrics = recipe(name).metrics
        assert metrics is not None
        known = json.loads(metrics.read_text("utf-8"))
        rows.append(Row(name, tuple(known[hub]["metrics"][METRIC] for hub in ("none", HUB))))
    bars = Bars(("float", "8 bits after training (ptq)"), tuple(rows), "% of the eyes' distance")
    return bar_chart("Error on 554 faces", bars)


def certificate_chain(checks: Sequence[Mapping[str, Any]]) -> Drawing:
    """Return the forms of a network below each other, with the difference between each two."""
    content = [heading("From the network's file to the program's record"), *form("your file", 34)]
    summary = []
    for index, (step, name) in enumerate(FORMS.items()):
        y = 34.0 + 66 * (index + 1)
        check = next(check for check in checks if check["step"].startswith(step))
        told = f"at most {check['largest']:.2g} {unit(check)}; allowed: {check['bound']:g}"
        content += [line(f"M110 {y - 30:.0f}v28", "var(--faint)"), text(told, 124, y - 11)]
        content += form(name, y)
        summary.append(f"{step}: {check['largest']:.2g}")
    height = 34.0 + 66 * len(FORMS) + 46
    return Drawing(520, height, "A certificate", "; ".join(summary), content)


def unit(check: Mapping[str, Any]) -> str:
    """Return a check's unit in words."""
    words = {
        "lsb": "steps",
        "relative": "of the largest number",
        "of the float network's": "of the float network's error",
        "pixel or degree": "pixels",
    }
    return "step" if check["unit"] == "lsb" and check["largest"] == 1 else words[check["unit"]]


def form(name: str, y: float) -> Iterator[Svg]:
    """Yield a box with a name."""
    box = {"x": 10, "y": y, "width": 200, "height": 34, "rx": 5}
    yield element("rect", **box, fill="var(--raised)", stroke="var(--accent)")
    yield text(name, 110, y + 22, text_anchor="middle")


@cache
def recipe(name: str = MODEL) -> Recipe:
    """Return a published model."""
    found: Recipe = registry.load("recipe", name)
    return found


@cache
def float_graph() -> Graph:
    """Return the network as it was trained."""
    return read(recipe().hubs["none"].read_bytes(), MODEL)


@cache
def integer_graph() -> Graph:
    """Return the network in 8 bits."""
    return read(recipe().hubs[HUB].read_bytes(), MODEL)


def float_values() -> Mapping[str, NDArray[Any]]:
    """Return all values of the float network for the portrait."""
    return values_of(float_graph())


def values_of(graph: Graph) -> Mapping[str, NDArray[Any]]:
    """Return all values of a network for the portrait."""
    golden = recipe().golden[0]
    frame = preprocess(recipe().contract, read_picture(golden.image), golden.box)
    assert frame.input_chw is not None
    return run_all(graph, {recipe().contract.input.name: frame.input_chw[None]})


def landmarks(graph: Graph) -> NDArray[np.float64]:
    """Return the landmarks of the portrait, [68, 2] in pixels."""
    golden, contract = recipe().golden[0], recipe().contract
    frame = preprocess(contract, read_picture(golden.image), golden.box)
    values = values_of(graph)
    outputs = {name: values[name] for name in graph.outputs}
    found: NDArray[np.float64] = postprocess(contract, outputs, frame)["landmarks"]
    return found.reshape(-1, 2)


def constant(name: str) -> NDArray[Any]:
    """Return a constant of the float network."""
    data = float_graph().tensors[name].data
    assert data is not None
    return data


def with_rounded_weights(graph: Graph, bits: int) -> Graph:
    """Return a float network whose weights are on grids of so many bits, one for each channel."""
    tensors = {name: rounded(tensor, bits) for name, tensor in graph.tensors.items()}
    return replace(graph, tensors=tensors)


def rounded(tensor: Tensor, bits: int) -> Tensor:
    """Return a tensor with its data on a grid; activations, biases and numbers as they are."""
    if tensor.data is None or tensor.data.ndim < 2 or tensor.data.dtype != np.float32:
        return tensor
    most = 2 ** (bits - 1) - 1
    axes = tuple(range(1, tensor.data.ndim))
    scale = np.maximum(np.abs(tensor.data).max(axes, keepdims=True), 1e-12) / most
    return replace(tensor, data=(np.rint(tensor.data / scale) * scale).astype(np.float32))


def heading(words: str) -> Svg:
    """Return the title of a drawing."""
    return text(words, 10, 20, font_weight="bold")


def line(path: str, colour: str) -> Svg:
    """Return a thin line."""
    return element("path", d=path, stroke=colour, fill="none")


def text(words: str, x: float, y: float, **attributes: str | float) -> Svg:
    """Return text in the drawings' font."""
    font: dict[str, str | float] = {"font_family": "system-ui, sans-serif", "font_size": 13}
    return element("text", words, x=x, y=y, fill="var(--ink)", **(font | attributes))


def checks_of(bundle: Path) -> Sequence[Mapping[str, Any]]:
    """Return the checks of a bundle's certificate."""
    with tarfile.open(bundle) as archive:
        name = f"{bundle.name.removesuffix('.tar.gz')}/certificate.json"
        member = archive.extractfile(name)
        assert member is not None
        found: Sequence[Mapping[str, Any]] = json.loads(member.read())["checks"]
        return found


DRAWINGS: Mapping[str, Callable[[], Drawing]] = {
    "stages": stages,
    "rounding": rounding,
    "range": value_range,
    "weight_bits": weight_bits,
    "eight_bits": eight_bits,
}
"""The drawings that need no bundle, by the names of their files."""


def main(bundle: Path) -> None:
    """Write all files."""
    drawn = {name: draw() for name, draw in DRAWINGS.items()}
    drawn["certificate"] = certificate_chain(checks_of(bundle))
    for name, drawing in drawn.items():
        (IMAGES / f"{name}.svg").write_text(standalone([drawing]), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
