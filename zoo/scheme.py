"""Quantization schemes as data: what a chip wants its integers to look like."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from fnmatch import fnmatchcase
from functools import reduce

from zoo.errors import QuantizeError

__all__ = ["FLOAT_SCHEMES", "OWN_INTEGERS", "Override", "Scheme"]

FLOAT_SCHEMES = ("float32", "float16")
"""Names that stand where a scheme's would, for graphs that stay float."""

OWN_INTEGERS = "qdq"
"""The name for a file that is quantized already: of its quantization, and of the scheme where its
integers stay as they are."""


_WEIGHT_BITS = (4, 8)
_ACTIVATION_BITS = (8, 16)


@dataclass(frozen=True)
class Override:
    """Other bits for some tensors than the scheme's; None leaves them.

    pattern: of names of nodes or tensors, as a shell's: 'stem', '/block*/conv'. A node's name
    stands for its weight and its output.
    Raises QuantizeError for bits that no tensor may have.
    """

    pattern: str
    weight_bits: int | None = None
    activation_bits: int | None = None

    def __post_init__(self) -> None:
        allowed = {"weight_bits": _WEIGHT_BITS, "activation_bits": _ACTIVATION_BITS}
        for field, bits in allowed.items():
            found = getattr(self, field)
            if found is not None and found not in bits:
                raise QuantizeError(
                    f"override of '{self.pattern}': {field} is {found}; allowed are "
                    f"{' and '.join(map(str, bits))}"
                )

    def matches(self, *names: str) -> bool:
        """Whether the pattern is that of any name."""
        return any(fnmatchcase(name, self.pattern) for name in names)


@dataclass(frozen=True)
class Scheme:
    """One way to stand integers for reals; read by the quantizer, never by name.

    scale: 'float', or 'power_of_two' (scale = 2**-fix_point).
    activation_symmetric: zero point 0 (signed) instead of a calibrated one.
    weight_qmin: -127 keeps weights symmetric (narrow range), -128 uses the whole range.
    activation_rounding, weight_rounding: 'half_even', 'half_up' or 'half_away'.
    bias_bits: 32 with scale input * weight, or 8 with a scale of its own.
    shared_ops: ops whose inputs and output need one quantization (the DPU's concat).
    shift_cut, shift_bias: legal ranges of the right shift from accumulator to output and of the
    left shift from bias to accumulator, bits; None where every factor is legal.
    mean_bits: where a pool's mean is sum * M >> S, with S < log2(count * 2**mean_bits); None where
    it is divided by the count.  mean_factors: rows (kernel height, width, M, S) that the chip has
    instead of the nearest M / 2**S.
    leaky_slope: (M, S) of the only slope M / 2**S that leaky rectifiers have below zero; None where
    any is right.
    equalize: cross-layer equalisation first; needed wherever weights have one scale per tensor.
    overrides: other bits for some tensors; later ones win.
    """

    name: str
    summary: str
    activation_signed: bool
    activation_symmetric: bool
    weight_per_channel: bool
    activation_bits: int = 8
    weight_bits: int = 8
    weight_qmin: int = -127
    scale: str = "float"
    activation_rounding: str = "half_even"
    weight_rounding: str = "half_even"
    bias_bits: int = 32
    shared_ops: tuple[str, ...] = ()
    shift_cut: tuple[int, int] | None = None
    shift_bias: tuple[int, int] | None = None
    mean_bits: int | None = None
    mean_factors: tuple[tuple[int, int, int, int], ...] = ()
    leaky_slope: tuple[int, int] | None = None
    equalize: bool = False
    overrides: tuple[Override, ...] = ()

    @property
    def record(self) -> Mapping[str, str]:
        """The metadata of graphs that are quantized so."""
        overrides = json.dumps([asdict(override) for override in self.overrides])
        return {
            "zoo.scheme": self.name,
            **({"zoo.overrides": overrides} if self.overrides else {}),
        }

    def at(self, *names: str) -> "Scheme":
        """Return the scheme for one tensor. names: its own, and that of the node it belongs to."""
        matching = [override for override in self.overrides if override.matches(*names)]
        return reduce(_overridden, matching, replace(self, overrides=()))


def _overridden(scheme: Scheme, override: Override) -> Scheme:
    bits = override.weight_bits or scheme.weight_bits
    lowest = -(1 << (bits - 1))
    is_narrow = scheme.weight_qmin > -(1 << (scheme.weight_bits - 1))
    return replace(
        scheme,
        weight_bits=bits,
        weight_qmin=lowest + 1 if is_narrow else lowest,
        activation_bits=override.activation_bits or scheme.activation_bits,
    )
