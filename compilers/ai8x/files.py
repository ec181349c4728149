"""Names of the artifact's files."""

__all__ = [
    "ANSWER",
    "ARCH",
    "CHECKPOINT",
    "DATASET",
    "FOLDER",
    "INPUT_SAMPLE",
    "MAIN",
    "NETWORK",
    "README",
]

MAIN = "network.json"
"""Of the network in C: its inputs and outputs, which are also those of the accelerator's."""

FOLDER = "ai8x"
"""The folder that ai8xize.py reads."""

ARCH = "network"
DATASET = "input"
CHECKPOINT = f"{FOLDER}/network-q.pth.tar"
NETWORK = f"{FOLDER}/network.yaml"
INPUT_SAMPLE = f"{FOLDER}/sample_{DATASET}.npy"
ANSWER = f"{FOLDER}/known_answer.npy"
README = f"{FOLDER}/README.md"
