"""Runs ONNX's own backend tests through the import: python scripts/onnx_backend_table.py

Each test is imported, computed by the float reference and compared with the expected result; so is
the resulting hub in ONNX Runtime. A refused test with further inputs is retried with these as
constants, like the weights of a trained network.

pass: both are right.  refused: an error states the reason.  wrong: another result.  crash: an error
that is not the zoo's. Exit status 1 if any test is wrong or crashes.

    --json FILE      write every test with its outcome and reason
    --only WORD      only tests whose name contains WORD

It takes about two minutes on one core, and 3 GB of memory for the largest networks.
"""

import argparse
import json
import sys
import traceback
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto, numpy_helper
from onnx.backend.test.case.node import collect_testcases
from onnx.backend.test.case.test_case import TestCase
from onnx.backend.test.loader import DATA_DIR, load_model_tests

from zoo import registry
from zoo.errors import ZooError
from zoo.user_file import import_file

KINDS = ("simple", "pytorch-operator", "pytorch-converted")
OUTCOMES = ("pass", "refused", "wrong", "crash")

Arrays = Sequence[NDArray[Any]]


@dataclass(frozen=True)
class Case:
    """A model, its inputs, expected outputs and tolerances."""

    name: str
    model: ModelProto
    inputs: Arrays
    outputs: Arrays
    rtol: float
    atol: float

    @property
    def op(self) -> str:
        """Return the operator of a model with one node, else 'several'."""
        nodes = self.model.graph.node
        return nodes[0].op_type if len(nodes) == 1 else "several"


@dataclass(frozen=True)
class Result:
    """Outcome of a case. reason: empty for 'pass'."""

    name: str
    op: str
    outcome: str
    reason: str = ""


