"""Writes the results of `zoo eval --suite` into a page: python scripts/suite_tables.py JSON PAGE

The tables are between the lines `<!-- results -->` and `<!-- end of results -->`.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

BEGIN, END = "<!-- results -->\n", "<!-- end of results -->\n"

Line = Mapping[str, Any]


def tables(lines: Sequence[Line]) -> str:
    """Return a Markdown table for each test: a row per condition, all metrics in a cell."""
    tests = dict.fromkeys(line["test"] for line in lines)
    return "\n".join(
        text for test in tests for text in _table(test, [x for x in lines if x["test"] == test])
    )


def put(page: str, text: str) -> str:
    """Return a page with `text` between its two marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{text}\n{END}{after}"


def _table(test: str, lines: Sequence[Line]) -> Iterator[str]:
    found = {(line["subject"], line["condition"]): line for line in lines}
    subjects = list(dict.fromkeys(line["subject"] for line in lines))
    yield f"### {test[0].upper()}{test[1:]}\n"
    yield f"{' / '.join(lines[0]['metrics'])}\n"
    yield f"| condition | n | {' | '.join(_without_form(subjects))} |"
    yield f"|---|---|{'---|' * len(subjects)}"
    for condition, count in {line["condition"]: line["count"] for line in lines}.items():
        cells = [_cell(found.get((name, condition))) for name in subjects]
        yield f"| {condition} | {count} | {' | '.join(cells)} |"
    yield ""


def _without_form(subjects: Sequence[str]) -> list[str]:
    """Return the subjects without their last word, such as 'artifact', if all share it."""
    words = [subject.rsplit(" ", 1) for subject in subjects]
    return [w[0] for w in words] if len({w[-1] for w in words}) == 1 else list(subjects)


def _cell(line: Line | None) -> str:
    return "" if line is None else " / ".join(f"{value:.3f}" for value in line["metrics"].values())


if __name__ == "__main__":
    measured, page = map(Path, sys.argv[1:])
    text = put(page.read_text("utf-8"), tables(json.loads(measured.read_text("utf-8"))))
    page.write_text(text, "utf-8")
