"""Writes sounds.onnx, a depthwise separable CNN, and sounds/: python make_network.py

Its layers are random and stay so; only the last one is fitted, by least squares, to generated
sounds. It stands for a trained keyword spotter (Zhang et al. 2017, "Hello Edge: Keyword Spotting on
Microcontrollers", has the architecture) and is no good at anything else.
"""

import wave
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper
from onnx.numpy_helper import from_array

from zoo.contract import Contract
from zoo.data.processing import preprocess
from zoo.step import Signal

HERE = Path(__file__).parent
RATE_HZ, CLASSES, CHANNELS, BLOCKS = 16000, 5, 32, 3


def sound(kind: int, random: np.random.Generator) -> np.ndarray:
    """Return a second of silence, noise, a low tone, a high one, or one that rises."""
    t = np.arange(RATE_HZ) / RATE_HZ
    hz = [0, 0, random.uniform(150, 600), random.uniform(2000, 5000), random.uniform(200, 800)][
        kind
    ]
    tone = np.sin(2 * np.pi * (hz * t + (1500 * t * t if kind == 4 else 0)))
    noise = random.normal(0, 1, RATE_HZ)
    loudness = random.uniform(0.1, 0.9)
    sounds = (0 * t, 0.3 * noise, tone, tone, tone)
    return np.clip(loudness * sounds[kind] + 0.001 * noise, -1, 1)


def spotter(last: np.ndarray, bias: np.ndarray) -> onnx.ModelProto:
    """Return the network. last, bias: of the classes, [CHANNELS, CLASSES] and [CLASSES]."""
    random = np.random.default_rng(0)
    nodes, constants = [], []

    def convolve(x: str, name: str, shape: tuple[int, ...], **attributes: object) -> str:
        fan_in = np.prod(shape[1:])
        weight = random.normal(0, np.sqrt(2 / fan_in), shape).astype(np.float32)
        constants.append(from_array(weight, f"{name}.weight"))
        nodes.append(helper.make_node("Conv", [x, f"{name}.weight"], [name], name, **attributes))
        nodes.append(helper.make_node("Relu", [name], [f"{name}.relu"]))
        return f"{name}.relu"

    x = convolve("features", "stem", (CHANNELS, 1, 10, 4), strides=[2, 2], pads=[4, 1, 4, 1])
    for block in range(BLOCKS):
        depth = (CHANNELS, 1, 3, 3)
        x = convolve(x, f"depth{block}", depth, group=CHANNELS, pads=[1, 1, 1, 1])
        x = convolve(x, f"point{block}", (CHANNELS, CHANNELS, 1, 1))
    constants += [
        from_array(last.astype(np.float32), "last"),
        from_array(bias.astype(np.float32), "bias"),
    ]
    nodes += [
        helper.make_node("GlobalAveragePool", [x], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["embedding"]),
        helper.make_node("Gemm", ["embedding", "last", "bias"], ["logits"], "classes"),
    ]
    values = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", *shape])
        for name, shape in {"features": [1, 49, 40], "logits": [CLASSES]}.items()
    ]
    graph = helper.make_graph(nodes, "sounds", values[:1], values[1:], constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def fitted(sounds: list[np.ndarray], kinds: np.ndarray) -> onnx.ModelProto:
    """Return the network whose last layer fits the sounds best."""
    contract = Contract.from_toml(HERE / "contract.toml")
    frames = (preprocess(contract, Signal(samples, RATE_HZ)) for samples in sounds)
    features = np.stack([frame.input_chw for frame in frames])
    random = spotter(np.zeros((CHANNELS, CLASSES)), np.zeros(CLASSES))
    random.graph.output.append(
        helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["N", CHANNELS])
    )
    content = random.SerializeToString()
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    (embedding,) = session.run(["embedding"], {"features": features})
    columns = np.hstack([embedding, np.ones((len(embedding), 1))]).astype(np.float64)
    wanted = 8 * np.eye(CLASSES)[kinds] - 4
    solved = np.linalg.solve(columns.T @ columns + 0.01 * np.eye(CHANNELS + 1), columns.T @ wanted)
    return spotter(solved[:-1], solved[-1])


def save_sounds(folder: Path, sounds: list[np.ndarray], kinds: np.ndarray) -> None:
    """Write WAV files of 16 bits, for calibration."""
    folder.mkdir(exist_ok=True)
    labels = (HERE / "labels.txt").read_text("utf-8").split()
    for index, (samples, kind) in enumerate(zip(sounds, kinds, strict=True)):
        with wave.open(str(folder / f"{labels[kind]}{index:03}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE_HZ)
            file.writeframes((samples * 32767).astype("<i2").tobytes())


if __name__ == "__main__":
    generator = np.random.default_rng(1)
    all_kinds = np.arange(150) % CLASSES
    all_sounds = [sound(kind, generator) for kind in all_kinds]
    onnx.save(fitted(all_sounds, all_kinds), HERE / "sounds.onnx")
    save_sounds(HERE / "sounds", all_sounds, all_kinds)
