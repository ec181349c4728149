"""The page can be read by everybody, as far as that can be computed; and the checks see faults."""

import pytest
from accessibility import contrast, contrast_faults, structure_faults
from report_content import small_content

from zoo.drawing.svg import THEME
from zoo.report.report import Report

PAGE = Report(small_content()).html


def test_the_page_has_structure_and_names():
    assert structure_faults(PAGE) == []


def test_all_colours_can_be_seen_in_both_themes():
    assert contrast_faults(THEME) == []


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        (' lang="en"', "", "the page has no language"),
        ("<title>Report: toy.board.ptq, toy</title>", "<title> </title>", "the page has no title"),
        (
            "initial-scale=1",
            "initial-scale=1, maximum-scale=1",
            "the page cannot be enlarged on ph",
        ),
        ("<h1>", "<h1>a</h1><h1>", "the page has 2 headings of level 1"),
        ('<h2 id="curves">Curves</h2>', '<h4 id="curves">Curves</h4>', "level 4"),
        ("<main>", "<div></div><main>", "<div> is in no landmark"),
        ('href="#speed"', 'href="#nowhere"', "a link leads to #nowhere, which is not there"),
        ('id="speed"', 'id="curves"', "2 elements are #curves"),
        (' aria-label="Parts of this report"', ' aria-label="toy"', "2 landmarks are named 'toy'"),
        ("<title>Cumulative error</title>", "", "<svg> has no name"),
        ("<caption>Facts</caption>", "", "a table has no caption"),
        ('<th scope="row">kind</th>', "<th>kind</th>", "the header 'kind' is of neither row"),
        ('<th scope="row">kind</th>', '<th scope="row"></th>', "a header is empty"),
        ('tabindex="0"', 'tabindex="1"', "changes the order of the keyboard"),
        ("<summary>Numbers by group</summary>", "", "<details> has no summary"),
        ('<ol class="chain">', '<ol class="chain"><p></p>', "<p> is in a list"),
    ],
)
def test_faults_are_seen(right, wrong, told):
    assert right in PAGE
    assert told in " ".join(structure_faults(PAGE.replace(right, wrong, 1)))


def test_a_pale_colour_is_seen():
    pale = THEME.replace("--faint: #565d66", "--faint: #a0a0a0")
    assert [fault.partition(" has")[0] for fault in contrast_faults(pale)] == [
        "light: faint on ground",
        "light: faint on raised",
    ]


def test_contrast_is_that_of_the_guidelines():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
