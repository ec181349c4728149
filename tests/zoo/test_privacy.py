"""Nothing that the zoo loads writes into the user's home or calls anybody."""

import sys

import pytest
from watched_run import Traces, watched

SILENT = Traces(files=(), calls=())
NETWORK = "recipes/pfld/weights/pfld_0.25x.300w68.none.onnx"
RUN = """
import numpy as np
from pathlib import Path
from zoo import registry
hub = Path({file!r})
run = registry.load("executor", {executor!r}).load(hub.parent, hub.name)
run({{"image": np.zeros((1, 3, 112, 112), np.float32)}})
"""


def of(script, tmp_path):
    return watched([sys.executable, "-c", script], tmp_path)


def test_a_call_and_a_file_are_seen(tmp_path):
    script = (
        "import socket, tempfile; socket.socket().connect_ex(('127.0.0.1', 9)); tempfile.mkdtemp()"
    )
    traces = of(script, tmp_path)
    assert len(traces.files) == 1
    assert any("connect(" in call for call in traces.calls)


@pytest.mark.parametrize("executor", ["onnxruntime", "onnxruntime-unoptimized", "reference"])
def test_executors_are_silent(executor, tmp_path):
    assert of(RUN.format(file=NETWORK, executor=executor), tmp_path) == SILENT


def test_onnx_runtime_is_silent_whatever_the_user_has_set(tmp_path):
    script = [sys.executable, "-c", RUN.format(file=NETWORK, executor="onnxruntime")]
    assert watched(script, tmp_path, {"ORT_DISABLE_TELEMETRY": "0"}) == SILENT


def test_an_artifact_is_built_and_run_silently(tmp_path):
    script = f"""
from pathlib import Path
from zoo.build.cache import Cache
from zoo.build.pipeline import artifact_stages, build
from zoo.build.plan import make_plan
from zoo.build.wish import Wish
build(make_plan(Wish("pfld_0.25x.300w68", "x86")), Cache(Path({str(tmp_path / "cache")!r})),
      stages=artifact_stages())
"""
    assert of(script, tmp_path) == SILENT


@pytest.mark.parametrize(
    ("module", "use"),
    [
        ("ai_edge_litert.interpreter", ""),
        ("onnxsim", "onnxsim.simplify(onnx.load(FILE))"),
        ("tensorrt_rtx", "tensorrt_rtx.Builder(tensorrt_rtx.Logger())"),
        ("torch", "torch.nn.Conv2d(3, 8, 3)(torch.zeros(1, 3, 8, 8))"),
        (
            "lightning.pytorch",
            "lightning.pytorch.Trainer(logger=False, enable_checkpointing=False)",
        ),
    ],
)
def test_libraries_are_silent(module, use, tmp_path):
    pytest.importorskip(module.partition(".")[0])
    traces = of(f"import zoo, onnx, {module}\nFILE = {NETWORK!r}\n{use}", tmp_path)
    # PyTorch makes an empty folder for compiled code in TMPDIR.
    assert traces.calls == ()
    assert not [name for name in traces.files if name.startswith("home/")]
