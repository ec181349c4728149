"""Quantizes by AMD Quark: pip install amd-quark onnx onnxruntime torch.

The fourth argument names one of its configurations: XINT8 has power-of-two scales, U8S8_AAWS
asymmetric activations and one scale per tensor.
"""

import sys
from typing import Any

import numpy as np
import onnx
from onnxruntime.quantization import CalibrationDataReader
from quark.onnx import ModelQuantizer
from quark.onnx.quantization.config import QConfig


class Samples(CalibrationDataReader):  # type: ignore[misc]  # the package has no types
    """Yields one sample at a time, as often as asked."""

    def __init__(self, name: str, samples: Any) -> None:  # noqa: ANN401 (a numpy array)
        self._name, self._samples = name, samples
        self.rewind()

    def get_next(self) -> dict[str, Any] | None:
        """Return the next sample by input name, None after the last one."""
        return next(self._left, None)

    def rewind(self) -> None:
        """Begin again."""
        self._left = ({self._name: sample[None]} for sample in self._samples)


def main(float_hub: str, inputs: str, out: str, configuration: str) -> None:
    """Write the quantized network."""
    name = onnx.load(float_hub).graph.input[0].name
    quantizer = ModelQuantizer(QConfig.get_default_config(configuration))
    quantizer.quantize_model(float_hub, out, Samples(name, np.load(inputs)))


if __name__ == "__main__":
    main(*sys.argv[1:])
