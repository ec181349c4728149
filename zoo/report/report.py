"""A report of bundles and models: made from their names, shown as a page or in a notebook."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path

from zoo import __version__
from zoo.report.content import Content
from zoo.report.html import page_html
from zoo.report.subjects import find_subject
from zoo.report.timings import read_timings
from zoo.report.view import page_of

__all__ = ["Report", "make_report"]

_HEIGHT_PX = 640


@dataclass(frozen=True)
class Report:
    """What is known of bundles and models. Notebooks show it."""

    content: Content

    @property
    def html(self) -> str:
        """The page: one file that loads nothing and runs no script."""
        return page_html(page_of(self.content))

    @property
    def json(self) -> dict[str, object]:
        """The same as JSON values, without pictures."""
        data = asdict(self.content)
        for subject, shown in zip(data["subjects"], self.content.subjects, strict=True):
            for example in subject["examples"]:
                del example["png"]
            if shown.certificate is not None:
                subject["certificate"] = json.loads(shown.certificate.to_json())
        return data

    def _repr_html_(self) -> str:
        """Return the page in a frame, so that its style does not change the notebook's."""
        return (
            f'<iframe sandbox srcdoc="{escape(self.html)}" title="Report" width="100%" '
            f'height="{_HEIGHT_PX}"></iframe>'
        )


def make_report(
    names: Sequence[str], data: Path | None = None, timings: Sequence[Path] = ()
) -> Report:
    """Return a report of bundles, their folders, models, or network files with a contract beside.

    data: labelled data to measure accuracy on; None shows what was recorded at publishing.
    timings: files that `zoo bench --out` or `zoo estimate` wrote.
    Raises BundleError and VerifyError for a bundle that was changed.
    """
    read = tuple(map(read_timings, timings))
    subjects = tuple(find_subject(name, data) for name in names)
    return Report(Content(__version__, subjects, read))
