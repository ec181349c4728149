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
@pytest.mark.parametrize("name", ["cunjian_pfld68_112", "ghostone_PFLD_GhostNet_Slim98_112"])
def test_auto_loses_less_than_the_usual_way(name, data):
    words = [str(data / "peers"), str(data), "--network", name, "--json"]
    found = CliRunner().invoke(main, [*words, "--scheme", "w8a8-asym", "--calib-count", "60"])
    assert found.exit_code == 0, found.output
    results = json.loads(found.stdout)["results"]
    assert {result["calibration_count"] for result in results} == {60}
    ways = {result["way"]: result for result in results}
    floats, auto = ways.pop("float"), ways.pop("w8a8-asym")
    assert (floats["loss"], len(ways)) == (0.0, 2)
    for usual in ways.values():
        assert auto["loss"] < usual["loss"]
        assert _nme(auto) < _nme(usual)


@pytest.mark.data
def test_the_baseline_can_be_left_out(data):
    words = [str(data / "peers"), str(data), "--network", "mit_proxyless_landmark", "--json"]
    more = ["--scheme", "w8a8-asym", "--calib-count", "20", "--no-baseline"]
    found = CliRunner().invoke(main, [*words, *more])
    assert found.exit_code == 0, found.output
    results = json.loads(found.stdout)["results"]
    assert [result["way"] for result in results] == ["float", "w8a8-asym"]


@pytest.mark.parametrize("other", ["nncf", "nncf=", "=python3", "brevitas=python3"])
def test_another_quantizer_has_a_name_and_a_python(tmp_path, other):
    words = [str(tmp_path), str(tmp_path), "--other", other]
    found = CliRunner().invoke(main, words)
    assert isinstance(found.exception, UsageError)
    assert "expected NAME=PYTHON, NAME one of nncf, quark-u8s8, quark-xint8" in str(found.exception)


def _nme(result) -> float:
    return result["metrics"]["nme_interocular_percent"]
