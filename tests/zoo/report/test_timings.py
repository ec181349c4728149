"""Times in files that anybody may have written."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoo.artifact import Memory
from zoo.bench.latency import ChainLatency, Latency, report
from zoo.errors import UsageError
from zoo.report.timings import read_timings

BOARD = {"processor": "Raspberry Pi 4", "system": "Linux", "python": ""}
TIMES = {"threads": 1, "runs": 500, "median_ms": 2.0, "p95_ms": 4.25, "min_ms": 1.5}
LATENCY = Latency("toy ptq board", "toy", "c", "w8a8-asym", **TIMES, watts=2.5, slowed=("heat",))
CHAIN = ChainLatency("toy.board", True, 1, 10, 1.5, 8.0, 3.0, 0.5, 4.0, 0.5)
WRITTEN = json.loads(json.dumps(report(BOARD, [LATENCY], [CHAIN])))


@pytest.fixture
def read(tmp_path):
    def from_json(data: object):
        (tmp_path / "bench.json").write_text(data if isinstance(data, str) else json.dumps(data))
        return read_timings(tmp_path / "bench.json")

    return from_json


def changed(**values):
    """Return a file with other values in its first row."""
    row = {**WRITTEN["latencies"][0], **values}
    return {**WRITTEN, "latencies": [row]}


def test_what_zoo_bench_writes_is_read(read):
    found = read(WRITTEN)
    (timing,), (chain,) = found.networks, found.chains
    assert (timing.machine, timing.name, timing.by_program) == (
        "Raspberry Pi 4",
        LATENCY.name,
        True,
    )
    assert (timing.frames_per_s, timing.frames_per_joule) == (500.0, 200.0)
    assert (timing.watts, timing.slowed, timing.is_measured) == (2.5, ("heat",), True)
    assert (chain.photo_ms, chain.faces, chain.follows) == (8.0, 1.5, True)


def test_python_on_this_machine_is_no_board(read):
    assert not read({**WRITTEN, "machine": {**BOARD, "python": "3.11"}}).networks[0].by_program


def test_nothing_is_computed_from_watts_that_nobody_measured(read):
    assert read(changed(watts=None)).networks[0].frames_per_joule is None


def test_estimates_have_no_runs(read):
    (found,) = read(changed(runs=0, median_ms=None, method="a roof")).networks
    assert (found.is_measured, found.by_program, found.method) == (False, False, "a roof")
    assert (found.frames_per_s, found.frames_per_joule) == (None, None)
    (found,) = read(changed(runs=0)).networks
    assert found.frames_per_joule is None  # not measured, whatever the watts are


def test_estimates_have_memory(read):
    memory = {"arena_bytes": 300, "weights_bytes": 40, "is_planned": False}
    assert read(changed(runs=0, **memory)).networks[0].memory == Memory(300, 40, is_planned=False)
    assert read(WRITTEN).networks[0].memory is None


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("{", "Expecting property name"),
        ([], "list indices must be"),
        ({}, "'machine'"),
        (changed(median_ms="fast"), "'median_ms'|median_ms is 'fast'|fast"),
        (changed(median_ms=0), "median_ms is 0"),
        (changed(median_ms=-1), "median_ms is -1"),
        (changed(median_ms=None), "median_ms is missing"),
        (changed(median_ms=float("nan")), "median_ms is nan"),
        (changed(watts=float("inf")), "watts is inf"),
        (changed(watts=0), "watts is 0"),
        (changed(celsius=float("nan")), "celsius is nan"),
        (changed(name=["x"]), "name is"),
        (changed(slowed="heat"), "'heat' is no list"),
        (changed(runs="many"), "not supported between"),
        ({**WRITTEN, "chains": [{"photo_ms": 1}]}, "'name'"),
        ({**WRITTEN, "chains": [{**WRITTEN["chains"][0], "photo_ms": 0}]}, "photo_ms is 0"),
        ({**WRITTEN, "chains": [{**WRITTEN["chains"][0], "faces": float("inf")}]}, "faces is inf"),
    ],
)
def test_other_files_are_refused(read, data, told):
    with pytest.raises(
        UsageError, match=f"bench.json: holds no times as `zoo bench --out`.*({told})"
    ):
        read(data)


VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(sorted(WRITTEN["latencies"][0])), VALUES))
def test_any_values_are_read_or_refused(tmp_path_factory, values):
    file = tmp_path_factory.mktemp("bench") / "bench.json"
    file.write_text(json.dumps(changed(**values)))
    try:
        (found,) = read_timings(file).networks
    except UsageError:
        return
    assert found.median_ms is None or found.median_ms > 0
