"""The common baseline for 8 bits: ONNX Runtime's own static quantization."""

from collections.abc import Iterable
from pathlib import Path

from zoo.plugs import Feeds

__all__ = ["quantize_usually"]


def quantize_usually(
    float_hub: Path, calibration: Iterable[Feeds], out: Path, per_channel: bool = False
) -> None:
    """Write quantize_static's QDQ network, with its defaults except for `per_channel`.

    The defaults are int8 activations and weights, one scale per tensor, and min-max ranges.
    calibration: batches by input name, float32.
    """
    from onnxruntime.quantization import CalibrationDataReader, quantize_static

    class Reader(CalibrationDataReader):  # type: ignore[misc]  # the package has no types
        def __init__(self) -> None:
            self._batches = iter(calibration)

        def get_next(self) -> Feeds | None:
            return next(self._batches, None)

    quantize_static(float_hub, out, Reader(), per_channel=per_channel)
