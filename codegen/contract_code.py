"""The contract as C++ constants and calls."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from codegen.cpp_literal import call, literal
from zoo import registry
from zoo.contract import Contract, SignalSpec, Step, TensorSpec
from zoo.data.processing import consumed
from zoo.plugs import AppRequest

__all__ = ["ContractCode", "contract_code"]


@dataclass(frozen=True)
class ContractCode:
    """Context of templates/cpp/contract.hpp.j2 and contract.cpp.j2.

    headers: of the steps.  signal: a SignalSpec literal.  input, outputs: TensorSpec literals.
    pre, post: lines of calls.
    """

    model: str
    model_literal: str
    file_literal: str
    headers: tuple[str, ...]
    signal: str
    input: str
    outputs: tuple[str, ...]
    pre: tuple[str, ...]
    post: tuple[str, ...]


def contract_code(request: AppRequest) -> ContractCode:
    """Return the context; raises RecipeError for parameters that a step does not accept."""
    contract = request.contract
    return ContractCode(
        model=request.model,
        model_literal=literal(request.model),
        file_literal=literal(request.artifact_main),
        headers=tuple(sorted(f"{name}.hpp" for name in step_names(contract))),
        signal=_signal(contract.signal),
        input=_tensor(contract.input),
        outputs=tuple(_tensor(output) for output in contract.outputs),
        pre=tuple(_lines(contract.pre, ("frame",))),
        post=(*_lines(contract.post, ("values", "frame")), *_erased(contract)),
    )


def step_names(contract: Contract) -> set[str]:
    """Return the names of all steps in a contract."""
    return {step.name for step in (*contract.pre, *contract.post)}


def _signal(signal: SignalSpec | None) -> str:
    return f"{{{signal.rate_hz}, {literal(signal.channel)}}}" if signal else "{}"


def _tensor(tensor: TensorSpec) -> str:
    return f"{{{literal(tensor.name)}, {literal(tensor.shape)}}}"


def _erased(contract: Contract) -> Iterator[str]:
    for name in consumed(contract):
        yield from call("values.erase", (), (name,))


def _lines(steps: Iterable[Step], first: tuple[str, ...]) -> Iterator[str]:
    for step in steps:
        plugin = registry.load("step", step.name)
        yield from call(step.name, first, tuple(plugin.complete(step.parameters).values()))
