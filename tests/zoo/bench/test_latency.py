import json
from dataclasses import replace

from zoo.bench.latency import Latency, beside_float, report


def latency(model, runtime, scheme, median_ms):
    return Latency(f"{model} {scheme}", model, runtime, scheme, 1, 10, median_ms, 0.0, 0.0)


def test_beside_the_float_network_of_the_same_runtime():
    rows = beside_float(
        [
            latency("net", "onnxruntime", "float32", 4.0),
            latency("net", "litert", "float32", 6.0),
            latency("net", "litert", "w8a8-asym", 2.0),
        ]
    )
    assert [row.times_float for row in rows] == [1.0, 1.0, 3.0]


def test_beside_any_float_network_of_the_model():
    rows = beside_float(
        [latency("net", "c", "w8a8-asym", 2.0), latency("net", "onnxruntime", "float32", 4.0)]
    )
    assert rows[0].times_float == 2.0


def test_no_float_network():
    rows = beside_float(
        [latency("net", "c", "w8a8-asym", 2.0), latency("other", "c", "float32", 4.0)]
    )
    assert rows[0].times_float is None


def test_work_per_time():
    row = replace(latency("net", "c", "float32", 0.5), macs=3_000_000, batch=2)
    assert row.macs_per_ns == 12.0
    assert latency("net", "c", "float32", 0.5).macs_per_ns is None


def test_the_share_of_the_peak_is_of_the_fastest_run():
    row = replace(latency("net", "c", "s", 0.9), macs=6_000_000, min_ms=0.5, peak_macs_per_ns=24.0)
    assert row.of_peak == 0.5
    assert replace(row, peak_macs_per_ns=None).of_peak is None
    assert replace(row, macs=None).of_peak is None


def test_report_is_json():
    written = json.loads(json.dumps(report({"processor": "p"}, [latency("net", "c", "s", 2.0)])))
    assert written["machine"] == {"processor": "p"}
    assert written["latencies"][0]["median_ms"] == 2.0
    assert written["latencies"][0]["watts"] is None
