import json
import math
from dataclasses import replace

import pytest

from zoo.certificate import Certificate, Check, record_checks, recorded_checks
from zoo.errors import VerifyError
from zoo.maker import Maker

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
        "pfld for x86: step 'reference -> artifact' differs by 3.5 lsb, allowed is 1 (sums); "
        "do not deploy this build"
    )


def test_nan_is_named():
    with pytest.raises(VerifyError, match=r"step 'float hub.*' differs by nan relative, allowed"):
        certificate(replace(CHECK, largest=math.nan)).demand()


def test_json_round_trip_with_verdicts():
    broken = replace(CHECK, largest=1.0, how="recorded")
    made = certificate(CHECK, broken)
    assert Certificate.from_json(made.to_json()) == made
    data = json.loads(made.to_json())
    assert [check["holds"] for check in data["checks"]] == [True, False]
    assert data["holds"] is False


def test_recorded_checks_travel_in_metadata():
    recorded = replace(CHECK, how="recorded")
    assert recorded_checks(record_checks(recorded, CHECK), "net.onnx") == (recorded, CHECK)
    assert recorded_checks({}, "net.onnx") == ()


@pytest.mark.parametrize("text", ["", "{", "3", "[1]", '[{"step": "x"}]'])
def test_damaged_records_are_named(text):
    with pytest.raises(VerifyError, match=r"^net\.onnx: its metadata 'zoo\.checks' is no list of"):
        recorded_checks({"zoo.checks": text}, "net.onnx")
