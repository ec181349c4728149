"""Blocks that compare forms and subjects: accuracy, curves, groups, and where integers lose."""

from collections.abc import Iterator, Sequence

from zoo.data.evaluation import Evaluation, Measurement, metric_words
from zoo.drawing.charts import Bars, Row, bar_chart, curve_charts
from zoo.drawing.svg import Drawing
from zoo.report.blocks import Block, Figures, Table, Text
from zoo.report.content import Accuracy, Content, Subject

__all__ = ["accuracy_blocks", "curve_blocks", "metric_text", "number"]

_MOST_LOST = 5
_NO_EVALUATION = "a network of your own has no evaluation, which a recipe brings"
_ABBREVIATIONS = ("ap", "auc", "nme")


def number(value: float | None, digits: int = 4) -> str:
    """Return a number in a few digits, '' for None."""
    return "" if value is None else f"{value:.{digits}g}"


def metric_text(name: str) -> str:
    """Return a metric's name with its unit, such as 'NME interocular, %'."""
    return ", ".join(filter(None, _words(name)))


def _words(name: str) -> tuple[str, str]:
    """Return what a metric is, with the usual capitals, and its unit."""
    words, unit = metric_words(name)
    first, space, rest = words.partition(" ")
    return (first.upper() if first in _ABBREVIATIONS else first) + space + rest, unit


def curve_blocks(content: Content) -> tuple[Block, ...]:
    """Return all subjects' curves, those of a kind in one chart; () for none."""
    charts = curve_charts(
        [
            (f"{subject.name} {accuracy.form}", accuracy.evaluation.curves)
            for subject in content.subjects
            for accuracy in subject.shown
        ]
    )
    return (Figures(tuple(charts)),) if charts else ()


def accuracy_blocks(subject: Subject) -> Iterator[Block]:
    """Yield a subject's accuracy by form, by group, and what integers lose."""
    if not subject.accuracy:
        remedy = "--data DATA, labelled data, measures it" if subject.metric else _NO_EVALUATION
        yield Text(f"No accuracy is recorded: {remedy}.")
        return
    yield Text(_origin(subject))
    yield _metrics(subject.accuracy)
    charts = tuple(_group_charts(subject))
    if charts:
        yield Figures(charts)
        yield _groups(subject)
    yield from _losses(subject)


def _origin(subject: Subject) -> str:
    first = subject.accuracy[0]
    found = first.evaluation
    how = "Measured for this report" if first.is_measured else "Recorded at publishing"
    alone = (
        ", without the detector, in the boxes of the labels" if len(subject.networks) > 1 else ""
    )
    return f"{how} on {found.data}, {found.count:,} samples{alone}."


def _metrics(accuracy: Sequence[Accuracy]) -> Table:
    names = dict.fromkeys(name for each in accuracy for name in each.evaluation.metrics)
    rows = [
        (metric_text(name), *(number(each.evaluation.metrics.get(name)) for each in accuracy))
        for name in names
    ]
    forms = tuple(each.form for each in accuracy)
    return Table("Accuracy by form of the network", ("metric", *forms), tuple(rows))


def _group_charts(subject: Subject) -> Iterator[Drawing]:
    """Yield a chart for each test, of the float network beside the others."""
    title, unit = _words(subject.metric)
    for test, groups in _by_test(subject).items():
        rows = tuple(Row(name, values) for name, values in groups.items())
        known = [value for row in rows for value in row.values if value is not None]
        if known and min(known) >= 0:
            names = tuple(each.form for each in subject.shown)
            yield bar_chart(f"{title} by {test}", Bars(names, rows, unit))


def _groups(subject: Subject) -> Table:
    """Return the numbers of the charts, with the number of samples."""
    counts = _counts(subject.shown[0].evaluation)
    forms = tuple(each.form for each in subject.shown)
    rows = [
        (f"{test}: {name}", f"{counts.get((test, name), 0):,}", *map(number, values))
        for test, groups in _by_test(subject).items()
        for name, values in groups.items()
    ]
    caption = f"{metric_text(subject.metric)} by group"
    return Table(caption, ("group", "samples", *forms), tuple(rows), "Numbers by group")


def _counts(evaluation: Evaluation) -> dict[tuple[str, str], int]:
    return {(group.test, group.condition): group.count for group in evaluation.groups}


def _by_test(subject: Subject) -> dict[str, dict[str, tuple[float | None, ...]]]:
    """Return the metric by test and condition, of each form, None where one lacks it."""
    found: dict[str, dict[str, tuple[float | None, ...]]] = {}
    for group in subject.shown[0].evaluation.groups:
        if subject.metric in group.metrics:
            values = tuple(_of_group(each, group, subject.metric) for each in subject.shown)
            found.setdefault(group.test, {})[group.condition] = values
    return found


def _of_group(accuracy: Accuracy, wanted: Measurement, metric: str) -> float | None:
    """Return a form's value of the metric in a group."""
    for group in accuracy.evaluation.groups:
        if (group.test, group.condition) == (wanted.test, wanted.condition):
            return group.metrics.get(metric)
    return None


def _losses(subject: Subject) -> Iterator[Block]:
    """Yield where integers are worse than the float network, in the metric that counts."""
    floats = [each for each in subject.shown if each.is_float]
    if not floats or not subject.metric:
        return
    for accuracy in subject.shown:
        if not accuracy.is_float:
            yield Text(_loss_text(subject, floats[0], accuracy))


def _loss_text(subject: Subject, before: Accuracy, after: Accuracy) -> str:
    words, unit = _words(subject.metric)
    sign = -1 if subject.more_is_better else 1
    wanted, found = (a.evaluation.metrics.get(subject.metric) for a in (before, after))
    if wanted is None or found is None:
        return f"{after.form}: {words} is not known."
    lost = sign * (found - wanted)
    told = f"{after.form} {_moved(lost)} in {words}: {wanted:.4g} to {found:.4g} {unit}".rstrip()
    worst = _worst_groups(subject, before, after, sign)
    return f"{told}. It loses most at {'; '.join(worst)}." if worst else f"{told}."


def _moved(lost: float) -> str:
    if lost == 0:
        return "loses nothing"
    return f"loses {lost:.2g}" if lost > 0 else f"gains {-lost:.2g}"


def _worst_groups(subject: Subject, before: Accuracy, after: Accuracy, sign: int) -> list[str]:
    """Return the groups that lose most, the worst first, with what they lose."""
    lost = []
    for group in before.evaluation.groups:
        wanted, found = (_of_group(each, group, subject.metric) for each in (before, after))
        if wanted is not None and found is not None and sign * (found - wanted) > 0:
            lost.append((sign * (found - wanted), f"{group.test}: {group.condition}"))
    ordered = sorted(lost, key=lambda each: -each[0])[:_MOST_LOST]
    return [f"{name} ({amount:.2g})" for amount, name in ordered]
