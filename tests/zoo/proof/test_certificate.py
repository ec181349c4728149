import json
import math
from dataclasses import replace

import pytest

from zoo.errors import VerifyError
from zoo.proof.certificate import Certificate, Check, record_checks, recorded_checks
from zoo.provenance.maker import Maker

CHECK = Check("float hub -> float reference", "relative", 1e-6, 1e-7, 1e-4, 136, "sums")


def certificate(*checks):
    return Certificate(
        "pfld",
        "x86",
        "ptq",
        "w8a8-asym",
        checks,
        accuracy={"nme": 4.0},
        makers=(Maker("edgezoo", "0.1.0", "ab" * 32, ("op conv",)),),
        tools={"onnx": "1"},
        remarks=("stand-in",),
    )


@pytest.mark.parametrize(
    ("largest", "holds"), [(0, True), (1e-4, True), (1.1e-4, False), (math.inf, False)]
)
def test_check_holds_up_to_its_bound(largest, holds):
    assert replace(CHECK, largest=largest).holds is holds


def test_nan_never_holds():
    assert not replace(CHECK, largest=math.nan).holds
    assert not replace(CHECK, largest=math.nan, bound=math.inf).holds


def test_certificate_holds_if_all_checks_do():
    assert certificate(CHECK, CHECK).holds
    certificate(CHECK, CHECK).demand()
    assert not certificate(CHECK, replace(CHECK, largest=1.0)).holds


def test_first_broken_step_is_named():
    first = replace(CHECK, step="reference -> artifact", unit="lsb", largest=3.5, bound=1)
    second = replace(CHECK, step="artifact -> app", largest=math.nan)
    with pytest.raises(VerifyError) as error:
        certificate(CHECK, first, second).demand()
    assert str(error.value) == (
        "pfld for x86: step 'reference -> artifact' differs by 3.5 lsb, allowed: 1 (sums); do not "
        "deploy this build"
    )


def test_nan_is_named():
    with pytest.raises(VerifyError, match=r"step 'float hub.*' differs by nan relative, allowed"):
        certificate(replace(CHECK, largest=math.nan)).demand()


MEASURED = replace(CHECK, step="integer reference -> artifact", unit="lsb", largest=7, bound=None)


def test_json_round_trip_with_states():
    broken = replace(CHECK, largest=1.0, how="recorded")
    made = certificate(CHECK, broken, MEASURED)
    assert Certificate.from_json(made.to_json(), "toy") == made
    data = json.loads(made.to_json())
    assert [check["state"] for check in data["checks"]] == ["holds", "broken", "measured"]
    assert (data["checks"][2]["bound"], data["holds"]) == (None, False)


@pytest.mark.parametrize("largest", [math.nan, math.inf])
def test_what_is_measured_must_be_a_number(largest):
    assert (MEASURED.state, MEASURED.holds) == ("measured", True)
    broken = replace(MEASURED, largest=largest)
    assert (broken.state, broken.holds) == ("broken", False)
    with pytest.raises(VerifyError, match=r"differs by (nan|inf) lsb, allowed: any number"):
        certificate(broken).demand()


@pytest.mark.parametrize(
    ("name", "value"),
    [("holds", False), ("model", 3), ("checks", []), ("tools", None), ("surplus", 1)],
)
def test_what_a_certificate_would_not_say_is_refused(name, value):
    data = json.loads(certificate(CHECK).to_json())
    text = json.dumps({**data, name: value}, indent=1, sort_keys=True)
    with pytest.raises(VerifyError, match=r"^toy: the certificate (was changed|is damaged)"):
        Certificate.from_json(text, "toy")


def test_state_that_the_numbers_do_not_have_is_refused():
    data = json.loads(certificate(replace(CHECK, largest=1.0)).to_json())
    data["checks"][0]["state"], data["holds"] = "holds", True
    with pytest.raises(VerifyError, match=r"or its numbers do not support its claims; do not use"):
        Certificate.from_json(json.dumps(data, indent=2, sort_keys=True) + "\n", "toy")


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"format": 1}'])
def test_file_that_is_no_certificate(text):
    with pytest.raises(VerifyError, match=r"^toy: the certificate('s format is| is damaged)"):
        Certificate.from_json(text, "toy")


def test_recorded_checks_travel_in_metadata():
    recorded = replace(CHECK, how="recorded")
    assert recorded_checks(record_checks(recorded, CHECK), "net.onnx") == (recorded, CHECK)
    assert recorded_checks({}, "net.onnx") == ()


@pytest.mark.parametrize("text", ["", "{", "3", "[1]", '[{"step": "x"}]'])
def test_damaged_records_are_named(text):
    with pytest.raises(
        VerifyError,
        match=(
            r"^net\.onnx: its metadata 'zoo\.checks' is not a list "
            r"of"
        ),
    ):
        recorded_checks({"zoo.checks": text}, "net.onnx")
