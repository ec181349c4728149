"""What a page says: comparisons, losses, what was measured, and what nobody measured."""

from dataclasses import replace

from report_content import accuracy, bundle, model, small_content, timing

from zoo.artifact import Memory
from zoo.report.blocks import Chain, Figures, Section, Table, Text
from zoo.report.content import Content
from zoo.report.timings import Timing, Timings
from zoo.report.view import page_of


def section(content: Content, key: str) -> Section:
    page = page_of(content)
    every = [*page.sections, *(part for s in page.sections for part in s.parts)]
    return next(each for each in every if each.key == key)


def tables(found: Section) -> list[Table]:
    return [block for block in found.blocks if isinstance(block, Table)]


def texts(found: Section) -> list[str]:
    return [block.text for block in found.blocks if isinstance(block, Text)]


def speeds(*timings: Timing) -> list[tuple[str, ...]]:
    content = Content("0.1.0", (bundle(),), (Timings(timings, ()),))
    return list(tables(section(content, "speed"))[0].rows)


def test_subjects_stand_side_by_side():
    (facts,) = tables(section(small_content(), "overview"))
    assert facts.columns == ("", "toy.board.ptq", "toy")
    rows = {name: cells for name, *cells in facts.rows}
    assert rows["kind"] == ["bundle for board", "model, not built"]
    assert rows["NME, %, float"] == ["3", ""]
    assert rows["NME, %, as deployed"] == ["3.25", ""]
    assert rows["proof"] == ["2 of 2 judged steps hold, 1 measured", ""]


def test_research_terms_are_said_first():
    first = section(small_content(), "overview").blocks[0]
    assert first == Text("Parts of this may be used for research only: see the licences.", True)
    free = replace(bundle(), terms=())
    assert texts(section(Content("1", (free,), ()), "overview")) == []


def test_float_and_integers_are_compared_by_group():
    found = section(small_content(), "subject-1-accuracy")
    metrics, groups = tables(found)
    assert metrics.rows[0] == ("NME, %", "3", "3.25")
    assert groups.rows == (
        ("region: eyes", "2", "2", "2.5"),
        ("region: jaw", "2", "4", "4"),
    )
    assert texts(found)[-1] == (
        "ptq.w8a8-asym loses 0.25 in NME: 3 to 3.25 %. It loses most at region: eyes (0.5)."
    )
    (charts,) = [block for block in found.blocks if isinstance(block, Figures)]
    assert [drawing.title for drawing in charts.drawings] == ["NME by region"]


def test_forms_that_are_not_compared_are_only_in_the_table():
    subject = replace(bundle(), compared=("float",))
    content = Content("1", (subject,), ())
    found = section(content, "subject-1-accuracy")
    assert tables(found)[0].columns == ("metric", "float", "ptq.w8a8-asym")
    assert tables(found)[1].columns == ("group", "samples", "float")
    (curves,) = section(content, "curves").blocks
    assert curves.drawings[0].summary.count(": ") == 1
    assert len(texts(found)) == 1


def test_a_metric_that_should_be_large_loses_when_it_falls():
    subject = replace(bundle(), more_is_better=True)
    found = section(Content("1", (subject,), ()), "subject-1-accuracy")
    assert texts(found)[-1] == "ptq.w8a8-asym gains 0.25 in NME: 3 to 3.25 %."


def test_recorded_and_measured_accuracy_are_told_apart():
    measured = section(small_content(), "subject-1-accuracy")
    assert texts(measured)[0].startswith("Measured for this report on toys/test, 2 samples")
    recorded = replace(accuracy("float", 3.0, 2.0), is_measured=False)
    subject = replace(bundle(), accuracy=(recorded,))
    found = section(Content("1", (subject,), ()), "subject-1-accuracy")
    assert texts(found)[0].startswith("Recorded at publishing on toys/test")
    assert "--data DATA" in texts(section(small_content(), "subject-2-accuracy"))[0]
    own = Content("1", (replace(model(), metric=""),), ())
    assert "of your own has no evaluation" in texts(section(own, "subject-1-accuracy"))[0]


