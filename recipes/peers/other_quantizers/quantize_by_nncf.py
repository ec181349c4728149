"""Quantizes by OpenVINO's NNCF: pip install nncf onnx onnxruntime.

Its defaults: fast bias correction, one scale per channel of a weight. All inputs are used.
"""

import sys

import nncf
import numpy as np
import onnx


def main(float_hub: str, inputs: str, out: str) -> None:
    """Write the quantized network."""
    model, samples = onnx.load(float_hub), np.load(inputs)
    name = model.graph.input[0].name
    calibration = nncf.Dataset([{name: sample[None]} for sample in samples])
    onnx.save(nncf.quantize(model, calibration, subset_size=len(samples)), out)


if __name__ == "__main__":
    main(*sys.argv[1:])
