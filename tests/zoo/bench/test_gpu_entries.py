"""What is timed on a GPU: a stand-in for the GPU with TensorRT, PyTorch without one."""

import shutil

import pytest
from stand_in_gpu import build_driver, install_gpu

from zoo.bench import gpu_entries
from zoo.bench.gpu_entries import on_gpu
from zoo.bench.latency import beside_float
from zoo.bench.timing import machine, measure
from zoo.build.cache import Cache
from zoo.build.wish import Wish
from zoo.nvidia_gpu import NvidiaGpu

MODEL = "pfld_0.25x.300w68"
GPU = NvidiaGpu("8.9", "580.1", "RTX 4060")
UNKNOWN = NvidiaGpu("99.0", "580.1", "New")


@pytest.fixture
def entries(tmp_path):
    """Return entries(gpu, quants, batches): the list, and why others are left out."""

    def listed(gpu, quants, batches):
        refused = []
        wish, cache = Wish(MODEL, "x86"), Cache(tmp_path / "cache")
        found = on_gpu(wish, gpu, quants, batches, cache, tmp_path, refused.append)
        return list(found), [str(error) for error in refused]

    return listed


@pytest.mark.skipif(not shutil.which("cc"), reason="a C compiler is missing")
def test_engines_in_batches(entries, tmp_path_factory, monkeypatch):
    install_gpu(monkeypatch, build_driver(tmp_path_factory.mktemp("cuda")))
    monkeypatch.setattr(gpu_entries, "find_spec", lambda _: None)
    found, refused = entries(GPU, ("none", "ptq"), (1, 2))
    rows = beside_float(measure(found, 1, 1, 2))
    assert [(row.name, row.scheme, row.batch) for row in rows] == [
        (f"{MODEL} none rtx40", "float32", 1),
        (f"{MODEL} none rtx40", "float32", 2),
        (f"{MODEL} ptq rtx40", "w8a8-sym", 1),
        (f"{MODEL} ptq rtx40", "w8a8-sym", 2),
    ]
    assert [row.times_float for row in rows[:2]] == [1.0, 1.0]
    assert rows[3].times_float == round(rows[1].median_ms / rows[3].median_ms, 3)
    assert rows[1].samples_per_s == round(2e3 / rows[1].median_ms, 1)
    assert len(refused) == 2
    assert refused[0].startswith(f"{MODEL} none: PyTorch is not installed; install its CUDA build")


def test_floats_by_pytorch(entries):
    pytest.importorskip("torch")
    found, refused = entries(UNKNOWN, ("none", "fp16", "ptq"), (1, 64))
    assert [(each.executor, each.scheme) for each in found] == [
        *[("torch-cuda", "float32")] * 2,
        *[("torch-cuda-fp16", "float16")] * 2,
    ]
    assert [len(values) for each in found for values in each.feeds.values()] == [1, 64, 1, 64]
    unserved = (
        f"{MODEL} with TensorRT: no target is for New, compute capability 99.0; `zoo list` shows "
        "all targets, a plugin can add one"
    )
    floats_only = f"{MODEL} ptq: PyTorch runs only float models on a GPU"
    assert refused == [unserved, unserved, floats_only, unserved]


def test_no_builder_of_engines(entries, monkeypatch):
    install_gpu(monkeypatch, "")
    monkeypatch.setattr("compilers.tensorrt.build.find_spec", lambda _: None)
    _, refused = entries(GPU, ("ptq",), (1,))
    assert (
        "no engine was built here, because that needs tensorrt_rtx, or tensorrt with" in refused[-1]
    )


def test_the_gpu_is_named_beside_the_figures():
    assert {"gpu": "RTX 4060", "driver": "580.1"}.items() <= machine(GPU).items()
