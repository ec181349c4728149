"""The built-in quantization schemes."""

from zoo.scheme import Scheme

__all__ = [
    "AI8X",
    "DPU_POW2",
    "KPU_U8",
    "Q6",
    "Q7",
    "Q8",
    "Q9",
    "W4A8_ASYM",
    "W8A8_ASYM",
    "W8A8_SYM",
    "W8A16_ASYM",
    "W8A16_SYM",
]

W8A8_ASYM = Scheme(
    name="w8a8-asym",
    summary="8-bit asymmetric activations, 8-bit per-channel weights (ONNX Runtime, TFLite)",
    activation_signed=False,
    activation_symmetric=False,
    weight_per_channel=True,
)

W8A8_SYM = Scheme(
    name="w8a8-sym",
    summary="8-bit symmetric activations, 8-bit per-channel weights (TensorRT)",
    activation_signed=True,
    activation_symmetric=True,
    weight_per_channel=True,
)

W8A16_ASYM = Scheme(
    name="w8a16-asym",
    summary="16-bit asymmetric activations, 8-bit per-channel weights (accurate, not fast)",
    activation_signed=False,
    activation_symmetric=False,
    weight_per_channel=True,
    activation_bits=16,
)

W8A16_SYM = Scheme(
    name="w8a16-sym",
    summary="16-bit symmetric activations, 8-bit per-channel weights (TFLite's 16x8)",
    activation_signed=True,
    activation_symmetric=True,
    weight_per_channel=True,
    activation_bits=16,
)

W4A8_ASYM = Scheme(
    name="w4a8-asym",
    summary="8-bit asymmetric activations, 4-bit per-channel weights",
    activation_signed=False,
    activation_symmetric=False,
    weight_per_channel=True,
    weight_bits=4,
    weight_qmin=-7,
)

# As Vitis AI's quantizer writes it for the DPUCZDX8G. There a bias may also be finer than the
# accumulator, by a negative shift_bias down to shift_cut - 16, but steps finer than the
# accumulator's have no benefit. Its 3x6 pool has the coefficient of the 6x6 one, 7 * 36 / 2**8 of
# the true mean.
DPU_POW2 = Scheme(
    name="dpu-pow2",
    summary="8-bit per-tensor power-of-two scales, round half up (AMD DPU)",
    activation_signed=True,
    activation_symmetric=True,
    weight_per_channel=False,
    weight_qmin=-128,
    scale="power_of_two",
    activation_rounding="half_up",
    weight_rounding="half_away",
    bias_bits=8,
    shared_ops=("concat",),
    shift_cut=(0, 16),
    shift_bias=(0, 16),
    mean_bits=7,
    mean_factors=(
        (3, 3, 7, 6),
        (5, 5, 10, 8),
        (6, 6, 7, 8),
        (3, 6, 14, 8),
        (6, 3, 14, 8),
        (7, 7, 21, 10),
        (14, 14, 21, 12),
    ),
    leaky_slope=(26, 8),
    hard_sigmoid=(2731, 14, 6),
    composes=("add", "hardswish", "mul", "prelu", "sub"),
    equalize=True,
)

# The K210's convolver reads uint8 weights with one zero point in a layer; here it is 128, so the
# Graph holds the weights as int8. Its concat copies bytes. It has no subtraction, and adds a
# constant only as a convolution's bias.
KPU_U8 = Scheme(
    name="kpu-u8",
    summary="8-bit asymmetric activations, 8-bit per-channel weights, rounded twice (K210 KPU)",
    activation_signed=False,
    activation_symmetric=False,
    weight_per_channel=True,
    weight_widths=(8,),
    activation_rounding="two_stage",
    shared_ops=("concat",),
    composes=("add", "prelu", "sub"),
)

# The MAX78000's accelerator adds 128 * bias, then computes
# floor(sum * 2**(output_shift + 8 - weight_bits) / 128 + 0.5), with that exponent between -15 and
# 15 (ai8x-training and ai8x-synthesis, README.md, "Quantization" and "Output shift").
AI8X = Scheme(
    name="ai8x",
    summary="8-bit per-tensor power-of-two scales, 1- to 8-bit weights by layer (MAX78000)",
    activation_signed=True,
    activation_symmetric=True,
    weight_per_channel=False,
    weight_qmin=-128,
    scale="power_of_two",
    activation_rounding="half_up",
    weight_rounding="half_up",
    bias_bits=8,
    shift_cut=(-8, 22),
    shift_bias=(7, 7),
    equalize=True,
    weight_widths=(1, 2, 4, 8),
    accumulator_outputs=True,
)


def _fixed_point(fraction_bits: int) -> Scheme:
    """Return 16-bit fixed point, the same for every tensor, rounded to nearest and saturated."""
    return Scheme(
        name=f"q{fraction_bits}",
        summary=f"16-bit fixed point everywhere: sign, {15 - fraction_bits} integer and "
        f"{fraction_bits} fraction bits",
        activation_signed=True,
        activation_symmetric=True,
        weight_per_channel=False,
        activation_bits=16,
        weight_bits=16,
        weight_qmin=-(1 << 15),
        weight_widths=(16,),
        bias_bits=16,
        scale="power_of_two",
        fix_point=fraction_bits,
    )


Q6, Q7, Q8, Q9 = (_fixed_point(bits) for bits in (6, 7, 8, 9))