def test_the_table_of_the_thesis():
    (row,) = speeds(timing(machine="Kria KV260"))
    origin = "measured, the bundle's program"
    assert row == ("toy ptq board", "Kria KV260", "1", "2", "500", "2.5", "200", "3.25", origin)


def test_what_nobody_measured_is_not_filled_in():
    (row,) = speeds()
    assert row[1:] == ("a board for board", "-", *("not measured",) * 4, "3.25", "not measured")
    (row,) = speeds(timing(watts=None))
    assert row[4:7] == ("500", "not measured", "not measured")


def test_estimates_and_other_machines_do_not_stand_for_the_board():
    guess = replace(timing(is_measured=False, watts=None), low_ms=1.0, high_ms=4.0)
    rows = speeds(guess, timing(by_program=False, watts=None, machine="PC"))
    assert [row[-1] for row in rows] == ["measured, c", "estimated", "not measured"]
    assert rows[1][3] == "2 (1 to 4)"
    assert rows[1][5:7] == ("not measured", "not measured")


def test_bounds_are_told_as_such():
    (row, _) = speeds(replace(timing(is_measured=False, watts=None), low_ms=2.0))
    assert row[3:5] == ("at least 2", "at most 500")


def test_measured_boards_come_first():
    rows = speeds(timing(is_measured=False, watts=None), timing())
    assert [row[-1] for row in rows] == ["measured, the bundle's program", "estimated"]


def test_a_float_time_has_the_float_accuracy():
    (row, _) = speeds(replace(timing(), name="toy none board", scheme="float32"))
    assert row[7] == "3"
    (row, _) = speeds(replace(timing(), name="toy fp16 board", scheme="float16"))
    assert row[7] == "-"


def test_throttling_is_told():
    (row,) = speeds(replace(timing(), slowed=("heat",)))
    assert row[-1] == "measured, the bundle's program; throttled: heat"


def test_a_proof_is_a_chain_in_plain_words():
    found = section(small_content(), "subject-1-proof")
    own, detector = (block for block in found.blocks if isinstance(block, Chain))
    assert [(link.state, link.is_right) for link in own.links] == [("holds", True)] * 2
    told = dict(own.links[1].told)
    assert told["compared"] == "The file for the board, against the generated program."
    assert told["allowed"] == "0 lsb"
    assert (detector.links[0].state, detector.links[0].is_right) == ("measured", False)
    assert dict(detector.links[0].told)["allowed"] == "measured, not judged"
    assert "has no certificate" in texts(section(small_content(), "subject-2-proof"))[0]


def test_contents_are_listed_by_folder():
    top, inside = tables(section(small_content(), "subject-1-contents"))
    assert top.rows == (("manifest.json", "300", "-"),)
    assert inside.summary == "model/: 1 file, 7 bytes"
    assert inside.rows == (("model/toy", "7", "ab" * 32),)


def test_a_model_without_times_says_how_to_get_them():
    found = section(Content("1", (model(),), ()), "speed")
    assert tables(found) == []
    assert texts(found)[-1].startswith("No times are given.")


def test_memory_is_told_as_built_or_as_estimated():
    guess = replace(timing(is_measured=False), memory=Memory(3000, 40, is_planned=False))
    content = Content("0.1.0", (bundle(),), (Timings((guess,), ()),))
    memory = next(t for t in tables(section(content, "speed")) if t.caption == "Memory")
    assert memory.rows == (
        ("toy ptq board", "20", "1,000", "as planned by the compiler", "built"),
        ("toy ptq board", "40", "3,000", "at least; a runtime allocates", "estimated"),
    )


def test_a_float_bundle_deploys_the_float_network():
    form = accuracy("float", 3.0, 2.0)
    subject = replace(bundle(), quantization="none", scheme="float32", accuracy=(form,))
    assert subject.deployed == form
    (facts,) = tables(section(Content("1", (subject,), ()), "overview"))
    assert ("NME, %, as deployed", "3") in facts.rows
    half = replace(subject, quantization="fp16", scheme="float16")
    assert half.deployed is None
