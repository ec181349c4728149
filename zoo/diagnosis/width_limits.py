"""Which other bit widths a target takes, and what a search can keep of its limits at all."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from math import inf

from zoo.artifact import graph_memory
from zoo.build.limits import Limits
from zoo.diagnosis.width_order import NARROW, WIDE
from zoo.errors import QuantizeError, RefusedError, ZooError
from zoo.graph import Graph
from zoo.scheme import Override, Scheme, exact_pattern

__all__ = ["TrialQuantizer", "Widths", "find_widths", "size_words"]


@dataclass(frozen=True)
class TrialQuantizer:
    """How a build quantizes a network.

    whole: to a scheme, as it is deployed.  quick: likewise but carelessly, in a second; raises a
    ZooError for a scheme that the target refuses.
    stored_bytes: of all constants, as the compiler stores them; None if it does not tell.
    estimated_ms: of the network on the target, as `zoo estimate` has it; None if it does not know.
    refused: the nodes that the target has no kernels for in a scheme; empty if its compiler does
    not tell.
    """

    whole: Callable[[Scheme], Graph]
    quick: Callable[[Scheme], Graph]
    stored_bytes: Callable[[Graph], int | None]
    estimated_ms: Callable[[Graph], float | None]
    refused: Callable[[Scheme], frozenset[str]]

    def constants_bytes(self, graph: Graph) -> int:
        """Return the bytes of constants, as stored or else of the graph."""
        stored = self.stored_bytes(graph)
        return graph_memory(graph).weights_bytes if stored is None else stored

    def is_stored(self, graph: Graph) -> bool:
        """Whether `constants_bytes` are what the compiler stores."""
        return self.stored_bytes(graph) is not None


@dataclass(frozen=True)
class Widths:
    """Why a target takes no 4-bit weights, and no 16-bit values; '' if it takes them."""

    no_narrow: str
    no_wide: str


def find_widths(
    scheme: Scheme, outputs: Iterable[str], quantizer: TrialQuantizer, limits: Limits
) -> Widths:
    """Return what the target takes.

    outputs: of the network.
    Raises RefusedError if nothing can be chosen, and QuantizeError if even the smallest network is
    too large, both before anything is calibrated.
    """
    few = (Override("*", weight_bits=NARROW),)
    many = tuple(Override(exact_pattern(name), activation_bits=WIDE) for name in outputs)
    found = Widths(
        _narrow_fault(scheme) or _fault(quantizer, _with(scheme, few)),
        _wide_fault(scheme) or _fault(quantizer, _with(scheme, many)),
    )
    if limits.loss < inf and found.no_narrow and found.no_wide:
        raise RefusedError(
            f"there are no bit widths to choose from: {found.no_narrow}; {found.no_wide}; leave "
            "out the limit of loss (--max-quantization-error refuses a large one, too)"
        )
    if limits.constants_bytes < inf:
        smallest = scheme if found.no_narrow else _with(scheme, few)
        _demand_room(found, smallest, quantizer, limits)
    return found


def size_words(constants_bytes: int, is_stored: bool) -> str:
    """Return a size for people, and whose it is."""
    whose = (
        "of constants in the program"
        if is_stored
        else "of constants in the graph (the compiler does not tell what it stores)"
    )
    return f"{constants_bytes / 1024:.1f} KiB {whose}"


def _with(scheme: Scheme, overrides: tuple[Override, ...]) -> Scheme:
    return replace(scheme, overrides=(*scheme.overrides, *overrides))


def _narrow_fault(scheme: Scheme) -> str:
    if NARROW in scheme.weight_widths and scheme.weight_bits != NARROW:
        return ""
    return (
        f"scheme '{scheme.name}' has weights of {scheme.weight_bits} bits and does not mix them "
        f"with {NARROW}"
    )


def _wide_fault(scheme: Scheme) -> str:
    has_them = scheme.activation_bits >= WIDE
    return f"scheme '{scheme.name}' has values of {WIDE} bits already" if has_them else ""


def _fault(quantizer: TrialQuantizer, scheme: Scheme) -> str:
    """Return why the target refuses a scheme, '' if it takes it."""
    try:
        quantizer.quick(scheme)
    except ZooError as error:
        return str(error)
    return ""


def _demand_room(
    widths: Widths, smallest: Scheme, quantizer: TrialQuantizer, limits: Limits
) -> None:
    graph = quantizer.quick(smallest)
    size = quantizer.constants_bytes(graph)
    if size <= limits.constants_bytes:
        return
    bits = "8 bits" if widths.no_narrow else "4 bits everywhere"
    why = f", and fewer bits are refused: {widths.no_narrow}" if widths.no_narrow else ""
    raise QuantizeError(
        f"no choice of bit widths keeps {limits.words}: {bits} take "
        f"{size_words(size, quantizer.is_stored(graph))}{why}; allow more KiB, or choose a smaller "
        "network"
    )
