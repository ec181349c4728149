"""Quantization schemes as data: what a chip wants its integers to look like."""

from dataclasses import dataclass

__all__ = ["FLOAT_SCHEMES", "OWN_INTEGERS", "Scheme"]

FLOAT_SCHEMES = ("float32", "float16")
"""Names that stand where a scheme's would, for graphs that stay float."""

OWN_INTEGERS = "qdq"
"""The name for a file that is quantized already: of its quantization, and of the scheme where its
integers stay as they are."""


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
