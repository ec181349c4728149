"""What is timed has the number of threads that its row states."""

from pathlib import Path

import numpy as np
import pytest

from zoo import registry
from zoo.bench.timing import Entry, measure


class Counter:
    """An executor that notes how it is loaded."""

    def __init__(self, is_single: bool) -> None:
        self.is_single = is_single
        self.asked: list[int] = []

    def load(self, folder, main, threads=1):  # noqa: ARG002
        self.asked.append(threads)
        return lambda feeds: feeds


@pytest.mark.parametrize(("is_single", "threads"), [(False, 3), (True, 1)])
def test_an_executor_of_one_thread_is_not_said_to_use_more(monkeypatch, is_single, threads):
    counter = Counter(is_single)
    monkeypatch.setattr(registry, "load", lambda kind, name: counter)  # noqa: ARG005
    feeds = {"image": np.zeros((1, 3), np.float32)}
    entry = Entry("net", "net", "counter", "w8a8-asym", Path("net.onnx"), feeds, 7)
    (found,) = measure([entry], 3, rounds=1, runs_per_round=2)
    assert found.threads == threads
    assert counter.asked == [threads]


@pytest.mark.parametrize("name", ["c", "c-wasm", "c-cortex-m4", "c-cortex-m55", "c-rv64"])
def test_c_is_one_thread(name):
    assert registry.load("executor", name).is_single


def test_runtimes_take_threads():
    assert not registry.load("executor", "onnxruntime").is_single
