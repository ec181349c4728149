"""Writes the published networks' metrics into a page: python scripts/accuracy_tables.py PAGE

A row `| MODEL, float | ... |` and the rows `| same, ... |` below it are regenerated from the
metrics that the recipe's `publish` wrote. The rest of the page is unchanged, as are the tables
that phone_tables.py marks as its own. Landmarks have the columns below, other networks all their
metrics.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from zoo import registry

LANDMARK_COLUMNS = (
    "nme_interocular_percent",
    "nme_interpupil_percent",
    "failure_rate_0.1_percent",
    "auc_0.1_percent",
    "points_within_0.1_percent",
)

_ROWS = re.compile(
    r"^<!-- phone: \w+ -->\n(?s:.*?)^<!-- end of phone -->\n"
    r"|^\| (?P<model>\S+), float \|.*\n(?:\| same, .*\n)*",
    re.MULTILINE,
)


def updated(page: str) -> str:
    """Return the page with current figures for every network with rows in it."""
    return _ROWS.sub(lambda rows: "".join(_rows(rows["model"])) if rows["model"] else rows[0], page)


def _rows(model: str) -> Iterator[str]:
    metrics = registry.load("recipe", model).metrics
    assert metrics is not None, f"{model} has no published metrics"
    measured: Mapping[str, Any] = json.loads(metrics.read_text("utf-8"))
    for hub in sorted(measured, key=lambda hub: (hub != "none", hub)):
        name = f"{model}, float" if hub == "none" else f"same, `{hub}`"
        found = measured[hub]["metrics"]
        columns = LANDMARK_COLUMNS if LANDMARK_COLUMNS[0] in found else tuple(found)
        figures = (f"{found[column]:.2f}" for column in columns)
        yield f"| {' | '.join([name, *figures])} |\n"


if __name__ == "__main__":
    place = Path(sys.argv[1])
    place.write_text(updated(place.read_text("utf-8")), "utf-8")