def operator_cases() -> Iterator[Case]:
    """Yield the tests of single operators."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some expected values are infinite on purpose
        tests = collect_testcases(None)
    for test in tests:
        if test.model is not None and test.data_sets:
            yield _case(test, test.model, *test.data_sets[0])


def exported_cases() -> Iterator[Case]:
    """Yield models once exported by PyTorch, and a few with several operators."""
    for test in (test for kind in KINDS for test in load_model_tests(kind=kind)):
        folder = Path(test.model_dir or "")
        data = folder / "test_data_set_0"
        model = onnx.load(folder / "model.onnx")
        yield _case(test, model, _arrays(data, "input"), _arrays(data, "output"))


def network_cases() -> Iterator[Case]:
    """Yield whole networks with generated weights, fed with ramps."""
    for file in sorted(Path(DATA_DIR, "light").glob("*.onnx")):
        yield _network(file)


def _case(test: TestCase, model: ModelProto, inputs: Any, outputs: Any) -> Case:  # noqa: ANN401
    return Case(test.name, model, tuple(inputs), tuple(outputs), test.rtol, test.atol)


def _arrays(folder: Path, word: str) -> Arrays:
    files = sorted(folder.glob(f"{word}_*.pb"), key=lambda file: int(file.stem.split("_")[1]))
    return [_array(file.read_bytes()) for file in files]


def _array(content: bytes) -> NDArray[Any]:
    tensor = TensorProto.FromString(content)
    try:
        return numpy_helper.to_array(tensor)
    except (ValueError, TypeError, KeyError):  # a list or an optional value
        return np.zeros(0)


def _network(file: Path) -> Case:
    model = onnx.load(file)
    known = {tensor.name for tensor in model.graph.initializer}
    (value,) = (value for value in model.graph.input if value.name not in known)
    shape = [dim.dim_value for dim in value.type.tensor_type.shape.dim]
    ramp = (np.arange(np.prod(shape)) / np.prod(shape)).reshape(shape).astype(np.float32)
    run = registry.load("executor", "onnxruntime-unoptimized").load(file.parent, file.name)
    outputs = run({value.name: ramp})
    expected = [outputs[output.name] for output in model.graph.output]
    return Case(file.stem, model, [ramp], expected, 1e-3, 1e-6)


def judge(case: Case) -> Result:
    """Return the outcome of a case, unchanged or with all inputs but the first as constants."""
    first = _judge(case, case.model, case.inputs[:])
    plain = all(isinstance(array, np.ndarray) for array in case.inputs)  # no lists of tensors
    if first.outcome != "refused" or len(case.inputs) < 2 or not plain:
        return first
    return _judge(case, *_frozen(case))


def _judge(case: Case, model: ModelProto, inputs: Arrays) -> Result:
    try:
        reason = _difference(case, model, inputs)
    except ZooError as error:
        return Result(case.name, case.op, "refused", str(error))
    except Exception:  # any other exception is a fault
        return Result(case.name, case.op, "crash", traceback.format_exc(limit=-3))
    return Result(case.name, case.op, "wrong" if reason else "pass", reason)


def _frozen(case: Case) -> tuple[ModelProto, Arrays]:
    """Return the model with all inputs but the first as constants, and the first."""
    model = ModelProto()
    model.CopyFrom(case.model)
    values = list(model.graph.input)
    for value, array in list(zip(values, case.inputs, strict=False))[1:]:
        model.graph.initializer.append(numpy_helper.from_array(array, value.name))
        model.graph.input.remove(value)
    return model, case.inputs[:1]


def _difference(case: Case, model: ModelProto, inputs: Arrays) -> str:
    """Return where a result differs, '' if none does; raises ZooError for a refusal."""
    form = registry.load("format", "onnx")
    with TemporaryDirectory(prefix="onnx-backend-") as name:
        folder = Path(name)
        (folder / "model.onnx").write_bytes(model.SerializeToString())
        graph = import_file(folder / "model.onnx", {})
        (folder / "hub.onnx").write_bytes(form.write(graph))
        feeds = dict(zip(graph.inputs, inputs, strict=True))
        for executor in ("reference", "onnxruntime-unoptimized"):
            run = registry.load("executor", executor).load(folder, "hub.onnx")
            found = run(feeds)
            for output, wanted in zip(graph.outputs, case.outputs, strict=True):
                if not _close(case, found[output], wanted):
                    return f"{executor}: output '{output}' {found[output]} instead of {wanted}"
    return ""


def _close(case: Case, found: NDArray[Any], wanted: NDArray[Any]) -> bool:
    same_shape = np.shape(found) == np.shape(wanted)
    return same_shape and np.allclose(found, wanted, case.rtol, case.atol, equal_nan=True)


def table(results: Iterable[Result]) -> str:
    """Return Markdown: a row for each operator with a passed test, and one for the others."""
    by_op: dict[str, Counter[str]] = defaultdict(Counter)
    for result in results:
        by_op[result.op][result.outcome] += 1
    lines = [f"| operator | {' | '.join(OUTCOMES)} |", "|---|---|---|---|---|"]
    shown = sorted(op for op, found in by_op.items() if set(found) != {"refused"})
    lines.extend(_row(op, by_op[op]) for op in shown)
    others = sum((found for op, found in by_op.items() if op not in shown), Counter[str]())
    lines.append(_row(f"{len(by_op) - len(shown)} others", others))
    lines.append(_row("all", sum(by_op.values(), Counter[str]())))
    return "\n".join(lines)


def _row(name: str, found: Mapping[str, int]) -> str:
    return f"| {name} | {' | '.join(str(found.get(outcome, 0)) for outcome in OUTCOMES)} |"


def reasons(results: Iterable[Result]) -> str:
    """Return Markdown: numbers of refused tests by kind of reason."""
    kinds = Counter(_kind(result.reason) for result in results if result.outcome == "refused")
    lines = ["| refused because of | tests |", "|---|---|"]
    return "\n".join([*lines, *(f"| {kind} | {count} |" for kind, count in kinds.most_common())])


_KINDS = {
    "no op plugin reads": "an operator that no op plugin reads",
    "may also be FLOAT16": "an input of a type other than float",
    "has no axes": "an input without a batch axis",
    "has a dynamic axis": "an input with an axis of size 0",
    "; supported are 6 to": "an opset outside the supported range",
    "is unknown; export": "operators newer than opset 21",
    "not the first output": "a second output, such as indices",
    "its first output is left out": "a second output, such as indices",
    "the network computes": "weights or parameters that are computed",
    "control flow": "control flow",
    "only images": "a tensor that is not an image [N, C, H, W]",
    "only [N, C]": "a tensor that is not [N, C], for a dense layer",
    "batch": "an operation on the batch axis",
    "is a constant": "an output that does not depend on an input",
    "only constant inputs": "constants that are not folded",
    "is a copy of": "an output that is an input",
    "not a valid ONNX model": "a model that ONNX's checker refuses",
}


def _kind(reason: str) -> str:
    return next(
        (kind for word, kind in _KINDS.items() if word in reason),
        "a use of the operator that its op plugin refuses",
    )


def main() -> int:
    """Print the tables; progress goes to standard error."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--json", type=Path, help="write every test with its outcome and reason")
    parser.add_argument("--only", default="", help="only tests whose name contains this word")
    wish = parser.parse_args()
    results = []
    cases = chain(operator_cases(), exported_cases(), network_cases())
    for case in (case for case in cases if wish.only in case.name):
        results.append(judge(case))
        print(f"\r{len(results)} {case.name:60.60}", end="", file=sys.stderr)
    print(file=sys.stderr)
    if wish.json:
        wish.json.write_text(json.dumps([asdict(result) for result in results], indent=2) + "\n")
    bad = [result for result in results if result.outcome in ("wrong", "crash")]
    for result in bad:
        print(f"{result.outcome}: {result.name} ({result.op}): {result.reason}\n")
    print(table(results), reasons(results), sep="\n\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
