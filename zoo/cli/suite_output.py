"""Output of `zoo eval --suite`: subjects side by side, one table per test and metric."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict

from zoo.cli.output import print_json, print_table
from zoo.data.evaluation import Measurement

__all__ = ["show_suite", "suite_tables"]

Line = tuple[str, Measurement]


def show_suite(measured: Iterable[Line], as_json: bool) -> None:
    """Print all lines; while measuring, print the latest on standard error."""
    lines = list(_watched(measured))
    if as_json:
        print_json([{"subject": name, **asdict(line)} for name, line in lines])
        return
    for title, rows in suite_tables(lines):
        print_table(title, rows)


def suite_tables(lines: Sequence[Line]) -> Iterator[tuple[str, list[dict[str, object]]]]:
    """Yield (title, rows): a row for each condition, a column for each subject."""
    subjects = list(dict.fromkeys(name for name, _ in lines))
    for test in dict.fromkeys(line.test for _, line in lines):
        found = {(name, line.condition): line for name, line in lines if line.test == test}
        counts = {line.condition: line.count for line in found.values()}
        for metric in next(iter(found.values())).metrics:
            rows = [
                {"condition": condition, "n": count}
                | {name: _value(found.get((name, condition)), metric) for name in subjects}
                for condition, count in counts.items()
            ]
            yield f"{test}: {metric}", rows


def _value(line: Measurement | None, metric: str) -> float | None:
    return None if line is None else line.metrics[metric]


def _watched(measured: Iterable[Line]) -> Iterator[Line]:
    from rich.console import Console

    with Console(stderr=True).status("measuring") as status:
        for name, line in measured:
            status.update(f"{name}: {line.test} {line.condition}: done")
            yield name, line
