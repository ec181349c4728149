"""The command that compares ways to 8 bits on other people's networks."""

import json

import pytest
from click.testing import CliRunner

from recipes.peers.compare import NETWORKS, main
from zoo.errors import UsageError


def test_every_network_has_a_contract():
    from recipes.peers import compare

    assert all((compare._HERE / f"{name}.toml").is_file() for name in NETWORKS)


def test_networks_that_are_not_there_are_left_out(tmp_path):
    found = CliRunner().invoke(main, [str(tmp_path), str(tmp_path), "--json"])
    assert found.exit_code == 0, found.output
    assert json.loads(found.output)["results"] == []


@pytest.mark.data
def test_auto_loses_less_than_the_usual_way(data):
    words = [str(data / "peers"), str(data), "--network", "cunjian_pfld68_112", "--json"]
    found = CliRunner().invoke(main, [*words, "--scheme", "w8a8-asym", "--calib-count", "60"])
    assert found.exit_code == 0, found.output
    results = json.loads(found.stdout)["results"]
    assert {result["calibration_count"] for result in results} == {60}
    nme = {result["way"]: result["metrics"]["nme_interocular_percent"] for result in results}
    assert nme["w8a8-asym"] < min(
        nme["quantize_static, per tensor"], nme["quantize_static, per channel"]
    )


@pytest.mark.parametrize("other", ["nncf", "nncf=", "=python3", "brevitas=python3"])
def test_another_quantizer_has_a_name_and_a_python(tmp_path, other):
    words = [str(tmp_path), str(tmp_path), "--other", other]
    found = CliRunner().invoke(main, words)
    assert isinstance(found.exception, UsageError)
    assert "NAME=PYTHON is needed, NAME one of nncf, quark-u8s8, quark-xint8" in str(
        found.exception
    )
