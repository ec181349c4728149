"""The curve of pruned networks: the page and the drawing are what was measured."""

import json

import pruning_curve

from zoo import registry
from zoo.drawing.svg import standalone

FOUND = {
    "machine": "Chip 1",
    "networks": [
        {
            "name": name,
            "macs": macs,
            "parameters": 1000,
            "epochs": epochs,
            "error": error,
            "min_ms": macs / 1e8,
            "median_ms": macs / 1e8,
        }
        for name, macs, epochs, error in (
            (pruning_curve.WIDTHS[0], 20_000_000, [], 3.6),
            (pruning_curve.WHOLE, 270_000_000, [], 3.36),
            ("pruned", 70_000_000, [3, 12], 3.5),
        )
    ],
}


def test_a_table_tells_how_each_network_was_trained_the_largest_first():
    lines = pruning_curve.table(FOUND).splitlines()
    assert lines[0].startswith("Float networks, one thread of Chip 1")
    assert lines[4:] == [
        f"| {pruning_curve.WHOLE} | trained from scratch | 270.0 | 1,000 | 2.70 | 3.36 |",
        "| pruned | 3 + 12 | 70.0 | 1,000 | 0.70 | 3.50 |",
        f"| {pruning_curve.WIDTHS[0]} | trained from scratch | 20.0 | 1,000 | 0.20 | 3.60 |",
    ]


def test_a_drawing_marks_every_network_against_both_costs():
    drawn = pruning_curve.drawing(FOUND)
    assert len(drawn) == len(pruning_curve.AXES)
    for chart in drawn:
        assert chart.placed().count("<circle") == len(FOUND["networks"])
        assert "pruned from width 1, 3 + 12 epochs" in chart.placed()


def test_the_page_and_the_drawing_show_what_was_measured():
    found = json.loads(pruning_curve.MEASURED.read_text("utf-8"))
    page = pruning_curve.PAGE.read_text("utf-8")
    assert pruning_curve.put(page, pruning_curve.page(found)) == page
    drawn = standalone(pruning_curve.drawing(found))
    assert drawn == pruning_curve.IMAGE.read_text("utf-8")


def test_recorded_errors_are_the_published_ones():
    found = json.loads(pruning_curve.MEASURED.read_text("utf-8"))
    errors = {one["name"]: one["error"] for one in found["networks"]}
    for name in pruning_curve.WIDTHS:
        assert errors[name] == pruning_curve.recorded_error(name)


def test_networks_that_are_there_are_measured_and_not_made_again(tmp_path, monkeypatch):
    whole = registry.load("recipe", pruning_curve.WHOLE).hubs["none"]
    names = ("pruned", "pruned-step1")
    for name in names:
        (tmp_path / f"{name}.onnx").write_bytes(whole.read_bytes())
    commands = []

    def run(words):
        commands.append(words[0])
        if words[0] == "eval":
            return json.dumps([{"metrics": {pruning_curve.METRIC: 3.5}}])
        times = {"min_ms": 1.0, "median_ms": 2.0}
        rows = [{"model": name, **times} for name in (*pruning_curve.WIDTHS, *names)]
        return json.dumps({"machine": {"processor": "Chip 1"}, "latencies": rows})

    monkeypatch.setattr(pruning_curve, "run", run)
    found = pruning_curve.measured(tmp_path, tmp_path, tmp_path)
    assert commands == ["bench", "eval", "eval"]
    assert [one["error"] for one in found["networks"]][-2:] == [3.5, 3.5]
    (tmp_path / pruning_curve.LAST).unlink()
    pruning_curve.measured(tmp_path, tmp_path, tmp_path)
    assert commands[3] == "prune"
