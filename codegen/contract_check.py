"""Checks that an app can follow a contract, before any of it is written."""

import numpy as np

from zoo.contract import Contract
from zoo.data.processing import postprocess, preprocess
from zoo.errors import RecipeError

__all__ = ["RESERVED", "check_contract"]

# Keys of the app's records beside the values.
RESERVED = ("source", "frame", "face", "box", "latency_ms", "inference_ms", "device_ms")


def check_contract(contract: Contract) -> None:
    """Run the contract on a black picture; raises RecipeError if its steps cannot.

    The generated code does not repeat these checks.
    """
    frame = preprocess(contract, np.zeros((8, 8, 3), np.uint8))
    outputs = {tensor.name: np.zeros(tensor.shape, np.float32) for tensor in contract.outputs}
    for name in postprocess(contract, outputs, frame):
        if name in RESERVED:
            raise RecipeError(
                f"contract: an output or value is called '{name}', which the app's records use "
                f"themselves ({', '.join(RESERVED)}); rename it"
            )
