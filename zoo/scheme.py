"""Quantization schemes as data: the integer format a chip requires."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from fnmatch import fnmatchcase
from functools import reduce

from zoo.errors import QuantizeError

__all__ = ["FLOAT_SCHEMES", "OWN_INTEGERS", "Override", "Scheme", "exact_pattern"]

FLOAT_SCHEMES = ("float32", "float16")
"""Scheme names of graphs that stay float."""

OWN_INTEGERS = "qdq"
"""The quantization of an already quantized file, and its scheme if its integers are kept."""


_WEIGHT_BITS = (1, 2, 4, 8)
_ACTIVATION_BITS = (8, 16)
_ROUNDINGS = ("half_even", "half_up", "half_away")
_ACTIVATION_ROUNDINGS = (*_ROUNDINGS, "two_stage")
_ALLOWED = {
    "activation_bits": _ACTIVATION_BITS,
    "bias_bits": (8, 16, 32),
    "scale": ("float", "power_of_two"),
    "activation_rounding": _ACTIVATION_ROUNDINGS,
    "weight_rounding": _ROUNDINGS,
}


@dataclass(frozen=True)
class Override:
    """Bit widths for some tensors that differ from the scheme's; None keeps the scheme's.

    pattern: shell pattern of node or tensor names: 'stem', '/block*/conv'. A node's name covers its
    weight and its output.
    activation_bits: 16 where the scheme has 8 are signed around 0, the only ones that LiteRT takes.
    Raises QuantizeError for an unsupported bit width.
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
                    f"{', '.join(map(str, bits[:-1]))} and {bits[-1]}"
                )

    def matches(self, *names: str) -> bool:
        """Whether the pattern matches any of the names."""
        return any(fnmatchcase(name, self.pattern) for name in names)


def exact_pattern(name: str) -> str:
    """Return the shell pattern that matches only this name."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


@dataclass(frozen=True)
class Scheme:
    """An integer format for reals; the quantizer reads its fields, never its name.

    scale: 'float', or 'power_of_two' (scale = 2**-fix_point).
    fix_point: the same for all activations, weights and biases; None if each has its own.
    activation_symmetric: zero point 0 (signed) instead of a calibrated one.
    weight_qmin: -127 keeps weights symmetric (narrow range), -128 uses the whole range.
    activation_rounding, weight_rounding: 'half_even', 'half_up' or 'half_away'; activations also
    'two_stage', the K210's (compilers.op_parts.two_stage).
    bias_bits: 32 with scale input * weight, or 8 with a separate scale.
    shared_ops: ops whose inputs and output share one quantization (the DPU's concat).
    shift_cut, shift_bias: legal ranges of the right shift from accumulator to output and of the
    left shift from bias to accumulator, in bits; None if every factor is legal.
    mean_bits: a pool's mean is sum * M >> S, with S < log2(count * 2**mean_bits); None if it is
    divided by the count.  mean_factors: rows (kernel height, width, M, S) that the chip uses
    instead of the nearest M / 2**S.
    leaky_slope: (M, S) of the only slope M / 2**S that leaky rectifiers may have below zero; None
    if any is allowed.
    hard_sigmoid: (M, S, F) if the chip has one hard sigmoid only, relu6(x + 3) * M / 2**S, with an
    output fix point of at most F; None if any is allowed.
    composes: ops that the chip lacks and that are computed as others (compilers.quantize).
    equalize: cross-layer equalisation first; needed if weights have one scale per tensor.
    weight_widths: bits that weights may have; overrides choose one for some layers.
    accumulator_outputs: network outputs that a weighted node computes without a clamp stay as they
    are in the accumulator, int32 in steps of input * weight.
    overrides: bit widths of some tensors; later ones win.
    Raises QuantizeError for a value that is not among these.
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
    fix_point: int | None = None
    activation_rounding: str = "half_even"
    weight_rounding: str = "half_even"
    bias_bits: int = 32
    shared_ops: tuple[str, ...] = ()
    shift_cut: tuple[int, int] | None = None
    shift_bias: tuple[int, int] | None = None
    mean_bits: int | None = None
    mean_factors: tuple[tuple[int, int, int, int], ...] = ()
    leaky_slope: tuple[int, int] | None = None
    hard_sigmoid: tuple[int, int, int] | None = None
    composes: tuple[str, ...] = ()
    equalize: bool = False
    weight_widths: tuple[int, ...] = (4, 8)
    accumulator_outputs: bool = False
    overrides: tuple[Override, ...] = ()

    def __post_init__(self) -> None:
        for field, allowed in _ALLOWED.items():
            self._check(field, getattr(self, field) in allowed, " or ".join(map(repr, allowed)))
        widths = " or ".join(map(str, self.weight_widths))
        self._check("weight_bits", self.weight_bits in self.weight_widths, widths)
        lowest = -(1 << (self.weight_bits - 1))
        is_lowest = self.weight_qmin in (lowest, lowest + 1)
        self._check("weight_qmin", is_lowest, f"{lowest} or {lowest + 1}")
        is_fixed = self.fix_point is None or self.scale == "power_of_two"
        self._check("fix_point", is_fixed, "None for float scales")
        are_overrides = all(isinstance(override, Override) for override in self.overrides)
        self._check("overrides", are_overrides, "a tuple of zoo.scheme.Override")
        for override in self.overrides:
            is_offered = override.weight_bits in (None, *self.weight_widths)
            self._check("overrides", is_offered, f"weight_bits of {widths}")

    def _check(self, field: str, is_allowed: bool, allowed: str) -> None:
        if not is_allowed:
            raise QuantizeError(
                f"scheme '{self.name}': {field} is {getattr(self, field)!r}; allowed: {allowed}"
            )

    @property
    def record(self) -> Mapping[str, str]:
        """Metadata of graphs quantized with this scheme."""
        overrides = json.dumps([asdict(override) for override in self.overrides])
        return {
            "zoo.scheme": self.name,
            **({"zoo.overrides": overrides} if self.overrides else {}),
        }

    def at(self, *names: str) -> "Scheme":
        """Return the scheme for one tensor. names: the tensor's, and its node's."""
        matching = [override for override in self.overrides if override.matches(*names)]
        return reduce(_overridden, matching, replace(self, overrides=()))


def _overridden(scheme: Scheme, override: Override) -> Scheme:
    bits = override.weight_bits or scheme.weight_bits
    lowest = -(1 << (bits - 1))
    is_narrow = scheme.weight_qmin > -(1 << (scheme.weight_bits - 1))
    activation_bits = override.activation_bits or scheme.activation_bits
    is_wider = activation_bits > scheme.activation_bits
    return replace(
        scheme,
        weight_bits=bits,
        weight_qmin=lowest + 1 if is_narrow else lowest,
        activation_bits=activation_bits,
        activation_signed=is_wider or scheme.activation_signed,
        activation_symmetric=is_wider or scheme.activation_symmetric,
    )
