"""Contracts as C++ constants and calls."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass

from codegen.cpp_literal import call, literal
from zoo import registry
from zoo.bundle.bundle import DETECTOR
from zoo.contract import Contract, SignalSpec, Step, TensorSpec
from zoo.plugs import AppRequest
from zoo.trackable import finds_landmarks

__all__ = [
    "ContractCode",
    "contract_code",
    "contracts_of",
    "cpp_steps",
    "step_names",
]


@dataclass(frozen=True)
class ContractCode:
    """A network in the context of templates/cpp/contract.cpp.j2.

    role: 'network', or 'detector' of its regions.
    signal: a SignalSpec literal.  input, outputs: TensorSpec literals.  has_landmarks: a literal.
    pre, post, track: lines of calls.
    """

    role: str
    model: str
    model_literal: str
    file_literal: str
    signal: str
    input: str
    outputs: tuple[str, ...]
    has_landmarks: str
    pre: tuple[str, ...]
    post: tuple[str, ...]
    track: tuple[str, ...]


def contract_code(request: AppRequest) -> Mapping[str, object]:
    """Return the context: networks, the headers of their steps, and the detector's region rule.

    Raises RecipeError for parameters that a step does not accept.
    """
    detector = request.detector
    networks = [_network("network", request.model, request.artifact_main, request.contract)]
    if detector is not None:
        file = f"{DETECTOR}/{detector.artifact_main}"
        networks.insert(0, _network("detector", detector.model, file, detector.contract))
    return {
        "networks": networks,
        "headers": sorted(f"{name}.hpp" for name in cpp_steps(request)),
        "regions": literal([*astuple(detector.regions)]) if detector else "",
    }


def _network(role: str, model: str, file: str, contract: Contract) -> ContractCode:
    return ContractCode(
        role=role,
        model=model,
        model_literal=literal(model),
        file_literal=literal(file),
        signal=_signal(contract.signal),
        input=_tensor(contract.input),
        outputs=tuple(_tensor(output) for output in contract.outputs),
        has_landmarks=literal(finds_landmarks(contract)),
        pre=tuple(_pre_lines(contract.pre)),
        post=(*_lines(contract.post, ("values", "frame")), *_erased(contract)),
        track=tuple(_lines(contract.track, ("observers",))),
    )


def contracts_of(request: AppRequest) -> tuple[Contract, ...]:
    """Return the contracts of all networks."""
    return (request.contract, *([request.detector.contract] if request.detector else ()))


def step_names(*contracts: Contract) -> set[str]:
    """Return the names of the steps around networks, which every program has."""
    return {step.name for contract in contracts for step in (*contract.pre, *contract.post)}


def cpp_steps(request: AppRequest) -> set[str]:
    """Return the names of all steps of a C++ program, which can also track objects."""
    return {step.name for contract in contracts_of(request) for step in contract.steps}


def _signal(signal: SignalSpec | None) -> str:
    return f"{{{signal.rate_hz}, {literal(signal.channel)}}}" if signal else "{}"


def _tensor(tensor: TensorSpec) -> str:
    return f"{{{literal(tensor.name)}, {literal(tensor.shape)}}}"


def _erased(contract: Contract) -> Iterator[str]:
    # On demand: it loads numpy, and a build of what is cached generates nothing.
    from zoo.data.processing import consumed

    for name in consumed(contract):
        yield from call("values.erase", (), (name,))


def _pre_lines(steps: tuple[Step, ...]) -> Iterator[str]:
    """Yield the calls; a pixelwise step that ends them leaves the numbers to the back end."""
    yield from _lines(steps[:-1], ("frame",))
    for last in steps[-1:]:
        suffix = "_pixels" if registry.load("step", last.name).is_pixelwise else ""
        yield from _lines((last,), ("frame",), suffix)


def _lines(steps: Iterable[Step], first: tuple[str, ...], suffix: str = "") -> Iterator[str]:
    for step in steps:
        plugin = registry.load("step", step.name)
        values = tuple(plugin.complete(step.parameters).values())
        yield from call(f"{step.name}{suffix}", first, values)
