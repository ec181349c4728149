"""Turns what a report says into what its page shows."""

from collections.abc import Iterator, Sequence

from zoo.counted import counted
from zoo.drawing.photos import marked_photo
from zoo.report.blocks import Block, Figures, Page, Section, Table, Text
from zoo.report.compared import accuracy_blocks, curve_blocks, metric_text, number
from zoo.report.content import Accuracy, Content, Contents, Example, PackedFile, Subject
from zoo.report.proofs import proof_blocks
from zoo.report.speed import memory_block, speed_blocks

__all__ = ["page_of"]

_RESEARCH = "Parts of this may be used for research only: see the licences."


def page_of(content: Content) -> Page:
    """Return the page of a report."""
    names = ", ".join(subject.name for subject in content.subjects)
    heading = "Side by side" if len(content.subjects) > 1 else "Overview"
    sections = [Section("overview", heading, tuple(_overview(content)))]
    if curves := curve_blocks(content):
        sections.append(Section("curves", "Curves", curves))
    sections.append(Section("speed", "Speed and power", tuple(speed_blocks(content))))
    for index, subject in enumerate(content.subjects, 1):
        sections.append(_subject_section(f"subject-{index}", subject))
    return Page(
        title=f"Report: {names}",
        lead="What it is, how accurate and how fast it is, and how that is proven.",
        sections=tuple(sections),
        foot=f"Written by edgezoo {content.zoo_version}. It loads nothing and runs no script.",
    )


def _overview(content: Content) -> Iterator[Block]:
    if any(terms.commercial is False for s in content.subjects for terms in s.terms):
        yield Text(_RESEARCH, is_notice=True)
    columns = [_facts(subject) for subject in content.subjects]
    names = dict.fromkeys(name for column in columns for name in column)
    every = ((name, *(column.get(name, "") for column in columns)) for name in names)
    rows = tuple(row for row in every if any(row[1:]))
    yield Table("Facts", ("", *(s.name for s in content.subjects)), rows)


def _facts(subject: Subject) -> dict[str, str]:
    """Return a subject's most important facts by name."""
    network = subject.networks[0]
    facts = {
        "kind": f"bundle for {subject.target}" if subject.target else "model, not built",
        "task": network.summary,
        "quantization": f"{subject.quantization}, {subject.scheme}" if subject.target else "",
        "parameters": f"{network.parameters:,}",
        "multiply-accumulates": f"{network.macs:,}",
    }
    if subject.certificate is not None:
        checks = subject.certificate.checks
        judged = sum(check.state == "holds" for check in checks)
        facts["proof"] = f"{judged} of {judged} judged steps hold, {len(checks) - judged} measured"
    if subject.contents is not None:
        size = subject.contents.archive_bytes or sum(f.bytes for f in subject.contents.files)
        facts["size"] = f"{size:,} bytes"
        facts["signed by"] = subject.contents.signer or "nobody"
    for accuracy in subject.shown:
        value = accuracy.evaluation.metrics.get(subject.metric)
        facts[f"{metric_text(subject.metric)}, {_kind(subject, accuracy)}"] = number(value)
    return facts


def _kind(subject: Subject, accuracy: Accuracy) -> str:
    """Return a form's name; bundles share the row of the deployed one, whatever it is."""
    return "as deployed" if accuracy == subject.deployed and subject.target else accuracy.form


def _subject_section(key: str, subject: Subject) -> Section:
    parts = [
        Section(f"{key}-networks", "Networks", (*_networks(subject), memory_block(subject))),
        Section(f"{key}-accuracy", "Accuracy", tuple(accuracy_blocks(subject))),
    ]
    if subject.examples:
        blocks = tuple(_examples(subject.examples))
        parts.append(Section(f"{key}-pictures", "What both find in pictures", blocks))
    parts.append(Section(f"{key}-proof", "Proof", tuple(proof_blocks(subject.certificate))))
    if subject.contents is not None:
        blocks = tuple(_contents(subject.contents))
        parts.append(Section(f"{key}-contents", "Contents", blocks))
    parts.append(Section(f"{key}-licences", "Licences", tuple(_licences(subject))))
    return Section(key, subject.name, (), tuple(parts))


def _networks(subject: Subject) -> Iterator[Block]:
    networks = subject.networks
    rows = {
        "name": [net.name for net in networks],
        "task": [net.summary for net in networks],
        "input": [net.source for net in networks],
        "results": [", ".join(net.values) for net in networks],
        "steps": [", ".join(dict.fromkeys(net.steps)) for net in networks],
        "parameters": [f"{net.parameters:,}" for net in networks],
        "multiply-accumulates": [f"{net.macs:,}" for net in networks],
    }
    columns = ("", *(net.role for net in networks))
    yield Table("What it runs", columns, tuple((name, *cells) for name, cells in rows.items()))


def _examples(examples: Sequence[Example]) -> Iterator[Block]:
    drawings = tuple(
        marked_photo(
            each.png,
            each.size,
            f"{each.name}: {_distance(each)}",
            f"{len(each.wanted)} places and {len(each.wanted_boxes)} boxes by the float network, "
            f"{len(each.found)} and {len(each.found_boxes)} by the deployed one",
            (each.wanted, each.wanted_boxes),
            (each.found, each.found_boxes),
        )
        for each in examples
        if each.wanted or each.wanted_boxes or each.found_boxes
    )
    if drawings:
        yield Text(
            "Golden pictures, which may be given away, by the float network (yellow rings, whole "
            "lines) and by the deployed one (blue dots, dashes); the largest difference is first."
        )
        yield Figures(drawings)
    names = tuple(dict.fromkeys(name for each in examples for name in each.differences))
    rows = tuple(
        (each.name, *(each.differences.get(name, "") for name in names)) for each in examples
    )
    yield Table("Largest difference from the float network", ("picture", *names), rows)


def _distance(example: Example) -> str:
    if example.distance_percent is None:
        return "the float and the deployed network"
    return f"{example.distance_percent:.2g} % apart on average"


def _contents(contents: Contents) -> Iterator[Block]:
    signer = contents.signer or "nobody, so nothing shows who made it"
    total = sum(file.bytes for file in contents.files)
    listed = sum(bool(file.sha256) for file in contents.files)
    found = f"{listed} file{'s' * (listed != 1)} and a manifest"
    yield Text(f"{found}, {total:,} bytes unpacked. Signed by {signer}.")
    folders: dict[str, list[PackedFile]] = {}
    for file in contents.files:
        folder, slash, _ = file.name.partition("/")
        folders.setdefault(folder + slash if slash else "the top folder", []).append(file)
    for folder, files in folders.items():
        size = sum(file.bytes for file in files)
        rows = tuple((file.name, f"{file.bytes:,}", file.sha256 or "-") for file in files)
        summary = f"{folder}: {counted(len(files), 'file')}, {size:,} bytes"
        yield Table(f"Files in {folder}", ("file", "bytes", "SHA-256"), rows, summary)


def _licences(subject: Subject) -> Iterator[Block]:
    words = {True: "yes", False: "no, research only", None: "see the licence"}
    rows = tuple((t.covers, t.identifier or "-", words[t.commercial]) for t in subject.terms)
    if rows:
        yield Table("Terms of each part", ("part", "licence", "commercial use"), rows)
    else:
        yield Text("No licence is stated: ask whoever made the network.")
