"""Codes of errors: one for each kind, never given to another, documented and raised somewhere."""

import re
import runpy
from pathlib import Path

import pytest

from zoo import errors
from zoo.error_codes import PAGE, RETIRED, error_kind, error_kinds
from zoo.errors import RecipeError, StepError, UnknownNameError, ZooError

ROOT = Path(__file__).parents[2]
CLASSES = [
    value
    for value in vars(errors).values()
    if isinstance(value, type) and issubclass(value, ZooError)
]
EVER = """
error usage unknown-name no-such-file not-written file-kind no-contract no-pictures key-file
serial-port plugin recipe contract contract-step contract-misfit chain matrix data labels
network-file unsupported-op quantize refused licence verify quantization-loss import-proof
certificate program artifact bundle signature cache board worker tool no-tool system
"""
"""Every code that there ever was, the newest last: only added to."""


def test_codes_are_unique_and_none_is_used_again():
    codes = [kind.code for kind in error_kinds()]
    assert len({*codes, *RETIRED}) == len(codes) + len(RETIRED)
    assert {*codes, *RETIRED} == {*EVER.split()}
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", code) for code in codes)


@pytest.mark.parametrize("one", CLASSES, ids=lambda one: one.__name__)
def test_each_class_has_a_code_cause_and_advice_of_its_own(one):
    assert {"code", "advice", "__doc__"} <= vars(one).keys()
    for text in (one.__doc__, one.advice):
        assert re.fullmatch(r"[`\-A-Z][^\n]+[.]", text), text


@pytest.mark.parametrize("kind", error_kinds(), ids=lambda kind: kind.code)
def test_pages_that_the_advice_names_are_there(kind):
    for page in re.findall(r"docs/[\w.]+\.md", kind.advice):
        assert (ROOT / page).is_file()


def test_the_page_is_generated_and_has_every_anchor():
    written = (ROOT / PAGE).read_text("utf-8")
    script = ROOT / "scripts" / "error_reference.py"
    assert written == runpy.run_path(str(script))["reference"](), f"run python {script}"
    assert re.findall(r"^## (.*)$", written, re.MULTILINE) == [k.code for k in error_kinds()]


def test_every_kind_is_raised():
    rooms = ("zoo", "compilers", "runtimes", "codegen", "recipes")
    sources = (path for room in rooms for path in (ROOT / room).rglob("*.py"))
    text = "\n".join(path.read_text("utf-8") for path in sources if path.name != "errors.py")
    named = {*re.findall(r"\b\w+Error\b", text)}
    assert {one.__name__ for one in CLASSES} - named == set()


def test_a_kind_knows_the_wider_one():
    kind = error_kind("contract-step")
    assert (kind.parent, kind.exit_status) == ("contract", 1)
    assert issubclass(StepError, RecipeError)
    with pytest.raises(UnknownNameError, match="unknown error code 'contrat'; did you mean contr"):
        error_kind("contrat")
